"""What a run writes for TensorBoard."""

import dataclasses
import os

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer

from tests.fakes import file_size_limit
from tests.logging.events import ABOUT, hyperparameters, scalars, videos
from walker_rl.logging.tensorboard import TensorBoardLogger

STEP = "actor_steps"
RESULTS = {"best_mean_return": 12.5, "last_mean_return": -1.0}


def write(folder, *rows, discard_after=None):
    logger = TensorBoardLogger(folder, ABOUT)
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


def test_files_of_other_names_are_left_alone(tmp_path):
    other = tmp_path / "events.out.tfevents.²³.mine"
    other.touch()
    write(tmp_path, {STEP: 1, "a": 2.0})
    assert scalars(tmp_path) == {"a": [(1, 2.0)]}
    assert other.read_bytes() == b""


def test_a_path_of_any_bytes_is_a_hyperparameter(tmp_path):
    about = dataclasses.replace(ABOUT, hyperparameters={"agent.prior.policy": os.fsdecode(b"caf\xe9.npz")})
    TensorBoardLogger(tmp_path, about).close()
    _, values, _ = hyperparameters(tmp_path)
    assert values == {"agent.prior.policy": r"caf\udce9.npz"}


def test_a_row_is_readable_when_write_returns(tmp_path):
    logger = TensorBoardLogger(tmp_path, ABOUT)
    logger.write({STEP: 1, "a": 2.0})
    assert scalars(tmp_path) == {"a": [(1, 2.0)]}
    logger.close()


def test_a_resumed_run_replaces_what_came_after_its_checkpoint(tmp_path):
    write(tmp_path, *({STEP: step, "a": 1.0} for step in (10, 20, 30, 40)))
    write(tmp_path, {STEP: 30, "a": 2.0}, {STEP: 50, "a": 2.0}, discard_after=20)
    assert scalars(tmp_path) == {"a": [(10, 1.0), (20, 1.0), (30, 2.0), (50, 2.0)]}


def test_a_clock_that_was_set_back_puts_no_step_twice(tmp_path):
    """A part of the run was written in another year, by the machine's clock; TensorBoard goes by the files' names."""
    write(tmp_path, *({STEP: step, "a": 1.0} for step in (10, 20, 30, 40)))
    (first,) = tmp_path.glob("*tfevents.1*")
    _, _, _, number, host, process = first.name.split(".")
    first.rename(tmp_path / f"events.out.tfevents.{int(number) + 30 * 24 * 3600 * 10**9}.{host}.{process}")
    for value in (2.0, 3.0):
        write(tmp_path, {STEP: 30, "a": value}, {STEP: 50, "a": value}, discard_after=20)
    assert scalars(tmp_path) == {"a": [(10, 1.0), (20, 1.0), (30, 3.0), (50, 3.0)]}


def test_a_full_disk_raises_and_leaves_a_readable_file(tmp_path):
    """Every write of many, more than any queue would take."""
    logger = TensorBoardLogger(tmp_path, ABOUT)
    logger.write({STEP: 1, "a": 1.0})
    path = max(tmp_path.iterdir())  # The other has the hyperparameters.
    with file_size_limit(path.stat().st_size + 5):
        for step in range(2, 60):
            with pytest.raises(OSError, match="tfevents"):
                logger.write({STEP: step, "a": 2.0})
    logger.write({STEP: 60, "a": 3.0})
    logger.close()
    late = [(step, 2.0) for step in range(2, 60)]
    assert scalars(tmp_path) == {"a": [(1, 1.0), *late, (60, 3.0)]}


def gif_of(path, size=(30, 20)):
    frames = [Image.new("L", size, shade) for shade in (0, 200)]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    return path


def test_hyperparameters_are_there_from_the_start(tmp_path):
    logger = TensorBoardLogger(tmp_path, ABOUT)
    values = {"agent.sizes": "[256, 256]", "agent.noise": "null", "agent.layer_norm": True, "seed": 3}
    assert hyperparameters(tmp_path) == ("0123456789ab", values, False)
    logger.finish(RESULTS, tmp_path, 40)
    logger.close()
    assert hyperparameters(tmp_path) == ("0123456789ab", values, True)
    assert scalars(tmp_path) == {"final/best_mean_return": [(40, 12.5)], "final/last_mean_return": [(40, -1.0)]}


def test_a_run_that_goes_on_is_complete_once_more(tmp_path):
    first = TensorBoardLogger(tmp_path, ABOUT)
    first.finish(RESULTS, tmp_path, 40)
    first.close()
    longer = dataclasses.replace(ABOUT, hyperparameters={"seed": 4})
    second = TensorBoardLogger(tmp_path, longer)
    assert hyperparameters(tmp_path) == ("0123456789ab", {"seed": 4}, False)
    second.finish({"best_mean_return": 13.0}, tmp_path, 50)
    second.close()
    assert hyperparameters(tmp_path)[2]
    assert scalars(tmp_path)["final/best_mean_return"] == [(40, 12.5), (50, 13.0)]


def test_videos_are_images_over_the_step(tmp_path):
    first, best = gif_of(tmp_path / "first.gif"), gif_of(tmp_path / "best.gif", (8, 6))
    for step in (10, 20):
        logger = TensorBoardLogger(tmp_path, ABOUT)
        logger.write_video(first, step)
        logger.write_video(best, 2 * step)
        logger.close()
    assert videos(tmp_path) == {
        "videos/first": [(step, (30, 20), first.read_bytes()) for step in (10, 20)],
        "videos/best": [(step, (8, 6), best.read_bytes()) for step in (20, 40)],
    }


def test_a_resumed_run_films_once_more_what_came_after_its_checkpoint(tmp_path):
    latest = gif_of(tmp_path / "latest.gif")
    for discard_after, steps in ((0, (10, 20, 30)), (20, (30, 40))):
        logger = TensorBoardLogger(tmp_path, ABOUT)
        logger.discard_after(discard_after)
        for step in steps:
            logger.write_video(latest, step)
        logger.close()
    assert [step for step, *_ in videos(tmp_path)["videos/latest"]] == [10, 20, 30, 40]


def test_a_video_for_which_there_is_no_room_is_dropped_and_holds_up_nothing(tmp_path):
    logger = TensorBoardLogger(tmp_path, ABOUT)
    large = gif_of(tmp_path / "large.gif", (300, 200))
    with file_size_limit(large.stat().st_size - 1):
        with pytest.raises(OSError, match="tfevents"):
            logger.write_video(large, 10)
        logger.write({STEP: 10, "a": 1.0})
    logger.write({STEP: 20, "a": 2.0})
    logger.close()
    assert scalars(tmp_path) == {"a": [(10, 1.0), (20, 2.0)]}
    assert videos(tmp_path) == {}


def test_a_run_directory_is_one_run(tmp_path):
    (tmp_path / "tensorboard").mkdir()
    logger = TensorBoardLogger(tmp_path / "tensorboard", ABOUT)
    logger.write({STEP: 10, "a": 1.0})
    logger.write_video(gif_of(tmp_path / "best.gif"), 10)
    logger.finish(RESULTS, tmp_path, 40)
    logger.close()
    multiplexer = EventMultiplexer().AddRunsFromDirectory(str(tmp_path))
    assert list(multiplexer.Runs()) == ["tensorboard"]
