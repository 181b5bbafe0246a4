"""Slots of cores, and how many there are by default."""

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from walker_rl.processes.slots import cpu_quota, make_slots

CPU_GROUPS = Path("/sys/fs/cgroup/cpu")


@pytest.mark.parametrize(
    ("cores", "num_slots", "slots"),
    [
        ([0, 1], 2, [(0,), (1,)]),
        ([2, 5, 7], 1, [(2, 5, 7)]),
        ([0, 1, 2, 3, 4], 2, [(0, 1), (2, 3, 4)]),
        ([0, 1, 2, 3], 4, [(0,), (1,), (2,), (3,)]),
        ([4, 6], 5, [(4,), (6,), (4,), (6,), (4,)]),
    ],
)
def test_slots_share_the_cores(cores, num_slots, slots):
    assert make_slots(cores, num_slots) == slots


# --- CPU quotas


def system(root, groups, **files):
    """Writes what a process in some control groups finds under `root`: the groups, and files of `/sys/fs/cgroup`."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text("".join(f"{line}\n" for line in groups))
    for name, text in files.items():
        path = root / "sys/fs/cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")
    return root


V1 = ("7:memory:/docker/abc", "4:cpu,cpuacct:/docker/abc", "1:name=systemd:/docker/abc")


@pytest.mark.parametrize(
    ("groups", "files", "quota"),
    [
        ((), {}, math.inf),
        (("0::/",), {"cpu.max": "max 100000"}, math.inf),
        (("0::/",), {"cpu.max": "200000 100000"}, 2),
        (("0::/",), {"cpu.max": "250000 100000"}, 2.5),
        (("0::/",), {"cpu.max": "20000 100000"}, 0.2),
        (("0::/a/b",), {"a/b/cpu.max": "max 100000", "a/cpu.max": "300000 100000"}, 3),
        (("0::/a/b",), {"a/b/cpu.max": "400000 100000", "a/cpu.max": "500000 100000"}, 4),
        (("0::/docker/abc",), {"cpu.max": "200000 100000"}, 2),
        (("0::/../other",), {"cpu.max": "200000 100000"}, 2),
        (V1, {"cpu,cpuacct/cpu.cfs_quota_us": "-1", "cpu,cpuacct/cpu.cfs_period_us": "100000"}, math.inf),
        (V1, {"cpu,cpuacct/cpu.cfs_quota_us": "150000", "cpu,cpuacct/cpu.cfs_period_us": "50000"}, 3),
        (V1, {"cpu/docker/abc/cpu.cfs_quota_us": "200000", "cpu/docker/abc/cpu.cfs_period_us": "100000"}, 2),
        ((*V1, "0::/"), {"unified/cpu.max": "500000 100000"}, 5),
        (("0::/",), {"cpu.max": "nonsense"}, math.inf),
        (("0::/",), {"cpu.max": ""}, math.inf),
    ],
)
def test_the_smallest_quota_of_all_levels_counts(tmp_path, groups, files, quota):
    assert cpu_quota(system(tmp_path, groups, **files)) == quota


def test_without_control_groups_there_is_no_quota(tmp_path):
    assert cpu_quota(tmp_path) == math.inf


@pytest.fixture
def cpu_group():
    """A control group of one and a half CPUs."""
    group = CPU_GROUPS / f"walker_rl_test_{os.getpid()}"
    try:
        group.mkdir()
        (group / "cpu.cfs_quota_us").write_text("150000")
    except OSError:
        pytest.skip("only the superuser, on a system with control groups of version 1, may make one")
    yield group
    group.rmdir()


def test_a_real_quota_is_found(cpu_group):
    code = "from walker_rl.processes.slots import cpu_quota, usable_cpus; print(cpu_quota(), usable_cpus())"
    command = f"echo $$ > {cpu_group}/cgroup.procs; exec {sys.executable} -c '{code}'"
    assert subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout == "1.5 1\n"
