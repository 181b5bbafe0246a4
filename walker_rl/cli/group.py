"""Groups of commands, as `walker-rl` and `walker-rl cluster`, and their commands."""

import typing
from pathlib import Path
from typing import Any, ClassVar

import typer.core

from walker_rl.errors import UserError, did_you_mean

_WHOLE = 1_000
"""Characters of a summary, more than any has; lines are wrapped."""


class Command(typer.core.TyperCommand):
    """A command that refuses empty paths, and whose `--help` names an argument "RUN...", not "{RUN}... <path>"."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parses the words after the command's name.

        Raises:
            UserError: if an argument or a path is empty, as of a variable that is not set; an empty path would name
                the current folder.
        """
        if not ctx.resilient_parsing:
            given, _, _ = self.make_parser(ctx).parse_args(args=[*args])
            for parameter in self.get_params(ctx):
                _check_not_empty(parameter, given.get(str(parameter.name)))
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Words of the usage line after the command, as in "[OPTIONS] RUN..."."""
        return [piece.replace("{", "").replace("}", "") for piece in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Writes the sections of arguments and of options in `--help`."""
        parameters: list[Any] = self.get_params(ctx)
        arguments = [one for one in parameters if one.param_type_name == "argument"]
        if arguments:
            with formatter.section("Arguments"):
                formatter.write_dl([(one.metavar, one.get_help_record(ctx)[1]) for one in arguments])
        with formatter.section("Options"):
            formatter.write_dl([one.get_help_record(ctx) for one in parameters if one not in arguments])


def _check_not_empty(parameter: Any, given: Any) -> None:
    """Raises a UserError if a word given for an argument, or for an option that takes a path, is empty."""
    is_argument, annotation = parameter.param_type_name == "argument", parameter.type_descriptor.annotation
    takes_words = is_argument or Path in (annotation, *typing.get_args(annotation))
    if takes_words and "" in (given if isinstance(given, (list, tuple)) else [given]):
        raise UserError(f"{'argument' if is_argument else parameter.name} = '': must not be empty")


class Group(typer.core.TyperGroup):
    """A group of commands that names them all if one is missing or unknown, and lists each with its whole summary.

    Attributes:
        noun: name of a command's word in errors.
    """

    noun: ClassVar[str] = "command"

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Writes the commands' part of `--help`."""
        commands: dict[str, Any] = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(_WHOLE)) for name, command in commands.items()])

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Finds a command; raises UserError if there is none, except during completion, which gets None."""
        command = super().get_command(ctx, cmd_name)
        if command is None and not ctx.resilient_parsing:
            names = self.list_commands(ctx)
            must_be = f"must be one of {', '.join(names)}{did_you_mean(cmd_name, names)}"
            raise UserError(f"{self.noun} = {cmd_name}: {must_be}")
        return command

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parses the words after the group's name, or raises UserError if there are none."""
        if not args and not ctx.resilient_parsing:
            raise UserError(f"{self.noun}: must be given, one of {', '.join(self.list_commands(ctx))}")
        return super().parse_args(ctx, args)
