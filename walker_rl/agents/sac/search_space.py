"""Search space of `walker-rl tune sac`."""

from walker_rl.search_space import Choices, Floats, Integers, SearchSpace

SEARCH_SPACE: SearchSpace = {
    "discount": Choices((0.98, 0.985, 0.99, 0.995)),
    "n_step": Integers(1, 8),
    "noise_correlation": Floats(0.0, 0.95),
    "policy_learning_rate": Floats(1e-4, 1e-3, log=True),
    "critic_learning_rate": Floats(1e-4, 1e-3, log=True),
    "tau": Floats(1e-3, 2e-2, log=True),
    "target_entropy": Choices((None, -3.0, 0.0, 3.0)),
    "batch_size": Choices((128, 256, 512)),
}
