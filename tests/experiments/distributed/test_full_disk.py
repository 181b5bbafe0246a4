"""A launched run whose disk is full."""

import contextlib
import os
import re
import resource
import subprocess
import time
from pathlib import Path

import pytest

from tests.experiments.distributed.launched import ENDLESS, checkpoints, column, launched
from tests.tiny import lines_until
from walker_rl.experiments.distributed.roles.evaluation_node import DISK_POLLS, POLL_PERIOD
from walker_rl.experiments.run.checkpoint import RETRY_PERIOD

pytestmark = pytest.mark.slow


def test_a_full_disk_costs_a_checkpoint_and_not_the_run(tmp_path):
    run = tmp_path / "run"
    limit = 100_000  # bytes in one file: the first checkpoints fit, and later ones, with more replay, do not

    def fill_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    with launched(run, "--num-actors", "1", "--set", "evaluation.period=1000000", preexec_fn=fill_disk) as made:
        pattern = r"warning: the checkpoint at [\d,]+ steps could not be written \(File too large\); (.*) stays"
        kept = Path(re.match(pattern, lines_until(made.process, pattern)[-1])[1])
        assert kept in checkpoints(run)
        lines_until(made.process, pattern)  # It tries again.
        made.stop()
        assert kept in checkpoints(run)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of eight megabytes."""
    if os.geteuid() != 0:
        pytest.skip("only the superuser may mount a file system")
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def num_evaluations(run):
    table = run / "metrics" / "evaluation.csv"
    return table.read_text().count("\n") - 1 if table.exists() else 0


def fill(folder):
    ballast = folder / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(512))
    return ballast


def test_metrics_wait_while_the_disk_is_full(small_disk):
    run = small_disk / "run"
    with launched(run, *ENDLESS, "--set", "evaluation.period=1000000") as made:
        made.wait_until(lambda: made.has_learned_checkpoint, "a checkpoint with updates")
        for log in run.glob("logs/actor_*.log"):
            with log.open("a") as file:  # The rest of its last page would take some lines more.
                file.write("\n" * (-log.stat().st_size % resource.getpagesize()))
        ballast = fill(small_disk)
        awaited = {"warning: metrics can't be written (No space left on device)", "warning: the checkpoint at "}
        while awaited:
            line = lines_until(made.process, "|".join(map(re.escape, awaited)))[-1]
            awaited = {text for text in awaited if not line.startswith(text)}
        warned_at = time.monotonic()
        kept = [path.name for path in checkpoints(run)]
        killed = made.kill("actor_0")["actor_0"]
        made.wait_until(lambda: made.pids().get("actor_0", killed) != killed, "actor 0 is back")
        pids = made.pids()
        assert len(pids) == 4
        time.sleep(max(0.0, warned_at + RETRY_PERIOD + 2 - time.monotonic()))  # The checkpoint is tried again.
        assert made.pids() == pids, "nothing else has ended"
        assert set(kept) & {path.name for path in checkpoints(run)}, "an old checkpoint is still there"
        ballast.unlink()
        made.wait_until(lambda: checkpoints(run)[-1].name > max(kept), "another checkpoint")
        made.wait_for_learning()
        made.stop()
    steps = column(run, "learner", "learner_steps")
    assert steps == [50.0 * (number + 1) for number in range(len(steps))], "no row is lost"


def test_an_evaluation_waits_while_the_disk_is_full(small_disk):
    run = small_disk / "run"
    with launched(run, "--num-actors", "1", "--steps", "10000000", "--set", "checkpoint.seconds_period=3600") as made:
        made.wait_until(lambda: num_evaluations(run) > 0, "an evaluation")
        evaluator = made.pids("evaluator")
        log = run / "logs" / "evaluator.log"
        log.write_text("\n")  # On the page that this takes is room for the warning.
        ballast = fill(small_disk)
        warning = "warning: the policy can't be written (No space left on device); the evaluation waits until it can"
        made.wait_until(lambda: warning in log.read_text(), "a warning")
        time.sleep(DISK_POLLS * POLL_PERIOD + 2)  # The evaluation is tried again.
        assert made.pids("evaluator") == evaluator
        evaluated = num_evaluations(run)
        ballast.unlink()
        made.wait_until(lambda: num_evaluations(run) > evaluated, "another evaluation")
        made.stop()
