"""`walker-rl list`: agents, tasks, their families, pretrained policies and the stack of libraries."""

import platform
from typing import Any

import typer

from walker_rl.cli.json_output import Json, print_json
from walker_rl.errors import UserError
from walker_rl.printable import format_return, printable
from walker_rl.stack import ABILITIES, NAME

TASK_FIELDS = ("name", "kind", "max_episode_steps", "observation_size", "action_size", "reward_threshold")
POLICY_FIELDS = ("name", "task", "mean_return", "stddev_return", "steady_return", "falls")


def list_names(context: typer.Context, json: Json = False) -> None:
    """List the agents, the tasks, the families of tasks, the pretrained policies and the stack of libraries.

    Agents are listed with their papers; tasks with the sizes of observations and actions, the steps of an episode, and
    the return that their authors call solved; families with the names of tasks that are not listed; pretrained policies
    with their return over 100 episodes or more, its mean minus its standard deviation, and the share of these episodes
    that terminate, as in a fall.
    """
    from walker_rl.agents import agent_names, agent_summary, config_class, left_out
    from walker_rl.environments import family_summaries, find_listed_task, task_names
    from walker_rl.pretrained import pretrained_policies

    agents: list[dict[str, Any]] = []
    notes = list(left_out().values())
    for name in agent_names():
        try:
            config: Any = config_class(name)
        except UserError as error:
            notes.append(str(error))
        else:
            agents.append({"name": name, "summary": agent_summary(name), "paper": config.paper})
    found = map(find_listed_task, task_names())
    tasks = [{field: getattr(task, field) for field in TASK_FIELDS} for task in found]
    families = [{"name": name, "summary": summary} for name, summary in family_summaries().items()]
    policies = [{field: getattr(policy, field) for field in POLICY_FIELDS} for policy in pretrained_policies()]
    stack = {"stack": NAME, "python": platform.python_version(), "works": ABILITIES}
    if json:
        values = {"agents": agents, "tasks": tasks, "families": families, "pretrained": policies, **stack}
        print_json(context, {**values, "notes": notes})
    else:
        _print_tables(agents, tasks, families, policies, stack)
        for note in notes:
            print(printable(f"note: left out: {note}"))


def _print_tables(
    agents: list[dict[str, Any]],
    tasks: list[dict[str, Any]],
    families: list[dict[str, str]],
    policies: list[dict[str, Any]],
    stack: dict[str, str],
) -> None:
    from walker_rl.terminal.table import print_table

    print_table(("agent", "what it is", "paper"), [tuple(agent.values()) for agent in agents])
    print()
    print_table(
        ("task", "observation", "action", "steps", "solved at"),
        [
            (
                task["name"],
                *(f"{task[size]:,}" for size in ("observation_size", "action_size", "max_episode_steps")),
                "-" if task["reward_threshold"] is None else f"{task['reward_threshold']:,g}",
            )
            for task in tasks
        ],
    )
    print()
    print_table(("family", "its tasks"), [tuple(family.values()) for family in families])
    print()
    print_table(
        ("pretrained", "task", "return", "mean - std", "falls"),
        [
            (
                policy["name"],
                policy["task"],
                f"{format_return(policy['mean_return'])} +- {format_return(policy['stddev_return'])}",
                format_return(policy["steady_return"]),
                f"{policy['falls']:.0%}",
            )
            for policy in policies
        ],
    )
    print()
    print_table(tuple(stack), [tuple(stack.values())])
