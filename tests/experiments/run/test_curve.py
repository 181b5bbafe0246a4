"""The learning curve: a real picture from real CSV files."""

import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from PIL import Image

from tests.tiny import AGENT
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.curve import plot_curve
from walker_rl.logging.csv_file import CSVLogger

BLUE, GREY = (31, 119, 180), (166, 166, 166)
"""The colours of the evaluation and of the training."""


def write(path, rows):
    logger = CSVLogger(path, pytest.fail)
    for row in rows:
        logger.write(row)
    logger.close()


def write_evaluation(metrics, num_rows=11, num_episodes=3):
    rows = []
    for index in range(num_rows):
        returns = {f"episode_return_{episode}": 100.0 * index + 50 * episode for episode in range(num_episodes)}
        mean = sum(returns.values()) / num_episodes
        counts = {"actor_steps": 1_000 * index, "learner_steps": 900 * index}
        rows.append({**counts, "mean_return": mean, "stddev_return": 40.8, **returns})
    write(metrics / "evaluation.csv", rows)


def write_training(metrics, num_rows=200):
    write(
        metrics / "training.csv",
        [{"actor_steps": 50 * (index + 1), "episode_return": 3.0 * index} for index in range(num_rows)],
    )


def draw(folder) -> np.ndarray:
    """The picture, `[height, width, 3]`."""
    path = folder / "curve.png"
    plot_curve(folder, path, load_config(AGENT))
    with Image.open(path) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


def num_pixels(picture, colour) -> int:
    return int((np.abs(picture.astype(int) - colour).max(axis=-1) <= 2).sum())


def test_a_curve_of_evaluation_and_training(tmp_path):
    write_evaluation(tmp_path)
    write_training(tmp_path)
    picture = draw(tmp_path)
    assert picture.shape == (675, 1_200, 3)
    assert num_pixels(picture, BLUE) > 1_000
    assert num_pixels(picture, GREY) > 300
    assert num_pixels(picture, (255, 255, 255)) > picture.shape[0] * picture.shape[1] / 2


def test_the_legend_keeps_a_distance_from_the_edges_and_has_all_of_its_lines(tmp_path):
    write_evaluation(tmp_path, num_episodes=100)
    write_training(tmp_path)
    legend = draw(tmp_path)[-60:]
    inked = np.flatnonzero((legend < 250).any(axis=(0, 2)))
    assert inked[0] >= 50 and inked[-1] < 1_150
    assert num_pixels(legend, BLUE) > 50
    assert num_pixels(legend, GREY) > 50


def test_a_single_evaluation_and_a_few_training_episodes_can_be_seen(tmp_path):
    write_evaluation(tmp_path, num_rows=2)
    evaluations = tmp_path / "evaluation.csv"
    evaluations.write_text("".join(evaluations.read_text().splitlines(keepends=True)[::2]))  # Without that at step 0.
    alone = draw(tmp_path)
    write_training(tmp_path, num_rows=3)
    assert num_pixels(draw(tmp_path), GREY) > num_pixels(alone, GREY) + 20
    light = np.abs(alone[:-60].astype(int) - (199, 221, 236)).max(axis=-1) <= 2  # The blue of the band.
    assert light.any(axis=1).sum() > 200


def test_the_mean_lies_where_it_should(tmp_path):
    """A flat curve is one row of blue from the first evaluation to the last; a rising one is not."""

    def height(num_rows, value):
        rows = [
            {"actor_steps": 1_000 * index, "mean_return": value(index), "episode_return_0": value(index)}
            for index in range(num_rows)
        ]
        (tmp_path / "evaluation.csv").unlink(missing_ok=True)
        write(tmp_path / "evaluation.csv", rows)
        picture = draw(tmp_path)[:-60]  # above the legend
        blue = (np.abs(picture.astype(int) - BLUE).max(axis=-1) <= 2).any(axis=1)
        return int(np.ptp(np.flatnonzero(blue)))

    assert height(11, lambda _: 5.0) < 15
    assert height(11, lambda index: 100.0 * index) > 300


@pytest.mark.parametrize("training", ["missing", "empty"])
def test_a_run_without_a_finished_training_episode(tmp_path, training):
    write_evaluation(tmp_path)
    if training == "empty":
        (tmp_path / "training.csv").touch()
    picture = draw(tmp_path)
    assert num_pixels(picture, BLUE) > 1_000
    assert num_pixels(picture, GREY) < 300


def test_one_evaluation_and_fewer_episodes_than_are_averaged(tmp_path):
    write_evaluation(tmp_path, num_rows=1)
    write_training(tmp_path, num_rows=3)
    assert num_pixels(draw(tmp_path), BLUE) > 20


def test_drawing_needs_no_tensorflow(tmp_path):
    code = (
        "import sys, walker_rl.experiments.run.curve; print('tensorflow' in sys.modules, 'matplotlib' in sys.modules)"
    )
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert process.stdout.split() == ["False", "True"]


def test_a_users_own_settings_change_nothing(tmp_path):
    write_evaluation(tmp_path)
    picture = draw(tmp_path)
    with matplotlib.rc_context({"text.usetex": True, "font.size": 30, "savefig.bbox": "tight"}):
        np.testing.assert_array_equal(draw(tmp_path), picture)
