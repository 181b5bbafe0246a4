"""The contract of an agent, and what off-policy agents share.

Only `make_networks` and `make_learner` import TensorFlow: an actor starts, and fits into memory, without it.
"""

from __future__ import annotations

import abc
from collections.abc import Iterator
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np

from walker_rl.agents.acting import Actor, OffPolicyActor
from walker_rl.agents.config import NoiseConfig, OffPolicyConfig
from walker_rl.agents.exploration import GaussianNoise, OrnsteinUhlenbeckNoise
from walker_rl.agents.learner import Learner
from walker_rl.agents.memory import FLOAT, network_bytes
from walker_rl.agents.policies import BehaviourPolicy, NoisyPolicy, policy_architecture, sizes
from walker_rl.agents.prior import PriorThenPolicy
from walker_rl.errors import UserError
from walker_rl.interfaces import EnvironmentSpec, VariableSource
from walker_rl.policies.architecture import Architecture, PolicyArchitecture
from walker_rl.replay.arrays import ArrayReplay
from walker_rl.replay.interface import Layout, Replay, Sink, TransitionLayout
from walker_rl.replay.n_step import NStepAdder
from walker_rl.replay.prior import PriorReplay
from walker_rl.replay.queue import Queue
from walker_rl.schedules import value_at
from walker_rl.stack import require_acme

ConfigT = TypeVar("ConfigT")
OffPolicyConfigT = TypeVar("OffPolicyConfigT", bound=OffPolicyConfig)
NoiseConfigT = TypeVar("NoiseConfigT", bound=NoiseConfig)


class Builder(abc.ABC, Generic[ConfigT]):
    """Makes the parts of an agent for one kind of environment.

    Every part takes its own seed, so that none depends on the order in which they are made. No part knows which runner
    holds it. What an adder inserts into the replay is an item: a transition, say, or a stretch of an episode.
    """

    def __init__(self, config: ConfigT, spec: EnvironmentSpec):
        """Takes the agent's hyperparameters, and the spec of environments with flat observations and actions."""
        self.config = config
        self.spec = spec

    @property
    def num_environments(self) -> int:
        """Environments that one process steps in turn, each with an actor of its own."""
        return 1

    @property
    @abc.abstractmethod
    def architecture(self) -> Architecture:
        """The shape of the policy."""

    @property
    @abc.abstractmethod
    def num_bytes(self) -> float:
        """Memory that training takes at least, estimated from the configuration; nothing is allocated."""

    @abc.abstractmethod
    def make_networks(self, seed: int) -> Any:
        """What the learner changes, with its initial weights; it has an `architecture`."""

    @abc.abstractmethod
    def make_learner(self, networks: Any, dataset: Iterator[np.ndarray], seed: int) -> Learner:
        """A learner of `networks`, and the source of their variables."""

    @abc.abstractmethod
    def make_policy(self, seed: int, noise_scale: float = 1.0) -> Any:
        """The exploring policy of an actor, whose noise is multiplied by `noise_scale`."""

    @property
    @abc.abstractmethod
    def layout(self) -> Layout:
        """How an item lies in a row of floats."""

    @abc.abstractmethod
    def make_replay(self, home: str, seed: int) -> Replay:
        """An empty replay in `home`, "arrays" or "reverb".

        Raises:
            UserError: if there is no memory for it, or the agent has no such home.
        """

    @abc.abstractmethod
    def make_adder(self, replay: Sink) -> Any:
        """What records an actor's steps in `replay`, or sends them there."""

    @abc.abstractmethod
    def make_dataset(self, replay: Replay) -> Iterator[np.ndarray]:
        """What a learner learns from, step by step."""

    @abc.abstractmethod
    def make_actor(self, policy: Any, adder: Any, variable_source: VariableSource, seed: int) -> Actor:
        """An actor with the variable source's weights."""

    @abc.abstractmethod
    def steps_due(self, replay: Replay, learner_steps: int) -> int:
        """How often the learner's `step` is to be called now."""

    @abc.abstractmethod
    def samples_per_insert(self, num_inserted: int, learner_steps: int) -> float | None:
        """How often each item was sampled, on average; None before any should have been."""


class OffPolicyBuilder(Builder[OffPolicyConfigT]):
    """Makes the parts of an agent that learns from replayed transitions.

    An agent adds `architecture`, `make_networks`, `make_learner` and `make_own_policy`.
    """

    @property
    @abc.abstractmethod
    def architecture(self) -> PolicyArchitecture:
        """The shape of the policy."""

    @abc.abstractmethod
    def make_own_policy(self, seed: int, noise_scale: float) -> BehaviourPolicy:
        """The agent's exploring policy, whose noise is multiplied by `noise_scale`."""

    @property
    def num_bytes(self) -> float:
        """Memory of the replay, the networks and a batch."""
        config = self.config
        num_rows = config.max_replay_size + config.num_prior_steps + config.batch_size
        num_outputs, num_samples = getattr(config, "num_atoms", 1), getattr(config, "num_samples", 1)
        networks = network_bytes(config, sizes(self.spec), config.batch_size, num_outputs, num_samples)
        return networks + FLOAT * self.layout.row_size * num_rows

    def make_policy(self, seed: int, noise_scale: float = 1.0) -> BehaviourPolicy:
        """The exploring policy of an actor: the prior, if there is one, and then the agent's own.

        Raises:
            UserError: if the prior can't be read or can't play the task.
        """
        own = self.make_own_policy(seed, noise_scale)
        if self.config.prior.policy is None:
            return own
        (prior_seed,) = np.random.SeedSequence(seed).spawn(1)
        return PriorThenPolicy(self.config.prior, self.architecture, own, int(prior_seed.generate_state(1)[0]))

    def make_replay(self, home: str, seed: int) -> Replay:
        """An empty replay in `home`, "arrays" or "reverb".

        Raises:
            UserError: if there is no memory for it, there is no Reverb, or it can't keep a prior's transitions apart.
        """
        row_size, max_size, prior = self.layout.row_size, self.config.max_replay_size, self.config.prior
        if home == "reverb":
            if prior.policy is not None:
                raise UserError(f"replay = reverb: must be arrays with agent.prior.policy = {prior.policy}")
            require_acme("replay = reverb")
            from walker_rl.replay.reverb import ReverbReplay

            return ReverbReplay(row_size, max_size)
        try:
            if prior.policy is not None:
                return PriorReplay(row_size, prior.num_steps, self._num_prior_rows, max_size, seed)
            return ArrayReplay(row_size, max_size, seed)
        except MemoryError:
            raise UserError(f"agent.max_replay_size = {max_size}: must fit into this machine's memory") from None

    def _num_prior_rows(self, learner_steps: int) -> int:
        """Transitions of the prior in the batch of the update after `learner_steps` others."""
        actor_steps = self.config.pace.steps_at_update(learner_steps)
        return round(self.config.batch_size * value_at(self.config.prior.share, actor_steps))

    @property
    def layout(self) -> TransitionLayout:
        """How a transition lies in a row of floats."""
        return TransitionLayout(*sizes(self.spec))

    def make_adder(self, replay: Sink) -> NStepAdder:
        """What records an actor's steps in `replay`, or sends them there."""
        return NStepAdder(replay, self.layout, self.config.n_step, self.config.discount)

    def make_dataset(self, replay: Replay) -> Iterator[np.ndarray]:
        """The batches of a learner."""
        return replay.make_dataset(self.config.batch_size)

    def make_actor(
        self, policy: BehaviourPolicy, adder: NStepAdder, variable_source: VariableSource, seed: int
    ) -> OffPolicyActor:
        """An actor with the variable source's weights."""
        begin = self.config.num_prior_steps
        random_steps = range(begin, begin + self.config.num_random_steps)
        return OffPolicyActor(policy, adder, variable_source, self.layout.action_size, random_steps, seed)

    def steps_due(self, replay: Replay, learner_steps: int) -> int:
        """Updates that the learner owes after `learner_steps` of them."""
        return self.config.pace.updates_due(replay.num_inserted, learner_steps)

    def samples_per_insert(self, num_inserted: int, learner_steps: int) -> float | None:
        """Transitions sampled for each one inserted since updates began."""
        num_counted = num_inserted - self.config.num_steps_before_updates
        return learner_steps * self.config.batch_size / num_counted if num_counted > 0 else None


class DeterministicBuilder(OffPolicyBuilder[NoiseConfigT]):
    """Makes the parts of an agent with a deterministic policy, which explores by noise on its actions.

    An agent adds `make_networks` and `make_learner`.
    """

    @property
    def architecture(self) -> PolicyArchitecture:
        """The shape of the policy."""
        return policy_architecture(self.config, self.spec, head="tanh")

    def make_own_policy(self, seed: int, noise_scale: float) -> NoisyPolicy:
        """The online policy with the configured noise."""
        action_size = self.layout.action_size
        noise = (
            GaussianNoise(action_size, seed)
            if self.config.noise == "gaussian"
            else OrnsteinUhlenbeckNoise(action_size, self.config.theta, seed)
        )
        return NoisyPolicy(self.architecture, noise, self.config.sigma, noise_scale)


class QueueBuilder(Builder[ConfigT]):
    """Makes the parts of an agent that learns from each item once, so many at a time.

    Attributes:
        item_name: what an item is to a user.
    """

    item_name: ClassVar[str]

    @property
    @abc.abstractmethod
    def items_per_step(self) -> int:
        """Items that the learner takes at a time."""

    def make_replay(self, home: str, seed: int) -> Queue:
        """An empty queue.

        Raises:
            UserError: if it is to be in a Reverb server.
        """
        if home != "arrays":
            name = self.item_name
            raise UserError(f"replay = {home}: must be arrays with an agent that learns from each {name} once")
        return Queue(self.layout.row_size)

    def make_dataset(self, replay: Replay) -> Iterator[np.ndarray]:
        """What the learner takes, time after time."""
        return replay.make_dataset(self.items_per_step)

    def steps_due(self, replay: Replay, learner_steps: int) -> int:
        """How often there are enough items that wait."""
        return replay.size // self.items_per_step
