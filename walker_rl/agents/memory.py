"""Memory of networks, estimated so that a run too large for this machine is refused before it allocates."""

import itertools

from walker_rl.agents.config import NetworkConfig

FLOAT = 4
"""Bytes of a number."""

COPIES_OF_WEIGHTS = 4
"""The least that any network has: its weights, their gradient and Adam's two moments."""


def network_bytes(
    config: NetworkConfig, sizes: tuple[int, int], batch_size: int, num_outputs: int = 1, num_samples: int = 1
) -> float:
    """Bytes that policy and critic need at least in an update.

    Args:
        config: configuration of the hidden layers.
        sizes: numbers in an observation and in an action.
        batch_size: states in an update.
        num_outputs: outputs of the critic.
        num_samples: actions per state at which the critic is evaluated.
    """
    observation_size, action_size = sizes
    policy = (observation_size, *config.policy_hidden_sizes, action_size)
    critic = (observation_size + action_size, *config.critic_hidden_sizes, num_outputs)
    num_weights = sum(inputs * outputs for layers in (policy, critic) for inputs, outputs in itertools.pairwise(layers))
    num_activations = batch_size * (sum(policy) + num_samples * sum(critic))
    return FLOAT * float(COPIES_OF_WEIGHTS * num_weights + num_activations)
