"""Checkpoints: exact, in order, and never the worse for what happens while one is written."""

import functools

import numpy as np
import pytest

from tests.experiments.run.checkpoints import CONFIG, Told, checkpoints_with, make, newest, state_at, steps_in
from tests.fakes import assert_equal_trees, file_size_limit
from walker_rl.experiments.config import to_dict
from walker_rl.experiments.run import checkpoint
from walker_rl.experiments.run.checkpoint import read_checkpoint


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


def test_files_of_other_names_are_left_alone(tmp_path):
    names = ("zz_notes.txt", "step_notes.npz", "a")
    for name in names:
        (tmp_path / name).write_text("mine")
    checkpoints = checkpoints_with(tmp_path, 1, 2, 3)
    (tmp_path / "step_²³.npz").touch()
    assert [path.name for path in checkpoints.paths()] == ["step_000000000002.npz", "step_000000000003.npz"]
    assert {(tmp_path / name).read_text() for name in names} == {"mine"}


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
