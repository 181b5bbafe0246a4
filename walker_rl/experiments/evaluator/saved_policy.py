"""The evaluation of a saved policy, apart from any run."""

import contextlib

from walker_rl.environments import make_environment
from walker_rl.errors import UserError
from walker_rl.evaluation import Evaluation, evaluate
from walker_rl.experiments.seeding import evaluation_seeds
from walker_rl.policies.policy_file import SavedPolicy

MAX_EPISODES = 100_000
"""Most episodes of an evaluation that a user asks for."""


def evaluate_saved(saved: SavedPolicy, num_episodes: int, seed: int) -> Evaluation:
    """Plays a saved policy in its task, in `num_episodes` episodes that follow from `seed`.

    Raises:
        UserError: if a number is out of range, or there is no such task.
    """
    if not 1 <= num_episodes <= MAX_EPISODES:
        raise UserError(f"num_episodes = {num_episodes}: must be in [1, {MAX_EPISODES:,}]")
    if seed < 0:
        raise UserError(f"seed = {seed}: must be at least 0")
    with contextlib.closing(make_environment(saved.task, seed, saved.environment)) as environment:
        return evaluate(environment, saved.make_act, evaluation_seeds(seed, num_episodes))
