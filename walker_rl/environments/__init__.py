"""Tasks as `dm_env` environments: the catalogue, the adapter from gym, the camera."""

from walker_rl.environments.catalogue import Task, find_task, task_names
from walker_rl.environments.gym_adapter import Environment, make_environment

__all__ = ["Environment", "Task", "find_task", "make_environment", "task_names"]
