"""The learning curve of one run."""

from pathlib import Path

import matplotlib.style
import numpy as np
from matplotlib.figure import Figure

from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.run.metrics import MOVING_AVERAGE, episode_returns, smoothed_returns
from walker_rl.files.metrics_file import read_whole_rows
from walker_rl.files.whole_file import whole_file
from walker_rl.printable import counted, plain


@matplotlib.style.context("default")  # A user's own settings may need what is not installed, such as LaTeX.
def plot_curve(metrics: Path, path: Path, config: ExperimentConfig) -> None:
    """Plots the evaluation returns in a run's folder of metrics, with the training returns behind them.

    Omits columns that are missing. The suffix of `path` determines the format, and `config` the title.

    Raises:
        OSError: if it can't be written; the previous file stays.
    """
    evaluation = read_whole_rows(metrics / "evaluation.csv")
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot()
    training = read_whole_rows(metrics / "training.csv")
    if "episode_return" in training:
        steps, means = smoothed_returns(training)
        marker = "o" if len(means) == 1 else None
        label = f"training, mean of {counted(min(MOVING_AVERAGE, len(training['episode_return'])), 'episode')}"
        axes.plot(steps, means, color="0.65", linewidth=1, marker=marker, markersize=3, label=label)
    if episodes := episode_returns(evaluation):
        extent = np.min(episodes, axis=0), np.max(episodes, axis=0)
        positions = evaluation["actor_steps"]
        width = 4 if len(positions) == 1 else 0
        axes.fill_between(positions, *extent, color="C0", alpha=0.25, linewidth=width, label="worst to best")
    if "mean_return" in evaluation:
        label = f"evaluation, mean of {counted(len(episodes), 'deterministic episode')}"
        axes.plot(evaluation["actor_steps"], evaluation["mean_return"], marker="o", markersize=3, label=label)
    title = f"{config.agent_name} on {config.task}, seed {config.seed}"
    axes.set(title=plain(title), xlabel="environment steps", ylabel="return", xlim=(0, None))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.grid(alpha=0.3)
    figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize="small")
    with whole_file(path) as file:
        figure.savefig(file, format=path.suffix[1:], dpi=150)
