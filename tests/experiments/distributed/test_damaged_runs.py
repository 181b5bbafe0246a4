"""Damaged checkpoints, foreign files and another configuration, found when a launched run is resumed."""

import re
import shutil

import pytest

from tests.experiments.distributed.launched import ENDLESS, checkpoints, launched, resumed
from tests.tiny import AGENT, run_command

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stopped_run(tmp_path_factory):
    """A run that was stopped with three checkpoints."""
    run = tmp_path_factory.mktemp("runs") / "run"
    with launched(run, *ENDLESS) as made:
        made.wait_until(lambda: len(checkpoints(run)) == 3, "three checkpoints")
        made.wait_for_learning()
        made.stop()
    return run


@pytest.fixture
def run(stopped_run, tmp_path):
    return shutil.copytree(stopped_run, tmp_path / "run")


def test_a_damaged_checkpoint_is_found_the_one_before_it_used_and_a_foreign_file_left_alone(run):
    *_, before, newest = checkpoints(run)
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes(content)
    foreign = [run / "checkpoints" / "zz_notes.txt", run / "checkpoints" / "step_notes" / "note.txt"]
    for path in foreign:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    with resumed(run, "--num-actors", "1") as made:
        made.wait_until(lambda: checkpoints(run)[0].name > before.name, "new checkpoints")
        made.wait_for_learning()
        output = made.stop()
    reason = r"wrong checksum of .*|.*CRC.*"
    assert re.search(rf"warning: {newest} is torn \(({reason})\); using the one before it\n", output), output
    assert f"Resumed {before} at " in output
    assert [path.read_text() for path in foreign] == ["mine", "mine"]


def test_a_run_without_a_whole_checkpoint_never_starts_anew(run):
    for path in checkpoints(run):
        path.write_bytes(b"")
    (run / "summary.json").write_text("{}")
    configuration = (run / "config.yaml").read_bytes()
    with resumed(run, "--num-actors", "1", "--more-steps", "1000") as made:
        output = made.finish()
        assert (run / "config.yaml").read_bytes() == configuration
        assert (run / "summary.json").read_text() == "{}"
        assert made.process.returncode == 1
        assert "no checkpoint of this run can be read; start anew in another run directory" in output


def test_a_changed_configuration_is_refused_by_its_keys(run):
    result = run_command("launch", AGENT, "--resume", run, "--set", "agent.tau=0.5")
    assert result.returncode == 2
    assert result.stderr == f"error: agent.tau = 0.5, there 0.005: must be as in {run}/config.yaml to resume that run\n"
    other = run_command("train", AGENT, "--resume", run)
    assert other.returncode == 2
    assert other.stderr == f"error: run = {run}: must be resumed with walker-rl launch, which began it\n"
