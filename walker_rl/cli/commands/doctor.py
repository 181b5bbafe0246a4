"""`walker-rl doctor`: checks that this machine can run the project, with one line per check."""

import concurrent.futures
import dataclasses
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import typer

from walker_rl import runtime
from walker_rl.cli.json_output import Json, print_json
from walker_rl.errors import kind_and_message
from walker_rl.processes.child import signal_name
from walker_rl.processes.control_groups import memory_limit
from walker_rl.processes.exit_statuses import FAILED
from walker_rl.processes.search_path import CURRENT_FOLDER_LAST
from walker_rl.processes.slots import usable_cores, usable_cpus
from walker_rl.stack import ABILITIES, HAS_ACME, HERE, NAME, is_installed, require_package

NATIVE_LIBRARIES = ("tensorflow", "pybullet", *(("reverb", "launchpad", "jax") if HAS_ACME else ()))
PYTHONS = ("3.10", "3.11", "3.12", "3.13")
IMPORT_TIMEOUT = 120.0  # seconds
MIN_MEMORY = 2.0  # GiB: libraries, a replay of a million transitions and its copy in a checkpoint
MIN_DISK = 2.0  # GiB: three checkpoints with such a replay, logs and videos
REINSTALL = "reinstall what the project pins: `rm -rf .venv` and `make setup`, or `pip install .` in a new venv"


@dataclasses.dataclass(frozen=True)
class Check:
    """One line of the report.

    Attributes:
        status: "ok"; "note" if optional; "warn" if it works, but slower or not for long; "bad".
        subject: name of the checked component.
        found: the finding, and the requirement where it differs.
        advice: remedy; empty if none is needed.
    """

    status: str
    subject: str
    found: str
    advice: str = ""


def check_machine(context: typer.Context, json: Json = False) -> None:
    """Check that this machine can run the project.

    Print one line each for Python, every package, native libraries, threads, memory and disk. The exit status is 1 if
    anything is wrong.
    """
    require_package("doctor", "packaging")
    checks = []
    for check in _checks():
        checks.append(check)
        advice = f"; {check.advice}" if check.advice else ""
        if not json:
            print(f"{check.status:4}  {check.subject:22}  {check.found}{advice}")
    is_healthy = all(check.status != "bad" for check in checks)
    if json:
        print_json(context, {"healthy": is_healthy, "checks": [dataclasses.asdict(check) for check in checks]})
    if not is_healthy:
        raise typer.Exit(FAILED)


def _checks() -> Iterator[Check]:
    yield _python()
    yield Check("ok", "platform", f"{HERE} {' '.join(platform.libc_ver())}".strip())
    yield Check("ok", "stack", f"{NAME}: {ABILITIES}")
    yield from _packages()
    yield from _native_libraries()
    yield _cores()
    yield _threads()
    if Path("/proc/cpuinfo").exists():  # On Linux.
        yield _onednn()
        yield _memory()
    yield _disk()
    yield _ffmpeg()
    if HAS_ACME:
        yield _private_network()
    yield _pybulletgym()


def _python() -> Check:
    found = f"{platform.python_version()} at {sys.executable}"
    if ".".join(platform.python_version_tuple()[:2]) in PYTHONS:
        return Check("ok", "python", found)
    wanted = f"wanted {', '.join(PYTHONS[:-1])} or {PYTHONS[-1]}"
    return Check("bad", "python", f"{found}, {wanted}", "`make setup` looks for one or says how to get it")


def _packages() -> Iterator[Check]:
    """Checks every requirement in the metadata of the installed `walker-rl`."""
    from packaging.requirements import Requirement

    try:
        requirements = map(Requirement, importlib.metadata.requires("walker-rl") or ())
    except importlib.metadata.PackageNotFoundError:
        yield Check("bad", "walker-rl", "not installed", "`make setup`, or `pip install .` in a venv of your own")
        return
    for requirement in requirements:
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        wanted = f"wanted {requirement.specifier}"
        try:
            found = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            yield Check("bad", requirement.name, f"missing, {wanted}", REINSTALL)
            continue
        if requirement.specifier.contains(found, prereleases=True):
            yield Check("ok", requirement.name, found)
        else:
            yield Check("bad", requirement.name, f"{found}, {wanted}", REINSTALL)


def _native_libraries() -> Iterator[Check]:
    """Imports each library in a separate process, which a failure to link may crash."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=usable_cpus()) as executor:
        yield from executor.map(_load, NATIVE_LIBRARIES)


def _load(library: str) -> Check:
    failure = _failure(f"import {library}")
    if failure:
        return Check("bad", f"import {library}", failure, REINSTALL)
    return Check("ok", f"import {library}", "loads")


def _failure(code: str) -> str:
    """Runs `code` in a separate process; returns the last line of its error, or "" on success."""
    environment = runtime.ENVIRONMENT | dict(os.environ)
    command = [sys.executable, "-c", CURRENT_FOLDER_LAST + code]
    try:
        process = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=IMPORT_TIMEOUT)
    except subprocess.TimeoutExpired:
        return f"not done after {IMPORT_TIMEOUT:.0f} s: try again on an idle machine"
    if process.returncode < 0:
        return f"killed by {signal_name(-process.returncode)}"
    last_line = (process.stderr.strip().splitlines() or ["failed without a message"])[-1]
    return last_line if process.returncode else ""


def _cores() -> Check:
    num_cores, num_cpus = len(usable_cores()), usable_cpus()
    found = str(num_cores) if num_cpus == num_cores else f"{num_cpus} of {num_cores}, by the CPU quota of the container"
    if num_cpus > 1:
        return Check("ok", "cores", found)
    return Check("warn", "cores", found, "policy and critic cannot be updated side by side; training takes longer")


def _threads() -> Check:
    inter_op = runtime.capped(runtime.INTER_OP_THREADS)
    found = f"TensorFlow {runtime.INTRA_OP_THREADS} intra-op, {inter_op} inter-op; NumPy "
    set_by_user = os.environ.get("OMP_NUM_THREADS", "1")
    if set_by_user == "1":
        return Check("ok", "threads", f"{found}1")
    return Check("warn", "threads", f"{found}OMP_NUM_THREADS={set_by_user}", "unset it: actors are faster with 1")


def _onednn() -> Check:
    flags = set(Path("/proc/cpuinfo").read_text().split())
    widest = next((flag for flag in ("avx512f", "avx2", "avx") if flag in flags), None)
    if widest is None:
        return Check("bad", "oneDNN", "this processor has no AVX", "TensorFlow's wheels do not run without it")
    if os.environ.get("TF_ENABLE_ONEDNN_OPTS", "1") == "0":
        return Check("warn", "oneDNN", "off by TF_ENABLE_ONEDNN_OPTS=0", "unset it: updates are a third slower")
    return Check("ok", "oneDNN", f"on, {widest}")


def _memory() -> Check:
    fields = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    available, limit = int(fields["MemAvailable"].split()[0]) / 2**20, memory_limit() / 2**30
    smaller = "`--set agent.max_replay_size=100000`"
    if available <= limit:
        return _at_least(
            MIN_MEMORY, available, "memory", f"{available:.1f} GiB free", f"close other programs, or {smaller}"
        )
    found = f"{limit:.1f} of {available:.1f} GiB free, by the memory limit of the container"
    return _at_least(MIN_MEMORY, limit, "memory", found, f"raise the limit, or {smaller}")


def _disk() -> Check:
    free = shutil.disk_usage(".").free / 2**30
    return _at_least(MIN_DISK, free, "disk", f"{free:.1f} GiB free", "free some, or `--run-dir` on another disk")


def _at_least(wanted: float, size: float, subject: str, found: str, advice: str) -> Check:
    """Checks a size in GiB, which `found` describes."""
    if size >= wanted:
        return Check("ok", subject, found)
    return Check("warn", subject, f"{found}, wanted {wanted:.0f}", advice)


def _ffmpeg() -> Check:
    try:
        import imageio_ffmpeg

        return Check("ok", "ffmpeg", imageio_ffmpeg.get_ffmpeg_version())
    except (ImportError, RuntimeError, OSError, subprocess.SubprocessError) as error:
        advice = "unset IMAGEIO_FFMPEG_EXE if it is set, else `pip install --force-reinstall imageio-ffmpeg`"
        return Check("bad", "ffmpeg", kind_and_message(error), advice)


def _private_network() -> Check:
    """Tries a private network in a separate process."""
    failure = _failure(
        "from walker_rl.experiments.distributed.launch import isolation; isolation.enter_private_network()"
    )
    if failure:
        advice = "`walker-rl launch` needs --open-ports, in a network you trust"
        return Check("note", "private network", failure, advice)
    return Check("ok", "private network", "allowed: nothing outside can reach what `walker-rl launch` starts")


def _pybulletgym() -> Check:
    if not is_installed("pybulletgym"):
        return Check("note", "pybulletgym", "not installed: optional, only for ...PyBulletEnv-v0 and ...MuJoCoEnv-v0")
    failure = _failure("from walker_rl.environments.bullet import pybulletgym_installation as it; it.check_tasks()")
    return Check("bad", "pybulletgym", failure) if failure else Check("ok", "pybulletgym", "each task can be reset")
