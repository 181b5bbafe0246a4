"""The evaluator: evaluates policies on a grid, keeps candidates and the last, and chooses the best."""

from collections.abc import Callable, Sequence

import numpy as np

from walker_rl.environments import make_environment
from walker_rl.errors import UserError
from walker_rl.evaluation import Evaluation, evaluate
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.evaluator.candidates import Candidates, choose_best
from walker_rl.experiments.evaluator.films import Films
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.metrics import RecordedEvaluation
from walker_rl.experiments.seeding import evaluation_seeds, make_seeds
from walker_rl.policies.architecture import Architecture
from walker_rl.policies.policy_file import SavedPolicy, load_policy, save_policy
from walker_rl.terminal.display import Display
from walker_rl.types import Act, Variables


class Evaluator:
    """Evaluates deterministically in a separate environment, which training never touches.

    Attributes:
        last_mean: mean return of the last evaluation; None before the first.
        last_actor_steps: environment steps at the last evaluation.
    """

    def __init__(
        self,
        config: ExperimentConfig,
        architecture: Architecture,
        run: RunDirectory,
        display: Display,
        before_step: Callable[[], None] = lambda: None,
    ):
        """Makes the environment; every evaluation of the run plays the same episodes.

        Policies and videos go to `run`, and warnings to `display`. `before_step` is called before each step.
        """
        self._config = config
        self._architecture = architecture
        self._run = run
        self._display = display
        self._before_step = before_step
        seeds = make_seeds(config.seed)
        settings = config.evaluation
        episode_seeds = evaluation_seeds(seeds.evaluation, settings.num_episodes + settings.num_final_episodes)
        self._episode_seeds = episode_seeds[: settings.num_episodes]
        self._final_episode_seeds = episode_seeds[settings.num_episodes :]
        self._selection_seeds = evaluation_seeds(seeds.selection, settings.num_selection_episodes)
        self._environment = make_environment(config.task, seeds.evaluation, config.environment)
        self._candidates = Candidates(run.candidates, settings.num_candidates)
        film_seed = self._final_episode_seeds[0]
        self._films = Films(config, run, self._environment, self._make_act, film_seed, display.message)
        self.last_mean: float | None = None
        self.last_actor_steps = 0

    def evaluate(self, variables: Variables, actor_steps: int) -> Evaluation:
        """Evaluates the policy with these weights; saves it as last, and if it ranks high, as candidate and best."""
        saved = self._saved(variables, actor_steps)
        save_policy(self._run.last_policy, saved)  # First, so that on a full disk nothing is played in vain.
        evaluation = self._play(saved, self._episode_seeds)
        if self._candidates.add(saved, evaluation):
            save_policy(self._run.best_policy, saved)
        self._films.film_evaluated(saved, is_first=self.last_mean is None)
        self.last_mean = evaluation.mean_return
        self.last_actor_steps = actor_steps
        return evaluation

    def finish(self, variables: Variables) -> dict[str, Evaluation]:
        """Chooses the best candidate, films it, and evaluates it and the last policy on separate episodes.

        Prints a line about each candidate played, each torn file and, without a terminal, each step after the choice.

        Args:
            variables: weights of the last policy. Its file may be torn, or later than the resumed checkpoint.

        Returns:
            The evaluations of "best" and "last".
        """
        tell = self._display.message
        last = self._saved(variables, self.last_actor_steps)
        save_policy(self._run.last_policy, last)
        with self._display.console.status("Choosing the best policy") as status:

            def begin(step: str) -> None:
                status.update(step, spinner="dots")  # With a spinner's name, it is drawn at once.
                if not self._display.console.is_terminal:
                    tell(f"{step}.")

            best = choose_best(self._candidates.paths, lambda saved: self._play(saved, self._selection_seeds), tell)
            best = best or self._stored_best(last, tell)  # Older versions kept no candidates.
            save_policy(self._run.best_policy, best)
            begin(f"Evaluating the best policy, from step {best.actor_steps:,}, and the last")
            policies = {"best": best, "last": last}
            evaluations = {name: self._play(saved, self._final_episode_seeds) for name, saved in policies.items()}
            begin("Filming the best policy")
            self._films.film_best(best)
            if self._config.evaluation.film_period is not None:
                begin("Filming the stages of the training")
                self._films.film_stages(last.actor_steps)
        return evaluations

    def continue_after(self, evaluations: Sequence[RecordedEvaluation]) -> None:
        """Continues after a run's recorded evaluations, in their order; the policies are in the run directory."""
        self._candidates.restore(evaluations)
        if evaluations:
            self.last_actor_steps, self.last_mean, _ = evaluations[-1]

    def close(self) -> None:
        """Frees the simulator."""
        self._environment.close()

    def _saved(self, variables: Variables, actor_steps: int) -> SavedPolicy:
        config = self._config
        return SavedPolicy(
            config.agent_name, config.task, actor_steps, self._architecture, variables, config.environment
        )

    def _stored_best(self, last: SavedPolicy, tell: Callable[[str], None]) -> SavedPolicy:
        """Loads the best policy; returns the last one if the file is torn, missing or from after the run's end."""
        try:
            best = load_policy(self._run.best_policy)
        except UserError as error:
            tell(f"warning: {error}; the policy at {last.actor_steps:,} steps is written instead")
            return last
        return best if best.actor_steps <= last.actor_steps else last

    def _play(self, saved: SavedPolicy, episode_seeds: list[int]) -> Evaluation:
        return evaluate(self._environment, lambda: self._make_act(saved), episode_seeds)

    def _make_act(self, saved: SavedPolicy) -> Act:
        act = saved.make_act()

        def act_later(observation: np.ndarray) -> np.ndarray:
            self._before_step()
            return act(observation)

        return act_later
