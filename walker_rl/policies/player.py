"""Saved policies that can play their tasks."""

from pathlib import Path

from walker_rl.environments import find_task, imported_module
from walker_rl.errors import UserError
from walker_rl.policies.policy_file import SavedPolicy, load_policy
from walker_rl.printable import describe_sizes


def load_player(path: Path, trusted: str | None, *, may_import: bool) -> SavedPolicy:
    """Loads the policy in a file, and checks that it can play its task.

    Args:
        path: the file.
        trusted: task whose module may be imported.
        may_import: True if the module of any task may be imported.

    Raises:
        UserError: if there is no such policy, or it can't play its task.
    """
    saved = load_policy(path)
    if trusted not in (None, saved.task):
        raise UserError(f"task = {trusted}: must be {saved.task}, the task of {path}")
    if trusted is None and not may_import and (module := imported_module(saved.task)):
        raise UserError(f"policy = {path}: must be given with --task {saved.task} if you trust it to import {module}")
    task = find_task(saved.task, saved.environment)
    if not saved.architecture.plays(task.observation_size, task.action_size):
        sizes = describe_sizes(task.observation_size, task.action_size)
        raise UserError(f"policy = {path}: must play {task.name}, a task of {sizes}")
    return saved
