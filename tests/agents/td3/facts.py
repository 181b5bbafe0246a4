"""What the tests of all agents must know of TD3."""

OPTIMUM = {"policy_learning_rate": 6e-4, "tau": 0.05}
"""With which it finds the best action of `test_optimum.py`."""

TARGETS = {"tau": 0.25, "policy_period": 2}


def expected_target(step, target_before, online_before, online_after):
    """After every second update."""
    return 0.75 * target_before + 0.25 * online_after if step % 2 == 1 else target_before
