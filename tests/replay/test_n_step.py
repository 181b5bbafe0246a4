"""The n-step adder: golden trajectories, its formula, and Acme's own adder."""

import math

import dm_env
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes import ACTION_SIZE, LAYOUT, OBSERVATION_SIZE, RecordingReplay, action, episode, observation
from tests.stacks import acme_stack
from walker_rl.replay.n_step import NStepAdder
from walker_rl.types import Transition

DISCOUNT = 0.5  # a power of two: every sum below is exact


def play(adder: NStepAdder, timesteps: list[dm_env.TimeStep]) -> None:
    adder.add_first(timesteps[0])
    for index, timestep in enumerate(timesteps[1:]):
        adder.add(action(index), timestep)


def recorded(n_step: int, timesteps: list[dm_env.TimeStep], discount: float = DISCOUNT) -> list[Transition]:
    replay = RecordingReplay()
    play(NStepAdder(replay, LAYOUT, n_step, discount), timesteps)
    return replay.transitions


def assert_same(actual: list[Transition], expected: list[Transition]) -> None:
    assert len(actual) == len(expected)
    for one, other in zip(actual, expected, strict=True):
        for left, right in zip(one, other, strict=True):
            np.testing.assert_array_equal(left, right)


# Columns: reward, discount after a truncation, discount after a termination, index of the next observation.
GOLDEN = {
    "three steps of five": (
        3,
        [1, 2, 4, 8, 16],
        [
            (1 + 2 / 2 + 4 / 4, 1 / 8, 1 / 8, 3),
            (2 + 4 / 2 + 8 / 4, 1 / 8, 1 / 8, 4),
            (4 + 8 / 2 + 16 / 4, 1 / 8, 0, 5),
            (8 + 16 / 2, 1 / 4, 0, 5),
            (16, 1 / 2, 0, 5),
        ],
    ),
    "an episode shorter than n": (3, [1, 2], [(1 + 2 / 2, 1 / 4, 0, 2), (2, 1 / 2, 0, 2)]),
    "a window that ends with the episode": (
        3,
        [1, 2, 4],
        [(1 + 2 / 2 + 4 / 4, 1 / 8, 0, 3), (2 + 4 / 2, 1 / 4, 0, 3), (4, 1 / 2, 0, 3)],
    ),
    "n = 1": (1, [1, 2, 4], [(1, 1 / 2, 1 / 2, 1), (2, 1 / 2, 1 / 2, 2), (4, 1 / 2, 0, 3)]),
    "one step": (5, [7], [(7, 1 / 2, 0, 1)]),
}


@pytest.mark.parametrize("terminated", [False, True], ids=["time limit", "fall"])
@pytest.mark.parametrize(("n_step", "rewards", "rows"), GOLDEN.values(), ids=GOLDEN)
def test_golden_trajectories(n_step, rewards, rows, terminated):
    expected = [
        Transition(observation(t), action(t), reward, after_fall if terminated else after_limit, observation(end))
        for t, (reward, after_limit, after_fall, end) in enumerate(rows)
    ]
    assert_same(recorded(n_step, episode(rewards, terminated=terminated)), expected)


def directly(n_step: int, discount: float, rewards: list[float], discounts: list[float], t: int) -> tuple[float, ...]:
    """Reward, discount and index of the next observation at step `t`, from the docstring of `NStepAdder`."""
    k = min(n_step, len(rewards) - t)
    factors = [math.prod(discount * discounts[t + j] for j in range(i)) for i in range(k + 1)]
    return sum(factors[i] * rewards[t + i] for i in range(k)), factors[k], t + k


steps = st.lists(st.tuples(st.floats(-1e3, 1e3), st.sampled_from([0.0, 0.5, 0.9, 1.0])), min_size=1, max_size=12)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 8), st.floats(0, 1), steps)
def test_every_transition_follows_the_formula(n_step, discount, steps):
    rewards, discounts = map(list, zip(*steps, strict=True))
    timesteps = episode(rewards, terminated=False)
    timesteps[1:] = [one._replace(discount=factor) for one, factor in zip(timesteps[1:], discounts, strict=True)]
    transitions = recorded(n_step, timesteps, discount)
    assert len(transitions) == len(rewards)
    for t, transition in enumerate(transitions):
        reward, factor, end = directly(n_step, discount, rewards, discounts, t)
        # A row is float32: the sum is rounded once, by at most 2^-24 of it.
        assert transition.reward == pytest.approx(reward, rel=2**-24 + 1e-9, abs=1e-9)
        assert transition.discount == pytest.approx(factor, rel=2**-24 + 1e-9, abs=1e-12)
        np.testing.assert_array_equal(transition.next_observation, observation(end))
        np.testing.assert_array_equal(transition.observation, observation(t))
        np.testing.assert_array_equal(transition.action, action(t))


@pytest.mark.parametrize("cut", range(8))
def test_restored_in_mid_window_it_goes_on_alike(cut):
    """An episode of five steps and a second one of three, cut after each step."""
    script = [*episode([1, 2, 4, 8, 16], terminated=True), *episode([3, 5, 7], terminated=False)]

    def feed(adder, timesteps, first_index):
        for index, timestep in enumerate(timesteps, first_index):
            if timestep.first():
                adder.add_first(timestep)
            else:
                adder.add(action(index), timestep)

    straight, cut_short = RecordingReplay(), RecordingReplay()
    feed(NStepAdder(straight, LAYOUT, 3, DISCOUNT), script, 0)
    before, after = NStepAdder(cut_short, LAYOUT, 3, DISCOUNT), NStepAdder(cut_short, LAYOUT, 3, DISCOUNT)
    feed(before, script[:cut], 0)
    feed(after, episode([9, 9], terminated=False)[:2], 0)  # what a restored adder held before is forgotten
    after.restore(before.save())
    feed(after, script[cut:], cut)
    assert_same(cut_short.transitions, straight.transitions)


@pytest.mark.parametrize("num_steps", range(6))
def test_an_unfinished_episode_counts_as_truncated(num_steps):
    replay = RecordingReplay()
    adder, following = NStepAdder(replay, LAYOUT, 3, DISCOUNT), episode([1, 2], terminated=True)
    play(adder, episode([100] * 6, terminated=True)[: num_steps + 1])
    play(adder, following)
    truncated = recorded(3, episode([100] * num_steps, terminated=False)) if num_steps else []
    assert len(truncated) == num_steps
    assert_same(replay.transitions, [*truncated, *recorded(3, following)])


def test_add_before_an_episode_has_begun_raises():
    adder = NStepAdder(RecordingReplay(), LAYOUT, 3, DISCOUNT)
    timesteps = episode([1], terminated=True)
    with pytest.raises(RuntimeError, match="add_first"):
        adder.add(action(0), timesteps[1])
    play(adder, timesteps)
    with pytest.raises(RuntimeError, match="add_first"):
        adder.add(action(0), timesteps[1])


@acme_stack
@pytest.mark.parametrize("terminated", [False, True], ids=["time limit", "fall"])
@pytest.mark.parametrize(("n_step", "length"), [(1, 4), (3, 7), (5, 5), (5, 3)])
def test_ours_are_among_what_acmes_adder_writes(n_step, length, terminated):
    """Acme writes n - 1 more, shorter, at the start of an episode, and leaves the last factor to its learner."""
    discount = 0.9
    rewards = list(np.random.default_rng(0).normal(size=length).astype(np.float32))
    timesteps = [
        one if one.first() else one._replace(reward=np.float32(one.reward), discount=np.float32(one.discount))
        for one in episode(rewards, terminated=terminated)
    ]
    theirs = {
        (tuple(one.observation), tuple(one.next_observation)): one for one in acmes_items(n_step, discount, timesteps)
    }
    ours = {(tuple(one.observation), tuple(one.next_observation)): one for one in recorded(n_step, timesteps, discount)}
    assert ours.keys() <= theirs.keys()
    assert len(theirs) - len(ours) == min(n_step, length) - 1
    for key, transition in ours.items():
        np.testing.assert_array_equal(theirs[key].action, transition.action)
        np.testing.assert_allclose(theirs[key].reward, transition.reward, rtol=1e-5)
        np.testing.assert_allclose(theirs[key].discount * discount, transition.discount, rtol=1e-5)


def acmes_items(n_step: int, discount: float, timesteps: list[dm_env.TimeStep]) -> list[Transition]:
    """What Acme 0.4.0's n-step adder leaves in a Reverb table."""
    import reverb
    from acme import specs
    from acme.adders.reverb import NStepTransitionAdder

    spec = specs.EnvironmentSpec(
        observations=specs.Array((OBSERVATION_SIZE,), np.float32),
        actions=specs.BoundedArray((ACTION_SIZE,), np.float32, -1, 1),
        rewards=specs.Array((), np.float32),
        discounts=specs.BoundedArray((), np.float32, 0, 1),
    )
    table = reverb.Table.queue("priority_table", 100, signature=NStepTransitionAdder.signature(spec))
    server = reverb.Server([table])
    adder = NStepTransitionAdder(reverb.Client(f"localhost:{server.port}"), n_step, discount)
    adder.add_first(timesteps[0])
    for index, timestep in enumerate(timesteps[1:]):
        adder.add(action(index), timestep)
    del adder  # closes its writer, which waits for the last item
    samples = reverb.TrajectoryDataset.from_table_signature(
        f"localhost:{server.port}", "priority_table", 1, rate_limiter_timeout_ms=100
    )
    items = [sample.data for sample in samples.as_numpy_iterator()]
    server.stop()
    return [Transition(*item[:5]) for item in items]
