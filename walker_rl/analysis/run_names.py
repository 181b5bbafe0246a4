"""Names of runs: made distinct where several are the same, and sorted naturally."""

import itertools
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from walker_rl.errors import UserError


class Place(NamedTuple):
    """A run's name, and the folder of its directory or of its tables."""

    folder: Path
    name: str
    in_tables: bool


def distinct_names(places: Sequence[Place]) -> list[str]:
    """Returns names of runs; runs with the same name get as much of their folders' paths in front as needed.

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
    """Returns a sort key that places 10 after 9: each word of the name with the number that follows it."""
    return [(word, float(number or "-inf")) for word, number in re.findall(r"(\D*)(\d+(?:\.\d+)?|$)", name, re.ASCII)]


def _distinct_end(folder: Path, folders: Collection[Path]) -> tuple[str, ...]:
    """The last parts of a folder's path, as many as make all folders distinct."""

    def end(one: Path, length: int) -> tuple[str, ...]:
        return one.parts[max(0, len(one.parts) - length) :]

    enough = (length for length in itertools.count() if len({end(one, length) for one in folders}) == len(folders))
    return end(folder, next(enough))
