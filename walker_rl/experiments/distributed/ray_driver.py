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

import ray

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


class Central:
    """The central process and the evaluator, on the machine where Ray places this."""

    def __init__(self, spec: Spec, run: bytes) -> None:
        """Writes the run directory, in which `start` resumes the run."""
        self._spec = spec
        self._folder = Path(tempfile.mkdtemp(prefix="walker_rl_"))
        self._run = self._folder / "run"
        unpack(run, self._run)
        with socket.socket() as probe:
            probe.bind(("", 0))
            self._address = f"{ray.util.get_node_ip_address()}:{probe.getsockname()[1]}"

    def start(self) -> tuple[str | None, str]:
        """Starts the process; returns the address for actors, or None and the reason for which it can't start."""
        spec = self._spec
        command = (spec["python"], "-m", "walker_rl", "launch", spec["agent_name"], "--role", "central")
        options = ("--resume", str(self._run), "--listen", self._address)
        with (self._folder / "output").open("w") as output:
            try:
                self._process = subprocess.Popen(
                    [*command, *options], stdout=output, stderr=subprocess.STDOUT, preexec_fn=end_with_parent
                )
            except OSError as error:
                shutil.rmtree(self._folder)
                return None, f"python = {spec['python']}: must be a Python on every machine ({error.strerror})"
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

    def clean_up(self) -> None:
        """Waits for the process, and deletes its files on this machine."""
        self._process.wait()
        shutil.rmtree(self._folder)


class Actor:
    """An actor's process, on the machine where Ray places this."""

    def act(self, spec: Spec, address: str, index: int) -> tuple[int, str]:
        """Runs the process to its end; returns its exit status and the last line printed."""
        command = (spec["python"], "-m", "walker_rl", "node", "--role", "actor", "--parent", str(os.getpid()))
        options = ("--connect", address, "--run-id", spec["run_id"], "--index", str(index))
        words = [*command, *options]
        ended = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        return ended.returncode, last_line(ended.stdout)


class Slot:
    """Keeps one actor of the run alive, wherever Ray places it."""

    def __init__(self, spec: Spec, address: str, index: int) -> None:
        """Asks Ray for an actor, which starts when there is a free CPU."""
        options = {"num_cpus": 1, "max_restarts": -1, "scheduling_strategy": "SPREAD"}
        self._actor = ray.remote(Actor).options(**options).remote()
        self._arguments = (spec, address, index)
        self._name = f"actor_{index}"
        self._tries = 0
        self._start_at = 0.0
        self._result: Any = None
        self.has_ended = False

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
        except ray.exceptions.RayActorError:
            tell(f"{self._name} was lost with its machine or its worker; Ray places it again")
            self._result = None
            return
        self._result = None
        if code == COMPLETE:
            self.has_ended = True
            return
        self._tries = 1 if time.monotonic() - self._started > LONG_ENOUGH else self._tries + 1
        if self._tries >= MAX_TRIES:
            raise RuntimeError(f"{self._name} has failed {self._tries} times in a row, with status {code} ({line})")
        tell(f"{self._name} has ended, with status {code} ({line}); starting it again")
        self._start_at = time.monotonic() + 2.0 ** (self._tries - 2)

    def kill(self) -> None:
        """Kills the actor."""
        ray.kill(self._actor)


def follow(spec: Spec, stop_requested: Callable[[], bool]) -> int:
    """Starts the run on the cluster and follows it to its end; returns its exit status.

    Raises:
        Lost: if the machine of the central process is lost; the last copy of the run directory is on this machine.
        RuntimeError: if the central process fails, or an actor does repeatedly; the run directory has been copied back.
        ValueError: if the run can't be started.
    """
    run_dir = Path(spec["run_dir"])
    central = ray.remote(Central).options(num_cpus=spec["central_cpus"]).remote(spec, pack(run_dir))
    started = wait_for(central.start.remote(), f"{spec['central_cpus']} free CPUs on one machine", stop_requested)
    if started is None:
        ray.kill(central)
        return STOPPED
    address, reason = started
    if address is None:
        raise ValueError(reason)
    tell(f"central process at {address}")
    slots = [Slot(spec, address, index) for index in range(spec["num_actors"])]
    failure: Exception | None = None
    asked_to_stop = False
    told_at = fetched_at = time.monotonic()
    try:
        while True:
            code, status, line = ask(central.poll.remote())
            if code is not None:
                break
            now = time.monotonic()
            if now - told_at > TOLD_PERIOD and status:
                told_at = now
                tell(describe(status))
            if now - fetched_at > spec["fetch_period"]:
                fetched_at = now
                try:
                    unpack(ask(central.copy.remote(), COPY_LIMIT), run_dir)
                except (OSError, ray.exceptions.RayTaskError) as error:
                    tell(f"warning: the run could not be copied ({last_line(str(error))}); it is tried again")
            if (stop_requested() or failure) and not asked_to_stop:
                asked_to_stop = True
                ask(central.stop.remote())
            try:
                for slot in slots if not asked_to_stop else ():
                    slot.check()
            except RuntimeError as error:
                failure = error
            time.sleep(POLL_PERIOD)
        unpack(ask(central.copy.remote(), COPY_LIMIT), run_dir)
        ask(central.clean_up.remote())
    finally:
        for slot in slots:
            slot.kill()
        ray.kill(central)
    if failure is not None:
        raise failure
    if code not in (COMPLETE, STOPPED):
        raise RuntimeError(f"the central process has ended with status {code} ({line})")
    return int(code)


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
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Nothing is to be saved yet.
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
            status = follow(spec, lambda: bool(received))
            return INTERRUPTED if status == STOPPED and signal.SIGINT in received else status
        except Lost as error:
            if received:
                return FAILED
            tell(f"the machine of the central process is lost ({error}); resuming from the last copy of the run")
        except (RuntimeError, ValueError) as error:
            print(error, file=sys.stderr)
            return FAILED if isinstance(error, RuntimeError) else REFUSED
    print(f"the machine of the central process was lost {MAX_TRIES} times", file=sys.stderr)
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
