"""The NumPy evaluation of a policy, held to the Sonnet network."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import weights_of
from walker_rl.errors import RunError
from walker_rl.networks.normalizer import Normalizer
from walker_rl.networks.policy import PolicyNetwork
from walker_rl.policies.activations import ACTIVATIONS
from walker_rl.policies.heads import HEADS
from walker_rl.policies.numpy_policy import NumpyPolicy, PolicyArchitecture
from walker_rl.policies.torso import TorsoSpec

OBSERVATIONS = np.random.default_rng(1).normal(0, 1, (64, 22)).astype(np.float32)


def architecture(
    head: str = "tanh", layer_norm: bool = True, activation: str = "elu", **overrides
) -> PolicyArchitecture:
    torso = TorsoSpec((256, 256), layer_norm, activation)
    return PolicyArchitecture(observation_size=22, action_size=6, torso=torso, head=head, **overrides)


def random_variables(shape: PolicyArchitecture) -> dict[str, np.ndarray]:
    """Weights far from their initial values, with outputs in proportion to 1."""
    generator = np.random.default_rng(0)
    return {
        name: generator.normal(1.0 if name.endswith("scale") else 0.0, 0.7 / np.sqrt(size[0]), size).astype(np.float32)
        for name, size in shape.variable_shapes().items()
    }


def both(shape: PolicyArchitecture) -> tuple[PolicyNetwork, NumpyPolicy]:
    network, policy = PolicyNetwork(shape, seed=0, initialization="uniform_fan_out"), NumpyPolicy(shape)
    for name, value in random_variables(shape).items():
        network.named_variables()[name].assign(value)
    policy.update(weights_of(network))
    return network, policy


@pytest.mark.parametrize(
    ("head", "layer_norm", "activation"), list(itertools.product(HEADS, [True, False], ACTIVATIONS))
)
def test_agrees_with_the_sonnet_network(head, layer_norm, activation):
    network, policy = both(architecture(head=head, layer_norm=layer_norm, activation=activation))
    outputs = network(tf.constant(OBSERVATIONS))
    if head == "tanh":
        action = outputs.numpy()
    else:
        for expected, actual in zip(outputs, policy.distribution(OBSERVATIONS), strict=True):
            np.testing.assert_allclose(actual, expected, rtol=1e-6, atol=1e-6)
        action = np.tanh(outputs.mean) if head == "tanh_gaussian" else np.clip(outputs.mean, -1, 1)
    assert action.std() > 0.1
    np.testing.assert_allclose(policy.action(OBSERVATIONS), action, rtol=0, atol=1e-6)


@pytest.mark.parametrize("head", HEADS)
def test_weights_that_ran_away_are_refused_without_a_word_of_numpys(head, recwarn):
    shape = architecture(head=head)
    policy = NumpyPolicy(shape)
    policy.update({name: np.full(size, 1e30, np.float32) for name, size in shape.variable_shapes().items()})
    with pytest.raises(RunError, match=r"^the policy's output is not finite$"):
        policy.action(OBSERVATIONS)
    if head != "tanh":
        with pytest.raises(RunError, match=r"^the policy's output is not finite$"):
            policy.distribution(OBSERVATIONS)
    assert not recwarn.list


@pytest.mark.parametrize("head", HEADS)
def test_one_observation_is_a_batch_of_one(head):
    _, policy = both(architecture(head=head))
    action = policy.action(OBSERVATIONS[3])
    assert action.shape == (6,)
    assert action.dtype == np.float32
    np.testing.assert_allclose(action, policy.action(OBSERVATIONS)[3], atol=1e-6)


def test_a_gaussian_mean_beyond_the_bounds_is_clipped_only_as_an_action():
    shape = architecture(head="gaussian")
    policy = NumpyPolicy(shape)
    policy.update({**random_variables(shape), "mean/b": np.array([5, -5, 0, 0, 0, 0])})
    np.testing.assert_array_equal(policy.action(OBSERVATIONS)[:, :2], np.tile([1, -1], (64, 1)))
    assert (policy.distribution(OBSERVATIONS)[0][:, 0] > 1).all()


def test_before_the_first_update_the_action_is_zero():
    np.testing.assert_array_equal(NumpyPolicy(architecture()).action(OBSERVATIONS[0]), np.zeros(6))


@pytest.mark.parametrize("name", ["mean/w", "layer_norm/scale"])
def test_update_names_what_is_wrong_and_keeps_the_old_weights(name):
    shape = architecture()
    _, policy = both(shape)
    before, variables = policy.action(OBSERVATIONS), random_variables(shape)
    with pytest.raises(ValueError, match=f"{name}.* missing"):
        policy.update({key: value for key, value in variables.items() if key != name})
    with pytest.raises(ValueError, match=r"hidden_9/w.* unknown"):
        policy.update({**variables, "hidden_9/w": np.zeros(1)})
    with pytest.raises(ValueError, match=f"{name}.* shape"):
        policy.update({**variables, name: np.zeros((1, 1, 1))})
    np.testing.assert_array_equal(policy.action(OBSERVATIONS), before)


def test_update_takes_a_copy():
    shape = architecture()
    policy, variables = NumpyPolicy(shape), random_variables(shape)
    policy.update(variables)
    before = policy.action(OBSERVATIONS)
    variables["mean/w"] += 1
    np.testing.assert_array_equal(policy.action(OBSERVATIONS), before)


def test_a_deterministic_policy_has_no_distribution():
    with pytest.raises(ValueError, match="tanh"):
        NumpyPolicy(architecture()).distribution(OBSERVATIONS)


def test_a_squashed_policys_standard_deviation_has_bounds():
    shape = architecture(head="tanh_gaussian")
    network, policy = both(shape)
    variables = {**random_variables(shape), "stddev/b": np.array([9, -40, 0, 0, 0, 0], np.float32)}
    for name, variable in network.named_variables().items():
        variable.assign(variables[name])
    policy.update(variables)
    _, stddev = policy.distribution(OBSERVATIONS)
    np.testing.assert_allclose(stddev[:, :2], np.tile(np.exp([2.0, -20.0]), (64, 1)), rtol=1e-5)
    np.testing.assert_allclose(stddev, network(OBSERVATIONS).stddev, rtol=1e-5)


@pytest.mark.parametrize("normalize", [False, True])
def test_a_network_plays_tasks_of_its_sizes_alone(normalize):
    """Even where NumPy would broadcast an observation of another size."""
    sizes = [(22, 6), (1, 6), (21, 6), (22, 5), (22, 1)]
    assert [architecture(normalize=normalize).plays(*one) for one in sizes] == [True, False, False, False, False]


def test_observations_are_normalised_and_clipped():
    network, plain = both(architecture())
    policy = NumpyPolicy(architecture(normalize=True))
    normalizer = Normalizer(22)
    normalizer.statistics.add(np.linspace(-1, 1, 22) + np.logspace(-2, 1, 22) * [[-1], [1]])
    statistics = {name: value.numpy() for name, value in normalizer.weights().items()}
    policy.update({**random_variables(architecture()), **statistics})
    expected = network(normalizer(tf.constant(OBSERVATIONS)))
    np.testing.assert_allclose(policy.action(OBSERVATIONS), expected, rtol=0, atol=2e-6)
    expected = np.clip((OBSERVATIONS - statistics["normalizer/mean"]) * statistics["normalizer/scale"], -10, 10)
    assert (np.abs(expected) == 10).any()
    np.testing.assert_allclose(policy.action(OBSERVATIONS), plain.action(expected), rtol=0, atol=2e-6)
