"""Launched runs whose files were torn, or that were killed before all was there; real processes."""

import json
import shutil

import pytest

from tests.experiments.distributed.launched import launched, resumed
from tests.tiny import in_every_python
from walker_rl.files.metrics_file import read_columns

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stopped_run(tmp_path_factory):
    """A run that was stopped after an evaluation."""
    run = tmp_path_factory.mktemp("runs") / "run"
    with launched(run, "--num-actors", "1", "--steps", "1000000") as made:
        made.wait_until((run / "metrics/evaluation.csv").exists, "an evaluation")
        made.wait_until(lambda: made.has_learned_checkpoint, "a checkpoint with updates")
        made.stop()
    return run


@pytest.fixture
def run(stopped_run, tmp_path):
    return shutil.copytree(stopped_run, tmp_path / "run")


def test_torn_metrics_are_cut_and_the_run_goes_on(run):
    whole = {name: (run / f"metrics/{name}.csv").read_bytes() for name in ("training", "evaluation", "learner")}
    tails = {"training": b"99", "evaluation": bytes(300) + b"12a\n", "learner": b",,,\n"}
    for name, tail in tails.items():
        (run / f"metrics/{name}.csv").write_bytes(whole.get(name, b"") + tail)
    steps = json.loads((run / "status.json").read_text())["actor_steps"] + 3000
    with resumed(run, "--num-actors", "1", "--steps", str(steps)) as made:
        output = made.finish()
        assert made.process.returncode == 0, made.everything()
        assert "Traceback" not in made.everything()
        assert "starting it again" not in output
    for name, tail in tails.items():
        path = run / f"metrics/{name}.csv"
        assert f"warning: {path}: {len(tail)} bytes after its last whole row were cut\n" in output
        assert path.read_bytes().startswith(whole[name])
        assert len(read_columns(path)["actor_steps"]) > whole[name].count(b"\n") - 1
    assert evaluated(run) == [*range(2000, steps, 2000), steps]


def test_a_torn_status_costs_counts_and_a_line(run):
    (run / "status.json").write_text('{"actor_steps": ')
    with resumed(run, "--num-actors", "1") as made:
        made.wait_for_learning()
        warning = f"warning: {run}/status.json is torn; steps taken since the checkpoint may not be counted\n"
        assert warning in made.stop()


def test_a_run_that_is_killed_before_its_evaluator_is_ready_skips_no_evaluation(tmp_path):
    """Twice, each time after other evaluations were due."""
    slow = in_every_python(
        tmp_path,
        "import time\nif b'evaluator' in open('/proc/self/cmdline', 'rb').read().split(b'\\0'):\n    time.sleep(600)\n",
    )
    run = tmp_path / "run"
    with launched(run, "--num-actors", "1", "--steps", "7000", env=slow) as made:
        made.wait_for_steps(2500)
    with resumed(run, "--num-actors", "1", env=slow) as made:
        made.wait_for_steps(4500)
    assert not (run / "metrics/evaluation.csv").exists()
    with resumed(run, "--num-actors", "1") as made:
        made.finish()
        assert made.process.returncode == 0, made.everything()
    assert evaluated(run) == [2000, 4000, 6000, 7000]


def evaluated(run):
    return read_columns(run / "metrics/evaluation.csv")["actor_steps"].tolist()
