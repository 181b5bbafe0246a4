"""The learning curve of one run."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from walker_rl.metrics_file import read_whole_rows
from walker_rl.printable import plain
from walker_rl.whole_file import whole_file

MOVING_AVERAGE = 20
"""Training episodes averaged for the thin line."""


def plot_curve(metrics: Path, path: Path, title: str) -> None:
    """Plots the evaluation returns in a run's folder of metrics, with the training returns behind them.

    Omits columns that are missing. The suffix of `path` determines the format.

    Raises:
        OSError: if it can't be written; the previous file stays.
    """
    evaluation = read_whole_rows(metrics / "evaluation.csv")
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot()
    training = read_whole_rows(metrics / "training.csv")
    if "episode_return" in training:
        length = min(MOVING_AVERAGE, len(training["episode_return"]))
        smooth = np.convolve(training["episode_return"], np.ones(length) / length, mode="valid")
        steps = training["actor_steps"][-len(smooth) :]
        axes.plot(steps, smooth, color="0.65", linewidth=1, label=f"training, mean of {MOVING_AVERAGE} episodes")
    episodes = [values for name, values in evaluation.items() if name.startswith("episode_return_")]
    if episodes:
        extent = np.min(episodes, axis=0), np.max(episodes, axis=0)
        axes.fill_between(evaluation["actor_steps"], *extent, alpha=0.25, linewidth=0, label="worst to best")
    if "mean_return" in evaluation:
        label = f"evaluation, mean of {len(episodes)} deterministic episodes"
        axes.plot(evaluation["actor_steps"], evaluation["mean_return"], marker="o", markersize=3, label=label)
    axes.set(title=plain(title), xlabel="environment steps", ylabel="return", xlim=(0, None))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.grid(alpha=0.3)
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    with whole_file(path) as file:
        figure.savefig(file, format=path.suffix[1:], dpi=150)
