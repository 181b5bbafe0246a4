"""What the tests of all agents must know of DDPG."""

OPTIMUM = {"policy_learning_rate": 3e-4, "tau": 0.05}
"""With which it finds the best action of `test_optimum.py`."""

TARGETS = {"tau": 0.25}


def expected_target(step, target_before, online_before, online_after):
    """After each update."""
    return 0.75 * target_before + 0.25 * online_after
