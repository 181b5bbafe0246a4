"""Lines that a user sees."""

import os
import sys
from collections.abc import Iterable
from typing import Any

CONNECTING = "Waiting for Ray at"
"""Beginning of the line before Ray is contacted; until the next line, `cluster submit` kills instead of stopping."""

RELAYED = ("warning: ", "Training is complete", "evaluator: ")
"""Beginnings of the central process's lines that are also printed here."""


def describe(status: dict[str, Any]) -> str:
    """Describes a run's progress in one line."""
    share = 100 * status["actor_steps"] / status["max_actor_steps"]
    evaluation = status["evaluation_return"]
    return (
        f"{status['actor_steps']:,} / {status['max_actor_steps']:,} steps ({share:.0f} %), "
        f"{status['num_actors']} actors, {status['learner_steps']:,} learner steps, "
        f"evaluation return {'-' if evaluation is None else f'{evaluation:,.0f}'}"
    )


def last_line(text: str) -> str:
    """The last non-empty line of a text; "" if there is none."""
    return (text.strip().splitlines() or [""])[-1]


def tell(text: str) -> None:
    """Prints a line in one piece: Ray's threads print into the buffer of standard output, which this avoids."""
    os.write(sys.stdout.fileno(), os.fsencode(f"{text}\n"))


def relay(lines: Iterable[str]) -> None:
    """Prints those of the central process's lines that a user should see."""
    for line in lines:
        if line.startswith(RELAYED):
            tell(line)
