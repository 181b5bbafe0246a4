"""The output of commands with `--json`."""

import contextlib
import json
import math
import sys
from typing import Annotated, Any

import typer

from walker_rl.quiet import redirected

_REDIRECTION = f"{__name__}.redirection"


def _print_the_rest_to_stderr(context: typer.Context, json: bool) -> bool:
    """Keeps standard output for `print_json`, since third-party code may print, also from C or a child process."""
    if json:
        redirection = context.meta[_REDIRECTION] = context.with_resource(contextlib.ExitStack())
        redirection.enter_context(redirected(1, 2))
        redirection.enter_context(contextlib.redirect_stdout(sys.stderr))
    return json


Json = Annotated[bool, typer.Option("--json", help="Print only JSON.", callback=_print_the_rest_to_stderr)]


def print_json(context: typer.Context, value: Any) -> None:
    """Prints a value as one line of JSON; numbers that are not finite, which JSON lacks, become null."""
    line = json.dumps(_finite(value), allow_nan=False)
    context.meta[_REDIRECTION].close()
    print(line)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
