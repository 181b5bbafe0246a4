"""Groups of commands, as `walker-rl` and `walker-rl cluster`."""

from typing import Any

import typer.core

from walker_rl.errors import UserError, did_you_mean

_WHOLE = 1_000
"""Characters of a summary, more than any has; lines are wrapped."""


class Group(typer.core.TyperGroup):
    """A group of commands that names them all if one is missing or unknown, and lists each with its whole summary."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Writes the commands' part of `--help`."""
        commands: dict[str, Any] = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(_WHOLE)) for name, command in commands.items()])

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Finds a command, or raises UserError."""
        if not args[0].startswith("-") and not ctx.resilient_parsing and self.get_command(ctx, args[0]) is None:
            names = self.list_commands(ctx)
            raise UserError(f"command = {args[0]}: must be one of {', '.join(names)}{did_you_mean(args[0], names)}")
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parses the words after the group's name, or raises UserError if there are none."""
        if not args and not ctx.resilient_parsing:
            raise UserError(f"command: must be given, one of {', '.join(self.list_commands(ctx))}")
        return super().parse_args(ctx, args)
