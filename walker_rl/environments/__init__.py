"""Tasks as `dm_env` environments: the catalogue, the adapter from gym, the camera."""

from walker_rl.environments.catalogue import Task, find_task, task_names
from walker_rl.environments.fields import Field, action_fields, observation_fields
from walker_rl.environments.gym_adapter import Environment, make_environment

__all__ = [
    "Environment",
    "Field",
    "Task",
    "action_fields",
    "find_task",
    "make_environment",
    "observation_fields",
    "task_names",
]
