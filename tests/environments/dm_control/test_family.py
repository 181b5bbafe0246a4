"""dm_control's tasks: what is found, what is refused, and what a dm_env environment becomes."""

import ctypes.util
import os
import re
import subprocess
import sys

import dm_env
import numpy as np
import pytest
from dm_env import specs

from walker_rl.environments import Task, find_task, make_environment
from walker_rl.environments.dm_env_simulation import DmEnvSimulation
from walker_rl.environments.foreign import Refused
from walker_rl.errors import RunError, UserError

WALK = "dm_control:walker-walk"


class Echo(dm_env.Environment):
    """Observes its last action; `step_type` and `discount` are its next ones."""

    def __init__(self, actions=None, observations=None):
        self.actions = actions or specs.BoundedArray((2,), np.float64, [-1.0, 0.0], [3.0, 10.0])
        self.observations = observations or {"b": specs.Array((1, 2), np.float64), "a": specs.Array((), np.float32)}
        self.step_type, self.discount = dm_env.StepType.MID, 1.0

    def observation_spec(self):
        return self.observations

    def action_spec(self):
        return self.actions

    def reset(self, seed=None):
        self.seed = seed
        return dm_env.restart({"b": np.zeros((1, 2)), "a": np.float32(0)})

    def step(self, action):
        self.actions.validate(action)
        observation = {"b": action[None], "a": np.float32(7)}
        return dm_env.TimeStep(self.step_type, 1.0, self.discount, observation)


def test_a_task_describes_itself():
    pytest.importorskip("dm_control")
    assert find_task(WALK) == Task(WALK, "dm_control", 1000, 24, 6, None, {}, must_repeat=False, family="dm_control")
    assert find_task(WALK, {"time_limit": 1}).max_episode_steps == 40


def test_its_numbers_have_the_names_of_the_suite_and_its_steps_their_time():
    pytest.importorskip("dm_control")
    environment = make_environment(WALK, seed=0)
    names = [one.name for one in environment.dimensions.observation]
    assert names[0] == "height" and names[1] == "orientations_0" and names[-1] == "velocity_8"
    assert environment.frame_seconds == 0.025
    environment.close()


def test_the_suite_agrees_bit_for_bit():
    pytest.importorskip("dm_control")
    environment = make_environment(WALK, seed=0)
    from dm_control import suite  # Last, because our import sets up MuJoCo for machines without a display.

    stock = suite.load("walker", "walk", task_kwargs={"random": 5})
    timesteps = [(stock.reset(), environment.reset(5))]
    random = np.random.default_rng(0)
    for _ in range(200):
        action = random.uniform(-1, 1, 6).astype(np.float32)
        timesteps.append((stock.step(action), environment.step(action)))
    for theirs, ours in timesteps:
        flat = np.concatenate([np.ravel(part) for _, part in sorted(theirs.observation.items())])
        np.testing.assert_array_equal(ours.observation, np.float32(flat))
        assert ours.reward == (None if theirs.first() else np.float32(theirs.reward))
    environment.close()


def test_its_time_limit_truncates():
    pytest.importorskip("dm_control")
    environment = make_environment(WALK, 0, {"time_limit": 0.25})
    timesteps = [environment.reset()]
    while not timesteps[-1].last():
        timesteps.append(environment.step(np.zeros(6)))
    assert (len(timesteps), timesteps[-1].discount) == (11, 1)
    environment.close()


@pytest.mark.parametrize(("seconds", "steps"), [(0, "0"), (-1, "-40"), (0.01, "0.4")])
def test_a_time_limit_below_one_step_is_refused(seconds, steps):
    pytest.importorskip("dm_control")
    with pytest.raises(UserError) as error:
        find_task(WALK, {"time_limit": seconds})
    assert str(error.value) == f"task = {WALK}: must have a time limit of at least 1 step, not {steps}"


def test_a_machine_that_cannot_draw_plays_without_films():
    pytest.importorskip("dm_control")
    script = (
        "import sys; sys.modules['OpenGL'] = None\n"
        "from walker_rl.environments import make_environment\n"
        f"environment = make_environment({WALK!r}, seed=0); environment.reset(); environment.render(64, 48)"
    )
    variables = {**os.environ, "MUJOCO_GL": "egl"}
    result = subprocess.run([sys.executable, "-c", script], env=variables, capture_output=True, text=True)
    assert "walker_rl.errors.RunError: no film: RuntimeError: No OpenGL rendering backend" in result.stderr


@pytest.mark.slow
def test_a_process_with_tensorflow_ends_well():
    """Also where Mesa's software driver conflicts with it."""
    pytest.importorskip("dm_control")
    script = (
        "import tensorflow\nfrom walker_rl.environments import make_environment\n"
        f"make_environment({WALK!r}, seed=0).reset()"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True).returncode == 0


def test_an_unstable_simulation_is_one_line():
    control = pytest.importorskip("dm_control.rl.control")
    environment = make_environment(WALK, seed=0)
    environment.reset()
    environment._simulation._simulation._environment.physics.data.qvel[:] = 1e30
    with pytest.raises(RunError) as error:
        environment.step(np.ones(6))
    assert isinstance(error.value.__cause__, control.PhysicsError)
    line = r"the environment raised PhysicsError: Physics state is invalid\. .*mjWARN_BADQ\w+ \(/.+\.py:\d+\)"
    assert re.fullmatch(line, str(error.value))
    environment.close()


def test_an_unknown_task_gets_the_nearest():
    pytest.importorskip("dm_control")
    with pytest.raises(UserError) as error:
        find_task("dm_control:walker-wolk")
    expected = "task = dm_control:walker-wolk: must be DOMAIN-TASK of the suite; did you mean walker-walk or "
    assert str(error.value).startswith(expected)


@pytest.mark.parametrize(
    ("discount", "ends"), [(0.0, (True, False)), (1.0, (False, True))], ids=["terminated", "truncated"]
)
def test_a_last_discount_of_0_terminates_and_of_1_truncates(discount, ends):
    environment = Echo()
    simulation = DmEnvSimulation(environment)
    simulation.reset(0)
    assert simulation.step(np.zeros(2, np.float32))[2:] == (False, False)
    environment.step_type, environment.discount = dm_env.StepType.LAST, discount
    assert simulation.step(np.zeros(2, np.float32))[2:] == ends


@pytest.mark.parametrize(
    ("step_type", "discount"), [(dm_env.StepType.LAST, 0.5), (dm_env.StepType.MID, 0.0), (dm_env.StepType.MID, 0.9)]
)
def test_other_discounts_are_refused(step_type, discount):
    environment = Echo()
    environment.step_type, environment.discount = step_type, discount
    with pytest.raises(RunError, match=rf"^discount = {discount}: must be 1, or 0 where an episode terminates$"):
        DmEnvSimulation(environment).step(np.zeros(2, np.float32))


def test_observations_are_flattened_actions_mapped_and_seeds_passed_on():
    environment = Echo()
    simulation = DmEnvSimulation(environment)
    assert [one.name for one in simulation.dimensions.observation] == ["a", "b_0", "b_1"]
    np.testing.assert_array_equal(simulation.reset(5), [0, 0, 0])
    assert environment.seed == 5
    np.testing.assert_array_equal(simulation.step(np.float32([1, -0.5])).observation, [7, 3, 2.5])


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ({"actions": specs.DiscreteArray(3)}, "must have continuous actions, not int32"),
        ({"actions": specs.Array((2,), np.float32)}, "must have a bounded array of actions, not Array"),
        ({"actions": specs.BoundedArray((2,), np.float32, -np.inf, 1.0)}, "must have finite action bounds"),
        ({"observations": specs.Array((8, 8, 3), np.uint8)}, "must observe numbers, not pictures [8, 8, 3]"),
        ({"observations": specs.Array((1, 8, 8, 3), np.uint8)}, "must observe numbers, not pictures [1, 8, 8, 3]"),
        ({"observations": {"word": specs.StringArray(())}}, "must observe numbers, not StringArray("),
        ({"observations": {"nothing": None}}, "must observe numbers, not None"),
    ],
)
def test_specs_that_are_not_vectors_of_numbers_are_refused(parts, line):
    with pytest.raises(Refused) as error:
        DmEnvSimulation(Echo(**parts))
    assert str(error.value).startswith(line)


def test_without_a_method_that_draws_there_is_no_film():
    """An environment may have an attribute `physics` that is not dm_control's, or none."""
    environment = Echo()
    for physics in (None, object()):
        environment.physics = physics
        with pytest.raises(RunError, match=r"^no film: AttributeError: .* no attribute 'render'$"):
            DmEnvSimulation(environment).render(64, 48)


@pytest.fixture
def composer_environment():
    """A rod on a hinge, with 60 s an episode; Composer compiles another model for each episode."""
    composer, mjcf = (pytest.importorskip(f"dm_control.{name}") for name in ("composer", "mjcf"))
    from dm_control.composer.observation.observable import MJCFFeature

    class Swing(composer.Task):
        root_entity, task_observables = composer.ModelWrapperEntity(mjcf.RootElement(model="rod")), {}

        def __init__(self):
            model = self.root_entity.mjcf_model
            rod = model.worldbody.add("body")
            rod.add("geom", type="capsule", fromto=(0, 0, 0, 0, 0, 1), size=(0.05,))
            hinge = rod.add("joint", name="hinge", axis=(0, 1, 0))
            model.actuator.add("motor", joint=hinge, ctrlrange=(-1, 1), ctrllimited=True)
            self.task_observables["angle"] = MJCFFeature("qpos", hinge)
            self.task_observables["angle"].enabled = True
            self.set_timesteps(control_timestep=0.04, physics_timestep=0.02)

        def initialize_episode(self, physics, random_state):
            physics.data.qpos[0] = random_state.uniform()

        def get_reward(self, physics):
            return 1.0

    return composer.Environment(Swing(), time_limit=60.0)


def test_an_environment_of_composer_has_its_time_limit(composer_environment):
    assert DmEnvSimulation(composer_environment).max_episode_steps == 1500


def test_an_environment_of_composer_starts_from_its_seed(composer_environment):
    simulation = DmEnvSimulation(composer_environment)
    first, same, other = (simulation.reset(seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()


def test_an_environment_of_composer_is_drawn_in_every_episode(composer_environment):
    if ctypes.util.find_library("EGL") is None:
        pytest.skip("MuJoCo draws with EGL, which this machine lacks")
    simulation = DmEnvSimulation(composer_environment)
    for seed in range(2):
        simulation.reset(seed)
        try:
            assert simulation.render(64, 48).shape == (48, 64, 3)
        except RunError as error:
            if "beside TensorFlow" not in str(error):
                raise
            pytest.skip(str(error))
        simulation.step(np.ones(1, np.float32))
