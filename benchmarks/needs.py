"""Installations that some parts need and not every machine has."""

import dataclasses
from collections.abc import Callable, Sequence

from benchmarks import contests
from walker_rl.stack import HAS_ACME


@dataclasses.dataclass(frozen=True)
class Need:
    """An installation that some parts need.

    Attributes:
        is_met: checks for the installation.
        parts: names of the parts that are left out without it.
        note: reason and remedy, for the user.
        shorter_parts: names of the parts that have fewer contestants without it.
    """

    is_met: Callable[[], bool]
    parts: tuple[str, ...]
    note: str
    shorter_parts: tuple[str, ...] = ()


NEEDS = (
    Need(
        lambda: HAS_ACME,
        ("environment", "acting", "training", "distributed", "scaling"),
        "Acme is left out: it needs Python 3.10 on Linux x86-64 (docs/installing.md)",
    ),
    Need(
        lambda: contests.PEERS_PYTHON.exists(),
        ("peers",),
        "SB3 and SBX are left out: they need an environment of their own, made with\n"
        "  python3.11 -m venv .venv-peers && .venv-peers/bin/pip install -r benchmarks/requirements-peers.txt",
        shorter_parts=("learning",),
    ),
    Need(
        lambda: HAS_ACME and contests.PORTABLE_PYTHON.exists(),
        ("stacks",),
        "The portable stack is left out: beside the Acme stack, it needs an environment of its own, made with\n"
        "  scripts/bootstrap.sh requirements.lock 3.12 .venv-portable",
    ),
)


def split_parts(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Returns the parts that can be measured on this machine, and notes on what is left out."""
    missing = [need for need in NEEDS if not need.is_met() and {*need.parts, *need.shorter_parts} & set(names)]
    left_out = {name for need in missing for name in need.parts}
    return [name for name in names if name not in left_out], [need.note for need in missing]
