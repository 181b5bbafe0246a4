"""Tasks as `dm_env` environments: families of simulations, and one environment class that plays them all."""

from walker_rl.environments.catalogue import family_summaries, find_listed_task, find_task, imported_module, task_names
from walker_rl.environments.dimensions import Dimension, Dimensions
from walker_rl.environments.environment import Environment, make_environment
from walker_rl.environments.simulation import Task

__all__ = [
    "Dimension",
    "Dimensions",
    "Environment",
    "Task",
    "family_summaries",
    "find_listed_task",
    "find_task",
    "imported_module",
    "make_environment",
    "task_names",
]
