"""Search space of `walker-rl tune td3`."""

from walker_rl.search_space import Choices, Floats, Integers, SearchSpace

SEARCH_SPACE: SearchSpace = {
    "discount": Choices((0.98, 0.985, 0.99, 0.995)),
    "n_step": Integers(1, 8),
    "policy_learning_rate": Floats(1e-4, 1e-3, log=True),
    "critic_learning_rate": Floats(1e-4, 1e-3, log=True),
    "tau": Floats(1e-3, 2e-2, log=True),
    "policy_period": Integers(1, 4),
    "sigma": Floats(0.05, 0.4),
    "target_sigma": Floats(0.05, 0.4),
    "batch_size": Choices((128, 256, 512)),
}
