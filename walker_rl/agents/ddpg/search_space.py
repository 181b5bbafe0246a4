"""Search space of `walker-rl tune ddpg`."""

from walker_rl.search_space import Choices, Floats, Integers, SearchSpace

SEARCH_SPACE: SearchSpace = {
    "discount": Choices((0.98, 0.985, 0.99, 0.995)),
    "n_step": Integers(1, 8),
    "policy_learning_rate": Floats(5e-5, 1e-3, log=True),
    "critic_learning_rate": Floats(1e-4, 3e-3, log=True),
    "tau": Floats(1e-3, 2e-2, log=True),
    "sigma": Floats(0.05, 0.4),
    "batch_size": Choices((128, 256, 512)),
    "samples_per_insert": Choices((32.0, 64.0, 128.0, 256.0)),
    "policy_hidden_sizes": Choices(((256, 256), (400, 300))),
    "critic_hidden_sizes": Choices(((256, 256), (400, 300))),
}
