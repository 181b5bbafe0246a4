"""Where a run directory stands, by the last whole rows of its files."""

import os

import pytest

from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.progress import TAIL_SIZE, Progress, last_row, read_progress

COLUMNS = ["actor_steps", *(f"episode_return_{index}" for index in range(5_000))]
LONG = ",".join(COLUMNS) + "\n7" + 5_000 * ",-1234.0987654321098" + "\n"
"""A row longer than the tail."""


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("", {}),
        ("actor_steps,b\n", {}),
        ("actor_steps,b\n1", {}),
        ("actor_steps,b\n1,2\n", {"actor_steps": 1, "b": 2}),
        ("actor_steps,b\n1,2\n3,4\n", {"actor_steps": 3, "b": 4}),
        ("actor_steps,b\n1,2\n3,", {"actor_steps": 1, "b": 2}),
        ("actor_steps,b\n" + "1,2\n" * TAIL_SIZE + "5,6\n", {"actor_steps": 5, "b": 6}),
        (LONG, {**dict.fromkeys(COLUMNS, -1234.0987654321098), "actor_steps": 7}),
    ],
)
def test_the_last_row_that_is_whole(tmp_path, text, row):
    path = tmp_path / "a.csv"
    path.write_text(text)
    assert last_row(path) == row


def test_a_file_that_is_not_there(tmp_path):
    assert last_row(tmp_path / "a.csv") == {}


def test_a_run_stands_where_its_newest_row_is(tmp_path):
    run = RunDirectory(tmp_path)
    assert read_progress(run) == Progress(0, None, 0.0)
    run.metrics.mkdir()
    (run.metrics / "training.csv").write_text("actor_steps,learner_steps,episode_return\n200,0,-3.5\n400,90,-2.5\n")
    assert read_progress(run) == Progress(400, None, 0.0)
    (run.metrics / "evaluation.csv").write_text("actor_steps,learner_steps,mean_return\n300,50,-7.25\n")
    assert read_progress(run) == Progress(400, -7.25, 0.0)


@pytest.mark.parametrize(
    ("changed", "walltime"),
    [
        ({"config.yaml": 100, "metrics/learner.csv": 130}, 30.0),
        ({"config.yaml": 100, "metrics/timing.csv": 160, "metrics/learner.csv": 170}, 50.5 + 10.0),
        ({"config.yaml": 900, "metrics/timing.csv": 160, "metrics/learner.csv": 903}, 50.5 + 3.0),  # Resumed.
        ({"config.yaml": 900, "metrics/timing.csv": 160, "metrics/learner.csv": 170}, 50.5),
    ],
)
def test_the_walltime_goes_on_between_evaluations_while_a_process_trains(tmp_path, changed, walltime):
    (tmp_path / "metrics").mkdir()
    for name, seconds in changed.items():
        (tmp_path / name).write_text("actor_steps,learner_steps,walltime\n300,50,50.5\n")
        os.utime(tmp_path / name, (seconds, seconds))
    assert read_progress(RunDirectory(tmp_path)).walltime == walltime
