"""`walker-rl evaluate RUN`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from walker_rl.cli.json_output import Json, print_json
from walker_rl.cli.policy_argument import Pretrained, RunArgument, Trusted
from walker_rl.cli.program import command_line, print_next
from walker_rl.cli.quantities import integer_option
from walker_rl.counts import MAX_EPISODES
from walker_rl.errors import UserError
from walker_rl.printable import counted, format_score
from walker_rl.terminal.prose import print_prose

if TYPE_CHECKING:
    from walker_rl.evaluation import Evaluation
    from walker_rl.experiments.run.training_evaluation import TrainingEvaluation
    from walker_rl.policies.policy_file import SavedPolicy

Episodes = Annotated[
    int | None, integer_option(min=1, max=MAX_EPISODES, metavar="NUMBER", help="Episodes to play.  [default: 10]")
]
Seed = Annotated[int | None, integer_option(min=0, metavar="SEED", help="Seed of the episodes.  [default: 0]")]
AsInTraining = Annotated[
    bool,
    typer.Option("--as-in-training", help="Repeat the evaluation from training, on the same episodes."),
]


def evaluate_policy(
    context: typer.Context,
    run: RunArgument = None,
    pretrained: Pretrained = None,
    task: Trusted = None,
    episodes: Episodes = None,
    seed: Seed = None,
    as_in_training: AsInTraining = False,
    json: Json = False,
) -> None:
    """Play a policy deterministically and print its returns and falls.

    A fall is an episode that terminates, instead of reaching the time limit; std is the standard deviation over the
    episodes. The run did not choose its policy by these episodes, so the return is usually below that of its evaluation
    during training.
    """
    from walker_rl.cli.policy_argument import load_policy_asked_for

    for name, value in (("episodes", episodes), ("seed", seed)):
        if as_in_training and value is not None:
            raise UserError(f"{name} = {value}: must not be given with --as-in-training")
    saved = load_policy_asked_for(run, pretrained, task)
    recorded = _recorded(run, saved)
    if as_in_training and recorded is None:
        given = "run" if run is None else f"run = {run}"
        raise UserError(f"{given}: must be a run directory with a recorded evaluation of its best policy")

    from walker_rl.experiments.evaluator.saved_policy import evaluate_saved

    chosen, num_episodes = seed or 0, episodes or 10
    if as_in_training and recorded is not None:
        chosen, num_episodes = recorded.seed, recorded.num_episodes
    evaluation = evaluate_saved(saved, num_episodes, chosen)
    if json:
        print_json(context, {**_as_dict(saved, evaluation), "recorded_mean_return": recorded and recorded.mean_return})
    else:
        _print(saved, evaluation, recorded, as_in_training)
        trusted = ["--task", task] if task else []
        print_next(command_line("render", *([run] if run else ["--pretrained", str(pretrained)]), *trusted))


def _recorded(run: Path | None, saved: SavedPolicy) -> TrainingEvaluation | None:
    """Reads the training's evaluation of a run directory's policy; None for a policy file or a pretrained policy."""
    from walker_rl.experiments.run.directory import RunDirectory
    from walker_rl.experiments.run.training_evaluation import read_training_evaluation

    return read_training_evaluation(RunDirectory(run), saved) if run is not None and os.path.isdir(run) else None


def _as_dict(saved: SavedPolicy, evaluation: Evaluation) -> dict[str, object]:
    return {
        "agent_name": saved.agent_name,
        "task": saved.task,
        "actor_steps": saved.actor_steps,
        "mean_return": evaluation.mean_return,
        "stddev_return": evaluation.stddev_return,
        "steady_return": evaluation.steady_return,
        "episode_returns": evaluation.episode_returns,
        "episode_lengths": evaluation.episode_lengths,
        "episode_falls": evaluation.episode_falls,
    }


def _print(saved: SavedPolicy, evaluation: Evaluation, recorded: TrainingEvaluation | None, is_repeated: bool) -> None:
    print(f"{saved.agent_name} on {saved.task}, {counted(saved.actor_steps, 'step')} of training")
    print(evaluation)
    for episode_return, length in zip(evaluation.episode_returns, evaluation.episode_lengths, strict=True):
        print(f"  {format_score(episode_return):>9} in {counted(length, 'step')}")
    if recorded is None:
        return
    mean_return = format_score(recorded.mean_return)
    played = f"{mean_return} in {counted(recorded.num_episodes, 'episode')}"
    if not is_repeated:
        others = counted(recorded.num_episodes, "other episode")
        print_prose(f"The training's evaluation, in {others}, was {mean_return}; --as-in-training repeats it.")
    elif evaluation.mean_return == recorded.mean_return:
        print_prose(f"The training recorded the same: {played}.")
    else:
        print_prose(f"The training recorded {played}: another processor or version plays other episodes.")
