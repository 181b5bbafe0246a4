"""pybulletgym, where it is installed, and what is said where it is missing or broken."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.environments.bullet.described import described, table
from tests.environments.bullet.episodes import digests
from tests.tiny import run_command
from walker_rl.environments import find_task, make_environment, task_names
from walker_rl.environments.bullet import family
from walker_rl.environments.bullet.pybulletgym_installation import ADVICE, find_problem
from walker_rl.environments.bullet.registry import make_gym_environment
from walker_rl.environments.bullet.tasks import PACKAGES
from walker_rl.errors import UserError
from walker_rl.quiet import quiet

NAMES = tuple(PACKAGES["pybulletgym"])

installed = pytest.mark.skipif(find_problem() is not None, reason=f"pybulletgym {find_problem()}")


@installed
def test_the_table_is_what_pybulletgym_registers():
    assert table("pybulletgym") == described("pybulletgym")


@installed
def test_its_names_are_listed_and_no_simulator_is_imported_for_it():
    script = (
        "import sys; from walker_rl.environments import task_names\n"
        f"assert set({NAMES}) <= set(task_names())\n"
        "print({'gym', 'pybullet', 'pybulletgym'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (result.stdout, result.stderr) == ("set()\n", "")


@installed
@pytest.mark.slow
def test_an_episode_is_the_same_in_every_process_and_after_any_other():
    """Each process has its bodies elsewhere in memory, and plays tasks and seeds in another order."""
    module = "tests.environments.bullet.episodes"
    processes = [
        subprocess.Popen([sys.executable, "-m", module, *names], stdout=subprocess.PIPE, text=True)
        for names in (NAMES, NAMES[::-1])
    ]
    printed = [sorted(process.communicate()[0].splitlines()) for process in processes]
    assert printed[0] == printed[1] == sorted(digests(NAMES))
    assert len({line.split()[-1] for line in printed[0]}) == len(printed[0]) > len(NAMES)


@installed
@pytest.mark.parametrize("robot", ["Walker2D", "Hopper", "Ant", "HalfCheetah", "Humanoid"])
def test_its_walkers_walk_as_its_own_step_says(robot):
    task = find_task(f"{robot}PyBulletEnv-v0")
    environment = make_environment(task.name, seed=0)
    with quiet():
        stock = make_gym_environment(task)
        stock.seed(0)
        stock.reset()
    stock._p.setPhysicsEngineParameter(deterministicOverlappingPairs=1, solverResidualThreshold=0)
    stock.seed(5)
    stock.reset()
    environment.reset(5)
    for _ in range(10):
        timestep = environment.step(np.full(task.action_size, 0.3))
        observation, reward, *_ = stock.step(np.full(task.action_size, 0.3, np.float32))
        np.testing.assert_array_equal(timestep.observation, np.float32(observation))
        assert timestep.reward == np.float32(reward)
    stock.close()
    environment.close()


@installed
def test_atlas_is_there_once_however_often_it_is_reset():
    environment = make_environment("AtlasPyBulletEnv-v0", seed=0)
    for seed in range(4):
        environment.reset(seed)
        environment.step(np.zeros(environment.task.action_size))
        assert environment._simulation.client.getNumBodies() == 2  # With the ground.
    environment.close()


@installed
@pytest.mark.parametrize(
    "name, parts",
    [
        ("Walker2DPyBulletEnv-v0", ["alive", "progress", "electricity", "joint_limits", "feet_collision"]),
        ("AntMuJoCoEnv-v0", ["alive", "progress", "joint_limits", "feet_collision"]),
        ("HopperMuJoCoEnv-v0", ["progress", "alive", "power"]),
        ("HalfCheetahMuJoCoEnv-v0", ["progress", "power"]),
        ("InvertedPendulumMuJoCoEnv-v0", ["reward"]),
    ],
)
def test_a_reward_has_the_parts_of_its_task(name, parts):
    environment = make_environment(name, seed=0)
    environment.reset(2)
    environment.step(np.full(environment.task.action_size, 0.5))
    assert list(environment.reward_parts) == parts
    if "power" in parts:
        assert environment.reward_parts["power"] < 0
    environment.close()


@pytest.mark.parametrize("name", ["ReacherPyBulletEnv-v0", "StrikerPyBulletEnv-v0"])
def test_an_arm_is_refused_and_not_listed(name):
    assert name not in task_names()
    with pytest.raises(UserError) as error:
        find_task(name)
    assert str(error.value) == f"task = {name}: must be a walker or a pendulum; pybulletgym's arms are not supported"


def installation(folder: Path, package: str, environments: str | None, *, has_models: bool) -> Path:
    """A pybulletgym of one's own: the source of it and of its `envs`, and whether there are models."""
    (folder / "pybulletgym").mkdir()
    (folder / "pybulletgym" / "__init__.py").write_text(package)
    if environments is not None:
        (folder / "pybulletgym" / "envs" / "assets" / "mjcf").mkdir(parents=True)
        (folder / "pybulletgym" / "envs" / "__init__.py").write_text(environments)
    if has_models:
        (folder / "pybulletgym" / "envs" / "assets" / "mjcf" / "walker2d.xml").touch()
    return folder


REGISTERED = """
from gym.envs.registration import register
register(id="Walker2DPyBulletEnv-v0", entry_point="pybulletgym.envs.locomotion:Walker2D")
"""


@pytest.mark.parametrize(
    "package, environments, has_models, is_listed, reason",
    [
        ("", None, False, False, "needs pybulletgym, which has no environments in "),
        ("", REGISTERED, False, False, "needs pybulletgym, which has no models in "),
        ("raise ImportError('no such symbol')", "", True, True, "(ImportError: no such symbol)"),
        ("import pybulletgym.envs", "import nowhere", True, True, "(ModuleNotFoundError: No module named 'nowhere')"),
        ("import pybulletgym.envs", REGISTERED, True, True, "(ModuleNotFoundError: No module named 'pybulletgym.envs."),
        ("", "", True, True, "(KeyError: 'Walker2DPyBulletEnv-v0')"),
    ],
)
def test_a_broken_installation_costs_one_line(
    monkeypatch, tmp_path, package, environments, has_models, is_listed, reason
):
    folder = installation(tmp_path, package, environments, has_models=has_models)
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=":")
    listed = run_command("list")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "Walker2DBulletEnv-v0" in listed.stdout
    assert ("Walker2DPyBulletEnv-v0" in listed.stdout) == is_listed
    probed = run_command("probe", "Walker2DPyBulletEnv-v0", "--output", tmp_path / "probe")
    assert (probed.returncode, probed.stdout) == (2, "")
    (line,) = probed.stderr.splitlines()
    assert line.startswith("error: task = Walker2DPyBulletEnv-v0: ") and reason in line
    assert not (tmp_path / "probe").exists()


def test_an_id_of_gymnasium_does_not_need_it(monkeypatch, tmp_path):
    monkeypatch.delitem(sys.modules, "pybulletgym", raising=False)
    monkeypatch.syspath_prepend(str(installation(tmp_path, "", None, has_models=False)))
    assert find_problem() is not None
    assert family.find_task("gymnasium:module:AntMuJoCoEnv-v0", {}) is None
    with pytest.raises(UserError, match="needs pybulletgym"):
        family.find_task("AntMuJoCoEnv-v0", {})


def test_the_advice_is_that_of_the_documentation():
    page = (Path(__file__).parents[3] / "docs/training.md").read_text()
    for command in ADVICE.removeprefix("install it from source: ").split(" && "):
        assert command in page
