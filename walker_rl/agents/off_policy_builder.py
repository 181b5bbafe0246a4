"""The base classes of agents that learn from replayed transitions."""

from __future__ import annotations

import abc
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, TypeVar

import numpy as np

from walker_rl.agents.builder import Builder
from walker_rl.agents.config import NoiseConfig, OffPolicyConfig, SamplingConfig
from walker_rl.agents.exploration import GaussianNoise, OrnsteinUhlenbeckNoise
from walker_rl.agents.memory import FLOAT, network_bytes
from walker_rl.agents.off_policy_acting import OffPolicyActor
from walker_rl.agents.policies import BehaviourPolicy, NoisyPolicy, SamplingPolicy, policy_architecture
from walker_rl.agents.prior import recorded_transitions
from walker_rl.errors import UserError
from walker_rl.interfaces import VariableSource
from walker_rl.policies.numpy_policy import PolicyArchitecture
from walker_rl.replay.arrays import ArrayReplay
from walker_rl.replay.interface import Replay, Sink
from walker_rl.replay.layout import TransitionLayout
from walker_rl.replay.n_step import NStepAdder
from walker_rl.replay.prior import PriorReplay
from walker_rl.stack import require_acme

ConfigT = TypeVar("ConfigT", bound=OffPolicyConfig)
NoiseConfigT = TypeVar("NoiseConfigT", bound=NoiseConfig)
SamplingConfigT = TypeVar("SamplingConfigT", bound=SamplingConfig)


class OffPolicyBuilder(Builder[ConfigT]):
    """Makes the parts of an agent that learns from replayed transitions.

    A subclass defines `architecture`, `make_networks`, `make_learner` and `make_policy`.
    """

    @property
    @abc.abstractmethod
    def architecture(self) -> PolicyArchitecture:
        """The shape of the policy."""

    @property
    def num_bytes(self) -> float:
        """Bytes of the replay, the networks and a batch."""
        config = self.config
        num_rows = config.max_replay_size + config.num_prior_steps + config.batch_size
        networks = network_bytes(
            config, self.sizes, config.batch_size, config.num_critic_outputs, config.num_sampled_actions
        )
        return networks + FLOAT * self.layout.row_size * num_rows

    def make_replay(self, home: str, seed: int) -> Replay:
        """An empty replay in `home`, "arrays" or "reverb".

        Raises:
            UserError: if memory is too small, `home` is "reverb" without Reverb or with a prior, or the prior's dataset
                is of another task.
        """
        row_size, max_size, prior = self.layout.row_size, self.config.max_replay_size, self.config.prior
        if home == "reverb":
            if prior.is_given:
                raise UserError(
                    f"replay = reverb: must be arrays if the agent has a prior ({prior.policy or prior.dataset})"
                )
            require_acme("replay = reverb")
            from walker_rl.replay.reverb import ReverbReplay

            return ReverbReplay(row_size, max_size)
        try:
            if prior.dataset is not None:
                rows = recorded_transitions(Path(prior.dataset), self.layout, self.make_adder)
                replay = PriorReplay(row_size, len(rows), self.config.num_prior_rows, max_size, seed)
                replay.insert_recorded(rows)
                return replay
            if prior.policy is not None:
                return PriorReplay(row_size, prior.num_steps, self.config.num_prior_rows, max_size, seed)
            return ArrayReplay(row_size, max_size, seed)
        except MemoryError:
            raise UserError(f"agent.max_replay_size = {max_size}: must fit into this machine's memory") from None

    @property
    def layout(self) -> TransitionLayout:
        """Layout of a transition in a row of floats."""
        return TransitionLayout(*self.sizes)

    def make_adder(self, sink: Sink) -> NStepAdder:
        """An adder that inserts an actor's steps into `sink`, in this process or remote."""
        return NStepAdder(sink, self.layout, self.config.n_step, self.config.discount)

    def make_dataset(self, replay: Replay) -> Iterator[np.ndarray]:
        """Batches of transitions for the learner."""
        return replay.make_dataset(self.config.batch_size)

    def make_actor(
        self, policy: BehaviourPolicy, adder: NStepAdder, variable_source: VariableSource, seed: int
    ) -> OffPolicyActor:
        """An actor that takes its weights from `variable_source`."""
        begin = self.config.num_prior_steps
        random_steps = range(begin, begin + self.config.num_random_steps)
        return OffPolicyActor(policy, adder, variable_source, self.layout.action_size, random_steps, seed)

    def steps_due(self, replay: Replay, learner_steps: int) -> int:
        """Number of updates that are due after `learner_steps` of them."""
        return self.config.pace.updates_due(replay.num_inserted, learner_steps)

    def samples_per_insert(self, num_inserted: int, learner_steps: int) -> float | None:
        """Transitions sampled per transition inserted since updates began; None before that."""
        num_counted = num_inserted - self.config.num_steps_before_updates
        return learner_steps * self.config.batch_size / num_counted if num_counted > 0 else None


class DeterministicBuilder(OffPolicyBuilder[NoiseConfigT]):
    """Makes the parts of an agent whose deterministic policy explores by action noise.

    A subclass defines `make_networks` and `make_learner`.
    """

    @property
    def architecture(self) -> PolicyArchitecture:
        """The shape of the policy."""
        return policy_architecture(self.config, self.sizes, head="tanh")

    def make_policy(self, seed: int, noise_scale: float = 1.0) -> NoisyPolicy:
        """The online policy with the configured noise."""
        action_size = self.layout.action_size
        noise = (
            GaussianNoise(action_size, seed)
            if self.config.noise == "gaussian"
            else OrnsteinUhlenbeckNoise(action_size, self.config.theta, seed)
        )
        return NoisyPolicy(self.architecture, noise, self.config.sigma, noise_scale)


class SamplingBuilder(OffPolicyBuilder[SamplingConfigT]):
    """Makes the parts of an agent whose Gaussian policy explores by sampling from itself.

    A subclass defines `make_networks` and `make_learner`.

    Attributes:
        head: name of the policy's head.
    """

    head: ClassVar[str]

    @property
    def architecture(self) -> PolicyArchitecture:
        """The shape of the policy."""
        return policy_architecture(self.config, self.sizes, head=self.head, init_stddev=self.config.init_stddev)

    def make_policy(self, seed: int, noise_scale: float = 1.0) -> SamplingPolicy:
        """A policy that samples with noise correlated between consecutive steps."""
        return SamplingPolicy(self.architecture, seed, noise_scale, self.config.noise_correlation)
