"""`walker-rl cluster submit AGENT`: a run on the machines of a Ray cluster."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from walker_rl.cli.agent_app import make_agent_app
from walker_rl.cli.group import Group
from walker_rl.cli.launching import experiment_of, port_of, why_not_found
from walker_rl.cli.program import resume_command
from walker_rl.cli.quantities import integer_option
from walker_rl.cli.request import Request
from walker_rl.cli.see_through import see_through
from walker_rl.errors import ResumableError, UserError, reason_of
from walker_rl.printable import counted
from walker_rl.processes.child import last_line, tie_to_parent
from walker_rl.processes.exit_statuses import COMPLETE, INTERRUPTED, REFUSED, STOPPED
from walker_rl.processes.signals import REQUESTS, WARNINGS, not_ignored
from walker_rl.stack import require_acme

if TYPE_CHECKING:
    from walker_rl.experiments.run.directory import RunDirectory

COMMAND = "cluster submit"

RAY_PYTHON = Path(".venv-ray/bin/python")

CONNECTION_LIMIT = 10.0
"""Seconds for the cluster's machine to accept a connection."""

NumActors = Annotated[
    int, integer_option(min=1, max=10_000, metavar="NUMBER", help="Processes that act, each with a CPU of its own.")
]
Address = Annotated[str, typer.Option(metavar="HOST:PORT", help="Address that `ray start --head` prints.")]
CentralCPUs = Annotated[int, integer_option(min=1, metavar="NUMBER", help="CPUs for the learner and the evaluator.")]
FetchPeriod = Annotated[
    float, typer.Option(min=1, metavar="SECONDS", help="Seconds between copies of the run to this machine.")
]
RayPython = Annotated[
    Path, typer.Option(metavar="FILE", help="Python with Ray on this machine; `make ray` sets it up.")
]
Python = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Python with walker_rl, at the same path on every machine.  [default: the one that runs this command]",
    ),
]


def make_cluster_app() -> typer.Typer:
    """Makes the group `cluster`, with `submit` and a command per agent."""
    app = typer.Typer(cls=Group, help="Train on the machines of a cluster.", rich_markup_mode=None)
    text = "Train on a Ray cluster, and fetch the run directory."
    app.add_typer(make_agent_app(text, _submit), name="submit")
    return app


def _submit(
    request: Request,
    num_actors: NumActors,
    address: Address,
    central_cpus: CentralCPUs = 3,
    fetch_period: FetchPeriod = 600.0,
    ray_python: RayPython = RAY_PYTHON,
    python: Python = None,
) -> int:
    require_acme("cluster submit")

    from walker_rl.experiments.run.directory import updated_config

    if not os.path.exists(ray_python):
        raise UserError(_without_ray(ray_python))
    spec = {
        "num_actors": num_actors,
        "address": address,
        "central_cpus": central_cpus,
        "fetch_period": fetch_period,
        "python": python or sys.executable,
    }
    _check_reachable(address)
    options = [word for name, value in spec.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    options += ["--ray-python", str(ray_python)]
    config, run = experiment_of(request, COMMAND, options)
    again = resume_command(COMMAND, config.agent_name, run.path, *options)

    which = {"agent_name": config.agent_name, "run_dir": str(run.path.absolute()), "run_id": run.provenance.run_id}
    is_new = request.resume is None

    def work() -> int:
        with contextlib.nullcontext() if is_new else updated_config(run, config):
            return _work(ray_python, {**spec, **which}, run, is_new=is_new)

    return see_through(config, run, again, work, f" on {counted(num_actors, 'actor')} of {address}")


def _work(ray_python: Path, spec: dict[str, object], run: RunDirectory, *, is_new: bool) -> int:
    """Trains on the cluster; returns the exit status. A new run that ends before it began is discarded.

    Raises:
        UserError: if the cluster or the driver refuses the run.
        ResumableError: if the run can't continue.
        typer.Exit: if it was stopped before it began.
    """
    from walker_rl.experiments.run.creation import discard_unused

    status, said = _drive(ray_python, spec)
    is_discarded = is_new and status in (REFUSED, INTERRUPTED, STOPPED) and discard_unused(run)
    if status == REFUSED:
        raise UserError(said)
    if is_discarded:
        print("Stopped before the run began; nothing is left behind")
        raise typer.Exit(status)
    if status not in (COMPLETE, STOPPED, INTERRUPTED):
        raise ResumableError(said)
    return status


def _check_reachable(address: str) -> None:
    """Raises UserError unless something listens at the address: Ray's client would try for minutes."""
    port = port_of(address, "address")
    try:
        socket.create_connection((address.rpartition(":")[0], port), CONNECTION_LIMIT).close()
    except (OSError, UnicodeError) as error:
        raise UserError(f"address = {address}: must be a Ray cluster ({why_not_found(error)})") from None


def _drive(ray_python: Path, spec: dict[str, object]) -> tuple[int, str]:
    """Runs the driver; returns its exit status and the last line of its standard error."""
    from walker_rl.experiments.distributed.on_ray.texts import CONNECTING

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The driver receives it, too, and stops the run.
    with tempfile.TemporaryDirectory() as folder:
        path, log = Path(folder) / "spec.json", Path(folder) / "stderr"
        path.write_text(json.dumps(spec))
        try:
            process = _start_driver(ray_python, path, log)
        except OSError as error:
            return REFUSED, _without_ray(ray_python, reason_of(error))
        waits, has_ray = True, False

        def stop(number: int, frame: object) -> None:
            (process.kill if waits else process.terminate)()  # Ray's client ignores signals for half a minute.

        for number in not_ignored((signal.SIGTERM, *WARNINGS)):
            signal.signal(number, stop)
        for line in process.stdout or ():
            waits = line.startswith(CONNECTING)
            has_ray = has_ray or waits
            print(line, end="")  # Safe even if the terminal is lost.
        status = process.wait()
        if waits and -status in (signal.SIGKILL, *REQUESTS):
            status = INTERRUPTED if status == -signal.SIGINT else STOPPED
        said = last_line(log)
        if not has_ray and status not in (INTERRUPTED, STOPPED):
            return REFUSED, _without_ray(ray_python, said)
        return status, said or "no reason was given"


def _start_driver(ray_python: Path, spec: Path, log: Path) -> subprocess.Popen[str]:
    """Starts the driver, whose errors go to the log.

    Raises:
        OSError: if `ray_python` is no program.
    """
    import walker_rl.experiments.distributed as package

    environment = {"RAY_AUTH_MODE": "token", "RAY_NUM_REDIS_GET_RETRIES": "3", **os.environ}  # 20 take 14 minutes.
    command = [str(ray_python.absolute()), "-m", "on_ray.driver", str(spec)]
    with log.open("wb") as errors:
        return subprocess.Popen(
            command,
            cwd=Path(package.__file__).parent,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            preexec_fn=functools.partial(tie_to_parent, os.getpid()),  # Without the lock, it must not write to the run.
        )


def _without_ray(ray_python: Path, reason: str = "") -> str:
    because = f" ({reason})" if reason else ""
    return f"ray_python = {ray_python}: must be a Python that has Ray{because}; `make ray` makes one"
