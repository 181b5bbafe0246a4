"""Names of runs: different ones for runs of the same name, and their order."""

import itertools
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from walker_rl.errors import UserError


class Place(NamedTuple):
    """A run's name in the folder of its directory, or in the folder of its tables."""

    folder: Path
    name: str
    in_tables: bool


def distinct_names(places: Sequence[Place]) -> list[str]:
    """The names of runs, with as much of the folder's path before a name of several runs as distinguishes them.

    Raises:
        UserError: if a run is given twice, or as a directory and in tables.
    """
    folders: dict[str, set[Path]] = {}
    for place in places:
        folders.setdefault(place.name, set()).add(place.folder)
    in_both = {place.name for place in places if place.in_tables} & {one.name for one in places if not one.in_tables}
    named: dict[str, Path] = {}
    for folder, own, _ in places:
        name = own if own in in_both else "/".join([*_distinct_end(folder, folders[own]), own])
        if name in named:
            where = " and in ".join(dict.fromkeys(map(str, (named[name], folder))))
            raise UserError(f"run = {name}: must be given once; it is in {where}")
        named[name] = folder
    return list(named)


def natural_order(name: str) -> list[tuple[str, float]]:
    """A key to sort names by, 10 after 9: each word of the name with the number that follows it."""
    return [(word, float(number or "-inf")) for word, number in re.findall(r"(\D*)(\d+(?:\.\d+)?|$)", name, re.ASCII)]


def _distinct_end(folder: Path, folders: Collection[Path]) -> tuple[str, ...]:
    """The last parts of the path of one of several folders, as many as it takes for all to be different."""

    def end(one: Path, length: int) -> tuple[str, ...]:
        return one.parts[max(0, len(one.parts) - length) :]

    enough = (length for length in itertools.count() if len({end(one, length) for one in folders}) == len(folders))
    return end(folder, next(enough))
