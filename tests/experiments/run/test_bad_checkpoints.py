"""Checkpoints that are torn, unreadable or of another run."""

import dataclasses
import json
import re

import numpy as np
import pytest

from tests.experiments.run.checkpoints import CONFIG, Told, checkpoints_with, make, newest, state_at, steps_in, tear
from tests.fakes import file_size_limit
from walker_rl.errors import RunError, UserError
from walker_rl.experiments.config import to_dict
from walker_rl.experiments.run.checkpoint import Checkpoints, read_checkpoint, write_checkpoint
from walker_rl.files.array_file import TornFileError


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (0.0, "it is empty"),
        *((share, "File is not a zip file") for share in (0.1, 0.5, 0.9, 0.999)),
        ("flipped", r"wrong checksum of .*|.*CRC.*"),
    ],
)
def test_a_torn_checkpoint_gives_way_to_the_one_before(tmp_path, how, reason):
    checkpoints = checkpoints_with(tmp_path, 10, 20)
    torn = checkpoints.paths()[-1]
    tear(torn, how)
    step, (warning,) = newest(tmp_path)
    assert step == 10
    assert re.fullmatch(rf"warning: {torn} is torn \(({reason})\); using the one before it", warning), warning


def test_one_that_cannot_be_read_now_is_not_given_up(tmp_path):
    unread = checkpoints_with(tmp_path, 10, 20).paths()[-1]
    content = unread.read_bytes()
    unread.unlink()
    unread.symlink_to(unread)
    with pytest.raises(OSError, match="symbolic links"):
        newest(tmp_path)
    unread.unlink()
    unread.write_bytes(content)
    assert newest(tmp_path) == (20, [])


def test_the_one_that_stays_valid_is_not_torn(tmp_path):
    checkpoints_with(tmp_path, 10, 20)
    whole, torn = make(tmp_path).paths()
    tear(torn, 0.5)
    warnings = Told()
    checkpoints = make(tmp_path, warnings)
    assert checkpoints.restore_newest(state_at(0), lambda state: None) == whole == checkpoints.newest
    with file_size_limit(300):
        assert not checkpoints.write(30, lambda: state_at(30))
    assert warnings[-1].endswith(f"; {whole} stays valid")
    assert checkpoints.write(40, lambda: state_at(40))
    assert checkpoints.newest == checkpoints.paths()[-1]


def test_with_all_torn_the_run_is_refused(tmp_path):
    checkpoints = checkpoints_with(tmp_path, 10, 20)
    for path in checkpoints.paths():
        tear(path, 0.5)
    warnings = Told()
    with pytest.raises(RunError, match=r"^no checkpoint of this run can be read; start anew in another run directory$"):
        make(tmp_path, warnings).restore_newest({}, lambda state: None)
    assert len(warnings) == 2


def test_one_of_another_configuration_is_refused(tmp_path):
    (path,) = checkpoints_with(tmp_path, 10).paths()
    other = Checkpoints(tmp_path, dataclasses.replace(CONFIG, log_period=7), print)
    message = f"^log_period = 7, there 1000: must be as in {path} to resume from it$"
    with pytest.raises(UserError, match=message):
        other.restore_newest({}, lambda state: None)


def test_one_of_a_task_of_other_sizes_is_refused_for_that_and_not_for_the_shapes_of_its_weights(tmp_path):
    checkpoints_with(tmp_path, 10)
    other = Checkpoints(tmp_path, dataclasses.replace(CONFIG, task="Pendulum-v1"), print)
    now = "3 observations and 1 action"
    message = f"^task = Pendulum-v1: must have 22 observations and 6 actions, as when the run began, not {now}$"
    with pytest.raises(UserError, match=message):
        other.restore_newest({"learner": {"weights": np.zeros(9, np.float32)}}, lambda state: None)


@pytest.mark.filterwarnings("error::DeprecationWarning")
@pytest.mark.parametrize(
    ("sizes", "problem"),
    [
        (np.zeros(2), "sizes is an array of float64, not a mapping"),
        ({"observations": np.zeros(1), "actions": 6}, "sizes/observations is an array of float64, not an integer"),
    ],
)
def test_one_whose_sizes_are_damaged_is_refused(tmp_path, sizes, problem):
    (path,) = checkpoints_with(tmp_path, 10).paths()
    write_checkpoint(path, {"config": to_dict(CONFIG), **state_at(10), "sizes": sizes})
    refusal = f"{path} holds no state of this run (state/{problem}); start anew in another run directory"
    with pytest.raises(RunError, match=f"^{re.escape(refusal)}$"):
        make(tmp_path).restore_newest(state_at(0), lambda state: None)


def test_one_of_an_older_version_has_no_sizes(tmp_path):
    (path,) = checkpoints_with(tmp_path, 10).paths()
    write_checkpoint(path, {"config": to_dict(CONFIG), **state_at(10)})
    assert make(tmp_path).restore_newest(state_at(0), lambda state: None) == path


@pytest.mark.parametrize("part", ["config", "roster"])
def test_one_without_a_part_is_of_another_version(tmp_path, part):
    (path,) = checkpoints_with(tmp_path, 10).paths()
    if part == "config":
        write_checkpoint(path, state_at(10))
    with pytest.raises(RunError, match=f"^{path} was written by another version of this program: it has no '{part}'$"):
        make(tmp_path).restore_newest({}, lambda state: state["roster"])


def test_a_file_of_other_arrays_is_torn(tmp_path):
    path = tmp_path / "step_000000000001.npz"
    np.savez(path, weights=np.ones(3))
    with pytest.raises(TornFileError, match=r"tree\.json"):
        read_checkpoint(path)
    tree = json.dumps({"weights": {"__array__": "state/weights"}})
    np.savez(path, **{"tree.json": np.frombuffer(tree.encode(), np.uint8)})
    with pytest.raises(TornFileError, match="state/weights"):
        read_checkpoint(path)


@pytest.mark.parametrize("num_kept", [1, 2])
def test_a_torn_one_never_crowds_out_those_that_are_whole(tmp_path, num_kept):
    """The run continues from step 10, so its next checkpoint is older than the torn one."""
    checkpoints = checkpoints_with(tmp_path, 10, 20)
    tear(checkpoints.paths()[-1], 0.5)
    checkpoints = checkpoints_with(tmp_path, 15, num_kept=num_kept)
    assert newest(tmp_path) == (15, [])
    assert steps_in(tmp_path) == [10, 15][-num_kept:]
