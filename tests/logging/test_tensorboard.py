"""Metrics as TensorBoard scalars."""

import numpy as np
import pytest

from tests.fakes import file_size_limit
from tests.logging.events import scalars
from walker_rl.logging.tensorboard import TensorBoardLogger

STEP = "actor_steps"


def write(folder, *rows, discard_after=None):
    logger = TensorBoardLogger(folder, STEP)
    if discard_after is not None:
        logger.discard_after(discard_after)
    for row in rows:
        logger.write(row)
    logger.close()


def test_numbers_are_scalars_over_the_step(tmp_path):
    write(
        tmp_path,
        {STEP: 10, "evaluation/mean_return": 1.5, "learner/steps": 7, "note": "text"},
        {STEP: 20, "evaluation/mean_return": -2.5, "learner/steps": 8, "note": "text"},
    )
    assert scalars(tmp_path) == {
        "evaluation/mean_return": [(10, 1.5), (20, -2.5)],
        "learner/steps": [(10, 7.0), (20, 8.0)],
    }


def test_numbers_of_numpy_are_numbers(tmp_path):
    write(tmp_path, {STEP: 1, "a": np.float32(0.5), "b": np.float64(0.25), "c": np.int64(3)})
    assert scalars(tmp_path) == {"a": [(1, 0.5)], "b": [(1, 0.25)], "c": [(1, 3.0)]}


def test_a_row_is_readable_when_write_returns(tmp_path):
    logger = TensorBoardLogger(tmp_path, STEP)
    logger.write({STEP: 1, "a": 2.0})
    assert scalars(tmp_path) == {"a": [(1, 2.0)]}
    logger.close()


def test_a_resumed_run_replaces_what_came_after_its_checkpoint(tmp_path):
    write(tmp_path, *({STEP: step, "a": 1.0} for step in (10, 20, 30, 40)))
    write(tmp_path, {STEP: 30, "a": 2.0}, {STEP: 50, "a": 2.0}, discard_after=20)
    assert scalars(tmp_path) == {"a": [(10, 1.0), (20, 1.0), (30, 2.0), (50, 2.0)]}


def test_a_full_disk_raises_and_leaves_a_readable_file(tmp_path):
    """Every write of many, more than any queue would take."""
    logger = TensorBoardLogger(tmp_path, STEP)
    logger.write({STEP: 1, "a": 1.0})
    (path,) = tmp_path.iterdir()
    with file_size_limit(path.stat().st_size + 5):
        for step in range(2, 60):
            with pytest.raises(OSError, match="tfevents"):
                logger.write({STEP: step, "a": 2.0})
    logger.write({STEP: 60, "a": 3.0})
    logger.close()
    late = [(step, 2.0) for step in range(2, 60)]
    assert scalars(tmp_path) == {"a": [(1, 1.0), *late, (60, 3.0)]}
