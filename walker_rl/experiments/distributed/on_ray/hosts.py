"""A run's processes, which Ray starts on the machines of its cluster."""

import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import ray

from .archive import pack, unpack
from .texts import last_line

COMPLETE, FAILED, REFUSED, STOPPED, INTERRUPTED = 0, 1, 2, 75, 130

Spec = dict[str, Any]

_PR_SET_PDEATHSIG = 1


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
            The address for actors, or None and the reason why the process can't start.

        Raises:
            OSError: if this machine's disk is full; nothing is left on it.
        """
        spec = self._spec
        self._folder = Path(tempfile.mkdtemp(prefix="walker_rl_"))
        self._run = self._folder / "run"
        command = (spec["python"], "-m", "walker_rl", "launch", spec["agent_name"], "--role", "central")
        options = ("--resume", str(self._run), "--listen", self._address)
        try:
            unpack(run, self._run)
            with (self._folder / "output").open("w") as output:
                self._process = subprocess.Popen(
                    [*command, *options], stdout=output, stderr=subprocess.STDOUT, preexec_fn=end_with_parent
                )
        except OSError as error:
            self.clean_up()
            if error.filename != spec["python"]:
                raise
            return None, no_python(spec, error)
        return self._address, ""

    def poll(self, num_lines: int) -> tuple[int | None, dict[str, Any], list[str]]:
        """Returns the exit status, the run's status and the lines printed after the first `num_lines`."""
        code, status = self._process.poll(), {}
        with contextlib.suppress(FileNotFoundError, ValueError):
            status = json.loads((self._run / "status.json").read_text())
        return code, status, (self._folder / "output").read_text(errors="replace").split("\n")[num_lines:-1]

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
        """Deletes the run's files on this machine; Ray may repeat the call."""
        shutil.rmtree(self._folder, ignore_errors=True)


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


def end_with_parent() -> None:
    """Makes the kernel kill the process that is about to start when Ray's worker dies."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def no_python(spec: Spec, error: OSError) -> str:
    """The line about an interpreter that a machine of the cluster can't start."""
    return f"python = {spec['python']}: must be a Python on every machine ({error.strerror})"
