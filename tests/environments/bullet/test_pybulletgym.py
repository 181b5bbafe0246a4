"""pybulletgym, from its source where this machine has it, in processes of their own: importing it changes gym."""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.environments.bullet.described import table

ROOT = Path(__file__).parents[3]
ARCHIVE = Path("shared") / "third_party" / "pybullet-gym-bc68201.tar.gz"


@pytest.fixture(scope="module")
def run_python(tmp_path_factory):
    """Runs a script with pybulletgym on its path; returns what it printed."""
    archive = next((folder / ARCHIVE for folder in ROOT.parents if (folder / ARCHIVE).exists()), None)
    if archive is None:
        pytest.skip(f"no {ARCHIVE} in any folder above this one")
    folder = tmp_path_factory.mktemp("pybulletgym")
    with tarfile.open(archive) as source:
        source.extractall(folder)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(folder / "pybullet-gym")])}

    def run(*words: str) -> str:
        process = subprocess.run([sys.executable, *words], env=environment, capture_output=True, text=True)
        assert (process.returncode, process.stderr) == (0, ""), process.stderr
        return process.stdout

    return run


def test_the_table_is_what_pybulletgym_registers(run_python):
    assert table("pybulletgym") == json.loads(run_python("-m", "tests.environments.bullet.described", "pybulletgym"))


def test_its_walkers_are_not_taken_for_those_of_pybullet_which_have_the_same_names(run_python):
    script = (
        "from walker_rl.environments.bullet.batched_locomotion import is_batchable\n"
        "from walker_rl.environments.bullet.registry import make_gym_environment\n"
        "from walker_rl.environments.bullet.tasks import PACKAGES\n"
        "for name, task in PACKAGES['pybulletgym'].items():\n"
        "    assert not is_batchable(make_gym_environment(task)), name\n"
        "print('none')"
    )
    assert run_python("-c", script) == "none\n"


@pytest.mark.parametrize("robot", ["Walker2D", "Hopper", "Ant", "HalfCheetah", "Humanoid", "Atlas"])
def test_its_walkers_walk_as_its_own_step_says(run_python, robot):
    script = (
        "import numpy as np; from walker_rl.environments import find_task, make_environment\n"
        "from walker_rl.environments.bullet.registry import make_gym_environment\n"
        "from walker_rl.environments.quiet import quiet\n"
        f"task = find_task('{robot}PyBulletEnv-v0'); environment = make_environment(task.name, seed=0)\n"
        "with quiet(): stock = make_gym_environment(task); stock.seed(0); stock.reset()\n"
        "stock._p.setPhysicsEngineParameter(deterministicOverlappingPairs=1); stock.seed(5); stock.reset()\n"
        "environment.reset(5)\n"
        "for _ in range(10):\n"
        "    timestep = environment.step(np.full(task.action_size, 0.3))\n"
        "    observation, reward, *_ = stock.step(np.full(task.action_size, 0.3, np.float32))\n"
        "    np.testing.assert_array_equal(timestep.observation, np.float32(observation))\n"
        "    assert timestep.reward == np.float32(reward)\n"
        "print(sum(environment.reward_parts.values()) - timestep.reward)"
    )
    printed = run_python("-c", script).splitlines()  # Atlas prints a path when it is reset.
    assert float(printed[-1]) == pytest.approx(0.0, abs=1e-4)


def test_its_names_are_listed_and_no_simulator_is_imported_for_it(run_python):
    script = (
        "import sys; from walker_rl.environments import task_names\n"
        "assert {'Walker2DPyBulletEnv-v0', 'HopperMuJoCoEnv-v0', 'Walker2DBulletEnv-v0'} <= set(task_names())\n"
        "print({'gym', 'pybullet', 'pybulletgym'} & set(sys.modules))"
    )
    assert run_python("-c", script) == "set()\n"


def test_numbers_that_mujoco_means_otherwise_have_no_names(run_python):
    script = (
        "from walker_rl.environments import make_environment\n"
        "for name in ('Walker2DPyBulletEnv-v0', 'Walker2DMuJoCoEnv-v0'):\n"
        "    first = make_environment(name, seed=0).dimensions.observation[0]\n"
        "    print(first.name, first.low, first.high)"
    )
    assert run_python("-c", script) == "height -5.0 5.0\nobservation_0 -inf inf\n"
