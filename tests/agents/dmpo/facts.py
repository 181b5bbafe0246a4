"""What the tests of all agents must know of DMPO."""

OPTIMUM = {
    "policy_learning_rate": 1e-3,
    "target_update_period": 20,
    "init_stddev": 0.3,
    "init_log_temperature": 1.0,
    "init_log_alpha_mean": 1.0,
    "init_log_alpha_stddev": 10.0,
    "vmin": -8.0,
    "vmax": 2.0,
}
"""With which it finds the best action of `test_optimum.py`."""

TARGETS = {"target_update_period": 2}


def expected_target(step, target_before, online_before, online_after):
    """Copied before every second update."""
    return online_before if step % 2 == 0 else target_before
