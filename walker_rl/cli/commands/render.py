"""`walker-rl render RUN`: a film of one episode."""

import contextlib
import re
from pathlib import Path
from typing import Annotated

import typer

from walker_rl.cli.policy_argument import Pretrained, RunArgument, Trusted
from walker_rl.cli.quantities import integer_option
from walker_rl.errors import UserError
from walker_rl.field_values import shown
from walker_rl.printable import counted, format_score


def render_policy(
    run: RunArgument = None,
    pretrained: Pretrained = None,
    task: Trusted = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="A .gif or .mp4.  [default: RUN/videos/render.gif, POLICY.gif or NAME.gif]",
        ),
    ] = None,
    seed: Annotated[int, integer_option(min=0, metavar="SEED", help="Seed of the episode.")] = 0,
    fps: Annotated[
        int, integer_option("--fps", metavar="NUMBER", help="Frames per second: 30 or 60. A GIF has at most 50.")
    ] = 30,
    size: Annotated[str, typer.Option(metavar="WIDTHxHEIGHT", help="Size in pixels.")] = "480x360",
) -> None:
    """Film one deterministic episode of a policy; the camera follows the robot."""
    from walker_rl.cli.policy_argument import default_output, load_policy_asked_for

    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", size)
    if match is None:
        raise UserError(f"size = {shown(size)}: must be WIDTHxHEIGHT in pixels, as in 480x360")
    saved = load_policy_asked_for(run, pretrained, task)

    from walker_rl.environments import make_environment
    from walker_rl.experiments.seeding import evaluation_seeds
    from walker_rl.rendering import render_episode
    from walker_rl.terminal.live import make_console

    with (
        contextlib.closing(make_environment(saved.task, seed, saved.environment)) as environment,
        make_console().status("Filming") as status,  # Prints nothing without a terminal.
    ):
        rendered = render_episode(
            environment,
            saved.make_act(),
            output or default_output(run, pretrained, "videos/render.gif"),
            episode_seed=evaluation_seeds(seed, 1)[0],
            size=(int(match[1]), int(match[2])),
            frames_per_second=fps,
            caption=saved.caption,
            report=lambda num_frames: status.update(f"Filming: {counted(num_frames, 'frame')}"),
        )
    print(f"{rendered.path}: {counted(rendered.num_frames, 'frame')}, return {format_score(rendered.episode_return)}")
