"""Search space of `walker-rl tune ppo`."""

from walker_rl.networks.initializations import INITIALIZATIONS
from walker_rl.schedules import Linear
from walker_rl.search_space import Choices, Floats, Integers, SearchSpace

SEARCH_SPACE: SearchSpace = {
    "discount": Choices((0.95, 0.97, 0.98, 0.99)),
    "gae_lambda": Floats(0.85, 0.98),
    "unroll_length": Choices((128, 256, 512, 1_024)),
    "num_environments": Choices((4, 8, 16)),
    "batch_size": Choices((64, 128, 256)),
    "num_epochs": Integers(3, 20),
    "stddev": Choices(tuple(Linear(first, 0.2, 0, 2_000_000) for first in (0.4, 0.6, 0.8))),
    "noise_correlation": Floats(0.0, 0.95),
    "initialization": Choices(INITIALIZATIONS),
    "policy_learning_rate": Floats(1e-5, 5e-4, log=True),
    "critic_learning_rate": Floats(1e-5, 1e-3, log=True),
}
