"""Checkpoints: exact, in order, and never the worse for what happens while one is written."""

import dataclasses
import functools
import json
import re

import numpy as np
import pytest

from tests.fakes import assert_equal_trees, file_size_limit
from tests.tiny import AGENT
from walker_rl.errors import RunError, UserError
from walker_rl.experiments.config import ExperimentConfig, to_dict
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run import checkpoint
from walker_rl.experiments.run.checkpoint import Checkpoints, read_checkpoint, write_checkpoint
from walker_rl.files.array_file import TornFileError

CONFIG = load_config(AGENT)


def state_at(step: int) -> dict:
    return {"actor_steps": step, "learner": {"weights": np.full(50, step, np.float32)}}


class Told(list):
    """Warnings that were printed."""

    __call__ = list.append


def config_with(**settings) -> ExperimentConfig:
    return dataclasses.replace(CONFIG, checkpoint=dataclasses.replace(CONFIG.checkpoint, **settings))


def make(folder, warn=print, **settings) -> Checkpoints:
    return Checkpoints(folder, config_with(**settings), warn)


def checkpoints_with(folder, *steps, num_kept=2) -> Checkpoints:
    checkpoints = make(folder, num_kept=num_kept)
    for step in steps:
        assert checkpoints.write(step, functools.partial(state_at, step))
    return checkpoints


def steps_in(folder) -> list[int]:
    return [int(path.stem.removeprefix("step_")) for path in sorted(folder.iterdir())]


def newest(folder) -> tuple[int | None, list[str]]:
    """The step of the newest checkpoint that is whole, and the warnings on the way."""
    warnings, states = Told(), []
    path = make(folder, warnings).restore_newest(state_at(0), states.append)
    if path is None:
        assert not states
        return None, warnings
    (state,) = states
    assert state.pop("config")["agent_name"] == AGENT
    assert state.pop("sizes") == {"observations": 22, "actions": 6}
    assert_equal_trees(state, state_at(state["actor_steps"]))
    assert path == folder / f"step_{state['actor_steps']:012d}.npz"
    return state["actor_steps"], warnings


def test_a_state_comes_back_as_it_was(tmp_path):
    random = np.random.default_rng(3)
    random.standard_normal(5)
    state = {
        "arrays": {
            np.dtype(dtype).name: np.array([0, 1, 7], dtype)
            for dtype in ("f2", "f4", "f8", "i1", "i8", "u1", "u8", "?")
        },
        "empty": {"array": np.zeros((0, 22), np.float32), "dict": {}, "list": [], "text": ""},
        "scalar": np.array(5, np.int64),
        "none": None,
        "numbers": [1, 2.5, 1 / 3, 1e300, -(2**70)],
        "truth": True,
        "text": "hélo/\n\"'",
        "random": random.bit_generator.state,
        "deep": {"a/b": np.ones(2), "c": {"d": {"e": np.zeros((2, 3, 4))}}},
    }
    assert state["random"]["state"]["state"] > 2**64
    assert make(tmp_path).write(1, lambda: state)
    restored = read_checkpoint(tmp_path / "step_000000000001.npz")
    assert restored.pop("config") == to_dict(CONFIG)
    assert restored.pop("sizes") == {"observations": 22, "actions": 6}
    assert_equal_trees(restored, state)
    again = np.random.default_rng(0)
    again.bit_generator.state = restored["random"]
    np.testing.assert_array_equal(again.integers(1_000, size=9), random.integers(1_000, size=9))


def test_what_it_cannot_hold_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(TypeError):
        make(tmp_path).write(1, lambda: {"generator": np.random.default_rng(0)})
    assert list(tmp_path.iterdir()) == []


def test_only_the_newest_are_kept(tmp_path):
    checkpoints_with(tmp_path, 0, 5, 90, 1_000, 20_000, num_kept=3)
    assert steps_in(tmp_path) == [90, 1_000, 20_000]
    assert newest(tmp_path) == (20_000, [])
    checkpoints_with(tmp_path, 30_000, num_kept=1)
    assert steps_in(tmp_path) == [30_000]


def test_a_step_written_again_replaces_the_first(tmp_path):
    checkpoints = checkpoints_with(tmp_path, 1, 2)
    checkpoints.write(2, lambda: {"actor_steps": 2, "other": np.ones(1)})
    assert steps_in(tmp_path) == [1, 2]
    state = read_checkpoint(checkpoints.paths()[-1])
    assert state.keys() == {"config", "sizes", "actor_steps", "other"}
    assert_equal_trees(state["other"], np.ones(1))


def test_an_empty_folder_has_none(tmp_path):
    assert newest(tmp_path) == (None, [])


def tear(path, how) -> None:
    content = bytearray(path.read_bytes())
    if how == "flipped":
        content[len(content) // 3] ^= 0xFF
    else:
        content = content[: int(how * len(content))]
    path.write_bytes(content)


@pytest.mark.parametrize("how", [0.0, 0.1, 0.5, 0.9, 0.999, "flipped"])
def test_a_torn_checkpoint_gives_way_to_the_one_before(tmp_path, how):
    checkpoints = checkpoints_with(tmp_path, 10, 20)
    torn = checkpoints.paths()[-1]
    tear(torn, how)
    step, (warning,) = newest(tmp_path)
    assert step == 10
    assert warning.startswith(f"warning: {torn} is torn (")
    assert warning.endswith("); using the one before it")


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


def test_files_of_other_names_are_left_alone(tmp_path):
    names = ("zz_notes.txt", "step_notes.npz", "a")
    for name in names:
        (tmp_path / name).write_text("mine")
    checkpoints = checkpoints_with(tmp_path, 1, 2, 3)
    (tmp_path / "step_²³.npz").touch()
    assert [path.name for path in checkpoints.paths()] == ["step_000000000002.npz", "step_000000000003.npz"]
    assert {(tmp_path / name).read_text() for name in names} == {"mine"}


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
    """The run goes on from step 10, and its next checkpoint is older than the torn one."""
    checkpoints = checkpoints_with(tmp_path, 10, 20)
    tear(checkpoints.paths()[-1], 0.5)
    checkpoints = checkpoints_with(tmp_path, 15, num_kept=num_kept)
    assert newest(tmp_path) == (15, [])
    assert steps_in(tmp_path) == [10, 15][-num_kept:]


def test_what_a_killed_write_left_is_ignored_and_cleared_away(tmp_path):
    checkpoints = checkpoints_with(tmp_path, 10)
    (tmp_path / "step_000000000020.npz.0a1b2c3d.part").write_bytes(checkpoints.paths()[0].read_bytes())
    assert newest(tmp_path) == (10, [])
    checkpoints.write(30, lambda: state_at(30))
    assert steps_in(tmp_path) == [10, 30]


def test_one_that_cannot_be_deleted_ends_nothing(tmp_path):
    (tmp_path / "step_000000000005.npz").mkdir()
    checkpoints_with(tmp_path, 10, 20, 30)
    assert steps_in(tmp_path) == [5, 20, 30]


@pytest.mark.parametrize("num_bytes", [0, 300, 600])
def test_a_full_disk_leaves_those_before(tmp_path, num_bytes):
    checkpoints_with(tmp_path, 10, 20)
    warnings = Told()
    checkpoints = make(tmp_path, warnings, num_kept=2)
    with file_size_limit(num_bytes):
        assert not checkpoints.write(30, lambda: state_at(30))
    kept = checkpoints.paths()[-1]
    failure = "the checkpoint at 30 steps could not be written (File too large)"
    assert warnings == [f"warning: {failure}; {kept} stays valid"]
    assert steps_in(tmp_path) == [10, 20]
    assert newest(tmp_path) == (20, [])
    assert checkpoints.write(40, lambda: state_at(40))
    assert steps_in(tmp_path) == [20, 40]


def test_a_disk_without_room_for_the_first_ends_the_run(tmp_path):
    with file_size_limit(300), pytest.raises(OSError) as caught:
        make(tmp_path).write(0, lambda: state_at(0))
    assert caught.value.strerror
    assert list(tmp_path.iterdir()) == []


def test_one_is_due_at_each_multiple_of_the_steps(tmp_path):
    checkpoints = make(tmp_path, seconds_period=None, steps_period=10)
    due = []
    for step in range(36):
        if step in (0, 14) or checkpoints.is_due(step):  # At 14 it is written for another reason.
            due.append(step)
            checkpoints.write(step, functools.partial(state_at, step))
    assert due == [0, 10, 14, 20, 30]
    resumed = make(tmp_path, seconds_period=None, steps_period=10)
    resumed.restore_newest({}, lambda state: None)
    assert [resumed.is_due(step) for step in (30, 39, 40, 43)] == [False, False, True, True]


def test_one_is_due_after_the_seconds_and_soon_after_one_that_failed(tmp_path, monkeypatch):
    now = 100.0
    monkeypatch.setattr(checkpoint.time, "monotonic", lambda: now)
    checkpoints = make(tmp_path, Told(), seconds_period=10.0)
    now += 9.0
    assert not checkpoints.is_due(5)
    now += 1.0
    assert checkpoints.is_due(5)
    assert checkpoints.write(5, lambda: state_at(5))
    assert not checkpoints.is_due(6)
    never = make(tmp_path, Told(), seconds_period=None)
    with file_size_limit(300):
        assert not never.write(6, lambda: state_at(6))
    now += checkpoint.RETRY_PERIOD - 1.0
    assert not never.is_due(6)
    now += 1.0
    assert never.is_due(6)
