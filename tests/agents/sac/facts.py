"""What the tests of all agents must know of SAC."""

OPTIMUM = {
    "policy_learning_rate": 1e-3,
    "tau": 0.05,
    "init_stddev": 0.3,
    "init_temperature": 0.02,
    "target_entropy": -9.0,
}
"""With which it finds the best action of `test_optimum.py`."""

TARGETS = {"tau": 0.25}


def expected_target(step, target_before, online_before, online_after):
    """After each update."""
    return 0.75 * target_before + 0.25 * online_after
