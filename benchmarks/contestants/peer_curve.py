"""Trains SBX's agents with the RL Zoo's settings for Walker2D; writes tables that `walker-rl compare` reads.

`.venv-peers/bin/python -m benchmarks.contestants.peer_curve TD3 FOLDER --seed 0 --steps 200000`. The tables' clock
stops during evaluations. The newest evaluated policy is `FOLDER/last.zip`.
"""

import argparse
import importlib.metadata
import shlex
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import sbx
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.noise import NormalActionNoise

from benchmarks.conditions import TASK
from benchmarks.contestants.peer_policy import play
from benchmarks.curve_tables import CurveTables

EVALUATION_PERIOD = 10_000
EVALUATION_EPISODES, LAST_EPISODES = range(1_000, 1_010), range(1_010, 1_020)
"""Seeds of the episodes."""

COMMON = {"gamma": 0.98, "learning_starts": 10_000, "batch_size": 256, "policy_kwargs": {"net_arch": [400, 300]}}
SETTINGS: dict[str, dict[str, Any]] = {
    "TD3": {
        "buffer_size": 200_000,
        "learning_rate": 1e-3,
        "train_freq": 1,
        "gradient_steps": 1,
        "action_noise": NormalActionNoise(np.zeros(6), np.full(6, 0.1)),
    },
    "SAC": {"buffer_size": 300_000, "learning_rate": 7.3e-4, "tau": 0.02, "train_freq": 8, "gradient_steps": 8},
    "CrossQ": {
        "buffer_size": 300_000,
        "learning_rate": 7.3e-4,
        "train_freq": 8,
        "gradient_steps": 8,
        "use_sde": True,
        # SBX's default critic, 1024-1024, takes 8 times the CPU per update: too few updates in half an hour.
        "policy_kwargs": {"net_arch": [256, 256], "use_expln": True, "log_std_init": -3},
    },
}
"""Settings by algorithm, which override `COMMON`."""


class Recorder(BaseCallback):
    """Periodically evaluates the deterministic policy, saves it, and writes a row."""

    def __init__(self, tables: CurveTables, last_policy: Path) -> None:
        super().__init__()
        self._tables = tables
        self._last_policy = last_policy
        self._environment = gym.make(TASK)
        self._started = time.monotonic()

    def _on_step(self) -> bool:
        if self.num_timesteps % EVALUATION_PERIOD == 0:
            walltime = time.monotonic() - self._started
            mean_return = self.mean_return(EVALUATION_EPISODES)
            self.model.save(self._last_policy)
            self._tables.evaluation(self.num_timesteps, walltime, mean_return)
            self._started = time.monotonic() - walltime
        return True

    def mean_return(self, seeds: range) -> float:
        """Plays episodes with these seeds; returns their mean return."""
        returns, _ = play(self.model, self._environment, seeds)
        return statistics.mean(returns)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("algorithm", choices=SETTINGS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=200_000)
    arguments = parser.parse_args()
    algorithm, seed = arguments.algorithm, arguments.seed
    try:
        tables = CurveTables(arguments.folder, f"sbx_{algorithm.lower()}_seed{seed}")
    except OSError as error:
        parser.error(f"folder = {arguments.folder}: must be a new folder in one that is writable ({error.strerror})")
    settings = {**COMMON, **SETTINGS[algorithm]}
    model = getattr(sbx, algorithm)("MlpPolicy", gym.make(TASK), seed=seed, **settings)
    recorder = Recorder(tables, arguments.folder / "last.zip")
    model.learn(arguments.steps, callback=recorder)
    tables.end(
        group=f"SBX {algorithm}",
        task=TASK,
        seed=seed,
        version=f"sbx-rl {importlib.metadata.version('sbx-rl')}",
        command=f"python -m benchmarks.contestants.peer_curve {shlex.join(sys.argv[1:])}",
        last_return=recorder.mean_return(LAST_EPISODES),
    )


if __name__ == "__main__":
    main()
