"""The evaluation that a training has recorded for one of its saved policies."""

from typing import NamedTuple

from walker_rl.errors import UserError
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.metrics import recorded_evaluations
from walker_rl.experiments.seeding import make_seeds
from walker_rl.policies.policy_file import SavedPolicy


class TrainingEvaluation(NamedTuple):
    """An evaluation during training.

    Attributes:
        mean_return: mean over the episodes.
        seed: seed of the episodes.
        num_episodes: number of episodes.
    """

    mean_return: float
    seed: int
    num_episodes: int


def read_training_evaluation(run: RunDirectory, saved: SavedPolicy) -> TrainingEvaluation | None:
    """Returns a run's evaluation of one of its policies; None if it is missing or can't be read."""
    try:
        config = load_config(saved.agent_name, [run.config])
        means = {one.actor_steps: one.mean_return for one in recorded_evaluations(run.metrics)}
    except (OSError, UserError):
        return None
    mean = means.get(saved.actor_steps)
    seed = make_seeds(config.seed).evaluation
    return None if mean is None else TrainingEvaluation(mean, seed, config.evaluation.num_episodes)
