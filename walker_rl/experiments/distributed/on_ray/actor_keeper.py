"""Keeps the actors of a run alive."""

import time
from typing import Any

import ray

from .hosts import COMPLETE, ActorHost, Spec
from .texts import tell

MAX_TRIES = 5
"""Failures that end the run: starts of an actor in quick succession, or losses of the central process's machine without
a new checkpoint."""

LONG_ENOUGH = 30.0
"""Seconds of running after which earlier failures no longer count."""


class ActorKeeper:
    """Keeps one actor of the run alive, wherever Ray places it."""

    def __init__(self, spec: Spec, address: str, index: int) -> None:
        """Asks Ray for an actor, which starts when there is a free CPU."""
        self._arguments = (spec, address, index)
        self._name = f"actor_{index}"
        self._tries = 0
        self._start_at = 0.0
        self._ready: Any = None
        self._result: Any = None
        self.has_ended = False
        self._place()

    def check(self) -> None:
        """Starts the process when it is due, and restarts it after a failure.

        Raises:
            RuntimeError: if it fails `MAX_TRIES` times in a row.
        """
        if self.has_ended:
            return
        if self._result is None:
            if time.monotonic() >= self._start_at and ray.wait([self._ready], timeout=0)[0]:
                self._result = self._actor.act.remote(*self._arguments)
                self._started = time.monotonic()
            return
        if not ray.wait([self._result], timeout=0)[0]:
            return
        try:
            code, line = ray.get(self._result)
            self.has_ended = code == COMPLETE
            ending, remedy = f"has ended, with status {code} ({line})", "starting it again"
        except ray.exceptions.RayActorError:
            ending, remedy = "was lost with its machine or its worker", "Ray places it again"
            self._place()
        self._result = None
        if not self.has_ended:
            self._plan_restart(ending, remedy)

    def _place(self) -> None:
        # Without Ray's restarts: calls to a restarting actor fail until there is a CPU, as if it died again and again.
        self._actor = ray.remote(ActorHost).options(num_cpus=1, scheduling_strategy="SPREAD").remote()
        self._ready = self._actor.__ray_ready__.remote()

    def _plan_restart(self, ending: str, remedy: str) -> None:
        self._tries = 1 if time.monotonic() - self._started > LONG_ENOUGH else self._tries + 1
        if self._tries >= MAX_TRIES:
            raise RuntimeError(f"{self._name} has failed {self._tries} times in a row: it {ending}")
        tell(f"{self._name} {ending}; {remedy}")
        self._start_at = time.monotonic() + 2.0 ** (self._tries - 2)

    def kill(self) -> None:
        """Kills the actor."""
        ray.kill(self._actor)
