"""What the tests of all agents must know of gaits."""

TINY = ("agent.population_size=4", "log_period=4")
