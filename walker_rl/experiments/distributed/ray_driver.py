"""Places the commands of a run on a Ray cluster; runs in Ray's own Python, without importing walker_rl.

`python ray_driver.py SPEC`, with SPEC a JSON file:

    address       address of the cluster, as `ray.init` takes it
    python        interpreter with walker_rl installed, on every machine of the cluster
    agent_name    name of the run's agent
    run_dir       local run directory, sent to the central process's machine and copied back
    run_id        id of the run
    num_actors    number of actor processes, each with a CPU of its own
    central_cpus  CPUs for the central process and the evaluator
    fetch_period  seconds between copies of the run directory, in case that machine is lost
"""

import contextlib
import ctypes
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Ignored by `cluster submit`. Nothing is to be saved yet, and Ray's slow import may drop a KeyboardInterrupt.
signal.signal(signal.SIGINT, signal.SIG_DFL)

import ray  # noqa: E402

MAX_TRIES = 5
"""Starts of a process in quick succession before the run is given up."""

LONG_ENOUGH = 30.0
"""Seconds of running after which earlier failures no longer count."""

POLL_PERIOD = 0.5
TOLD_PERIOD = 30.0
ANSWER_LIMIT = 60.0
COPY_LIMIT = 600.0

_PR_SET_PDEATHSIG = 1

COMPLETE, FAILED, REFUSED, STOPPED, INTERRUPTED = 0, 1, 2, 75, 130

Spec = dict[str, Any]


class Lost(Exception):
    """The machine of the central process is lost."""


class CentralHost:
    """The central process and the evaluator, on the machine where Ray places this."""

    def __init__(self, spec: Spec) -> None:
        """Writes nothing, since a host that has not started is killed without a chance to clean up."""
        self._spec = spec
        with socket.socket() as probe:
            probe.bind(("", 0))
            self._address = f"{ray.util.get_node_ip_address()}:{probe.getsockname()[1]}"

    def start(self, run: bytes) -> tuple[str | None, str]:
        """Writes the run directory, and starts the process, which resumes the run.

        Args:
            run: run directory, as `pack` returns it.

        Returns:
            The address for actors, or None and the reason for which the process can't start.
        """
        spec = self._spec
        self._folder = Path(tempfile.mkdtemp(prefix="walker_rl_"))
        self._run = self._folder / "run"
        unpack(run, self._run)
        command = (spec["python"], "-m", "walker_rl", "launch", spec["agent_name"], "--role", "central")
        options = ("--resume", str(self._run), "--listen", self._address)
        with (self._folder / "output").open("w") as output:
            try:
                self._process = subprocess.Popen(
                    [*command, *options], stdout=output, stderr=subprocess.STDOUT, preexec_fn=end_with_parent
                )
            except OSError as error:
                shutil.rmtree(self._folder)
                return None, no_python(spec, error)
        return self._address, ""

    def poll(self) -> tuple[int | None, dict[str, Any], str]:
        """Returns the exit status, the run's status and the last line printed."""
        code, status = self._process.poll(), {}
        with contextlib.suppress(FileNotFoundError, ValueError):
            status = json.loads((self._run / "status.json").read_text())
        return code, status, last_line((self._folder / "output").read_text(errors="replace"))

    def stop(self) -> None:
        """Asks the run to save and exit."""
        self._process.terminate()

    def copy(self) -> bytes:
        """Packs the run directory in its present state."""
        return pack(self._run)

    def place(self) -> str:
        """Returns the place of the run directory, as "HOST:PATH"."""
        return f"{self._address.partition(':')[0]}:{self._run}"

    def clean_up(self) -> None:
        """Waits for the process, and deletes its files on this machine."""
        self._process.wait()
        shutil.rmtree(self._folder)


class ActorHost:
    """An actor's process, on the machine where Ray places this."""

    def act(self, spec: Spec, address: str, index: int) -> tuple[int, str]:
        """Runs the process to its end; returns its exit status and the last line printed, or why it can't start."""
        command = (spec["python"], "-m", "walker_rl", "node", "--role", "actor", "--parent", str(os.getpid()))
        options = ("--connect", address, "--run-id", spec["run_id"], "--index", str(index))
        words = [*command, *options]
        try:
            ended = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        except OSError as error:
            return REFUSED, no_python(spec, error)
        return ended.returncode, last_line(ended.stdout)


class ActorKeeper:
    """Keeps one actor of the run alive, wherever Ray places it."""

    def __init__(self, spec: Spec, address: str, index: int) -> None:
        """Asks Ray for an actor, which starts when there is a free CPU."""
        self._arguments = (spec, address, index)
        self._name = f"actor_{index}"
        self._tries = 0
        self._start_at = 0.0
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
            if time.monotonic() >= self._start_at:
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
        # Not one that Ray restarts: its calls fail until there is a CPU, as if it died again and again.
        self._actor = ray.remote(ActorHost).options(num_cpus=1, scheduling_strategy="SPREAD").remote()

    def _plan_restart(self, ending: str, remedy: str) -> None:
        self._tries = 1 if time.monotonic() - self._started > LONG_ENOUGH else self._tries + 1
        if self._tries >= MAX_TRIES:
            raise RuntimeError(f"{self._name} has failed {self._tries} times in a row: it {ending}")
        tell(f"{self._name} {ending}; {remedy}")
        self._start_at = time.monotonic() + 2.0 ** (self._tries - 2)

    def kill(self) -> None:
        """Kills the actor."""
        ray.kill(self._actor)


class ClusterRun:
    """A run on the cluster, whose directory is copied back to this machine."""

    def __init__(self, spec: Spec, stop_requested: Callable[[], bool]) -> None:
        """Asks Ray for a machine for the central process."""
        self._spec = spec
        self._stop_requested = stop_requested
        self._run_dir = Path(spec["run_dir"])
        options = {"num_cpus": spec["central_cpus"]}
        self._central = ray.remote(CentralHost).options(**options).remote(spec)
        self._keepers: list[ActorKeeper] = []
        self._failure: Exception | None = None
        self._is_stopping = False
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
        address, reason = ask(self._central.start.remote(pack(self._run_dir)), COPY_LIMIT)
        if address is None:
            raise ValueError(reason)
        tell(f"central process at {address}")
        self._keepers = [ActorKeeper(self._spec, address, index) for index in range(self._spec["num_actors"])]
        return True

    def follow(self) -> int:
        """Follows the run to its end, and copies it back; returns the exit status of the central process.

        Raises:
            Lost: if the machine of the central process is lost; the last copy of the run directory is on this machine.
            RuntimeError: if the central process fails, an actor does repeatedly, or the run can't be copied back.
            ray.exceptions.RayError: if Ray fails to run an actor.
        """
        while True:
            code, status, line = ask(self._central.poll.remote())
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
            raise RuntimeError(f"the central process has ended with status {code} ({line})")
        return int(code)

    def kill(self) -> None:
        """Kills all that is left of it on the cluster."""
        for keeper in self._keepers:
            keeper.kill()
        ray.kill(self._central)

    def _describe(self, status: dict[str, Any]) -> None:
        """Prints the run's progress now and then."""
        if status and time.monotonic() - self._told_at > TOLD_PERIOD:
            self._told_at = time.monotonic()
            tell(describe(status))

    def _copy(self) -> None:
        """Copies the run directory when that is due; a failure is a warning."""
        if time.monotonic() - self._copied_at <= self._spec["fetch_period"]:
            return
        self._copied_at = time.monotonic()
        try:
            unpack(ask(self._central.copy.remote(), COPY_LIMIT), self._run_dir)
        except (OSError, ray.exceptions.RayTaskError) as error:
            tell(f"warning: the run could not be copied ({last_line(str(error))}); it is tried again")

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
            unpack(ask(self._central.copy.remote(), COPY_LIMIT), self._run_dir)
        except (OSError, ray.exceptions.RayTaskError) as error:
            reason, place = last_line(str(error)), ask(self._central.place.remote())
            raise RuntimeError(f"the run could not be copied back ({reason}); it stays at {place}") from None
        ask(self._central.clean_up.remote())


def submit(spec: Spec, stop_requested: Callable[[], bool]) -> int:
    """Runs to the end, or until a stop is requested; returns the exit status. Raises what a `ClusterRun` does."""
    run = ClusterRun(spec, stop_requested)
    try:
        return run.follow() if run.start() else STOPPED
    finally:
        run.kill()


def ask(reference: Any, limit: float = ANSWER_LIMIT) -> Any:
    """Returns the result of a method of the central process.

    Raises:
        Lost: if there is no answer.
    """
    try:
        return ray.get(reference, timeout=limit)
    except (ray.exceptions.RayActorError, ray.exceptions.GetTimeoutError) as error:
        raise Lost(type(error).__name__) from None


def wait_for(reference: Any, what: str, stop_requested: Callable[[], bool]) -> Any:
    """Waits until Ray has placed something, with a line now and then; returns None if a stop is requested first."""
    tell(f"waiting for {what}")  # From this line on, `cluster submit` leaves stops to this process.
    told_at = time.monotonic()
    while not ray.wait([reference], timeout=POLL_PERIOD)[0]:
        if stop_requested():
            return None
        if time.monotonic() - told_at > TOLD_PERIOD:
            told_at = time.monotonic()
            tell(f"waiting for {what}")
    return ask(reference)


def end_with_parent() -> None:
    """Makes the kernel kill the process that is about to start when Ray's worker dies."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def no_python(spec: Spec, error: OSError) -> str:
    """The line about an interpreter that a machine of the cluster can't start."""
    return f"python = {spec['python']}: must be a Python on every machine ({error.strerror})"


def describe(status: dict[str, Any]) -> str:
    """Describes a run's progress in one line."""
    share = 100 * status["actor_steps"] / status["max_actor_steps"]
    evaluation = status["evaluation_return"]
    steps = f"{status['actor_steps']:,} / {status['max_actor_steps']:,} steps ({share:.0f} %), "
    if status["phase"] == "ending":
        return f"{steps}training is complete; now the choice and video of the best policy, and the final evaluation"
    return (
        f"{steps}"
        f"{status['num_actors']} actors, {status['learner_steps']:,} learner steps, "
        f"evaluation return {'-' if evaluation is None else f'{evaluation:,.0f}'}"
    )


def pack(folder: Path) -> bytes:
    """Packs a run directory that may be in use into a tar archive, without hidden and half-written files."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(folder).parts
            if path.is_file() and not any(part.startswith(".") or part.endswith(".part") for part in parts):
                with contextlib.suppress(FileNotFoundError):  # An old checkpoint may be deleted meanwhile.
                    archive.add(path, str(path.relative_to(folder)))
    return content.getvalue()


def unpack(content: bytes, folder: Path) -> None:
    """Extracts an archive made by `pack` into `folder`; deletes checkpoints that are not in it."""
    for name in ("metrics", "tensorboard", "checkpoints", "policy", "videos"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        kept = {Path(name).parts[1] for name in archive.getnames() if name.startswith("checkpoints/")}
        archive.extractall(folder)
    for path in (folder / "checkpoints").glob("step_*.npz"):
        if path.name not in kept:
            path.unlink()


def last_line(text: str) -> str:
    """The last non-empty line of a text; "" if there is none."""
    return (text.strip().splitlines() or [""])[-1]


def tell(text: str) -> None:
    """Prints a line."""
    print(text, flush=True)


def main() -> int:
    """Runs to the end, restarting from the last copy if the central process's machine is lost."""
    spec: Spec = json.loads(Path(sys.argv[1]).read_text())
    received: list[int] = []
    tell(f"Waiting for Ray at {spec['address']}")
    try:
        ray.init(address=spec["address"], logging_level="ERROR", log_to_driver=False)
    except Exception as error:
        print(f"address = {spec['address']}: must be a Ray cluster ({last_line(str(error))})", file=sys.stderr)
        return REFUSED
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: received.append(number))
    for _ in range(MAX_TRIES):
        try:
            status = submit(spec, lambda: bool(received))
            return INTERRUPTED if status == STOPPED and signal.SIGINT in received else status
        except Lost as error:
            lost = f"the machine of the central process is lost ({error})"
            if received:
                print(f"{lost} before the run was saved; {spec['run_dir']} is its last copy", file=sys.stderr)
                return FAILED
            tell(f"{lost}; resuming from the last copy of the run")
        except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
            print(last_line(str(error)), file=sys.stderr)
            return REFUSED if isinstance(error, ValueError) else FAILED
    print(f"the machine of the central process was lost {MAX_TRIES} times", file=sys.stderr)
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
