"""MLflow's store in a folder of any name."""

import os
import re
from pathlib import Path

import pytest

from walker_rl.logging.mlflow_store import MLflowLogger
from walker_rl.logging.tracker import About
from walker_rl.metrics_file import STEP_KEY

ABOUT = About(run_id="abc", name="one", task="Pendulum-v1", hyperparameters={"seed": 1})


@pytest.mark.parametrize("name", ["m?x", "a b#c%41{d}é", "12:30"])
def test_all_of_it_is_in_the_folder_that_was_named(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    film = tmp_path / "first.gif"
    film.write_bytes(b"GIF89a")
    for step in (10, 20):
        logger = MLflowLogger(Path(name) / "mlflow", ABOUT)
        assert logger.discard_after(step) == (step == 10)
        logger.write({STEP_KEY: step, "return": 1.0})
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
