"""Slots of cores, one for each process that runs at the same time."""

import itertools
import math
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

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


def cpu_quota(root: Path = Path("/")) -> float:
    """Returns the CPUs that control groups, version 1 or 2, grant this process; infinite without a quota.

    Args:
        root: folder that holds `proc/self/cgroup` and `sys/fs/cgroup`.
    """
    return min(_quotas(root), default=math.inf)


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


def _quotas(root: Path) -> Iterator[float]:
    """Yields the quotas, in CPUs, of the control groups around this process."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, group = line.split(":", 2)
        mounts, files = ["", "unified"], ["cpu.max"]
        if controllers:
            mounts, files = ["cpu", controllers], ["cpu.cfs_quota_us", "cpu.cfs_period_us"]
            if "cpu" not in controllers.split(","):
                continue
        levels = [Path(group), *Path(group).parents]  # A container's mount may lack some of them.
        for mount, level in itertools.product(mounts, levels):
            folder = root / "sys/fs/cgroup" / mount / level.relative_to("/")
            try:
                quota, period = " ".join((folder / file).read_text() for file in files).split()
            except (OSError, ValueError):
                continue
            if quota not in ("max", "-1"):
                yield int(quota) / int(period)
