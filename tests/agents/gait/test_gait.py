"""The search for a gait: it climbs, is a function of what it was told, and draws what it says."""

import dataclasses

import dm_env
import numpy as np
import pytest
from dm_env import specs

from tests.agents.learners import SPEC
from walker_rl.agents.gait.builder import Builder
from walker_rl.agents.gait.config import Config
from walker_rl.errors import UserError
from walker_rl.policies.sinusoids import SinusoidPolicy

CONFIG = Config(amplitudes=(0.4, 0.2), phases=(0.0, 0.25, 0.5), population_size=8)
TARGET = 0.1


class Trials:
    """Candidates drawn as actors draw them, whose return falls with their distance from a target."""

    def __init__(self, config, seed=0):
        self._config = config
        self.random = np.random.default_rng(seed)
        self.learner = None
        self.given = []

    def __iter__(self):
        return self

    def __next__(self):
        weights = self.learner.policy_weights.astype(np.float64)
        size = int((np.sqrt(1 + 4 * len(weights)) - 1) / 2)
        middle, deviation = weights[:size], weights[size:].reshape(size, size)
        candidates = middle + self.random.standard_normal((self._config.population_size, size)) @ deviation.T
        score = -np.square(candidates[:, 1:] - TARGET).sum(axis=1)
        self.given.append(np.column_stack([candidates, score]))
        return self.given[-1]


def make(config=CONFIG, dataset=None):
    builder, source = Builder(config, SPEC), dataset or Trials(config)
    start = builder.make_networks(seed=3)
    learner = builder.make_learner(start, iter(source), seed=0)
    if isinstance(source, Trials):
        source.learner = learner
    return learner, source, start


def test_it_begins_with_the_formula_set_by_hand():
    learner, _, start = make()
    (variables,) = learner.get_variables(["policy"])
    np.testing.assert_allclose(variables["frequency"], [1 / 40])
    np.testing.assert_allclose(variables["amplitude"], [0.4, 0.2, 0.4])  # Three joints: no symmetry.
    np.testing.assert_allclose(variables["phase"], [0.0, 0.25, 0.5])
    np.testing.assert_allclose(variables["offset"], np.zeros(3))
    np.testing.assert_allclose(np.linalg.norm(variables["deviation"], axis=1), start.scale, rtol=1e-3)
    assert start.scale[0] == CONFIG.frequency_sigma


def test_the_search_finds_the_best_parameters():
    learner, _, _ = make()
    first, *_, last = [learner.step() for _ in range(60)]
    parameters = learner.policy_weights[1 : 1 + 9]
    np.testing.assert_allclose(parameters, TARGET, atol=0.05)
    assert last["mean_score"] > first["best_score"]
    assert learner.learner_steps == 60 * 8


class Valley(Trials):
    """The return falls with the distance of an offset and a gain from each other, whichever they are."""

    def __next__(self):
        trials = super().__next__()
        trials[:, -1] = -np.square(trials[:, 3] - trials[:, 4])
        return trials


def test_a_search_that_has_converged_stays_where_it_is():
    """In a valley, where the spread along it grows without end beside that across it."""
    config = Config(feedback=True, feedback_index=0, amplitudes=(0.4,), population_size=16)
    learner, source, _ = make(config, Valley(config))
    for _ in range(400):
        learner.step()
    parameters = source.given[-1][:, :-1]
    assert np.abs(parameters).max() < 1e3
    np.testing.assert_allclose(parameters[:, 3], parameters[:, 4], atol=0.01)


def test_any_size_of_population_is_quiet(recwarn):
    for size in (4, 5, 6):
        learner, _, _ = make(dataclasses.replace(CONFIG, population_size=size))
        for _ in range(20):
            learner.step()
    assert not list(recwarn)


def test_a_restored_search_goes_on_bit_for_bit():
    learner, source, _ = make()
    for _ in range(5):
        learner.step()
    saved = learner.save()
    expected = [learner.step() for _ in range(3)]
    resumed, _, _ = make(dataset=source.given[5:])
    resumed.restore(saved)
    assert resumed.learner_steps == 40
    assert [resumed.step() for _ in range(3)] == expected
    np.testing.assert_array_equal(resumed.policy_weights, learner.policy_weights)
    fresh, _, _ = make()
    fresh.restore(make()[0].save())
    np.testing.assert_array_equal(fresh.policy_weights, make()[0].policy_weights)


def test_without_a_search_every_episode_plays_the_formula():
    builder = Builder(dataclasses.replace(CONFIG, search=False), SPEC)
    learner, _, _ = make(builder.config)
    policy = builder.make_policy(seed=0)
    policy.update(*learner.get_variables(["policy"]))
    played = []
    for _ in range(2):
        policy.begin_episode()
        played.append(policy.parameters)
    np.testing.assert_array_equal(*played)
    before = learner.policy_weights
    learner.step()
    np.testing.assert_array_equal(learner.policy_weights, before)
    assert learner.learner_steps == 8


@pytest.mark.parametrize("step_cost", [0.0, 1.5])
def test_an_actor_records_the_candidate_and_what_it_was_worth(step_cost):
    builder = Builder(dataclasses.replace(CONFIG, step_cost=step_cost), SPEC)
    learner, _, _ = make()
    queue = builder.make_replay("arrays", seed=0)
    policy = builder.make_policy(seed=5)
    actor = builder.make_actor(policy, builder.make_adder(queue), learner, seed=0)
    observation = np.zeros(5, np.float32)
    reference = SinusoidPolicy(builder.architecture)
    candidates = []
    for _ in range(2):
        actor.observe_first(dm_env.restart(observation))
        candidates.append(policy.parameters)
        zeros = np.zeros((10, 10))
        split = builder.architecture.split_weights(np.concatenate([candidates[-1], zeros.ravel()]))
        reference.update(split)
        reference.begin_episode()
        for step, make_timestep in enumerate([dm_env.transition, dm_env.transition, dm_env.termination]):
            action = actor.select_action(observation)
            np.testing.assert_array_equal(action, reference.action(observation))
            actor.observe(action, make_timestep(reward=float(step + 1), observation=observation))
    trials = builder.layout.unpack(next(queue.make_dataset(2)))
    np.testing.assert_allclose(trials.parameters, candidates, rtol=1e-6)
    np.testing.assert_array_equal(trials.score, [6 - 3 * step_cost] * 2)
    assert (candidates[0] != candidates[1]).all()


def test_an_actor_goes_on_in_the_middle_of_an_episode():
    builder = Builder(CONFIG, SPEC)
    learner, _, _ = make()
    observation = np.zeros(5, np.float32)

    def make_actor(seed):
        policy = builder.make_policy(seed)
        queue = builder.make_replay("arrays", seed=0)
        return builder.make_actor(policy, builder.make_adder(queue), learner, seed=0)

    straight, resumed = make_actor(1), make_actor(2)
    straight.observe_first(dm_env.restart(observation))
    for _ in range(3):
        straight.observe(straight.select_action(observation), dm_env.transition(1.0, observation))
    resumed.restore(straight.save())
    for _ in range(3):
        np.testing.assert_array_equal(resumed.select_action(observation), straight.select_action(observation))
    for actor in (straight, resumed):
        actor.observe_first(dm_env.restart(observation))
    np.testing.assert_array_equal(resumed.select_action(observation), straight.select_action(observation))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"feedback": True}, "agent.feedback_index = 7: must leave 1"),
        ({"feedback": True, "feedback_index": 4}, None),
        (
            {"servo": True, "servo_index": 0},
            "agent.servo_index = 0: must leave 6",
        ),
    ],
)
def test_entries_that_are_not_observed_are_refused(options, message):
    builder = Builder(Config(**options), SPEC)
    if message is None:
        assert builder.architecture.feedback_index == 4
    else:
        with pytest.raises(UserError, match=f"^{message} of the 5 entries that this task observes$"):
            _ = builder.architecture


def test_a_search_with_all_terms_begins_with_each_as_set_and_as_wide_as_told():
    config = Config(
        period=50, frequency_sigma=0.004, sigma=0.2, feedback=True, feedback_index=0, gains=(-1, 2),
        servo=True, servo_index=0, stiffness=4, damping=0.5, amplitudes=(0.3,), phases=(0.1,), offsets=(0.6, 0.7),
    )  # fmt: skip
    spec = SPEC._replace(
        observations=specs.Array((8,), np.float32), actions=specs.BoundedArray((4,), np.float32, minimum=-1, maximum=1)
    )
    start = Builder(config, spec).make_networks(seed=0)
    variables = start.architecture.split_weights(np.concatenate([start.parameters, np.zeros(11**2)]))
    expected = {
        "frequency": [0.02], "stiffness": [4], "damping": [0.5],
        "amplitude": [0.3, 0.3], "phase": [0.1, 0.1], "offset": [0.6, 0.7], "gain": [-1, 2],
    }  # fmt: skip
    for name, values in expected.items():
        np.testing.assert_allclose(variables[name], values)
    np.testing.assert_allclose(start.scale, [0.004, 0.8, 0.1, *[0.2] * 8])


def test_the_deviation_is_that_of_the_search():
    learner, _, start = make()
    for _ in range(6):
        learner.step()
    search, size = learner._search, len(start.parameters)
    deviation = learner.policy_weights[size:].reshape(size, size).astype(np.float64)
    scale = search.sigma * start.scale
    np.testing.assert_allclose(deviation @ deviation.T, scale[:, None] * search.sm.C * scale, rtol=1e-4, atol=1e-8)


def test_candidates_are_spread_as_told():
    builder = Builder(CONFIG, SPEC)
    architecture = builder.architecture
    size, random = architecture.num_parameters, np.random.default_rng(1)
    middle, deviation = random.normal(size=size), 0.1 * random.normal(size=(size, size))
    weights = architecture.split_weights(np.concatenate([middle, deviation.ravel()]))
    for noise_scale in (1.0, 2.0):
        policy = builder.make_policy(seed=0, noise_scale=noise_scale)
        policy.update(weights)
        candidates = []
        for _ in range(4_000):
            policy.begin_episode()
            candidates.append(policy.parameters)
        np.testing.assert_allclose(np.mean(candidates, axis=0), middle, atol=0.06)
        expected = noise_scale**2 * deviation @ deviation.T
        np.testing.assert_allclose(np.cov(candidates, rowvar=False), expected, atol=0.03 * noise_scale**2)


def test_more_values_than_joints_are_refused():
    message = r"agent.offsets = \[0.1, 0.2, 0.3, 0.4\]: must be at most 3 values for this task"
    with pytest.raises(UserError, match=f"^{message}$"):
        _ = Builder(Config(offsets=(0.1, 0.2, 0.3, 0.4)), SPEC).architecture
