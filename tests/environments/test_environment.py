"""The environment: seeds, ends of episodes, saving."""

import dataclasses
import pickle
import subprocess
import sys

import dm_env
import numpy as np
import pytest

from walker_rl.environments import Environment, find_task, make_environment

WALKER = "Walker2DBulletEnv-v0"


@pytest.fixture
def walker():
    environment = make_environment(WALKER, seed=5)
    yield environment
    environment.close()


def test_calls_before_and_after_an_episode_start_one(walker):
    assert walker.episode_seed is None
    first = walker.step(np.zeros(6))
    assert first.first()
    timestep = first
    while not timestep.last():
        timestep = walker.step(np.ones(6))
    assert walker.step(np.ones(6)).first()


def test_episode_k_is_seeded_by_seed_and_k(walker):
    seeds = []
    for _ in range(3):
        walker.reset()
        seeds.append(walker.episode_seed)
    assert seeds == [int(np.random.SeedSequence([5, k]).generate_state(1)[0]) for k in range(3)]


def test_an_explicit_seed_does_not_advance_the_count(walker):
    other = make_environment(WALKER, seed=5)
    walker.reset(1234)
    assert walker.episode_seed == 1234
    np.testing.assert_array_equal(walker.reset().observation, other.reset().observation)
    assert walker.episode_seed == other.episode_seed


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_an_action_that_is_not_finite_is_refused(walker, bad):
    walker.reset()
    with pytest.raises(ValueError, match=r"^action = \[.*\]: every element must be a finite number$"):
        walker.step(np.array([0, 0, bad, 0, 0, 0]))


def test_an_action_of_another_shape_is_refused(walker):
    walker.reset()
    with pytest.raises(ValueError, match=r"^action has shape \(1,\): Walker2DBulletEnv-v0 takes \(6,\)$"):
        walker.step(np.zeros(1))


def test_the_task_charges_for_the_clipped_action(walker):
    # Electricity: -2 mean |a * joint_speed| - 0.1 mean a^2; at a = 1 the second part is exactly -0.1.
    walker.reset(0)
    timestep = walker.step(np.full(6, 5.0))
    joint_speeds = timestep.observation[9:20:2]
    assert walker.reward_parts["electricity"] == pytest.approx(-2 * np.abs(joint_speeds).mean() - 0.1, rel=1e-5)


@pytest.mark.parametrize("name, limit", [("HalfCheetahBulletEnv-v0", 1000), ("Pendulum-v1", 200)])
def test_the_time_limit_truncates(name, limit):
    environment = make_environment(name, seed=0)
    timestep, num_steps = environment.reset(), 0
    while not timestep.last():
        timestep = environment.step(np.zeros(environment.task.action_size))
        num_steps += 1
    assert num_steps == limit
    assert timestep.discount == 1


def fall(max_episode_steps: int) -> list[dm_env.TimeStep]:
    """The timesteps of a walker that kicks itself over."""
    environment = Environment(dataclasses.replace(find_task(WALKER), max_episode_steps=max_episode_steps), seed=0)
    timesteps = [environment.reset()]
    while not timesteps[-1].last():
        timesteps.append(environment.step(np.ones(6)))
    return timesteps


def test_a_fall_terminates_and_wins_over_the_time_limit():
    fallen = fall(max_episode_steps=1000)
    num_steps = len(fallen) - 1
    assert num_steps < 100
    assert [timestep.discount for timestep in fallen[1:]] == [1.0] * (num_steps - 1) + [0.0]
    assert fall(max_episode_steps=num_steps)[-1].discount == 0
    truncated = fall(max_episode_steps=num_steps - 1)
    assert len(truncated) == num_steps
    assert truncated[-1].discount == 1


def test_a_state_from_before_the_first_episode_restores_to_that(walker):
    state = walker.save()
    expected = [walker.reset().observation, walker.reset().observation]
    assert walker.restore(state) is None
    assert walker.episode_seed is None
    np.testing.assert_array_equal([walker.step(np.zeros(6)).observation, walker.reset().observation], expected)


def test_a_state_from_after_the_last_timestep_restores_to_that(walker):
    timestep = walker.reset()
    while not timestep.last():
        timestep = walker.step(np.ones(6))
    restored = make_environment(WALKER, seed=5)
    assert restored.restore(walker.save()).last()
    np.testing.assert_array_equal(restored.step(np.ones(6)).observation, walker.step(np.ones(6)).observation)


def test_restoring_in_another_process_continues_bit_for_bit(walker, tmp_path):
    actions = np.random.default_rng(0).uniform(-0.4, 0.4, (40, 6))
    walker.reset()
    walker.reset()
    for action in actions[:9]:
        walker.step(action)
    (tmp_path / "state").write_bytes(pickle.dumps((walker.save(), actions[9:])))
    script = (
        "import pickle, sys; from pathlib import Path; from walker_rl.environments import make_environment\n"
        "folder = Path(sys.argv[1])\n"
        "state, actions = pickle.loads((folder / 'state').read_bytes())\n"
        f"environment = make_environment({WALKER!r}, seed=5)\n"
        "timesteps = [environment.restore(state)] + [environment.step(action) for action in actions]\n"
        "numbers = [(t.observation.tobytes(), t.reward, t.discount) for t in timesteps]\n"
        "(folder / 'numbers').write_bytes(pickle.dumps(numbers))"
    )
    before = walker.save()
    expected = [walker.restore(before), *(walker.step(action) for action in actions[9:])]
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)
    numbers = pickle.loads((tmp_path / "numbers").read_bytes())
    assert sum(timestep.last() for timestep in expected) >= 1, "the replay must go on into later episodes"
    assert numbers == [(t.observation.tobytes(), t.reward, t.discount) for t in expected]


def test_closing_ends_the_simulation(walker):
    walker.reset()
    client = walker._simulation.client
    walker.close()
    walker.close()
    assert not client.isConnected()
