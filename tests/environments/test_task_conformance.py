"""What every task of the catalogue keeps to."""

import ctypes.util

import dm_env
import numpy as np
import pytest

from walker_rl.environments import Environment, make_environment, task_names
from walker_rl.environments.bullet.tasks import PACKAGES
from walker_rl.errors import RunError

NUM_STEPS = 60

GYMNASIUM = {
    "fast": ["HalfCheetah-v5", "Hopper-v5"],
    "slow": [
        "Ant-v5",
        "Hopper-v4",
        "Humanoid-v5",
        "HumanoidStandup-v5",
        "InvertedDoublePendulum-v5",
        "InvertedPendulum-v5",
        "Pusher-v5",
        "Reacher-v5",
        "Swimmer-v5",
        "Walker2d-v5",
    ],
}
DM_CONTROL = {
    "fast": ["point_mass-hard", "walker-walk"],  # The first draws its gears anew in each episode.
    "slow": [
        "acrobot-swingup",
        "ball_in_cup-catch",
        "cartpole-swingup",
        "cheetah-run",
        "finger-turn_hard",
        "fish-swim",
        "humanoid-walk",
        "lqr-lqr_2_1",
        "manipulator-bring_ball",
        "quadruped-escape",
    ],
}
FOREIGN = [
    pytest.param(f"{family}:{name}", marks=[pytest.mark.slow] * (speed == "slow"))
    for family, tasks in (("dm_control", DM_CONTROL), ("gymnasium", GYMNASIUM))
    for speed, names in tasks.items()
    for name in names
]


@pytest.fixture(scope="module", params=[*sorted({*task_names(), *PACKAGES["pybulletgym"]}), *FOREIGN])
def environment(request):
    if request.param in PACKAGES["pybulletgym"] and request.param not in task_names():
        pytest.skip("needs pybulletgym: docs/training.md says how to install it")
    if ":" in request.param:
        pytest.importorskip(request.param.partition(":")[0])
    environment = make_environment(request.param, seed=3)
    yield environment
    environment.close()


def actions_for(environment: Environment, seed: int, num_steps: int = NUM_STEPS) -> np.ndarray:
    """Smooth actions `[num_steps, A]`, which keep robots on their feet longer than white noise does."""
    generator = np.random.default_rng(seed)
    phase = generator.uniform(0, 2 * np.pi, environment.task.action_size)
    return 0.5 * np.sin(0.2 * np.arange(num_steps)[:, None] + phase)


def play(environment: Environment, episode_seed: int, actions: np.ndarray) -> list[dm_env.TimeStep]:
    """The timesteps of an episode, up to its end or that of `actions`."""
    timesteps = [environment.reset(episode_seed)]
    for action in actions:
        if timesteps[-1].last():
            break
        timesteps.append(environment.step(action))
    return timesteps


def assert_same(one: list[dm_env.TimeStep], other: list[dm_env.TimeStep]) -> None:
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        assert (a.step_type, a.reward, a.discount) == (b.step_type, b.reward, b.discount)
        np.testing.assert_array_equal(a.observation, b.observation)


def test_timesteps_keep_to_the_specs(environment):
    first, *rest = play(environment, 0, actions_for(environment, seed=0))
    assert first.first() and first.reward is None and first.discount is None
    environment.observation_spec().validate(first.observation)
    for timestep in rest:
        environment.observation_spec().validate(timestep.observation)
        environment.reward_spec().validate(timestep.reward)
        environment.discount_spec().validate(timestep.discount)
    assert all(timestep.mid() for timestep in rest[:-1])
    assert environment.observation_spec().shape == (environment.task.observation_size,)
    assert environment.observation_spec().dtype == np.float32


def test_actions_are_in_minus_one_to_one(environment):
    spec = environment.action_spec()
    assert (spec.shape, spec.dtype) == ((environment.task.action_size,), np.float32)
    np.testing.assert_array_equal([spec.minimum, spec.maximum], [-1, 1])


def test_actions_beyond_the_bounds_count_as_the_bounds(environment):
    signs = np.sign(actions_for(environment, seed=1, num_steps=10))
    assert_same(play(environment, 1, signs), play(environment, 1, 7.5 * signs))


def test_parts_sum_to_the_reward(environment):
    environment.reset(2)
    assert environment.reward_parts == {}
    for action in actions_for(environment, seed=2, num_steps=10):
        timestep = environment.step(action)
        assert sum(environment.reward_parts.values()) == pytest.approx(timestep.reward, rel=1e-5, abs=1e-5)
        if timestep.last():
            break


def test_an_episode_is_a_function_of_its_seed_whatever_went_before(environment):
    actions = actions_for(environment, seed=4, num_steps=200)
    before = play(environment, 11, actions)
    play(environment, 12, np.ones((150, environment.task.action_size)))
    play(environment, 13, -actions[:7])
    assert_same(before, play(environment, 11, actions))
    used_otherwise = Environment(environment.task, seed=77)
    play(used_otherwise, 14, -np.ones((40, environment.task.action_size)))
    assert_same(before, play(used_otherwise, 11, actions))
    used_otherwise.close()


def test_other_seeds_give_other_episodes(environment):
    observations = [environment.reset(seed).observation for seed in (11, 12, 13)]
    assert not np.array_equal(observations[0], observations[1])
    assert not np.array_equal(observations[1], observations[2])


def test_rendering_shows_something_and_leaves_the_episode_alone(environment):
    if ":" in environment.task.name and ctypes.util.find_library("EGL") is None:
        pytest.skip("MuJoCo draws with EGL, which this machine lacks")
    actions = actions_for(environment, seed=5, num_steps=15)
    unseen = play(environment, 21, actions)
    seen = [environment.reset(21)]
    for action in actions[: len(unseen) - 1]:
        try:
            picture = environment.render(64, 48)
        except RunError as error:
            if "beside TensorFlow" not in str(error):
                raise
            pytest.skip(str(error))
        seen.append(environment.step(action))
    assert_same(unseen, seen)
    assert picture.shape == (48, 64, 3)
    assert picture.dtype == np.uint8
    assert picture.std() > 5


def test_restoring_in_a_used_environment_continues_bit_for_bit(environment):
    actions = actions_for(environment, seed=6, num_steps=16)
    play(environment, 31, actions[:8])
    assert environment.repeats
    state = environment.save()
    expected = [environment.step(action) for action in actions[8:]]
    play(environment, 32, actions)
    assert environment.restore(state).observation is not None
    assert_same(expected, [environment.step(action) for action in actions[8:]])


def test_every_number_has_a_name_of_its_own(environment):
    task, dimensions = environment.task, environment.dimensions
    for numbers, size in ((dimensions.observation, task.observation_size), (dimensions.action, task.action_size)):
        assert len({dimension.name for dimension in numbers}) == len(numbers) == size
    assert {(dimension.low, dimension.high) for dimension in dimensions.action} == {(-1.0, 1.0)}


def test_time_passes(environment):
    assert environment.frame_seconds > 0


def test_the_catalogue_knows_the_sizes(environment):
    assert environment.reset(0).observation.size == environment.task.observation_size
