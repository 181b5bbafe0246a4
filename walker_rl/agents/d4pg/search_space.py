"""Search space of `walker-rl tune d4pg`."""

from walker_rl.search_space import Choices, Floats, Integers, SearchSpace

# No discount: a larger one would need a wider support of the critic.
SEARCH_SPACE: SearchSpace = {
    "n_step": Integers(1, 8),
    "policy_learning_rate": Floats(5e-5, 1e-3, log=True),
    "critic_learning_rate": Floats(5e-5, 1e-3, log=True),
    "tau": Floats(1e-3, 2e-2, log=True),
    "sigma": Floats(0.05, 0.4),
    "cvar_level": Floats(0.1, 1.0),
    "num_atoms": Choices((51, 101)),
    "batch_size": Choices((128, 256, 512)),
    "policy_hidden_sizes": Choices(((256, 256), (400, 300))),
    "critic_hidden_sizes": Choices(((256, 256), (400, 300))),
}
