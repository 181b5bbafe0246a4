"""A run on the cluster, from its start to the last copy of its directory."""

import contextlib
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ray

from .actor_keeper import ActorKeeper
from .archive import pack, unpack
from .hosts import COMPLETE, STOPPED, CentralHost, Spec
from .texts import describe, last_line, relay, tell

POLL_PERIOD = 0.5
TOLD_PERIOD = 30.0
ANSWER_LIMIT = 600.0
"""Seconds for a copy of the run, or for Ray to repeat a call over a broken connection."""


class Lost(Exception):
    """The machine of the central process is lost, or silent for `ANSWER_LIMIT`."""


class ClusterRun:
    """A run on the cluster, whose directory is copied back to this machine."""

    def __init__(self, spec: Spec, stop_requested: Callable[[], bool]) -> None:
        """Asks Ray for a machine for the central process."""
        self._spec = spec
        self._stop_requested = stop_requested
        self._run_dir = Path(spec["run_dir"])
        # A connection that breaks does not end the run: Ray repeats the call until the machine is lost.
        options = {"num_cpus": spec["central_cpus"], "max_task_retries": -1}
        self._central = ray.remote(CentralHost).options(**options).remote(spec)
        self._keepers: list[ActorKeeper] = []
        self._failure: Exception | None = None
        self._is_stopping = False
        self._first_checkpoint = self._newest_checkpoint
        self._told_at = self._copied_at = time.monotonic()

    def start(self) -> bool:
        """Starts the central process, and asks Ray for the actors; returns False if a stop is requested first.

        Raises:
            Lost: if the machine of the central process is lost.
            ValueError: if the run can't be started.
        """
        cpus = f"{self._spec['central_cpus']} free CPUs on one machine"
        if not wait_for(self._central.__ray_ready__.remote(), cpus, self._stop_requested):
            return False
        # A stop now waits for `follow`, which cleans up.
        start = self._central.start.options(max_task_retries=0)  # Repeated, it would start a second process.
        address, reason = ask(start.remote(pack(self._run_dir)))
        if address is None:
            raise ValueError(reason)
        tell(f"central process at {address}")
        self._keepers = [ActorKeeper(self._spec, address, index) for index in range(self._spec["num_actors"])]
        return True

    @property
    def has_progressed(self) -> bool:
        """True once a newer checkpoint has been copied to this machine, so that earlier losses no longer count."""
        return self._newest_checkpoint > self._first_checkpoint

    def follow(self) -> int:
        """Follows the run to its end, and copies it back; returns the exit status of the central process.

        Raises:
            Lost: if the machine of the central process is lost; the last copy of the run directory is on this machine.
            RuntimeError: if the central process fails, an actor fails repeatedly, or the run can't be copied back.
            ray.exceptions.RayError: if Ray fails to run an actor.
        """
        num_lines, said = 0, ""
        while True:
            code, status, lines = ask(self._central.poll.remote(num_lines))
            num_lines += len(lines)
            said = last_line("\n".join((said, *lines)))
            relay(lines)
            if code is not None:
                break
            self._describe(status)
            self._copy()
            if (self._stop_requested() or self._failure) and not self._is_stopping:
                self._is_stopping = True
                ask(self._central.stop.remote())
            self._check_actors()
            time.sleep(POLL_PERIOD)
        self._bring_back()
        if self._failure is not None:
            raise self._failure
        if self._is_stopping and code == -signal.SIGTERM:
            return STOPPED  # It was still importing.
        if code not in (COMPLETE, STOPPED):
            reason = said.partition("; see ")[0]  # What follows is about the other machine.
            raise RuntimeError(f"the central process has ended with status {code} ({reason}); see {self._run_dir}/logs")
        return int(code)

    def kill(self) -> None:
        """Kills whatever is left of the run on the cluster."""
        for keeper in self._keepers:
            keeper.kill()
        ray.kill(self._central)

    @property
    def _newest_checkpoint(self) -> str:
        """Name of the newest checkpoint on this machine; "" before the first."""
        return max((path.name for path in self._run_dir.glob("checkpoints/step_*.npz")), default="")

    def _describe(self, status: dict[str, Any]) -> None:
        """Prints the training's progress now and then."""
        if status.get("phase") == "training" and time.monotonic() - self._told_at > TOLD_PERIOD:
            self._told_at = time.monotonic()
            tell(describe(status))

    def _copy(self) -> None:
        """Copies the run directory when that is due; a failure is a warning."""
        if time.monotonic() - self._copied_at <= self._spec["fetch_period"]:
            return
        self._copied_at = time.monotonic()
        try:
            self._fetch()
        except (OSError, ray.exceptions.RayTaskError) as error:
            tell(f"warning: the run could not be copied ({last_line(str(error))}); retrying")

    def _check_actors(self) -> None:
        """Keeps the actors running; notes a failure, since the central process must save before it is raised."""
        try:
            for keeper in self._keepers if not self._is_stopping else ():
                keeper.check()
        except (RuntimeError, ray.exceptions.RayError) as error:
            self._failure = error

    def _bring_back(self) -> None:
        """Moves the run directory to this machine."""
        try:
            self._fetch()
        except (OSError, ray.exceptions.RayTaskError) as error:
            reason, place = last_line(str(error)), ask(self._central.place.remote())
            raise RuntimeError(f"the run could not be copied back ({reason}); it stays at {place}") from None
        with contextlib.suppress(Lost):  # The run is here.
            ask(self._central.clean_up.remote())

    def _fetch(self) -> None:
        """Brings this machine's run directory to the state of the central process's.

        Raises:
            Lost: if the machine of the central process is lost.
            OSError: if it takes longer than `ANSWER_LIMIT`, or this machine's disk fails.
            ray.exceptions.RayTaskError: if the other machine's disk fails.
        """
        content = self._central.copy.remote()
        if not ray.wait([content], timeout=ANSWER_LIMIT)[0]:
            raise TimeoutError(f"it took longer than {ANSWER_LIMIT:.0f} s")
        unpack(ask(content), self._run_dir)


def ask(reference: Any) -> Any:
    """Returns the result of a method of the central process.

    Raises:
        Lost: if there is no answer.
    """
    try:
        return ray.get(reference, timeout=ANSWER_LIMIT)
    except (ray.exceptions.RayActorError, ray.exceptions.GetTimeoutError) as error:
        raise Lost(type(error).__name__) from None


def wait_for(reference: Any, what: str, stop_requested: Callable[[], bool]) -> Any:
    """Waits until Ray has placed something, with a line now and then; returns None if a stop is requested first."""
    tell(f"waiting for {what}")
    told_at = time.monotonic()
    while not ray.wait([reference], timeout=POLL_PERIOD)[0]:
        if stop_requested():
            return None
        if time.monotonic() - told_at > TOLD_PERIOD:
            told_at = time.monotonic()
            tell(f"waiting for {what}")
    return ask(reference)
