"""Limits of control groups: those of a made-up system, and real ones."""

import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from walker_rl.processes.control_groups import cpu_quota, memory_limit


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
JOB = "system.slice/slurmstepd.scope/job_7"
SLURM = (f"0::/{JOB}/step_0",)


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


@pytest.mark.parametrize(
    ("groups", "files", "limit"),
    [
        (("0::/",), {"memory.max": "max"}, math.inf),
        (("0::/",), {"memory.max": "1000000"}, 1e6),
        (SLURM, {f"{JOB}/memory.max": "2000000", f"{JOB}/step_0/memory.max": "max", "memory.max": "max"}, 2e6),
        (SLURM, {f"{JOB}/memory.max": "2000000", f"{JOB}/step_0/memory.max": "1000000"}, 1e6),
        (V1, {"memory/memory.limit_in_bytes": "9223372036854771712"}, 9223372036854771712),
        (V1, {"memory/docker/abc/memory.limit_in_bytes": "3000000"}, 3e6),
        (V1, {"memory/memory.limit_in_bytes": "-1", "memory.max": "1000000"}, math.inf),
        (("0::/",), {"memory.max": ""}, math.inf),
    ],
)
def test_the_smallest_memory_limit_of_all_levels_counts(tmp_path, groups, files, limit):
    assert memory_limit(system(tmp_path, groups, **files)) == limit


def test_without_control_groups_there_is_no_limit(tmp_path):
    assert (cpu_quota(tmp_path), memory_limit(tmp_path)) == (math.inf, math.inf)


@pytest.fixture
def group(request):
    """A control group with a limit."""
    folder, file, limit = request.param
    made = Path("/sys/fs/cgroup") / folder / f"walker_rl_test_{os.getpid()}"
    try:
        made.mkdir()
        (made / file).write_text(limit)
    except OSError:
        pytest.skip("only the superuser, on a system with control groups of version 1, may make one")
    yield made
    made.rmdir()


def run_within(group, code):
    """Runs Python code in a control group, and returns what it prints."""
    command = f"echo $$ > {group}/cgroup.procs; exec {sys.executable} -c '{code}'"
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("group", "module", "expression", "printed"),
    [
        (("cpu", "cpu.cfs_quota_us", "150000"), "processes.control_groups", "cpu_quota()", "1.5"),
        (("cpu", "cpu.cfs_quota_us", "150000"), "processes.slots", "usable_cpus()", "1"),
        (("memory", "memory.limit_in_bytes", "500000000"), "runtime", "machine_memory()", "499998720"),
    ],
    indirect=["group"],
)
def test_a_real_limit_is_found(group, module, expression, printed):
    assert run_within(group, f"from walker_rl.{module} import *; print({expression})") == f"{printed}\n"


@pytest.mark.parametrize("group", [("memory", "memory.limit_in_bytes", "500000000")], indirect=True)
def test_the_doctor_names_a_memory_limit(group):
    printed = run_within(group, "from walker_rl.cli.commands import doctor as it; print(it._memory().found)")
    assert re.fullmatch(r"0\.5 of [\d.]+ GiB free, by the memory limit of the container, wanted 2\n", printed)
