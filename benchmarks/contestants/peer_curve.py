"""How SBX learns with the RL Zoo's settings for Walker2D, as tables that `walker-rl compare` reads.

`.venv-peers/bin/python -m benchmarks.contestants.peer_curve TD3 FOLDER --seed 0 --steps 200000`. The clock is stopped
during evaluations.
"""

import argparse
import importlib.metadata
import shlex
import sys
import time
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pybullet_envs_gymnasium  # noqa: F401  (registers the tasks)
import sbx
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.noise import NormalActionNoise

from benchmarks.curve_tables import CurveTables

TASK = "Walker2DBulletEnv-v0"
EVALUATION_PERIOD, NUM_EPISODES = 10_000, 10
FIRST_EPISODE = 1_000
"""Its seed; the following ones count up."""

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
}


class Recorder(BaseCallback):
    """Evaluates the deterministic policy now and then, and writes a row."""

    def __init__(self, tables: CurveTables) -> None:
        super().__init__()
        self._tables = tables
        self._environment = gym.make(TASK)
        self._started = time.monotonic()

    def _on_step(self) -> bool:
        if self.num_timesteps % EVALUATION_PERIOD == 0:
            walltime = time.monotonic() - self._started
            self._tables.evaluation(self.num_timesteps, walltime, self.mean_return(FIRST_EPISODE))
            self._started = time.monotonic() - walltime
        return True

    def mean_return(self, first_episode: int) -> float:
        """Over episodes with the seeds from `first_episode` on."""
        total = 0.0
        for seed in range(first_episode, first_episode + NUM_EPISODES):
            observation, _ = self._environment.reset(seed=seed)
            over = False
            while not over:
                action, _ = self.model.predict(observation, deterministic=True)
                observation, reward, terminated, truncated, _ = self._environment.step(action)
                total += float(reward)
                over = terminated or truncated
        return total / NUM_EPISODES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("algorithm", choices=SETTINGS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=200_000)
    arguments = parser.parse_args()
    algorithm, seed = arguments.algorithm, arguments.seed
    tables = CurveTables(arguments.folder, f"sbx_{algorithm.lower()}_seed{seed}")
    model = getattr(sbx, algorithm)("MlpPolicy", gym.make(TASK), seed=seed, **COMMON, **SETTINGS[algorithm])
    recorder = Recorder(tables)
    model.learn(arguments.steps, callback=recorder)
    tables.end(
        group=f"SBX {algorithm}",
        task=TASK,
        seed=seed,
        version=f"sbx-rl {importlib.metadata.version('sbx-rl')}",
        command=f"python -m benchmarks.contestants.peer_curve {shlex.join(sys.argv[1:])}",
        last_return=recorder.mean_return(FIRST_EPISODE + NUM_EPISODES),
    )


if __name__ == "__main__":
    main()
