"""The record of a run's origin: versions, commit, machine."""

import contextlib
import dataclasses
import importlib.metadata
import os
import platform
import re
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from walker_rl import __version__, stack
from walker_rl.agents import ENTRY_POINTS
from walker_rl.experiments.prior import PriorRecord
from walker_rl.processes.slots import usable_cpus

_VERSIONED = (
    "cma",
    "dm-acme",
    "dm-control",
    "dm-reverb",
    "dm-sonnet",
    "gym",
    "gymnasium",
    "mujoco",
    "numpy",
    "pybullet",
    "pybullet-arm64",
    "tensorflow",
    "tensorflow-cpu",
)
"""Packages that make a run's numbers, with those of other packages' agents; a machine has some of them."""

RUN_ID_SIZE = 12
"""Hexadecimal digits of a run's id."""


@dataclasses.dataclass(frozen=True)
class Provenance:
    """A run's origin, as far as other modules need it.

    Attributes:
        run_id: unique name of the run.
        runner: command that began it, "train" or "launch".
        walker_rl: version that began it.
        commit: commit of that version, or "unknown".
        stack: libraries that train it, "acme" or "portable"; a version before 0.2.0 had only the first.
        prior: policy or dataset with which training begins, if there is one.
    """

    run_id: str
    runner: str = "train"
    walker_rl: str = "unknown"
    commit: str = "unknown"
    stack: str = "acme"
    prior: PriorRecord | None = None


def provenance() -> dict[str, Any]:
    """Returns an id for a new run, and versions, commit and machine, as plain values."""
    return {
        "run_id": uuid.uuid4().hex[:RUN_ID_SIZE],
        "walker_rl": __version__,
        "commit": commit(),
        "python": platform.python_version(),
        "stack": stack.NAME,
        "packages": dict(_versions()),
        "machine": _machine(),
    }


def commit() -> str:
    """Returns the commit of the checkout that tracks this file, with "-dirty" if files differ; "unknown" without one.

    The package may be installed inside somebody else's repository.
    """
    try:
        _git("ls-files", "--error-unmatch", "--", Path(__file__).name)
        changes = _git("status", "--porcelain", "--untracked-files=no")
        return _git("rev-parse", "--short=12", "HEAD") + ("-dirty" if changes else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _versions() -> Iterator[tuple[str, str]]:
    """Yields what is installed of the packages that make a run's numbers."""
    of_agents = {entry.dist.name for entry in importlib.metadata.entry_points(group=ENTRY_POINTS) if entry.dist}
    for name in sorted({*_VERSIONED, *of_agents}):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            yield name, importlib.metadata.version(name)


def _machine() -> dict[str, Any]:
    """Facts about this machine that affect walltimes."""
    return {"system": platform.platform(), "processor": processor(), "num_cores": usable_cpus()}


def processor() -> str:
    """Name of this machine's processor, or of its kind where the system does not tell."""
    cpuinfo = Path("/proc/cpuinfo")  # Linux has it.
    models = re.findall(r"^model name\s*: (.*)$", cpuinfo.read_text() if cpuinfo.exists() else "", re.MULTILINE)
    return models[0] if models else platform.machine()


def _git(*words: str) -> str:
    """Runs git in this file's folder, without locks that would block other commands; returns its output."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "--no-optional-locks", "-C", str(Path(__file__).parent), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.strip()
