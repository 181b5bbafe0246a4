"""Limits of the control groups, version 1 or 2, around this process: a container's, a batch job's or a service's."""

import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path


def cpu_quota(root: Path = Path("/")) -> float:
    """Returns the CPUs that control groups grant this process; infinite without a quota.

    Args:
        root: folder that holds `proc/self/cgroup` and `sys/fs/cgroup`.
    """
    pairs = _limits(root, "cpu", ("cpu.cfs_quota_us", "cpu.cfs_period_us"), ("cpu.max",))
    return min((quota / period for quota, period in pairs), default=math.inf)


def memory_limit(root: Path = Path("/")) -> float:
    """Returns the bytes of memory that control groups grant this process; infinite without a limit.

    Args:
        root: folder that holds `proc/self/cgroup` and `sys/fs/cgroup`.
    """
    limits = _limits(root, "memory", ("memory.limit_in_bytes",), ("memory.max",))
    return min((limit for (limit,) in limits), default=math.inf)


def _limits(root: Path, controller: str, version_1: Sequence[str], version_2: Sequence[str]) -> Iterator[list[int]]:
    """Yields the numbers in a controller's files, one per file of version 1, of each group around this process."""
    for folder, files in _folders(root, controller, version_1, version_2):
        try:
            numbers = [int(word) for file in files for word in (folder / file).read_text().split()]
        except (OSError, ValueError):  # ValueError: "max", which is no limit.
            continue
        if len(numbers) == len(version_1) and min(numbers) >= 0:  # -1 is no limit, either.
            yield numbers


def _folders(
    root: Path, controller: str, version_1: Sequence[str], version_2: Sequence[str]
) -> Iterator[tuple[Path, Sequence[str]]]:
    """Yields the possible folders of the groups around this process, each with its version's files."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, group = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        mounts, files = ([controller, controllers], version_1) if controllers else (["", "unified"], version_2)
        levels = [Path(group), *Path(group).parents]  # A container's mount may lack some of them.
        for mount, level in itertools.product(mounts, levels):
            yield root / "sys/fs/cgroup" / mount / level.relative_to("/"), files
