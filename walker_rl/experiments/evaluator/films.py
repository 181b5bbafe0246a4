"""The films of a run: its first policy, recent ones, the best, and the stages of the training side by side."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from walker_rl.environments import Environment
from walker_rl.errors import RunError, UserError
from walker_rl.experiments.allowance import Allowance
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.evaluator.stages import Stages
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.metrics import recorded_evaluations
from walker_rl.policies.policy_file import SavedPolicy
from walker_rl.printable import counted, format_return
from walker_rl.rendering import render_episode, render_side_by_side
from walker_rl.types import Act

FIRST_VIDEO_SECONDS = 6.0
"""Length of the first evaluation's video, short so that it is soon done."""

LATEST_VIDEO_SECONDS, LATEST_VIDEO_SIZE = 4.0, (320, 240)
PROGRESS_VIDEO_SECONDS, PROGRESS_VIDEO_SIZE = 6.0, (200, 150)

FILM_SHARE = 0.008
"""Maximum share of a training's time for films of the newest policy."""


class Films:
    """Films policies in the evaluator's environment; a film that can't be made costs a warning."""

    def __init__(
        self,
        config: ExperimentConfig,
        run: RunDirectory,
        environment: Environment,
        make_act: Callable[[SavedPolicy], Act],
        episode_seed: int,
        warn: Callable[[str], None],
    ):
        """Starts without films.

        Args:
            config: the run's configuration.
            run: the run directory, to which films and stages go.
            environment: environment in which policies play.
            make_act: function that returns what plays a policy's next episode.
            episode_seed: seed of the episode that every film shows.
            warn: function that prints a line.
        """
        self._settings = config.evaluation
        self._run = run
        self._environment = environment
        self._make_act = make_act
        self._episode_seed = episode_seed
        self._warn = warn
        self._stages = Stages(run.stages, config.evaluation.period, config.max_actor_steps)
        self._allowance = Allowance(FILM_SHARE)
        self._warnings: set[str] = set()

    def film_evaluated(self, saved: SavedPolicy, *, is_first: bool) -> None:
        """Keeps an evaluated policy as a stage, and films it if it is the first, or if its turn has come.

        Raises:
            OSError: if the stage can't be written.
        """
        settings = self._settings
        if settings.film_period is not None:
            self._stages.add(saved)
        if is_first:
            self._render(saved, self._run.first_video, max_seconds=FIRST_VIDEO_SECONDS)
        elif settings.film_period and saved.actor_steps // settings.period % settings.film_period == 0:
            self._film_latest(saved)

    def film_best(self, saved: SavedPolicy) -> None:
        """Films the best policy."""
        self._render(saved, self._run.best_video)

    def film_stages(self, actor_steps: int) -> None:
        """Films the stages of a training of `actor_steps` side by side, each with its steps and return."""
        returns = {one.actor_steps: one.mean_return for one in recorded_evaluations(self._run.metrics)}
        policies = []
        with self._warning_if_not_made():
            for saved in self._stages.load(actor_steps):
                known = f"\nreturn {format_return(returns[saved.actor_steps])}" if saved.actor_steps in returns else ""
                policies.append((self._make_act(saved), f"{counted(saved.actor_steps, 'step')}{known}"))
            if not policies:  # An older version, or a run without films, kept none.
                return
            render_side_by_side(
                self._environment,
                policies,
                self._run.progress_video,
                episode_seed=self._episode_seed,
                size=PROGRESS_VIDEO_SIZE,
                max_seconds=PROGRESS_VIDEO_SECONDS,
            )

    def _film_latest(self, saved: SavedPolicy) -> None:
        """Films the newest policy, unless films have used up their share of the training's time."""
        if self._allowance.is_left:
            with self._allowance.spending():
                size, max_seconds = LATEST_VIDEO_SIZE, LATEST_VIDEO_SECONDS
                self._render(saved, self._run.latest_video, size=size, max_seconds=max_seconds)

    def _render(self, saved: SavedPolicy, path: Path, **options: Any) -> None:
        with self._warning_if_not_made():
            render_episode(
                self._environment,
                self._make_act(saved),
                path,
                episode_seed=self._episode_seed,
                caption=saved.caption,
                **options,
            )

    @contextlib.contextmanager
    def _warning_if_not_made(self) -> Iterator[None]:
        """Turns a failure to make a video into a warning, which is shown once."""
        try:
            yield
        except (RunError, UserError) as error:  # UserError: a stage's file may be damaged.
            warning = f"warning: {error}"
            if warning not in self._warnings:
                self._warn(warning)
            self._warnings.add(warning)
