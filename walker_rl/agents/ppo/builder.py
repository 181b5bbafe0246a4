"""The parts of PPO."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from walker_rl.agents.memory import FLOAT, network_bytes
from walker_rl.agents.policies import policy_architecture
from walker_rl.agents.ppo.acting import DensityPolicy, OnPolicyActor
from walker_rl.agents.ppo.config import Config
from walker_rl.agents.ppo.segment import SegmentAdder, SegmentLayout
from walker_rl.agents.queue_builder import QueueBuilder
from walker_rl.errors import UserError
from walker_rl.interfaces import VariableSource
from walker_rl.policies.numpy_policy import PolicyArchitecture
from walker_rl.replay.interface import Sink
from walker_rl.schedules import value_at

if TYPE_CHECKING:
    from walker_rl.agents.networks import Networks
    from walker_rl.agents.ppo.learning import PPOLearner


ENVIRONMENT_BYTES = 2e7
"""Bytes of a simulated robot."""

COPIES_OF_ROWS = 2


class Builder(QueueBuilder[Config]):
    """PPO: actors fill a queue with segments of steps, and the learner takes each segment once."""

    item_name = "segment"

    @property
    def items_per_step(self) -> int:
        """Segments in one round."""
        return self.config.num_environments

    @property
    def num_environments(self) -> int:
        """Number of environments that one process steps in turn."""
        return self.config.num_environments

    @property
    def architecture(self) -> PolicyArchitecture:
        """The shape of the policy."""
        config = self.config
        stddev = config.init_stddev if config.stddev is None else value_at(config.stddev, 0)
        return policy_architecture(config, self.sizes, head="constant_gaussian", init_stddev=stddev)

    @property
    def num_bytes(self) -> float:
        """Bytes of the networks, the environments, and two copies of a round: in the queue and in the learner."""
        networks = network_bytes(self.config, self.sizes, self.config.batch_size)
        one_environment = ENVIRONMENT_BYTES + COPIES_OF_ROWS * FLOAT * self.layout.row_size
        return networks + self.config.num_environments * one_environment

    def make_networks(self, seed: int) -> Networks:
        """Policy and value function with their initial weights."""
        from walker_rl.agents.networks import Networks, critic_torso
        from walker_rl.networks.critic import ValueNetwork

        def make_critic(config: Config, architecture: PolicyArchitecture, seed: int) -> ValueNetwork:
            return ValueNetwork(architecture.observation_size, critic_torso(config), seed, config.initialization)

        initialization = self.config.initialization
        return Networks.from_seed(
            self.config, self.architecture, make_critic, seed, targets=(), initialization=initialization
        )

    def make_learner(self, networks: Networks, dataset: Iterator[np.ndarray], seed: int) -> PPOLearner:
        """A learner that trains `networks` and serves their variables."""
        from walker_rl.agents.ppo.learning import PPOLearner

        return PPOLearner(self.config, networks, dataset, seed)

    def make_policy(self, seed: int, noise_scale: float = 1.0) -> DensityPolicy:
        """A policy that samples from the online policy.

        Raises:
            UserError: if `noise_scale` is not 1, which would make the actor off-policy.
        """
        if noise_scale != 1.0:
            raise UserError(f"distributed.noise_scales = {noise_scale}: each must be 1 with an on-policy agent")
        return DensityPolicy(self.architecture, seed, self.config.noise_correlation)

    @property
    def layout(self) -> SegmentLayout:
        """Layout of a segment in a row of floats."""
        return SegmentLayout(*self.sizes, self.config.unroll_length)

    def make_adder(self, sink: Sink) -> SegmentAdder:
        """An adder that inserts an actor's steps into `sink`, in this process or remote."""
        return SegmentAdder(sink, self.layout, self.config.discount)

    def make_actor(
        self, policy: DensityPolicy, adder: SegmentAdder, variable_source: VariableSource, seed: int
    ) -> OnPolicyActor:
        """An actor that takes its weights from `variable_source`."""
        return OnPolicyActor(policy, adder, variable_source)

    def samples_per_insert(self, num_inserted: int, learner_steps: int) -> float | None:
        """Average number of epochs, fewer where the KL divergence stopped them; None during priming."""
        num_rounds = num_inserted // self.config.num_environments - self.config.num_priming_rounds
        num_steps = num_rounds * self.config.num_environments * self.config.unroll_length
        return learner_steps * self.config.batch_size / num_steps if num_rounds > 0 else None
