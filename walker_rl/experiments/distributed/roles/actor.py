"""The actor's process: plays, sends its transitions, and reports its step count."""

import contextlib
import math
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from walker_rl.agents.builder import Builder
from walker_rl.errors import RunError
from walker_rl.experiments.distributed.wire.channel import Channel
from walker_rl.experiments.distributed.wire.membership import connect, prior_policy_at
from walker_rl.experiments.distributed.wire.messages import Notice, Report, Weights, Welcome
from walker_rl.experiments.distributed.wire.transitions import TransitionStream
from walker_rl.experiments.environment_loop import EnvironmentLoop
from walker_rl.experiments.parts import builder_of, make_actor_side
from walker_rl.experiments.seeding import make_actor_seeds
from walker_rl.interfaces import VariableSource
from walker_rl.policies.architecture import Architecture
from walker_rl.terminal.display import Display
from walker_rl.types import Metrics, Variables

MAX_STEPS_BETWEEN_REPORTS = 100
"""Actor steps between two reports, at most: exploration schedules depend on the steps of all actors together."""


WAITING_PERIOD = 0.01
"""Seconds between polls while an actor waits."""


class RemoteVariables(VariableSource):
    """The policy's weights as the learner last published them."""

    def __init__(self, channel: Channel, architecture: Architecture):
        """Reads the weights from `channel`."""
        self._channel = channel
        self._architecture = architecture

    def get_variables(self, names: Sequence[str]) -> list[Variables]:
        """Fetches the named weights; "policy" is the only name."""
        split = self._architecture.split_weights
        networks = {"policy": self._channel.read(Weights, lambda weights: split(weights.array))}
        return [networks[name] for name in names]


class ActorNode:
    """One actor of a run, in this process."""

    def __init__(self, address: str, run_id: str, index: int | None):
        """Joins the run; waits until the central process answers.

        Args:
            address: the central process's "HOST:PORT".
            run_id: the run's id.
            index: the actor's index; None asks for a new one.

        Raises:
            UserError: if the run uses another version.
        """
        self._channel, self._config, self._patience = connect(address, run_id)
        self._token = uuid.uuid4().hex
        self._welcome = self._introduce(index)
        self._loop = self._make_loop(builder_of(self._config))
        self._episodes: list[Metrics] = []
        self._num_inserted = 0  # Items that the learner has, from the last notice.
        self._weights_digest = -1  # That of the current weights, from the last notice before they were fetched.
        self._fetched_at = -math.inf

    def run(self, stop_requested: Callable[[], bool]) -> None:
        """Plays until the run is over.

        Raises:
            RunError: if an observation or an action is not finite, or another process has taken over the index.
        """
        display = Display()
        display.message(f"Actor {self._welcome.index} starts at {self._welcome.actor_steps:,} steps.")
        with contextlib.closing(self._loop), contextlib.closing(self._patience):
            with self._stream:
                notice = self._exchange()
                while not notice.is_over and not stop_requested():
                    self._play(notice)
                    notice = self._exchange()
            self._channel.send(self._report(is_last=True))
        reason = "the run has ended" if notice.is_over else "it was stopped"
        display.message(f"Actor {self._welcome.index} ends at {self._actor_steps:,} steps: {reason}.")

    def _play(self, notice: Notice) -> None:
        """Plays until the next report is due; near the end of the run, waits for a notice of the steps left."""
        steps_left = notice.max_actor_steps - notice.actor_steps
        untold_steps = self._actor_steps - notice.actor_steps_by_index.get(self._welcome.index, 0)
        num_steps = math.ceil(steps_left / (2 * max(1, notice.num_actors))) - untold_steps
        if num_steps <= 0:
            time.sleep(WAITING_PERIOD)
            return
        end = time.monotonic() + self._config.distributed.exchange_period
        for _ in range(min(num_steps, MAX_STEPS_BETWEEN_REPORTS)):
            episode = self._loop.step()
            if episode is not None:
                self._episodes.append({**episode.row(), "actor_steps": self._actor_steps})
            if time.monotonic() >= end:
                break

    def _exchange(self) -> Notice:
        self._stream.flush()
        self._channel.send(self._report())
        self._episodes = []
        notice = self._channel.read(Notice)
        if self._token in notice.replaced:
            raise RunError(f"another process plays actor {self._welcome.index} now")
        if notice.num_inserted != self._num_inserted:
            self._num_inserted = notice.num_inserted
            self._loop.actor.set_num_inserted(notice.num_inserted)
        now, period = time.monotonic(), self._config.distributed.exchange_period
        if notice.weights_digest != self._weights_digest and now - self._fetched_at >= period:
            self._weights_digest, self._fetched_at = notice.weights_digest, now
            self._loop.actor.update()
        self._patience.renew()
        return notice

    def _report(self, is_last: bool = False) -> Report:
        return Report(self._token, self._welcome.index, self._actor_steps, self._episodes, is_last=is_last)

    def _introduce(self, index: int | None) -> Welcome:
        told_at = -math.inf
        while True:
            if time.monotonic() - told_at > 2.0:  # The central process may have been restarted.
                self._channel.send(Report(self._token, index, is_first=True))
                told_at = time.monotonic()
            welcome = self._channel.read(Notice).welcomes.get(self._token)
            if welcome is not None:
                return welcome
            time.sleep(WAITING_PERIOD)

    def _make_loop(self, builder: Builder[Any]) -> EnvironmentLoop:
        index, scales = self._welcome.index, self._config.distributed.noise_scales
        seeds = make_actor_seeds(self._config.seed, index, self._welcome.start)
        self._stream = TransitionStream(self._channel, builder.layout.row_size, self._patience)
        variables = RemoteVariables(self._channel, builder.architecture)
        prior_policy, scale = prior_policy_at(self._channel, self._config), scales[index % len(scales)]
        return make_actor_side(self._config, builder, seeds, self._stream, variables, prior_policy, scale, index)

    @property
    def _actor_steps(self) -> int:
        return self._welcome.actor_steps + self._loop.actor_steps
