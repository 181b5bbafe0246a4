"""Generations of checkpoints: whole, or not used."""

import os

import numpy as np
import pytest

from tests.fakes import file_size_limit
from walker_rl.experiments.distributed.generations import Generations

REPLAY = {"rows": np.arange(600, dtype=np.float32).reshape(30, 20), "num_inserted": 30, "random": {"state": 2**100}}


def learner(step):
    return {"critic/w": np.full((4, 3), step, np.float32), "num_steps": np.array(step)}


def write(generations, *steps):
    return [generations.write(step, learner(step), REPLAY, {"actor_steps": step}) for step in steps]


@pytest.fixture
def generations(tmp_path):
    return Generations(tmp_path, num_kept=3)


def newest(generations):
    warnings = []
    return generations.newest(warnings.append), warnings


def test_what_is_written_is_read(generations):
    (path,) = write(generations, 7)
    generation, warnings = newest(generations)
    assert (generation.path, generation.manifest["actor_steps"], warnings) == (path, 7, [])
    np.testing.assert_array_equal(generation.learner["critic/w"], np.full((4, 3), 7))
    np.testing.assert_array_equal(generation.replay["rows"], REPLAY["rows"])
    assert generation.replay["random"] == REPLAY["random"]
    assert sorted(file.name for file in path.iterdir()) == ["learner.npz", "manifest.json", "replay.npz"]


def test_the_newest_three_are_kept_by_their_number(generations, tmp_path):
    write(generations, 9, 10, 100, 1_000)
    assert [path.name for path in generations.paths()] == [f"gen-{step:012d}" for step in (10, 100, 1_000)]


def test_one_of_the_same_step_takes_the_place_of_the_one_before(generations, tmp_path):
    (path,) = write(generations, 7)
    generations.write(7, learner(8), REPLAY, {"actor_steps": 7, "learner_steps": 8})
    assert [found.name for found in tmp_path.iterdir()] == [path.name]
    generation, _ = newest(generations)
    assert generation.manifest["learner_steps"] == 8
    np.testing.assert_array_equal(generation.learner["critic/w"], np.full((4, 3), 8))


def test_what_is_newer_than_where_the_run_goes_on_is_dropped(generations):
    *_, damaged = write(generations, 5, 7, 9)
    (damaged / "manifest.json").unlink()
    write(generations, 8)
    assert [path.name for path in generations.paths()] == [f"gen-{step:012d}" for step in (5, 7, 8)]


def test_what_was_interrupted_is_written_anew(generations):
    _, path = write(generations, 5, 7)
    (path / "manifest.json").unlink()
    assert newest(generations)[0].manifest["actor_steps"] == 5
    write(generations, 7)
    assert newest(generations)[0].manifest["actor_steps"] == 7


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda path: (path / "manifest.json").unlink(), "it has no manifest.json"),
        (lambda path: (path / "manifest.json").write_text('{"files": {'), "manifest.json is damaged"),
        (lambda path: (path / "manifest.json").write_text("[]"), "manifest.json is damaged"),
        (lambda path: (path / "replay.npz").unlink(), "replay.npz is missing"),
        (lambda path: os.truncate(path / "learner.npz", 100), "learner.npz is not as it was written"),
    ],
)
def test_a_damaged_one_is_named_and_passed_over(generations, damage, reason):
    before, path = write(generations, 5, 7)
    damage(path)
    generation, warnings = newest(generations)
    assert generation.path == before
    assert warnings == [f"{path} is not whole ({reason}); using the one before it"]


def test_parts_of_two_generations_do_not_belong_together(generations):
    before, path = write(generations, 5, 7)
    (path / "learner.npz").write_bytes((before / "learner.npz").read_bytes())
    generation, (warning,) = newest(generations)
    assert generation.path == before
    assert "learner.npz is not as it was written" in warning


def test_without_any_there_is_none(generations):
    assert newest(generations) == (None, [])


@pytest.mark.parametrize("num_bytes", [100, 2_000, 6_000], ids=["learner", "replay", "manifest"])
def test_one_that_cannot_be_written_leaves_nothing(generations, tmp_path, num_bytes):
    write(generations, 5)
    with file_size_limit(num_bytes), pytest.raises(OSError):
        generations.write(7, learner(7), REPLAY, {"actor_steps": 7, "note": "long" * 2_000})
    assert [path.name for path in tmp_path.iterdir()] == ["gen-000000000005"]


def test_foreign_files_are_left_alone(generations, tmp_path):
    for name in ("zz_notes.txt", "gen-notes", "a"):
        (tmp_path / name).write_text("mine")
    write(generations, 1, 2, 3, 4, 5)
    assert newest(generations)[0].manifest["actor_steps"] == 5
    assert {(tmp_path / name).read_text() for name in ("zz_notes.txt", "gen-notes", "a")} == {"mine"}
