"""`walker-rl record RUN`: a policy's episodes as a Minari dataset."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from walker_rl.cli.policy_argument import Pretrained, RunArgument, Trusted
from walker_rl.cli.program import as_word, command_line, print_next
from walker_rl.cli.quantities import integer_option, steps_parser
from walker_rl.errors import UserError
from walker_rl.pretrained import unlike_a_name
from walker_rl.printable import counted, format_score

if TYPE_CHECKING:
    from walker_rl.environments import Environment
    from walker_rl.policies.policy_file import SavedPolicy

DEFAULT_STEPS, MAX_STEPS = 100_000, 10_000_000


def record_episodes(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DATASET", help="A folder that does not exist yet.")
    ],
    run: RunArgument = None,
    pretrained: Pretrained = None,
    task: Trusted = None,
    steps: Annotated[
        int | None,
        typer.Option(
            parser=steps_parser("steps"), metavar="STEPS", help="Environment steps, as in 20000.  [default: 100k]"
        ),
    ] = None,
    seed: Annotated[int, integer_option(min=0, metavar="SEED", help="Seed of the episodes, as in `evaluate`.")] = 0,
) -> None:
    """Play a policy deterministically and write its episodes as a Minari dataset.

    `minari.MinariDataset("DATASET/data")` opens it, and `walker-rl train AGENT --prior DATASET` learns from it.
    If the last step cuts an episode off, it is stored as truncated and left out of the printed mean return.
    """
    from walker_rl.cli.policy_argument import load_policy_asked_for
    from walker_rl.environments import make_environment

    num_steps = DEFAULT_STEPS if steps is None else steps
    if not 1 <= num_steps <= MAX_STEPS:
        raise UserError(f"steps = {steps}: must be in [1, {MAX_STEPS:,}]")
    saved = load_policy_asked_for(run, pretrained, task)

    with contextlib.closing(make_environment(saved.task, seed, saved.environment)) as environment:
        num_episodes, returns = _record(saved, environment, output, num_steps, seed)
    recorded = f"{counted(num_steps, 'step')} in {counted(num_episodes, 'episode')}"
    print(f"{output}: {recorded}, {_mean_of_complete(returns)}")
    words = ("--task", saved.task, *_settings(saved.environment), "--prior", unlike_a_name(as_word(output)))
    print_next(command_line("train", "d4pg", *words))


def _settings(arguments: dict[str, Any]) -> list[str]:
    """Returns options that give the environment these arguments."""
    from walker_rl.experiments.config_loading import as_overrides
    from walker_rl.experiments.sections import have_dots

    one_by_one = {f"environment.{name}": value for name, value in arguments.items()}
    return [f"--set={one}" for one in as_overrides({"environment": arguments} if have_dots(arguments) else one_by_one)]


def _mean_of_complete(returns: list[float]) -> str:
    if not returns:
        return "none complete, so there is no mean return"
    mean_return = format_score(sum(returns) / len(returns))
    return f"mean return {mean_return} over {counted(len(returns), 'complete episode')}"


def _record(
    saved: SavedPolicy, environment: Environment, output: Path, num_steps: int, seed: int
) -> tuple[int, list[float]]:
    """Plays `saved` and writes the dataset; returns the number of episodes, and the returns of the complete ones."""
    import numpy as np
    from rich.progress import Progress

    from walker_rl.episodes import play_episodes
    from walker_rl.experiments.seeding import endless_evaluation_seeds
    from walker_rl.minari_file import new_dataset
    from walker_rl.terminal.live import make_console

    bounds = np.array([(one.low, one.high) for one in environment.dimensions.observation], np.float32)
    about = {"algorithm_name": saved.agent_name, "task": saved.task, "actor_steps": saved.actor_steps, "seed": seed}
    num_episodes, returns, console = 0, [], make_console()
    with (
        new_dataset(output, (bounds[:, 0], bounds[:, 1]), environment.task.action_size, about) as add,
        Progress(console=console, transient=True, disable=not console.is_interactive) as progress,
    ):
        recording = progress.add_task("Recording", total=num_steps)
        seeds = endless_evaluation_seeds(seed)
        for episode in play_episodes(environment, saved.make_act, seeds, num_steps):
            add(episode)
            num_episodes += 1
            if episode.is_complete:
                returns.append(float(np.sum(episode.rewards)))
            progress.update(recording, advance=len(episode.rewards))
    return num_episodes, returns
