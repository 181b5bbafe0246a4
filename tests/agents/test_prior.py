"""The policy that is played before training: what it does, when it ends, and an exact resume."""

import numpy as np
import pytest
from dm_env import specs

from tests.fakes import assert_equal_trees, random_variables
from walker_rl.agents import make_builder
from walker_rl.agents.config import PriorConfig
from walker_rl.agents.d4pg.config import Config
from walker_rl.agents.policies import BehaviourPolicy
from walker_rl.agents.prior import PriorThenPolicy
from walker_rl.errors import UserError
from walker_rl.hyperparameters import problems
from walker_rl.interfaces import EnvironmentSpec
from walker_rl.policies.numpy_policy import PolicyArchitecture
from walker_rl.policies.policy_file import SavedPolicy, load_policy
from walker_rl.policies.torso import TorsoSpec
from walker_rl.pretrained import find_pretrained

OBSERVATIONS = np.random.default_rng(3).normal(0, 0.3, (200, 22)).astype(np.float32)


SPEC = EnvironmentSpec(
    observations=specs.Array((22,), np.float32),
    actions=specs.BoundedArray((6,), np.float32, -1.0, 1.0),
    rewards=specs.Array((), np.float32),
    discounts=specs.BoundedArray((), np.float32, 0.0, 1.0),
)


def make_policy(seed: int = 0, saved: SavedPolicy | None = None, **prior) -> BehaviourPolicy:
    config = Config(sigma=0.0, prior=PriorConfig(**{"policy": "gait", "num_steps": 50, **prior}))
    builder = make_builder("d4pg", config, SPEC)
    saved = saved or load_policy(find_pretrained("gait").path)
    policy = PriorThenPolicy(config.prior, saved, builder.sizes, builder.make_policy(seed), seed, 0)
    policy.update(random_variables(builder.architecture))
    return policy


def play(policy: BehaviourPolicy, begin: int, end: int, episode_length: int = 20) -> np.ndarray:
    """Actions of steps `begin` to `end` of training, in episodes of some steps."""
    actions = []
    for step in range(begin, end):
        if step % episode_length == 0:
            policy.begin_episode()
        actions.append(policy.action(OBSERVATIONS[step], step))
    return np.stack(actions)


def test_without_noise_it_plays_the_saved_policy_and_then_its_own():
    """The gait is a function of the time in the episode: each of 20 steps begins it anew."""
    actions = play(make_policy(sigmas=(0.0,)), 0, 60)
    gait = load_policy(find_pretrained("gait").path)
    for step in range(50):
        if step % 20 == 0:
            play_gait = gait.make_act()
        np.testing.assert_array_equal(actions[step], play_gait(OBSERVATIONS[step]))
    own = make_builder("d4pg", Config(sigma=0.0), SPEC)
    network = PolicyArchitecture(22, 6, torso=TorsoSpec((256, 256), layer_norm=True, activation="elu"), head="tanh")
    policy = own.make_policy(0)
    policy.update(random_variables(network))
    for step in range(50, 60):
        np.testing.assert_array_equal(actions[step], policy.action(OBSERVATIONS[step], step))


def test_each_episode_has_the_next_noise():
    """Of sigmas 0, 0.1 and 0.2 one an episode, in turn: the first episode takes the second."""
    quiet, noisy = (play(make_policy(num_steps=200, sigmas=sigmas), 0, 120) for sigmas in ((0.0,), (0.0, 0.1, 0.2)))
    spreads = np.abs(noisy - quiet).reshape(6, 20, 6).mean(axis=(1, 2))
    assert (spreads[[2, 5]] == 0).all()
    assert (spreads[[0, 3]] > 0.03).all()
    assert (spreads[[1, 4]] > spreads[[0, 3]]).all()


@pytest.mark.parametrize("cut", [7, 20, 33, 55])
def test_restored_it_goes_on_alike(cut):
    """Cut within an episode, between two, and after the prior's end."""
    straight, before, after = make_policy(), make_policy(), make_policy(seed=9)
    expected = play(straight, 0, 80)
    played = play(before, 0, cut)
    play(after, 0, 3)
    after.restore(before.save())
    np.testing.assert_array_equal(np.concatenate([played, play(after, cut, 80)]), expected)
    assert_equal_trees(after.save(), straight.save())


def test_seeds_give_different_noise():
    first, same, other = (play(make_policy(seed=seed), 0, 20) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()


def test_updates_begin_after_the_prior():
    """After its 50 transitions and `min_replay_size` others; `num_random_steps` follow it, too."""
    config = Config(min_replay_size=10, num_random_steps=30, prior=PriorConfig(policy="gait", num_steps=50))
    assert config.num_steps_before_updates == 60
    assert Config(min_replay_size=10).num_steps_before_updates == 10
    assert Config(prior=PriorConfig(num_steps=50)).num_prior_steps == 0


def test_a_policy_of_another_task_is_refused():
    architecture = PolicyArchitecture(15, 3, torso=TorsoSpec((8,), layer_norm=False, activation="relu"), head="tanh")
    saved = SavedPolicy("d4pg", "HopperBulletEnv-v0", 7, architecture, random_variables(architecture))
    with pytest.raises(UserError, match=r"^agent.prior.policy = a.npz: must play a task of 22 observations and 6"):
        make_policy(saved=saved, policy="a.npz")


@pytest.mark.parametrize("name", ["policy", "dataset"])
def test_a_prior_without_a_name_is_refused(name):
    config = Config(prior=PriorConfig(**{name: ""}))
    assert list(problems(config)) == [f"prior.{name} = '': must be null or a path"]
