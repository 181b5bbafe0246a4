"""Stable-Baselines3 and SBX: `sb3 ALGORITHM` or `sbx ALGORITHM`; hidden 256-256.

Off-policy: one update per step, batch 256. PPO: 16 environments, rounds of 2,048 steps, 10 epochs, batch 128.
"""

import importlib
import sys

import gymnasium as gym
import pybullet_envs_gymnasium  # noqa: F401  (registers the tasks)
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env

from benchmarks.conditions import TASK, WARM_UP_STEPS
from benchmarks.meter import Meter

MODULES = {"sb3": "stable_baselines3", "sbx": "sbx"}

OFF_POLICY = {
    "batch_size": 256,
    "learning_starts": 1_000,
    "train_freq": 1,
    "gradient_steps": 1,
    "buffer_size": 1_000_000,
}
ON_POLICY = {"n_steps": 128, "n_epochs": 10, "batch_size": 128}


class Counter(BaseCallback):
    """Counts the steps after a warm-up."""

    def __init__(self, meter: Meter) -> None:
        super().__init__()
        self._meter = meter

    def _on_step(self) -> bool:
        if self.num_timesteps > WARM_UP_STEPS:
            self._meter.set(self.num_timesteps - WARM_UP_STEPS)
        return True


def main() -> None:
    library, algorithm = sys.argv[1:]
    on_policy = algorithm == "PPO"
    model = getattr(importlib.import_module(MODULES[library]), algorithm)(
        "MlpPolicy",
        make_vec_env(TASK, n_envs=16) if on_policy else gym.make(TASK),
        policy_kwargs={"net_arch": [256, 256]},
        **(ON_POLICY if on_policy else OFF_POLICY),
    )
    model.learn(10**9, callback=Counter(Meter()))


if __name__ == "__main__":
    main()
