"""Checkpoints: exact, in order, and never the worse for what happens while one is written."""

import json

import numpy as np
import pytest

from tests.fakes import assert_equal_trees, file_size_limit
from walker_rl.array_file import TornFileError
from walker_rl.experiments.run.checkpoint import Checkpointer, read_checkpoint


def state_at(step: int) -> dict:
    return {"actor_steps": step, "learner": {"weights": np.full(50, step, np.float32)}}


def checkpointer_with(folder, *steps, num_kept=2) -> Checkpointer:
    checkpointer = Checkpointer(folder, num_kept)
    for step in steps:
        checkpointer.write(step, state_at(step))
    return checkpointer


def steps_in(folder) -> list[int]:
    return [int(path.stem.removeprefix("step_")) for path in sorted(folder.iterdir())]


def newest(checkpointer) -> tuple[int | None, list[str]]:
    """The step of the newest checkpoint that is whole, and the warnings on the way."""
    warnings: list[str] = []
    found = checkpointer.read_newest(warnings.append)
    if found is None:
        return None, warnings
    path, state = found
    assert_equal_trees(state, state_at(state["actor_steps"]))
    assert path == checkpointer._folder / f"step_{state['actor_steps']:012d}.npz"
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
    path = Checkpointer(tmp_path, 2).write(1, state)
    restored = read_checkpoint(path)
    assert_equal_trees(restored, state)
    again = np.random.default_rng(0)
    again.bit_generator.state = restored["random"]
    np.testing.assert_array_equal(again.integers(1_000, size=9), random.integers(1_000, size=9))


def test_what_it_cannot_hold_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(TypeError):
        Checkpointer(tmp_path, 2).write(1, {"generator": np.random.default_rng(0)})
    assert list(tmp_path.iterdir()) == []


def test_only_the_newest_are_kept(tmp_path):
    checkpointer = checkpointer_with(tmp_path, 0, 5, 90, 1_000, 20_000, num_kept=3)
    assert steps_in(tmp_path) == [90, 1_000, 20_000]
    assert newest(checkpointer) == (20_000, [])
    checkpointer_with(tmp_path, 30_000, num_kept=1)
    assert steps_in(tmp_path) == [30_000]


def test_a_step_written_again_replaces_the_first(tmp_path):
    checkpointer = checkpointer_with(tmp_path, 1, 2)
    checkpointer.write(2, {"actor_steps": 2, "other": np.ones(1)})
    assert steps_in(tmp_path) == [1, 2]
    assert_equal_trees(read_checkpoint(checkpointer.paths()[-1]), {"actor_steps": 2, "other": np.ones(1)})


def test_an_empty_folder_has_none(tmp_path):
    assert newest(Checkpointer(tmp_path, 2)) == (None, [])


def tear(path, how) -> None:
    content = bytearray(path.read_bytes())
    if how == "flipped":
        content[len(content) // 3] ^= 0xFF
    else:
        content = content[: int(how * len(content))]
    path.write_bytes(content)


@pytest.mark.parametrize("how", [0.0, 0.1, 0.5, 0.9, 0.999, "flipped"])
def test_a_torn_checkpoint_gives_way_to_the_one_before(tmp_path, how):
    checkpointer = checkpointer_with(tmp_path, 10, 20)
    torn = checkpointer.paths()[-1]
    tear(torn, how)
    step, (warning,) = newest(checkpointer)
    assert step == 10
    assert warning.startswith(f"{torn} is torn (")
    assert warning.endswith("); using the one before it")


def test_with_all_torn_there_is_none(tmp_path):
    checkpointer = checkpointer_with(tmp_path, 10, 20)
    for path in checkpointer.paths():
        tear(path, 0.5)
    step, warnings = newest(checkpointer)
    assert step is None
    assert len(warnings) == 2


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
    checkpointer = checkpointer_with(tmp_path, 10, 20)
    tear(checkpointer.paths()[-1], 0.5)
    checkpointer = checkpointer_with(tmp_path, 15, num_kept=num_kept)
    assert newest(checkpointer) == (15, [])
    assert steps_in(tmp_path) == [10, 15][-num_kept:]


def test_what_a_killed_write_left_is_ignored_and_cleared_away(tmp_path):
    checkpointer = checkpointer_with(tmp_path, 10)
    (tmp_path / "step_000000000020.npz.part").write_bytes(checkpointer.paths()[0].read_bytes())
    assert newest(checkpointer) == (10, [])
    checkpointer.write(30, state_at(30))
    assert steps_in(tmp_path) == [10, 30]


@pytest.mark.parametrize("num_bytes", [0, 300, 600])
def test_a_full_disk_leaves_those_before(tmp_path, num_bytes):
    checkpointer = checkpointer_with(tmp_path, 10, 20)
    with file_size_limit(num_bytes), pytest.raises(OSError) as caught:
        checkpointer.write(30, state_at(30))
    assert caught.value.strerror
    assert steps_in(tmp_path) == [10, 20]
    assert newest(checkpointer) == (20, [])
    checkpointer.write(40, state_at(40))
    assert steps_in(tmp_path) == [20, 40]
