"""A command per agent, which `train`, `launch` and `cluster submit` have."""

import functools
from collections.abc import Callable
from typing import Any

import typer

from walker_rl.agents import agent_names, agent_summary, config_class
from walker_rl.cli.group import Command, Group
from walker_rl.cli.hyperparameter_table import hyperparameter_rows
from walker_rl.cli.request import request_command
from walker_rl.errors import UserError
from walker_rl.experiments.config import default_experiment

SCHEDULES = """\
A schedule is [FIRST, LAST, BEGIN, END]: FIRST up to environment step BEGIN, then linearly to LAST at step END.
The steps are absolute: a run that is shorter than END does not reach LAST."""


def make_agent_app(text: str, run: Callable[..., int]) -> typer.Typer:
    """Makes a group with a command per agent.

    Args:
        text: help text of the group.
        run: function that takes a `Request`, and its own options by name, and returns the exit status.
    """

    class AgentGroup(_AgentGroup):
        make_command = staticmethod(functools.partial(request_command, run=run))

    return typer.Typer(cls=AgentGroup, help=text, rich_markup_mode=None)


class _AgentGroup(Group):
    """Looks for agents only when they are asked for, and rejects an unknown one with the names of all.

    Attributes:
        make_command: function that makes the command of the agent with a name.
    """

    noun = "agent"
    make_command: Any

    def list_commands(self, ctx: Any) -> list[str]:
        return agent_names()

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in agent_names():
            if not ctx.resilient_parsing:
                config_class(cmd_name)  # Raises the error.
            return None
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(cmd_name, cls=_AgentCommand, help=_summary(cmd_name))(self.make_command(cmd_name))
        return typer.main.get_command(app)


class _AgentCommand(Command):
    """Lists the agent's fields below the options."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        fields = hyperparameter_rows(default_experiment(str(self.name)))
        with formatter.section("Fields, set with --config FILE or --set FIELD=VALUE"):
            formatter.write_dl([(name, f"{meaning}  [default: {default}]") for name, default, meaning in fields])
        formatter.write_paragraph()
        formatter.write_text(SCHEDULES)


def _summary(agent_name: str) -> str:
    try:
        return agent_summary(agent_name)
    except UserError as error:
        return str(error)
