"""Search space of `walker-rl tune dmpo`."""

from walker_rl.search_space import Choices, Floats, Integers, SearchSpace

# No discount: a larger one would need a wider support of the critic.
SEARCH_SPACE: SearchSpace = {
    "n_step": Integers(1, 8),
    "noise_correlation": Floats(0.0, 0.95),
    "policy_learning_rate": Floats(5e-5, 1e-3, log=True),
    "critic_learning_rate": Floats(5e-5, 1e-3, log=True),
    "target_update_period": Integers(10, 200, log=True),
    "num_samples": Choices((10, 20, 30)),
    "init_stddev": Floats(0.15, 0.8),
    "epsilon": Floats(0.1, 2.0, log=True),
    "epsilon_mean": Floats(2e-3, 0.3, log=True),
    "epsilon_stddev": Floats(1e-6, 3e-4, log=True),
    "init_log_alpha_stddev": Floats(1.0, 1000.0, log=True),
}
