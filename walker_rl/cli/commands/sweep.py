"""`walker-rl sweep AGENT...`: agents x tasks x seeds x a grid, as many runs at a time as there are CPUs."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from walker_rl.agents import agent_names
from walker_rl.cli.agent_check import check_agents
from walker_rl.cli.completion import complete_tasks
from walker_rl.cli.program import command_line, print_next
from walker_rl.cli.quantities import integer_option
from walker_rl.cli.request import (
    ConfigFiles,
    Overrides,
    Prior,
    Steps,
    all_overrides,
    prior_override,
)
from walker_rl.cli.run_page import where_to_look
from walker_rl.errors import NotWholeError, UserError
from walker_rl.experiments.config_warnings import config_warnings
from walker_rl.files.locks import locked_output
from walker_rl.printable import counted, one_line
from walker_rl.processes.exit_statuses import COMPLETE, FAILED, INTERRUPTED, STOPPED
from walker_rl.stack import require_package
from walker_rl.terminal.prose import print_prose

if TYPE_CHECKING:
    from walker_rl.experiments.sweep.job import Job
    from walker_rl.experiments.sweep.spec import SweepSpec

Agents = Annotated[
    list[str] | None,
    typer.Argument(metavar="AGENT", help="Agents to train; walker-rl list shows all.", autocompletion=agent_names),
]
SpecFile = Annotated[
    Path | None,
    typer.Option(
        "--spec",
        metavar="FILE",
        help="YAML file of agents, tasks, seeds and more, as in docs/comparing.md; options override or extend it.",
    ),
]
Tasks = Annotated[
    list[str] | None,
    typer.Option(
        "--task", metavar="TASK", help="Task; may be repeated.  [default: that of train]", autocompletion=complete_tasks
    ),
]
Seeds = Annotated[
    list[str] | None,
    typer.Option(metavar="SEEDS", help="Seeds, as in 0-4 or 0,2,5; may be repeated.  [default: that of train]"),
]
Grid = Annotated[
    list[str] | None,
    typer.Option(metavar="FIELD=VALUE,VALUE", help="Train with each of these values; may be repeated."),
]
Jobs = Annotated[
    int | None, integer_option(min=1, max=1_000, metavar="NUMBER", help="Runs at a time.  [default: one for each CPU]")
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FOLDER", help="Folder of the runs.  [default: runs/sweep, or runs/SPEC]"),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="List the runs with their indices, and forecast the time; nothing is written.")
]
Index = Annotated[
    int | None, integer_option(min=0, metavar="INDEX", help="Train only the run with this index, in this process.")
]


def run_sweep(
    agents: Agents = None,
    spec: SpecFile = None,
    tasks: Tasks = None,
    seeds: Seeds = None,
    config: ConfigFiles = None,
    overrides: Overrides = None,
    steps: Steps = None,
    prior: Prior = None,
    grid: Grid = None,
    jobs: Jobs = None,
    output: Output = None,
    dry_run: DryRun = False,
    index: Index = None,
) -> int:
    """Train every combination of agents, tasks, seeds and values of a grid.

    Runs are trained in parallel, one per CPU, each on its own cores and in an ordinary run directory
    OUTPUT/AGENT_TASK_FIELD=VALUE_seedSEED. The same command resumes a sweep that was stopped or killed. With more
    agents, seeds or values, it adds their runs. Exit status: 0 complete; 1 a run has failed twice, or its directory is
    damaged; 75 stopped by SIGTERM, SIGHUP or a batch system; 130 stopped by Ctrl-C.
    """
    require_package("sweep", "tensorflow")

    from walker_rl.experiments.sweep.spec import SweepSpec, plan, read_spec

    if index is not None and jobs is not None:
        raise UserError(f"jobs = {jobs}: must not be given with --index {index}")
    whole = read_spec(spec) if spec else SweepSpec()
    prior_fields = {field: None for name in agents or whole.agents for field in prior_override(name, prior)}
    fields = [*all_overrides(overrides, max_actor_steps=steps), *prior_fields]
    whole = _with_options(whole, agents or [], tasks or [], seeds or [], config or [], fields, grid or [])
    output = output or Path("runs") / (spec.stem if spec else "sweep")
    planned = list(plan(whole, output).values())
    if index is not None and index >= len(planned):
        raise UserError(f"index = {index}: must be in [0, {len(planned) - 1}]")
    chosen = planned if index is None or dry_run else [planned[index]]
    damaged = _check(chosen)
    check_agents(list({dataclasses.replace(job.config, seed=0): None for job in chosen if not job.has_begun}))
    if dry_run:
        return _list(chosen, damaged, jobs)
    if index is not None:
        return _train_one(planned[index], output)
    status = _train_all([job for job in chosen if job not in damaged], output, jobs)
    return FAILED if damaged and status == COMPLETE else status


def _with_options(
    spec: SweepSpec,
    agents: list[str],
    tasks: list[str],
    seeds: list[str],
    files: list[Path],
    overrides: list[str],
    grid: list[str],
) -> SweepSpec:
    from walker_rl.experiments.sweep.spec import check_not_set, fields_of, parse_grid, parse_seeds

    names = tuple(agents) or spec.agents
    whole_grid = {**spec.grid, **parse_grid(grid)}
    given = fields_of(overrides)
    for field in whole_grid:
        check_not_set(field, "is also in --grid; give it once", given)
    return dataclasses.replace(
        spec,
        agents=names,
        tasks=tuple(tasks) or spec.tasks,
        seeds=parse_seeds(",".join(seeds)) if seeds else spec.seeds,
        configs={name: (*spec.configs.get(name, ()), *files) for name in names},
        overrides=(*spec.overrides, *overrides),
        grid=whole_grid,
    )


def _check(jobs: list[Job]) -> list[Job]:
    """Checks that run directories fit their jobs; prints a note about each damaged one, and returns these jobs.

    Raises:
        UserError: if one holds another experiment, or all are damaged.
    """
    damaged: list[Job] = []
    for job in jobs:
        try:
            job.check()
        except NotWholeError as error:
            damaged.append(job)
            if len(damaged) == len(jobs):
                raise
            print(f"note: left out: {one_line(str(error))}", flush=True)
    return damaged


def _list(jobs: list[Job], damaged: list[Job], num_jobs: int | None) -> int:
    from walker_rl.experiments.forecast import forecast_many

    width = len(str(len(jobs)))
    for index, job in enumerate(jobs):
        print(f"{index:{width}}  {'damaged' if job in damaged else _state(job):8}  {job.run_dir}")
    left = [job for job in jobs if job not in damaged and not job.is_complete]
    _warn(left)
    if left:
        print_prose(forecast_many([job.config for job in left], num_jobs))
    return COMPLETE


def _warn(jobs: list[Job]) -> None:
    for job in jobs:
        for warning in config_warnings(job.config):
            print_prose(f"warning: {job.name}: {warning}")


def _state(job: Job) -> str:
    from walker_rl.run_states import RunState

    return (RunState.COMPLETE if job.is_complete else RunState.STOPPED if job.has_begun else RunState.WAITING).value


def _train_all(jobs: list[Job], output: Path, num_jobs: int | None) -> int:
    from walker_rl.experiments.sweep.running import run_jobs

    with locked_output(output, "sweep"):
        print(f"Training {counted(len(jobs), 'run')} in {output}; the output of each goes to {output / 'logs'}")
        print(where_to_look(output, output))
        _warn([job for job in jobs if not job.is_complete])
        status = run_jobs(jobs, output, num_jobs)
    if status in (STOPPED, INTERRUPTED):
        print("Stopped; the same command resumes from the newest checkpoints")
    elif status == COMPLETE:
        print_next(command_line("compare", output, "--output", output / "comparison"))
    return status


def _train_one(job: Job, output: Path) -> int:
    """Replaces this process by the run's, so that the caller can stop it and gets its exit status."""
    if job.is_complete:
        print(f"{job.run_dir} is complete")
        return COMPLETE
    with locked_output(output, "sweep", shared=True) as descriptor:
        os.set_inheritable(descriptor, True)
        command = job.command()
        os.execv(command[0], command)
