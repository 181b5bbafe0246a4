"""MLflow's store in a folder of any name."""

import contextlib
import dataclasses
import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.tiny import wait_until
from walker_rl.files.metrics_file import STEP_KEY
from walker_rl.logging.mlflow_store import MLflowLogger
from walker_rl.logging.tracker import About

ABOUT = About(run_id="abc", name="one", task="Pendulum-v1", hyperparameters={"seed": 1})


@pytest.mark.parametrize("name", ["m?x", "a b#c%41{d}é", "12:30"])
def test_all_of_it_is_in_the_folder_that_was_named(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    film = tmp_path / "first.gif"
    film.write_bytes(b"GIF89a")
    for step in (10, 20):
        logger = MLflowLogger(Path(name) / "mlflow", ABOUT)
        assert logger.discard_after(step) == ({} if step == 10 else {"training": 10})
        logger.write({STEP_KEY: step, "training/return": 1.0})
        logger.write_video(film, step)
        logger.close()
    assert sorted(os.listdir(tmp_path)) == sorted([name, "first.gif"])
    assert (tmp_path / name / "mlflow" / "mlflow.db").is_file()
    assert len([*(tmp_path / name / "mlflow" / "artifacts").rglob("videos/first.gif")]) == 1


def test_a_store_that_was_moved_keeps_no_artifacts_elsewhere(tmp_path):
    MLflowLogger(tmp_path / "old" / "mlflow", ABOUT).close()
    (tmp_path / "old").rename(tmp_path / "new")
    film = tmp_path / "first.gif"
    film.write_bytes(b"GIF89a")
    logger = MLflowLogger(tmp_path / "new" / "mlflow", ABOUT)
    old = re.escape(str(tmp_path / "old" / "mlflow" / "artifacts"))
    with pytest.raises(OSError, match=f"its artifacts lie where the run directory was, in {old}"):
        logger.write_video(film, 10)
    logger.close()


def test_a_store_that_is_closed_leaves_no_file_open(tmp_path):
    for name in ("a", "b"):
        logger = MLflowLogger(tmp_path / name, ABOUT)
        logger.write({STEP_KEY: 1, "training/return": 1.0})
        logger.close()
    assert not [file.path for file in psutil.Process().open_files() if file.path.endswith("mlflow.db")]


def test_a_metric_of_any_name_is_stored(tmp_path):
    logger = MLflowLogger(tmp_path / "mlflow", ABOUT)
    logger.write({STEP_KEY: 7, "learner/q(s, a)": 1.0})
    assert logger.discard_after(9) == {"learner": 7}
    logger.close()


def num_bytes_of(paths):
    """Bytes in files that their writer may delete meanwhile."""
    try:
        return sum(path.stat().st_size for path in paths)
    except FileNotFoundError:
        return 0


@pytest.mark.parametrize("num_bytes", [1, 100_000])
def test_a_process_that_is_killed_while_it_creates_the_store_does_not_keep_the_next_from_it(tmp_path, num_bytes):
    temporary, folder = tmp_path / "temporary", tmp_path / "mlflow"
    temporary.mkdir()
    code = (
        "import sys; from pathlib import Path; from walker_rl.logging.mlflow_store import MLflowLogger\n"
        "from walker_rl.logging.tracker import About\n"
        f"MLflowLogger(Path(sys.argv[1]), {ABOUT!r})"
    )
    process = subprocess.Popen([sys.executable, "-c", code, folder], env={**os.environ, "TMPDIR": str(temporary)})
    wait_until(lambda: num_bytes_of(tmp_path.rglob("mlflow.db*")) >= num_bytes)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    logger = MLflowLogger(folder, ABOUT)
    logger.write({STEP_KEY: 10, "return": 1.0})
    logger.close()


def test_a_process_that_was_killed_before_it_stored_the_parameters_leaves_them_to_the_next(tmp_path):
    MLflowLogger(tmp_path, dataclasses.replace(ABOUT, hyperparameters={})).close()
    MLflowLogger(tmp_path, ABOUT).close()
    with contextlib.closing(sqlite3.connect(tmp_path / "mlflow.db")) as database:
        assert database.execute("SELECT key, value FROM params").fetchall() == [("seed", "1")]
