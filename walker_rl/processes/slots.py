"""Slots of cores: what runs at the same time has a slot each."""

import itertools
import os
from collections.abc import Sequence

Slot = tuple[int, ...]
"""Numbers of the cores of one slot."""


def usable_cores() -> list[int]:
    """Returns the numbers of the cores on which this process may run."""
    return sorted(os.sched_getaffinity(0))


def make_slots(cores: Sequence[int], num_slots: int | None = None) -> list[Slot]:
    """Shares cores out evenly.

    Args:
        cores: numbers of the cores.
        num_slots: slots to make; None makes one for each core. Where there are more slots than cores, several slots
            have the same core.
    """
    num_slots = num_slots or len(cores)
    if num_slots > len(cores):
        return [(cores[index % len(cores)],) for index in range(num_slots)]
    bounds = [index * len(cores) // num_slots for index in range(num_slots + 1)]
    return [tuple(cores[first:last]) for first, last in itertools.pairwise(bounds)]
