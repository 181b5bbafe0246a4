"""ARS: its update against NumPy loops, its ascent of a known hill, and its pairs of episodes."""

import dataclasses
import itertools

import numpy as np
import pytest
from walker_rl_ars.config import Config
from walker_rl_ars.learning import ARSLearner, Start
from walker_rl_ars.pairs import Pair, PairLayout

from walker_rl.environments import make_environment
from walker_rl.errors import UserError
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.parts import builder_of
from walker_rl.policies.numpy_policy import PolicyArchitecture
from walker_rl.policies.torso import TorsoSpec

ARCHITECTURE = PolicyArchitecture(2, 1, TorsoSpec((3,), False, "tanh"), "tanh")
NUM_WEIGHTS = 2 * 3 + 3 + 3 + 1


def make_learner(config, rows, weights=None):
    weights = np.zeros(NUM_WEIGHTS) if weights is None else weights
    return ARSLearner(config, Start(ARCHITECTURE, weights), iter(rows))


def test_the_update_is_that_of_the_paper():
    config = Config(num_directions=5, num_best=2, step_size=0.3)
    random = np.random.default_rng(0)
    pairs = Pair(random.standard_normal((5, NUM_WEIGHTS)), random.standard_normal(5), random.standard_normal(5))
    rows = np.concatenate([PairLayout(NUM_WEIGHTS).row(Pair(*fields)) for fields in zip(*pairs, strict=True)])
    learner = make_learner(config, [rows])
    learner.step()
    best = sorted(range(5), key=lambda index: -max(pairs.up[index], pairs.down[index]))[:2]
    deviation = np.std([score[index] for index in best for score in (pairs.up, pairs.down)])
    expected = sum((pairs.up[index] - pairs.down[index]) * pairs.direction[index] for index in best)
    np.testing.assert_allclose(learner.policy_weights, 0.3 / (2 * deviation) * expected, rtol=1e-5)
    assert learner.learner_steps == 5


def test_equal_returns_move_nothing():
    rows = np.ones((4, NUM_WEIGHTS + 2), np.float32)
    learner = make_learner(Config(num_directions=4), [rows], np.arange(NUM_WEIGHTS, dtype=float))
    assert learner.step()["deviation"] == 0
    np.testing.assert_array_equal(learner.policy_weights, np.arange(NUM_WEIGHTS))


def test_it_climbs_to_the_top_of_a_hill():
    """The return is minus the distance to a target, so the weights must approach the target."""
    config, target, random = Config(sigma=0.1, step_size=0.1), np.linspace(-1, 1, NUM_WEIGHTS), np.random.default_rng(1)

    def populations():
        while True:
            directions = random.standard_normal((config.num_directions, NUM_WEIGHTS))
            up, down = (
                -np.linalg.norm(learner.policy_weights + sign * config.sigma * directions - target, axis=1)
                for sign in (1, -1)
            )
            yield np.column_stack([directions, up, down]).astype(np.float32)

    learner = make_learner(config, populations())
    before = np.linalg.norm(target)
    for _ in range(300):
        learner.step()
    assert np.linalg.norm(learner.policy_weights - target) < 0.25 * before


@pytest.fixture
def parts():
    """A builder for the pendulum, its queue, learner and actor, and an environment."""
    builder = builder_of(load_config("ars", overrides=["task=Pendulum-v1", "agent.num_directions=4"]))
    replay = builder.make_replay("arrays", 0)
    learner = builder.make_learner(builder.make_networks(0), builder.make_dataset(replay), 0)
    actor = builder.make_actor(builder.make_policy(1), builder.make_adder(replay), learner, 2)
    return builder, replay, learner, actor, make_environment("Pendulum-v1", 3)


def play(actor, environment, num_steps):
    """Steps an actor; yields the actions."""
    timestep = environment.reset()
    actor.observe_first(timestep)
    for _ in range(num_steps):
        if timestep.last():
            timestep = environment.reset()
            actor.observe_first(timestep)
        action = actor.select_action(timestep.observation)
        timestep = environment.step(action)
        actor.observe(action, timestep)
        yield action


def test_a_pair_is_recorded_after_its_second_episode(parts):
    builder, replay, learner, actor, environment = parts
    steps = play(actor, environment, 400)
    list(itertools.islice(steps, 399))
    assert replay.num_inserted == 0
    list(steps)
    assert replay.num_inserted == 1
    pair = builder.layout.unpack(replay.save()["rows"][0])
    assert pair.up < 0 and pair.down < 0 and pair.up != pair.down
    assert learner.policy_weights.shape == pair.direction.shape


def test_an_unfinished_episode_is_in_no_pair(parts):
    """A resumed run leaves it if the task can't replay it, and begins the next one."""
    _, replay, _, actor, environment = parts
    list(play(actor, environment, 150))
    list(play(actor, environment, 200))
    assert replay.num_inserted == 0
    list(play(actor, environment, 200))
    assert replay.num_inserted == 1


def test_new_weights_wait_for_the_next_pair_and_a_restored_actor_repeats_the_rest(parts):
    builder, _, learner, actor, environment = parts
    actions = play(actor, environment, 450)
    list(itertools.islice(actions, 250))
    saved, replica = actor.save(), builder.make_actor(builder.make_policy(9), actor._adder, learner, 9)
    learner.restore({"weights": np.ones(len(learner.policy_weights)), "learner_steps": 4})
    actor.update()
    replica.restore(saved)
    observations = np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32)
    np.testing.assert_array_equal(*([one.select_action(each) for each in observations] for one in (actor, replica)))
    before = actor.select_action(observations[0])
    actor.observe_first(environment.reset())
    replica.observe_first(environment.reset())
    assert actor.select_action(observations[0]) == replica.select_action(observations[0]) != before


def test_the_untrained_policy_does_nothing_and_its_weights_differ_by_seed(parts):
    builder, *_ = parts
    one, other = (builder.make_networks(seed) for seed in (0, 1))
    policy = builder.architecture.make_policy()
    policy.update(builder.architecture.split_weights(one.weights))
    assert policy.action(np.ones(3, np.float32)) == 0
    assert not np.array_equal(one.weights, other.weights)


def test_more_best_directions_than_there_are_is_refused():
    with pytest.raises(UserError, match=r"^agent.num_best = 9: must be at most agent.num_directions = 8$"):
        load_config("ars", overrides=["agent.num_best=9"])
    assert dataclasses.is_dataclass(load_config("ars").agent)
