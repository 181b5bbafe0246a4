"""`walker-rl cluster submit AGENT`: a run on the machines of a Ray cluster."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from walker_rl.cli.experiment import (
    ConfigFiles,
    Overrides,
    Resume,
    RunDir,
    Seed,
    Steps,
    Task,
    all_overrides,
    make_agent_app,
    resume_command,
    tell_outcome,
)
from walker_rl.cli.launching import Request, experiment_of
from walker_rl.processes.exit_statuses import COMPLETE, INTERRUPTED, REFUSED, STOPPED

RAY_PYTHON = Path(".venv-ray/bin/python")

OPTIONS = ("num_actors", "address", "central_cpus", "fetch_period", "python")
"""What is to be given again to go on with a run."""

NumActors = Annotated[int, typer.Option(min=1, max=10_000, help="Processes that act, each with a CPU of its own.")]
Address = Annotated[str, typer.Option(metavar="HOST:PORT", help="Of the cluster, as `ray start --head` prints it.")]
CentralCPUs = Annotated[int, typer.Option(min=1, help="CPUs for the learner and the evaluator.")]
FetchPeriod = Annotated[float, typer.Option(min=1, help="Seconds between copies of the run to this machine.")]
RayPython = Annotated[Path, typer.Option(metavar="FILE", help="The Python that has Ray, here; made by `make ray`.")]
Python = Annotated[
    str | None, typer.Option(metavar="FILE", help="The Python that has walker_rl, on every machine.  [default: this]")
]


def make_cluster_app() -> typer.Typer:
    """The group `cluster`, with `submit` and a command per agent in it."""
    app = typer.Typer(help="Train on the machines of a cluster.", rich_markup_mode=None)
    text = "Let Ray place a run's processes on the machines of its cluster, and bring the run directory back."
    app.add_typer(make_agent_app(text, _make_command), name="submit")
    return app


def _make_command(agent_name: str) -> Callable[..., int]:
    def submit_command(
        num_actors: NumActors,
        address: Address,
        config: ConfigFiles = None,
        overrides: Overrides = None,
        task: Task = None,
        seed: Seed = None,
        steps: Steps = None,
        run_dir: RunDir = None,
        resume: Resume = None,
        central_cpus: CentralCPUs = 3,
        fetch_period: FetchPeriod = 600.0,
        ray_python: RayPython = RAY_PYTHON,
        python: Python = None,
    ) -> int:
        spec = {
            "address": address,
            "python": python or sys.executable,
            "num_actors": num_actors,
            "central_cpus": central_cpus,
            "fetch_period": fetch_period,
        }
        request = Request(agent_name, config or [], all_overrides(overrides, task, seed, steps), run_dir)
        return _submit(request, resume, ray_python, spec)

    return submit_command


def _submit(request: Request, resume: Path | None, ray_python: Path, spec: dict[str, object]) -> int:
    from walker_rl.errors import RunError, UserError
    from walker_rl.experiments.run.directory import discard, locked, update_config

    if not ray_python.exists():
        raise UserError(f"ray_python = {ray_python}: must be a Python that has Ray; `make ray` makes one")
    config, run = experiment_of(request, resume)
    options = [word for name in OPTIONS for word in (f"--{name.replace('_', '-')}", str(spec[name]))]
    again = resume_command("cluster submit", config.agent_name, run.path, *options, "--ray-python", str(ray_python))
    going_on = f"to go on from the newest checkpoint: {again}"
    print(
        f"Submitting {config.agent_name} on {config.task} for {config.max_actor_steps:,} steps; {run.path}", flush=True
    )
    with locked(run), tempfile.TemporaryDirectory() as folder:
        if resume is not None:
            update_config(run, config)
        path = Path(folder) / "spec.json"
        names = {"agent_name": config.agent_name, "run_id": run.provenance.run_id}
        whole = {**spec, **names, "run_dir": str(run.path.absolute())}
        path.write_text(json.dumps(whole))
        status, said = _drive(ray_python, path)
    if status == REFUSED and resume is None and not any(run.checkpoints.iterdir()):
        discard(run)  # Nothing has been done in it.
    if status == REFUSED:
        raise UserError(said)
    if status in (STOPPED, INTERRUPTED):
        print(f"Stopped; {going_on}")
        return status
    if status != COMPLETE:
        raise RunError(f"{said}; {going_on}")
    tell_outcome(config, run)
    return COMPLETE


def _drive(ray_python: Path, spec: Path) -> tuple[int, str]:
    """Runs the driver; returns its exit status, and what it has to say of it."""
    import walker_rl.experiments.distributed as package

    driver = Path(package.__file__).with_name("ray_driver.py")
    environment = {"RAY_AUTH_MODE": "token", **os.environ}
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The driver has it, too, and sees to the end.
    process = subprocess.Popen([ray_python, driver, spec], env=environment, stderr=subprocess.PIPE, text=True)
    signal.signal(signal.SIGTERM, lambda number, frame: process.terminate())
    _, said = process.communicate()
    return process.returncode, (said.strip().splitlines() or ["no word on why"])[-1]
