"""Names of runs: made distinct where several are the same, and sorted naturally."""

import itertools
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from walker_rl.analysis.statistic_names import MEAN, MEDIAN, STATISTIC
from walker_rl.errors import UserError


class Place(NamedTuple):
    """A run's name, and the folder of its directory or of its tables."""

    folder: Path
    name: str


def distinct_names(places: Sequence[Place]) -> list[str]:
    """Returns names of runs; runs with the same name get as much of their folders' paths in front as needed.

    So does a run with the name of a statistic, which has rows of its own beside the runs'.

    Raises:
        UserError: if a run is given twice.
    """
    folders: dict[str, set[Path]] = {}
    for place in places:
        folders.setdefault(place.name, set()).add(place.folder)
    named: dict[str, Place] = {}
    seen: set[Place] = set()
    for place in places:
        folder, own = place
        is_distinct = len(folders[own]) == 1 and own not in (MEAN, MEDIAN, STATISTIC)
        name = own if is_distinct else f"{distinct_ends(folders[own])[folder]}/{own}"
        if place in seen:
            raise UserError(f"run = {name}: is given twice; it is in {folder}")
        seen.add(place)
        while (other := named.get(name)) is not None:  # In a table, a name may have folders in front.
            name = f"{distinct_ends({folder, other.folder})[folder]}/{name}"
        named[name] = place
    return list(named)


def distinct_ends(folders: Collection[Path]) -> dict[Path, str]:
    """Returns the last parts of each folder's path, as many as make all folders distinct."""
    for length in itertools.count(1):
        ends = {folder: "/".join(folder.parts[-length:]) for folder in folders}
        if len({*ends.values()}) == len(ends):
            break
    return ends


def natural_order(name: str) -> list[tuple[str, float]]:
    """Returns a sort key that places 10 after 9: each word of the name with the number that follows it."""
    return [(word, float(number or "-inf")) for word, number in re.findall(r"(\D*)(\d+(?:\.\d+)?|$)", name, re.ASCII)]
