"""The catalogue: what is discovered, and what unknown names are told."""

import subprocess
import sys

import pytest

from walker_rl.environments import Task, find_listed_task, find_task, task_names
from walker_rl.errors import UserError


def test_every_locomotion_and_pendulum_task_is_there():
    robots = ["Ant", "HalfCheetah", "Hopper", "Humanoid", "HumanoidFlagrun", "HumanoidFlagrunHarder"]
    pendulums = ["InvertedDoublePendulum", "InvertedPendulum", "InvertedPendulumSwingup"]
    expected = {f"{name}BulletEnv-v0" for name in [*robots, "Walker2D", *pendulums]} | {"Pendulum-v1"}
    assert expected <= set(task_names())
    assert not any("Kuka" in name or "Minitaur" in name or "CartPole" in name for name in task_names())
    assert task_names() == sorted(task_names())


def test_a_task_describes_itself():
    assert find_task("Walker2DBulletEnv-v0") == Task(
        "Walker2DBulletEnv-v0", "locomotion", 1000, 22, 6, 2500.0, family="bullet"
    )
    assert find_task("Pendulum-v1") == Task("Pendulum-v1", "pendulum", 200, 3, 1, None, family="classic")


def test_an_unknown_name_gets_the_nearest_whatever_its_case():
    with pytest.raises(UserError) as error:
        find_task("walker2dbulletenv-V0")
    of_pybulletgym = [name for name in ("Walker2DPyBulletEnv-v0", "Walker2DMuJoCoEnv-v0") if name in task_names()]
    near = " or ".join(["Walker2DBulletEnv-v0", *of_pybulletgym])
    must_be = "must be one that walker-rl list shows"
    assert str(error.value) == f"task = walker2dbulletenv-V0: {must_be}; did you mean {near}?"


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("Walker3D", "Walker2DBulletEnv-v0"),
        ("hopper", "HopperBulletEnv-v0"),
        ("Ant-v4", "AntBulletEnv-v0"),
        ("Cheetah", "HalfCheetahBulletEnv-v0"),
        ("PendulumV1", "Pendulum-v1"),
    ],
)
def test_a_name_that_differs_in_its_ending_gets_a_suggestion(name, nearest):
    with pytest.raises(UserError) as error:
        find_listed_task(name)
    suggested = str(error.value).partition("; did you mean ")[2].rstrip("?").split(" or ")
    assert nearest in suggested[:2]


@pytest.mark.parametrize("name", ["MountainCar", "Acrobot-v7", "CartPole-v9", "BulletEnv-v0", "Env-v0", "nothing"])
def test_a_name_that_only_shares_an_ending_gets_none(name):
    with pytest.raises(UserError) as error:
        find_listed_task(name)
    assert str(error.value) == f"task = {name}: must be one that walker-rl list shows"


@pytest.mark.parametrize(("name", "family"), [("Walker2d-v5", "gymnasium"), ("walker-walk", "dm_control")])
def test_a_name_without_its_family_gets_it_as_a_suggestion(name, family):
    pytest.importorskip(family)
    with pytest.raises(UserError) as error:
        find_task(name)
    assert str(error.value) == f"task = {name}: must be one that walker-rl list shows; did you mean {family}:{name}?"


@pytest.mark.parametrize("name", ["Walker2DPyBulletEnv-v0", "HopperMuJoCoEnv-v0"])
def test_names_of_the_missing_pybulletgym_say_how_to_install_it(name):
    # In a process whose path has no pybulletgym, whatever this machine has.
    script = (
        "import importlib.util as util; find = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'pybulletgym' else find(name, *rest)\n"
        "from walker_rl.environments import find_task\n"
        f"find_task({name!r})"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.stderr.splitlines()[-1] == (
        f"walker_rl.errors.UserError: task = {name}: needs pybulletgym, which is not installed; install it from "
        "source: git clone https://github.com/benelot/pybullet-gym && git -C pybullet-gym checkout bc68201 && "
        "pip install --no-deps -e pybullet-gym"
    )
