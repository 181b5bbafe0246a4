"""Runs with evaluations of one's choice."""

import numpy as np
import pytest
from PIL import Image

from tests.tiny import AGENT
from walker_rl.analysis.compared_run import ComparedRun
from walker_rl.analysis.final_evaluation import FinalEvaluation
from walker_rl.analysis.runs import read_runs
from walker_rl.errors import UserError
from walker_rl.evaluation import Evaluation
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.creation import create_run_directory
from walker_rl.experiments.run.summary import write_summary


def make_run(
    path,
    returns,
    *overrides,
    agent=AGENT,
    period=1_000,
    final=None,
    falls=(0, 0),
    walltimes=None,
    runner="train",
    ended_by="steps",
):
    """A run directory as a training leaves it, with these evaluations.

    `final` has the returns of the best and the last policy in each of four final episodes, `falls` the falls in them.
    """
    run = create_run_directory(path, load_config(agent, overrides=list(overrides)), runner)
    rows = [f"{index * period},{index * 10},{value},0.0,{value}" for index, value in enumerate(returns, 1)]
    header = "actor_steps,learner_steps,mean_return,stddev_return,episode_return_0"
    (run.metrics / "evaluation.csv").write_text("\n".join([header, *rows, ""]))
    times = [60.0 * index for index, _ in enumerate(returns, 1)] if walltimes is None else walltimes
    rows = [f"{index * period},{index * 10},{value}" for index, value in enumerate(times, 1)]
    (run.metrics / "timing.csv").write_text("\n".join(["actor_steps,learner_steps,walltime", *rows, ""]))
    if final is not None:
        evaluations = {
            name: Evaluation((value,) * 4, (1000,) * 4, tuple(index < num_falls for index in range(4)))
            for name, value, num_falls in zip(("best", "last"), final, falls, strict=True)
        }
        write_summary(run, evaluations, ended_by)
    return run


def make_film(path) -> None:
    """A film of three frames."""
    frames = [Image.fromarray(np.full((60, 80, 3), shade, np.uint8)) for shade in (0, 120, 240)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=60)


def run(name, returns, group="a", last=None, best=None, falls=None, steps=None, walltime=None, losses=None):
    steps = np.array(steps or [10.0 * index for index, _ in enumerate(returns, 1)])
    walltime = steps * 6 if walltime is None else np.array(walltime)
    losses = np.full(len(steps), np.nan) if losses is None else np.array(losses)
    last, best = (None if value is None else FinalEvaluation(value, 1.0, falls) for value in (last, best))
    return ComparedRun(
        name, group, "T", 0, "c", "walker-rl", steps, walltime, np.array(returns, float), last, best, losses
    )


def refusal(*arguments) -> str:
    """The line with which `read_runs` refuses its arguments."""
    with pytest.raises(UserError) as caught:
        read_runs(*arguments)
    return str(caught.value)
