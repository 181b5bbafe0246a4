"""Slots of cores, one for each process that runs at the same time."""

import itertools
import os
from collections.abc import Sequence

from walker_rl.processes.control_groups import cpu_quota

Slot = tuple[int, ...]
"""Numbers of the cores of one slot."""


def usable_cores() -> list[int]:
    """Returns the numbers of the cores on which this process may run."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def usable_cpus() -> int:
    """Returns the number of processes that can compute at full speed: one per core, within the CPU quota."""
    return max(1, int(min(len(usable_cores()), cpu_quota())))


def usable_slots(num_slots: int | None) -> list[Slot]:
    """Distributes the usable cores over slots; by default, makes one slot per usable CPU."""
    return make_slots(usable_cores(), num_slots or usable_cpus())


def make_slots(cores: Sequence[int], num_slots: int) -> list[Slot]:
    """Distributes cores evenly over slots.

    Args:
        cores: numbers of the cores.
        num_slots: number of slots; if there are more than cores, several slots share a core.
    """
    if num_slots > len(cores):
        return [(cores[index % len(cores)],) for index in range(num_slots)]
    bounds = [index * len(cores) // num_slots for index in range(num_slots + 1)]
    return [tuple(cores[first:last]) for first, last in itertools.pairwise(bounds)]
