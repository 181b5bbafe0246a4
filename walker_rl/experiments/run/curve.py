"""The learning curve of one run."""

from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from walker_rl.metrics_file import read_whole_rows
from walker_rl.printable import plain
from walker_rl.whole_file import whole_file

MOVING_AVERAGE = 20
"""Training episodes averaged in the thin line."""


def plot_curve(metrics: Path, path: Path, title: str) -> None:
    """Draws the evaluation returns, with the training returns behind them.

    Args:
        metrics: a run's folder of CSV files, with `evaluation.csv` and perhaps `training.csv`.
        path: of the PNG, or of another format by its ending.
        title: above the axes.

    Raises:
        OSError: if it can't be written; the one before it stays.
    """
    evaluation = read_whole_rows(metrics / "evaluation.csv")
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot()
    if training := read_whole_rows(metrics / "training.csv"):
        smooth = _moving_average(training["episode_return"], MOVING_AVERAGE)
        steps = training["actor_steps"][-len(smooth) :]
        axes.plot(steps, smooth, color="0.65", linewidth=1, label=f"training, mean of {MOVING_AVERAGE} episodes")
    episodes = np.stack([values for name, values in evaluation.items() if name.startswith("episode_return_")])
    steps = evaluation["actor_steps"]
    axes.fill_between(steps, episodes.min(axis=0), episodes.max(axis=0), alpha=0.25, linewidth=0, label="worst to best")
    label = f"evaluation, mean of {len(episodes)} deterministic episodes"
    axes.plot(steps, evaluation["mean_return"], marker="o", markersize=3, label=label)
    axes.set(title=plain(title), xlabel="environment steps", ylabel="return", xlim=(0, None))
    axes.xaxis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda steps, _: f"{steps:,.0f}"))
    axes.grid(alpha=0.3)
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    with whole_file(path) as file:
        figure.savefig(file, format=path.suffix[1:], dpi=150)


def _moving_average(values: np.ndarray, length: int) -> np.ndarray:
    length = min(length, len(values))
    return np.convolve(values, np.ones(length) / length, mode="valid")
