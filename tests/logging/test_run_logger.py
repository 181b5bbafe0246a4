"""The streams of a run: CSV and TensorBoard together, interrupted and resumed."""

import contextlib
import json
import multiprocessing
import os
import signal
import sqlite3

import pytest

from tests.fakes import file_size_limit
from tests.logging.events import ABOUT, scalars
from walker_rl.logging.mlflow_store import MLflowLogger
from walker_rl.logging.run_logger import RunLogger
from walker_rl.logging.tensorboard import TensorBoardLogger


class Run:
    """Folders of a run, and what a loop writes into them."""

    def __init__(self, path):
        self.metrics, self.tensorboard = path / "metrics", path / "tensorboard"
        self.metrics.mkdir(parents=True)
        self.tensorboard.mkdir()

    def open(self) -> RunLogger:
        return RunLogger(self.metrics, [TensorBoardLogger(self.tensorboard, ABOUT)], pytest.fail)

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.metrics.iterdir())}


def write_steps(logger, steps):
    """A stream at every step, one at every third, and one that begins at step 7."""
    for step in steps:
        logger.write("training", {"actor_steps": step, "episode_return": step / 3})
        if step % 3 == 0:
            logger.write("evaluation", {"actor_steps": step, "mean_return": step / 7, "stddev_return": 0.0})
        if step >= 7:
            logger.write("learner", {"actor_steps": step, "critic_loss": 1 / step})


@pytest.fixture
def straight(tmp_path) -> Run:
    run = Run(tmp_path / "straight")
    logger = run.open()
    write_steps(logger, range(1, 13))
    logger.close()
    return run


def test_a_stream_is_a_file_and_a_group(straight):
    assert list(straight.files()) == ["evaluation.csv", "learner.csv", "training.csv"]
    assert straight.files()["evaluation.csv"].splitlines()[0] == b"actor_steps,mean_return,stddev_return"
    read = scalars(straight.tensorboard)
    assert set(read) == {
        "training/episode_return",
        "evaluation/mean_return",
        "evaluation/stddev_return",
        "learner/critic_loss",
    }
    assert read["learner/critic_loss"] == [(step, pytest.approx(1 / step)) for step in range(7, 13)]


@pytest.mark.parametrize("saved", [0, 2, 3, 6, 8, 12])
@pytest.mark.parametrize("lost", [0, 5])
def test_resumed_it_equals_one_never_stopped(tmp_path, straight, saved, lost):
    """Saved after some steps, killed after up to five more: byte for byte the same CSV, and the same scalars."""
    resumed = Run(tmp_path / "resumed")
    killed = resumed.open()
    write_steps(killed, range(1, saved + 1))
    state = killed.save()
    write_steps(killed, range(saved + 1, min(saved + lost, 12) + 1))
    logger = resumed.open()
    logger.restore(state, saved)
    write_steps(logger, range(saved + 1, 13))
    assert resumed.files() == straight.files()
    assert logger.save() == {path.stem: path.stat().st_size for path in resumed.metrics.iterdir()}
    logger.close()
    killed.close()
    assert scalars(resumed.tensorboard) == scalars(straight.tensorboard)


def write_and_be_killed(run, saved, last):
    """Writes steps with a save in between, resumes from it if there is one, and kills its own process."""
    logger = RunLogger(run.metrics, [mlflow(run)], print)
    state = run.metrics.with_name("state.json")
    if state.exists():
        logger.restore(json.loads(state.read_text()), saved)
    else:
        write_steps(logger, range(1, saved + 1))
        state.write_text(json.dumps(logger.save()))
    write_steps(logger, range(saved + 1, last + 1))
    os.kill(os.getpid(), signal.SIGKILL)


def mlflow(run) -> MLflowLogger:
    return MLflowLogger(run.metrics.with_name("mlflow"), ABOUT)


class Stuck(TensorBoardLogger):
    """A tracker that can't be closed."""

    def close(self) -> None:
        super().close()
        raise OSError("stuck")


def test_one_that_cannot_be_closed_keeps_no_row_of_the_others(tmp_path, straight):
    run = Run(tmp_path / "run")
    logger = RunLogger(run.metrics, [Stuck(run.tensorboard, ABOUT)], pytest.fail)
    write_steps(logger, range(1, 12))
    with file_size_limit(0), contextlib.suppress(OSError):
        write_steps(logger, [12])
    with pytest.raises(OSError, match="stuck"):
        logger.close()
    assert run.files()["training.csv"] == straight.files()["training.csv"]


@pytest.mark.slow
def test_a_tracker_that_cannot_take_rows_back_is_not_told_them_again(tmp_path, straight):
    """However often the process is killed, and however far each one gets."""
    resumed, saved = Run(tmp_path / "resumed"), 3
    for last in (9, 5):
        process = multiprocessing.get_context("spawn").Process(target=write_and_be_killed, args=(resumed, saved, last))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL
    logger = RunLogger(resumed.metrics, [mlflow(resumed)], pytest.fail)
    logger.restore(json.loads((tmp_path / "resumed" / "state.json").read_text()), saved)
    write_steps(logger, range(saved + 1, 13))
    logger.close()
    assert resumed.files() == straight.files()
    assert mlflow_scalars(tmp_path / "resumed" / "mlflow") == scalars(straight.tensorboard)


def mlflow_scalars(folder) -> dict[str, list]:
    """Steps and values by tag, of all rows that a store holds."""
    with contextlib.closing(sqlite3.connect(folder / "mlflow.db")) as database:
        rows = database.execute("SELECT key, step, value FROM metrics ORDER BY step").fetchall()
    return {key: [(step, pytest.approx(value)) for name, step, value in rows if name == key] for key, *_ in rows}
