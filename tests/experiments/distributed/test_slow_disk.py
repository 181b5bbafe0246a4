"""Launched runs whose checkpoints take long to reach the disk."""

import pytest

from tests.experiments.distributed.launched import ENDLESS, checkpoints, launched
from tests.tiny import in_every_python

pytestmark = pytest.mark.slow

SLOW_DISK = """
import os, time
fsync = os.fsync
def slow_fsync(file):
    if "/checkpoints/step_" in os.readlink(f"/proc/self/fd/{file if isinstance(file, int) else file.fileno()}"):
        time.sleep(SECONDS)
    fsync(file)
os.fsync = slow_fsync
"""


@pytest.fixture
def slow_disk(tmp_path):
    """An environment for processes whose checkpoints each take so many seconds longer."""

    def make(seconds):
        return in_every_python(tmp_path, SLOW_DISK.replace("SECONDS", str(seconds)))

    return make


def test_a_checkpoint_that_takes_longer_than_the_watchdog_waits_is_written(tmp_path, slow_disk):
    run = tmp_path / "run"
    words = (*ENDLESS, "--set", "distributed.watchdog_period=8")
    with launched(run, *words, env=slow_disk(10)) as made:
        made.wait_until(lambda: checkpoints(run), "a checkpoint")
        pids = made.pids("central")
        made.wait_until(lambda: len(checkpoints(run)) == 2, "another checkpoint")
        assert made.pids("central") == pids


def test_a_run_that_is_stopped_while_its_last_checkpoint_is_written_is_complete(tmp_path, slow_disk):
    words = ("--num-actors", "1", "--steps", "1000", "--set", "checkpoint.seconds_period=null")
    with launched(tmp_path / "run", *words, env=slow_disk(3)) as made:
        made.wait_until(lambda: made.status.get("phase") == "complete", "the end")
        made.process.terminate()
        output = made.finish()
        assert made.process.returncode == 0, made.everything()
        assert "best policy: return " in output
        assert "Interrupted" not in output
