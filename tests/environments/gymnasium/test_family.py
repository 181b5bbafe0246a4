"""Gymnasium's tasks: what is found, what is refused, and what an environment of Gymnasium's becomes."""

import subprocess
import sys
import warnings

import numpy as np
import pytest

gymnasium = pytest.importorskip("gymnasium")

from gymnasium.spaces import Box, Dict, Discrete, Graph, MultiBinary, Text, Tuple  # noqa: E402

from walker_rl.environments import Task, find_task, make_environment  # noqa: E402
from walker_rl.environments.foreign import Refused  # noqa: E402
from walker_rl.environments.guarded import GuardedSimulation  # noqa: E402
from walker_rl.environments.gymnasium_simulation import GymnasiumSimulation  # noqa: E402
from walker_rl.errors import RunError, UserError  # noqa: E402

CHEETAH = "gymnasium:HalfCheetah-v5"


class Echo(gymnasium.Env):
    """Observes its last action; `ends` are its next ones."""

    def __init__(self, observation_space=None, action_space=None):
        self.action_space = action_space or Box(np.array([-1.0, 0.0]), np.array([3.0, 10.0]), dtype=np.float64)
        self.observation_space = (
            Box(-np.inf, np.inf, (2,), np.float64) if observation_space is None else observation_space
        )
        self.ends = (False, False)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return self.np_random.uniform(size=2), {}

    def step(self, action):
        assert self.action_space.contains(action)
        return action, 1.0, *self.ends, {}


class Failing(Echo):
    """Raises an exception in the method called `place`."""

    def __init__(self, place):
        super().__init__()
        self.place = place

    def reset(self, *, seed=None, options=None):
        return super().reset(seed=seed) if self.place != "reset" else 1 / 0

    def step(self, action):
        return super().step(action) if self.place != "step" else 1 / 0


@pytest.mark.parametrize("place", ["reset", "step"])
def test_a_failure_within_an_episode_is_one_line_with_its_place(place):
    simulation = GuardedSimulation(GymnasiumSimulation(Failing(place)))
    line = rf"^the environment raised ZeroDivisionError: division by zero \({__file__}:\d+\)$"
    with pytest.raises(RunError, match=line):
        simulation.reset(0)
        simulation.step(np.zeros(2, np.float32))


def test_a_task_describes_itself():
    assert find_task(CHEETAH) == Task(
        CHEETAH, "gymnasium", 1000, 17, 6, 4800.0, {}, must_repeat=False, family="gymnasium"
    )


def test_gymnasium_agrees_bit_for_bit():
    environment, stock = make_environment(CHEETAH, seed=0), gymnasium.make("HalfCheetah-v5")
    np.testing.assert_array_equal(environment.reset(5).observation, np.float32(stock.reset(seed=5)[0]))
    random = np.random.default_rng(0)
    for _ in range(200):
        action = random.uniform(-1, 1, 6).astype(np.float32)
        observation, reward, *_ = stock.step(action)
        timestep = environment.step(action)
        np.testing.assert_array_equal(timestep.observation, np.float32(observation))
        assert timestep.reward == np.float32(reward)
    environment.close()
    stock.close()


def test_arguments_go_to_the_constructor():
    task = find_task("gymnasium:Ant-v5", {"include_cfrc_ext_in_observation": False, "max_episode_steps": 30})
    assert (task.observation_size, task.max_episode_steps) == (27, 30)
    environment = make_environment(task.name, 0, task.arguments)
    assert environment.reset().observation.shape == (27,)
    environment.close()


@pytest.mark.parametrize(
    ("name", "arguments", "line"),
    [
        ("gymnasium:HalfCheeta-v5", {}, "must be an id that Gymnasium registers; did you mean HalfCheetah-v5 or "),
        ("gymnasium:CartPole-v1", {}, "must have actions in a Box, not Discrete(2)"),
        ("gymnasium:nowhere:X-v0", {}, "raised ModuleNotFoundError: No module named 'nowhere'"),
        (CHEETAH, {"gravity": 3}, "raised TypeError: "),
    ],
)
def test_what_cannot_be_played_is_refused_in_a_line(name, arguments, line):
    with pytest.raises(UserError) as error:
        find_task(name, arguments)
    assert str(error.value).startswith(f"task = {name}: {line}")
    assert "\n" not in str(error.value)


def reversed_box() -> Box:
    """A box whose bounds have been exchanged since it was made."""
    box = Box(-1.0, 1.0, (2,))
    box.low, box.high = box.high, box.low
    return box


@pytest.mark.parametrize(
    ("spaces", "line"),
    [
        ({"action_space": Box(-np.inf, 1.0, (2,))}, "must have finite action bounds"),
        ({"action_space": Box(0, 3, (2,), np.int64)}, "must have continuous actions, not int64"),
        ({"observation_space": Box(0, 255, (8, 8, 3), np.uint8)}, "must observe numbers, not pictures [8, 8, 3]"),
        ({"observation_space": Box(0, 255, (4, 8, 8, 3), np.uint8)}, "must observe numbers, not pictures [4, 8, 8, 3]"),
        ({"observation_space": Dict(eye=Box(0, 255, (8, 8, 1), np.uint8))}, "must observe numbers, not pictures"),
        ({"observation_space": Graph(Box(0, 1, (2,)), None)}, "must observe numbers that can be flattened"),
        ({"observation_space": Dict(word=Text(3))}, "must observe numbers that can be flattened, not Text("),
        ({"observation_space": "numbers"}, "must observe numbers that can be flattened, not numbers"),
        ({"observation_space": Dict()}, "must observe numbers, not an empty Dict"),
        ({"observation_space": Dict(arm=Box(0, 1, (2,)), hand=Dict())}, "must observe numbers, not an empty Dict"),
        ({"observation_space": Tuple([Box(0, 1, (2,)), Tuple([])])}, "must observe numbers, not an empty Tuple"),
        ({"action_space": Tuple([Box(0, 1, (2,))])}, "must have actions in a Box, not Tuple("),
        ({"action_space": reversed_box()}, "must have no lower action bound above its upper one"),
    ],
)
def test_spaces_that_are_not_vectors_of_numbers_are_refused(spaces, line):
    with pytest.raises(Refused) as error:
        GymnasiumSimulation(Echo(**spaces))
    assert str(error.value).startswith(line)


def test_the_bounds_of_actions_are_named_unless_they_are_ours():
    low, high = np.array([-1.0, 0.0, -0.5], np.float32), np.array([1.0, 10.0, 0.4], np.float32)
    simulation = GymnasiumSimulation(Echo(action_space=Box(low, high)))
    assert [one.unit for one in simulation.dimensions.action] == ["", "scaled to [0, 10]", "scaled to [-0.5, 0.4]"]


@pytest.mark.parametrize(
    ("rate", "seconds"), [(25, 0.04), (1, 1.0), (None, 1 / 30), (0, 1 / 30), (1 / 3_600, 1 / 30), (np.nan, 1 / 30)]
)
def test_a_film_shows_a_step_for_at_most_a_second(rate, seconds):
    environment = Echo()
    environment.metadata = {"render_fps": rate}
    assert GymnasiumSimulation(environment).frame_seconds == seconds


def test_an_action_without_a_shape_is_still_an_array():
    simulation = GymnasiumSimulation(Echo(Box(0.0, 4.0, (), np.float64), Box(0.0, 4.0, (), np.float64)))
    simulation.reset(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # As Gymnasium's when it must make an array of a number.
        outcome = simulation.step(np.array([0.5], np.float32))
    assert outcome.observation == [3.0]


def test_actions_are_mapped_to_the_bounds():
    simulation = GymnasiumSimulation(Echo())
    simulation.reset(0)
    for action, expected in (([-1, -1], [-1, 0]), ([1, 1], [3, 10]), ([0, 0], [1, 5]), ([0.5, -0.5], [2, 2.5])):
        np.testing.assert_array_equal(simulation.step(np.float32(action)).observation, expected)


def test_bounds_may_have_any_width():
    low, high = np.array([-1.5e308, 2.0]), np.array([1.5e308, 2.0])
    simulation = GymnasiumSimulation(Echo(action_space=Box(low, high, dtype=np.float64)))
    simulation.reset(0)
    for action, expected in (([-1, -1], low), ([1, 1], high), ([0, 0.5], [0, 2])):
        np.testing.assert_array_equal(simulation.step(np.float32(action)).observation, expected)


@pytest.mark.parametrize(
    ("space", "observation", "flat"),
    [
        (Box(-1.0, 1.0, ()), np.float32(0.5), [0.5]),
        (Box(0, 5, (2,), np.int64), np.array([3, 4]), [3, 4]),
        (MultiBinary((2, 2)), np.array([[1, 0], [0, 1]], np.int8), [1, 0, 0, 1]),
        (Dict(arm=Box(-1.0, 1.0, (1,)), nothing=Box(0.0, 1.0, (0,))), {"arm": [0.5], "nothing": []}, [0.5]),
    ],
)
def test_numbers_of_any_shape_and_type_are_observed(space, observation, flat):
    simulation = GymnasiumSimulation(Echo(observation_space=space))
    assert len(simulation.dimensions.observation) == len(flat)
    np.testing.assert_array_equal(simulation._flat(observation), flat)


@pytest.mark.parametrize("ends", [(False, False), (True, False), (False, True), (True, True)])
def test_termination_and_truncation_are_kept_apart(ends):
    environment = Echo()
    environment.ends = ends
    simulation = GymnasiumSimulation(environment)
    simulation.reset(0)
    assert simulation.step(np.zeros(2, np.float32))[2:] == ends


def test_nested_observations_are_flattened_in_the_order_of_their_names():
    space = Dict(b=Box(0.0, 2.0, (1, 2)), a=Tuple([Box(-1.0, 1.0, ()), Discrete(3)]))
    simulation = GymnasiumSimulation(Echo(observation_space=space))
    dimensions = simulation.dimensions.observation
    assert [one.name for one in dimensions] == ["b_0", "b_1", "a_0_0", "a_1_0", "a_1_1", "a_1_2"]
    assert [(one.low, one.high) for one in dimensions[1:4]] == [(0, 2), (-1, 1), (0, 1)]
    observation = {"a": (np.float32(0.5), np.int64(1)), "b": np.array([[1.0, 2.0]])}
    np.testing.assert_array_equal(simulation._flat(observation), [1, 2, 0.5, 0, 1, 0])


def test_an_environment_without_a_limit_gets_one_and_a_wrapper_sets_another():
    assert GymnasiumSimulation(Echo()).max_episode_steps == 1000
    assert GymnasiumSimulation(gymnasium.wrappers.TimeLimit(Echo(), 7)).max_episode_steps == 7


def test_an_environment_that_does_not_draw_cannot_be_filmed():
    simulation = GymnasiumSimulation(Echo())
    simulation.reset(0)
    with pytest.raises(RunError, match=r"^no film: NotImplementedError"):
        simulation.render(64, 48)


def test_the_module_that_registers_an_id_may_be_in_the_current_folder(tmp_path, monkeypatch):
    """The path of the script `walker-rl` does not begin with the current folder."""
    (tmp_path / "registering.py").write_text(
        "import gymnasium\n"
        "gymnasium.register('Here-v0', 'gymnasium.envs.classic_control:PendulumEnv', max_episode_steps=9)\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    assert find_task("gymnasium:registering:Here-v0").max_episode_steps == 9
    sys.modules.pop("registering")
    gymnasium.registry.pop("Here-v0")


def test_without_the_extra_a_line_says_how_to_install_it():
    script = (
        "import sys, importlib.util as util; find = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name in ('gymnasium', 'dm_control') else find(name, *rest)\n"
        "from walker_rl.cli import main; sys.exit(main(['probe', sys.argv[1]]))"
    )
    for family, task in (("gymnasium", "Hopper-v5"), ("dm_control", "walker-walk")):
        name = f"{family}:{task}"
        result = subprocess.run([sys.executable, "-c", script, name], capture_output=True, text=True)
        expected = f"error: task = {name}: needs the extra {family}: pip install 'walker-rl[{family}]'\n"
        assert (result.returncode, result.stderr) == (2, expected)


def test_an_argument_takes_the_place_of_ours():
    task = find_task("gymnasium:Pendulum-v1", {"disable_env_checker": False})
    assert task.arguments == {"disable_env_checker": False}
