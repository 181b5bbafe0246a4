"""The learning curve of one run."""

import csv
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

MOVING_AVERAGE = 20
"""Training episodes averaged in the thin line."""


def plot_curve(metrics: Path, path: Path, title: str) -> None:
    """Draws the evaluation returns in a run's folder of metrics as a PNG, with the training returns behind them."""
    evaluation = read_columns(metrics / "evaluation.csv")
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot()
    if training := read_columns(metrics / "training.csv"):
        length = min(MOVING_AVERAGE, len(training["episode_return"]))
        smooth = np.convolve(training["episode_return"], np.ones(length) / length, mode="valid")
        steps = training["actor_steps"][-len(smooth) :]
        axes.plot(steps, smooth, color="0.65", linewidth=1, label=f"training, mean of {MOVING_AVERAGE} episodes")
    episodes = np.stack([values for name, values in evaluation.items() if name.startswith("episode_return_")])
    steps = evaluation["actor_steps"]
    axes.fill_between(steps, episodes.min(axis=0), episodes.max(axis=0), alpha=0.25, linewidth=0, label="worst to best")
    label = f"evaluation, mean of {len(episodes)} deterministic episodes"
    axes.plot(steps, evaluation["mean_return"], marker="o", markersize=3, label=label)
    axes.set(title=title, xlabel="environment steps", ylabel="return", xlim=(0, None))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.grid(alpha=0.3)
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    figure.savefig(path, dpi=150)


def read_columns(path: Path) -> dict[str, np.ndarray]:
    """A CSV file of numbers as an array `[rows]` for each column; no columns if it is empty or missing."""
    if not path.exists():
        return {}
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]} if rows else {}
