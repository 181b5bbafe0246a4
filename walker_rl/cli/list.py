"""`walker-rl list`: what there is to train, on what, with what, and what has been trained."""

import inspect
import platform
from typing import Any

from walker_rl.stack import ABILITIES, NAME


def list_names() -> None:
    """List the agents, the tasks, the pretrained policies and the stack of libraries.

    Agents come with their papers; tasks with the sizes of observations and actions, the steps of an episode, and
    the return that their authors call solved; pretrained policies with their return over 100 episodes, its mean minus
    its standard deviation, and the share of these episodes that end before the time limit.
    """
    from walker_rl.agents import agent_names, config_class
    from walker_rl.environments import find_task, task_names
    from walker_rl.pretrained import pretrained_policies

    agents: list[tuple[str, Any]] = [(name, config_class(name)) for name in agent_names()]
    tasks = [find_task(name) for name in task_names()]
    _print_table(
        ("agent", "what it is", "paper"),
        [(name, (inspect.getdoc(config) or "").splitlines()[0], config.paper) for name, config in agents],
    )
    print()
    _print_table(
        ("task", "kind", "observation", "action", "steps", "solved at"),
        [
            (
                task.name,
                task.kind,
                task.observation_size,
                task.action_size,
                task.max_episode_steps,
                "-" if task.reward_threshold is None else f"{task.reward_threshold:g}",
            )
            for task in tasks
        ],
    )
    print()
    _print_table(
        ("pretrained", "task", "return", "mean - std", "falls"),
        [
            (
                policy.name,
                policy.task,
                f"{policy.mean_return:.0f} +- {policy.stddev_return:.0f}",
                f"{policy.steady_return:.0f}",
                f"{policy.falls:.0%}",
            )
            for policy in pretrained_policies()
        ],
    )
    print()
    _print_table(("stack", "python", "what works"), [(NAME, platform.python_version(), ABILITIES)])


def _print_table(header: tuple[str, ...], rows: list[tuple]) -> None:
    lines = [[str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
