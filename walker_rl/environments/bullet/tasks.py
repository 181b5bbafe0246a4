"""The tasks that `pybullet_envs` and `pybulletgym` register in gym, so that listing them does not import PyBullet.

Tests compare the tables with what the packages register.
"""

from collections.abc import Mapping

from walker_rl.environments.simulation import Task

MAX_EPISODE_STEPS = 1000


def _tasks(kind: str, rows: Mapping[str, tuple[int, int, float | None]]) -> dict[str, Task]:
    """Tasks by name, from sizes of observations and actions and the return that counts as solved."""
    return {
        name: Task(name, kind, MAX_EPISODE_STEPS, observation_size, action_size, reward_threshold)
        for name, (observation_size, action_size, reward_threshold) in rows.items()
    }


_STOCK = _tasks(
    "locomotion",
    {
        "AntBulletEnv-v0": (28, 8, 2500.0),
        "HalfCheetahBulletEnv-v0": (26, 6, 3000.0),
        "HopperBulletEnv-v0": (15, 3, 2500.0),
        "HumanoidBulletEnv-v0": (44, 17, None),
        "HumanoidFlagrunBulletEnv-v0": (44, 17, 2000.0),
        "HumanoidFlagrunHarderBulletEnv-v0": (44, 17, None),
        "Walker2DBulletEnv-v0": (22, 6, 2500.0),
    },
) | _tasks(
    "pendulum",
    {
        "InvertedDoublePendulumBulletEnv-v0": (9, 1, 9100.0),
        "InvertedPendulumBulletEnv-v0": (5, 1, 950.0),
        "InvertedPendulumSwingupBulletEnv-v0": (5, 1, 800.0),
    },
)

_PYBULLETGYM = _tasks(
    "locomotion",
    {
        "AntMuJoCoEnv-v0": (111, 8, 2500.0),
        "AntPyBulletEnv-v0": (28, 8, 2500.0),
        "AtlasPyBulletEnv-v0": (70, 30, None),
        "HalfCheetahMuJoCoEnv-v0": (17, 6, 3000.0),
        "HalfCheetahPyBulletEnv-v0": (26, 6, 3000.0),
        "HopperMuJoCoEnv-v0": (11, 3, 2500.0),
        "HopperPyBulletEnv-v0": (15, 3, 2500.0),
        "HumanoidFlagrunHarderPyBulletEnv-v0": (44, 17, None),
        "HumanoidFlagrunPyBulletEnv-v0": (44, 17, 2000.0),
        "HumanoidMuJoCoEnv-v0": (376, 17, None),
        "HumanoidPyBulletEnv-v0": (44, 17, None),
        "Walker2DMuJoCoEnv-v0": (17, 6, 2500.0),
        "Walker2DPyBulletEnv-v0": (22, 6, 2500.0),
    },
) | _tasks(
    "pendulum",
    {
        "InvertedDoublePendulumMuJoCoEnv-v0": (11, 1, 9100.0),
        "InvertedDoublePendulumPyBulletEnv-v0": (9, 1, 9100.0),
        "InvertedPendulumMuJoCoEnv-v0": (4, 1, 950.0),
        "InvertedPendulumPyBulletEnv-v0": (5, 1, 950.0),
        "InvertedPendulumSwingupPyBulletEnv-v0": (5, 1, 800.0),
    },
)

PACKAGES: Mapping[str, Mapping[str, Task]] = {"pybullet_envs": _STOCK, "pybulletgym": _PYBULLETGYM}
"""Tasks by name, by the package that registers them."""
