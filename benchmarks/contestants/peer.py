"""Stable-Baselines3 and SBX: `sb3 ALGORITHM` or `sbx ALGORITHM`; one update per step, batch 256, hidden 256-256."""

import importlib
import sys

import gymnasium as gym
import pybullet_envs_gymnasium  # noqa: F401  (registers the tasks)
from stable_baselines3.common.callbacks import BaseCallback

from benchmarks.meter import Meter

TASK = "Walker2DBulletEnv-v0"
MODULES = {"sb3": "stable_baselines3", "sbx": "sbx"}
WARM_UP_STEPS = 1_300


class Counter(BaseCallback):
    """Counts the steps after a warm-up."""

    def __init__(self, meter: Meter) -> None:
        super().__init__()
        self._meter = meter

    def _on_step(self) -> bool:
        if self.num_timesteps > WARM_UP_STEPS:
            self._meter.tick()
        return True


def main() -> None:
    library, algorithm = sys.argv[1:]
    model = getattr(importlib.import_module(MODULES[library]), algorithm)(
        "MlpPolicy",
        gym.make(TASK),
        batch_size=256,
        learning_starts=1_000,
        train_freq=1,
        gradient_steps=1,
        buffer_size=1_000_000,
        policy_kwargs={"net_arch": [256, 256]},
    )
    model.learn(10**9, callback=Counter(Meter()))


if __name__ == "__main__":
    main()
