"""Search space of `walker-rl tune gait`: settings of the gait and of its search."""

from walker_rl.search_space import Choices, Floats, Integers, SearchSpace

SEARCH_SPACE: SearchSpace = {
    "population_size": Integers(8, 48, log=True),
    "sigma": Floats(0.1, 0.6),
    "step_cost": Floats(0.0, 1.0),
    "period": Floats(20.0, 80.0),
    "feedback": Choices((False, True)),
    "servo": Choices((False, True)),
}
