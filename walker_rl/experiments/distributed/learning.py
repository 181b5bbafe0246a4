"""Replay and learner of the central process, fed by the queue of transitions."""

import math

import numpy as np

from walker_rl.agents.builder import Builder
from walker_rl.errors import RunError
from walker_rl.experiments.components import builder_of
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.distributed.channel import Channel
from walker_rl.experiments.distributed.transitions import rows_of
from walker_rl.experiments.seeding import make_seeds
from walker_rl.types import Metrics, State

BLOCKS_READY = 2
"""Blocks of transitions fetched from the queue before they are needed."""

IDLE_WAIT = 0.05
"""Seconds to wait for a transition when no update is owed."""


class Learning:
    """Updates as often as the local runner would: after each transition, those that are owed.

    Reverb carries each transition once, into arrays beside the learner: a batch sampled from a Reverb table would cost
    as much as half an update.
    """

    def __init__(self, config: ExperimentConfig):
        """Makes an empty replay and a new learner, each from its own seed."""
        seeds = make_seeds(config.seed)
        self._builder: Builder = builder_of(config)
        self._layout = self._builder.layout
        self._replay = self._builder.make_replay("arrays", seeds.replay)
        networks = self._builder.make_networks(seeds.networks)
        self._learner = self._builder.make_learner(networks, self._builder.make_dataset(self._replay), seeds.learner)
        self._is_idle = False

    def connect(self, channel: Channel) -> None:
        """Takes transitions from the queue from now on."""
        self._blocks = channel.subscribe_to_rows(BLOCKS_READY)

    def work(self) -> Metrics | None:
        """Does the next update, if one is owed, or else takes the next transitions, for which it waits shortly.

        Returns:
            What the update tells, if there was one.

        Raises:
            RunError: if a loss is not finite.
        """
        if self._builder.steps_due(self._replay, self._learner.learner_steps):
            metrics = self._learner.step()
            for name, value in metrics.items():
                if not math.isfinite(value):
                    raise RunError(f"{name} is {value} at learner step {self.learner_steps}")
            return metrics
        block = self._blocks.get(timeout=IDLE_WAIT)
        self._is_idle = block is None
        for row in rows_of(block) if block is not None else ():
            self._replay.insert(self._layout.unpack(row))
        return None

    @property
    def is_idle(self) -> bool:
        """Whether no transition came when one was waited for."""
        return self._is_idle

    @property
    def learner_steps(self) -> int:
        """Updates so far."""
        return self._learner.learner_steps

    @property
    def replay_size(self) -> int:
        """Items held."""
        return self._replay.size

    @property
    def samples_per_insert(self) -> float | None:
        """How often each item was sampled, on average; None before any should have been."""
        return self._builder.samples_per_insert(self._replay.num_inserted, self.learner_steps)

    @property
    def policy_weights(self) -> np.ndarray:
        """As `Learner.policy_weights`."""
        return self._learner.policy_weights

    @property
    def evaluated_weights(self) -> np.ndarray:
        """As `Learner.evaluated_weights`."""
        return self._learner.evaluated_weights

    def save(self) -> tuple[State, State]:
        """The states of the learner and of the replay, which belong together.

        Raises:
            RunError: if a weight is not finite.
        """
        learner = self._learner.save()
        if not all(np.isfinite(array).all() for array in learner.values()):
            raise RunError(f"a weight is not finite at learner step {self.learner_steps}")
        return learner, self._replay.save()

    def restore(self, learner: State, replay: State) -> None:
        """Goes on from what `save` returned."""
        self._learner.restore(learner)
        self._replay.restore(replay)
