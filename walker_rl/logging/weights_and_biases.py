"""A run in Weights & Biases."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from walker_rl.files.metrics_file import STEP_KEY
from walker_rl.files.whole_file import write_whole_text
from walker_rl.logging.tracker import About, Tracker

PROJECT = "walker_rl"

FINISH_LIMIT = 30.0
"""Seconds to send the remaining rows; `wandb sync` can send the rest later."""


class WandbLogger(Tracker):
    """One W&B run, which a resumed run continues; rows can't be deleted."""

    def __init__(self, run_path: Path, about: About, *, is_online: bool):
        """Starts W&B's own process, which writes to `run_path`/wandb and ends with `close` or with this process.

        If it is not online, `wandb sync` can send the run later.

        Raises:
            RuntimeError: if this process has another W&B run.
        """
        folder = run_path.absolute() / "wandb"
        self._closed = folder / "closed"
        last_steps = self._closed.read_text() if self._closed.exists() else ""
        self._last_steps = json.loads(last_steps or "{}")  # Older versions left the file empty.
        os.environ.update(
            WANDB_CACHE_DIR=str(folder / "cache"),
            WANDB_DATA_DIR=str(folder / "data"),
            WANDB_ERROR_REPORTING="false",
            WANDB_SILENT="true",
        )
        import wandb

        if wandb.run is not None and _processes():  # `wandb.init` would return it.
            raise RuntimeError("another W&B run is active in this process")
        self._closed.unlink(missing_ok=True)
        self._wandb = wandb
        try:
            self._run = self._init(run_path, about, is_online)
        except Exception:
            self._abandon()
            raise

    def write(self, data: Mapping[str, Any]) -> None:
        """Sends a row."""
        self._run.log(dict(data))
        self._last_steps |= {name.partition("/")[0]: int(data[STEP_KEY]) for name in data if name != STEP_KEY}

    def discard_after(self, step: int) -> Mapping[str, int]:
        """Deletes nothing; returns the last step of each stream.

        After a killed process it returns no streams, since W&B may have lost the last rows.
        """
        return dict(self._last_steps)

    def write_video(self, gif: Path, step: int) -> None:
        """Sends a GIF."""
        self._run.log({STEP_KEY: step, f"videos/{gif.stem}": self._wandb.Video(str(gif), format="gif")})

    def finish(self, results: Mapping[str, float], policies: Path, step: int) -> None:
        """Sets the summary's final metrics, and stores the policies as an artifact."""
        self._run.summary.update({f"final/{name}": value for name, value in results.items()})
        artifact = self._wandb.Artifact(f"policy-{self._run.id}", type="model")
        for policy in sorted(policies.glob("*.npz")):
            artifact.add_file(str(policy))
        self._run.log_artifact(artifact)

    def close(self) -> None:
        """Ends W&B's process when it has sent everything, or after `FINISH_LIMIT`."""
        limit = threading.Timer(FINISH_LIMIT, _kill_process)
        limit.start()
        try:
            self._run.finish()
            has_all = bool(_processes())  # `finish` may return silently if there is none.
            self._wandb.teardown()
            if has_all:
                write_whole_text(self._closed, json.dumps(self._last_steps))
        finally:
            limit.cancel()
            self._abandon()

    def _init(self, run_path: Path, about: About, is_online: bool) -> Any:
        run = self._wandb.init(
            project=PROJECT,
            dir=run_path,
            id=about.run_id,
            name=about.name,
            group=about.task,
            config=about.hyperparameters,
            mode="online" if is_online else "offline",
            resume="allow" if is_online else None,  # W&B warns about it offline.
            settings=self._wandb.Settings(
                console="off", save_code=False, disable_git=True, x_disable_stats=True, init_timeout=30
            ),
        )
        run.config.update(about.hyperparameters, allow_val_change=True)
        run.define_metric(STEP_KEY)
        run.define_metric("*", step_metric=STEP_KEY)
        return run

    def _abandon(self) -> None:
        """Kills W&B's process, which would wait for an unreachable server, and removes its sockets."""
        _kill_process()
        with contextlib.suppress(Exception):
            self._wandb.teardown()
        for socket_folder in Path(tempfile.gettempdir()).glob(f"wandb-{os.getpid()}-*"):
            shutil.rmtree(socket_folder, ignore_errors=True)  # W&B leaves them behind.


def _kill_process() -> None:
    for pid in _processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _processes() -> list[int]:
    """IDs of W&B's processes that this process started and that still run."""
    if not Path("/proc/self").exists():
        command = ["ps", "-axo", "ppid=,pid=,stat=,comm="]
        table = subprocess.run(command, capture_output=True, text=True).stdout
        return [int(pid) for pid in re.findall(rf"(?m)^ *{os.getpid()} +(\d+) +[^Z\s]\S* .*wandb-core$", table)]
    pids: list[str] = []
    for children in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):  # The thread may end meanwhile.
            pids += children.read_text().split()
    found = []
    for pid in pids:
        with contextlib.suppress(OSError):  # The process may end meanwhile.
            if re.match(r"\d+ \(wandb-core\) [^Z]", Path(f"/proc/{pid}/stat").read_text()):
                found.append(int(pid))
    return found
