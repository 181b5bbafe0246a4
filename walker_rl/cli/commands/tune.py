"""`walker-rl tune AGENT`: a search for hyperparameters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from walker_rl.agents import agent_names, search_space
from walker_rl.cli.agent_check import check_agents
from walker_rl.cli.program import command_line, print_next
from walker_rl.cli.quantities import integer_option
from walker_rl.cli.request import ConfigFiles, Overrides, Steps, Task, all_overrides
from walker_rl.errors import UserError
from walker_rl.experiments.config import why_nothing_is_learned
from walker_rl.field_values import shown
from walker_rl.files.locks import locked_output
from walker_rl.printable import counted
from walker_rl.processes.exit_statuses import COMPLETE
from walker_rl.processes.signals import StopSignals
from walker_rl.processes.slots import usable_slots

if TYPE_CHECKING:
    from walker_rl.experiments.tuning.plan import Plan
    from walker_rl.search_space import SearchSpace

Agent = Annotated[
    str, typer.Argument(metavar="AGENT", help="Agent to tune; walker-rl list shows all.", autocompletion=agent_names)
]
Trials = Annotated[
    int, integer_option(min=1, metavar="NUMBER", help="Total number of trials, including those of earlier calls.")
]
Seeds = Annotated[
    list[str] | None,
    typer.Option(
        metavar="SEEDS",
        help="Seeds of each trial; report results on others; may be repeated.  [default: 100-101]",
    ),
]
Pruner = Annotated[
    str, typer.Option(metavar="PRUNER", help="Pruner that stops poor trials early: median, hyperband or none.")
]
Jobs = Annotated[
    int | None,
    integer_option(min=1, max=1_000, metavar="NUMBER", help="Trials at a time.  [default: one for each CPU]"),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FOLDER", help="Folder of the study.  [default: runs/tune_AGENT]"),
]


def tune_agent(
    agent: Agent,
    trials: Trials = 30,
    seeds: Seeds = None,
    config: ConfigFiles = None,
    overrides: Overrides = None,
    task: Task = None,
    steps: Steps = None,
    pruner: Pruner = "median",
    jobs: Jobs = None,
    output: Output = None,
) -> int:
    """Search for an agent's hyperparameters.

    The space is in walker_rl/agents/AGENT/search_space.py; a field that --set or --config gives is not searched.
    Optuna's tree-structured Parzen estimator draws from it, and the first trial has the agent's defaults. Each trial
    trains its seeds, each an ordinary run in OUTPUT/trials, and retries a failed run once. Its score is the mean return
    of the evaluations in the last quarter, over all seeds. OUTPUT/best.yaml has the best trial's fields, for `walker-rl
    train --config`. The same command resumes a search that was stopped or killed, and lengthens it with more trials.
    Exit status: 0 complete, 1 if the processes of three trials in a row have failed or the disk is full, 75 stopped by
    SIGTERM, SIGHUP or a batch system, 130 by Ctrl-C.
    """
    from walker_rl.experiments.config_loading import load_config
    from walker_rl.experiments.sweep.spec import SEEDS_ADVICE, check_not_set, fields_of, parse_seeds
    from walker_rl.experiments.tuning.plan import PRUNERS, Plan, searched
    from walker_rl.experiments.tuning.study import storage_errors

    if pruner not in PRUNERS:
        raise UserError(f"pruner = {shown(pruner)}: must be one of {', '.join(PRUNERS)}")
    fields = tuple(all_overrides(overrides, task=task, max_actor_steps=steps))
    check_not_set("seed", SEEDS_ADVICE, fields_of(fields))
    files = config or []
    plan = Plan(load_config(agent, files, fields), parse_seeds(",".join(seeds or ["100-101"])), pruner)
    if reason := why_nothing_is_learned(plan.config):
        raise UserError(reason)
    check_agents([plan.config])
    space = searched(search_space(agent), files, fields)
    output = output or Path("runs") / f"tune_{agent}"
    with locked_output(output, "search"), storage_errors(output):
        return _search(plan, space, output, trials, jobs)


def _search(plan: Plan, space: SearchSpace, output: Path, num_trials: int, num_jobs: int | None) -> int:
    from walker_rl.experiments.tuning.best import BEST
    from walker_rl.experiments.tuning.search import Search
    from walker_rl.experiments.tuning.study import Study, describe
    from walker_rl.terminal.prose import print_prose
    from walker_rl.terminal.sweep import SearchDisplay

    study = Study(output, space, plan)
    print(f"Searching {counted(len(space), 'hyperparameter')} of {plan.config.agent_name} in {output}")
    with StopSignals() as signals:
        with SearchDisplay() as display:
            is_complete = Search(study, plan, output, usable_slots(num_jobs), display).run(num_trials, signals)
        if not is_complete:
            print("Stopped; the same command resumes it")
            return signals.exit_status
    for line in describe(study.finished):
        head, colon, fields = line.partition(": ")
        print_prose(fields, f"{head}{colon.strip()}")
    if (output / BEST).exists():
        print_next(command_line("train", plan.config.agent_name, "--config", output / BEST))
    return COMPLETE
