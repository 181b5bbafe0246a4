"""The evaluation of a saved policy, apart from any run."""

import contextlib

from walker_rl.environments import make_environment
from walker_rl.evaluation import Evaluation, evaluate
from walker_rl.experiments.seeding import evaluation_seeds
from walker_rl.policies.policy_file import SavedPolicy


def evaluate_saved(saved: SavedPolicy, num_episodes: int, seed: int) -> Evaluation:
    """Plays a saved policy in its task, in `num_episodes` episodes that follow from `seed`.

    Raises:
        UserError: if there is no such task.
    """
    with contextlib.closing(make_environment(saved.task, seed, saved.environment)) as environment:
        return evaluate(environment, saved.make_act, evaluation_seeds(seed, num_episodes))
