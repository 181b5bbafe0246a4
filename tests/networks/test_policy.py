"""Policies in Sonnet: names of variables and initial weights."""

import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import weights_of
from walker_rl.networks.policy import PolicyNetwork
from walker_rl.policies.heads import HEADS
from walker_rl.policies.numpy_policy import PolicyArchitecture
from walker_rl.policies.torso import TorsoSpec

OBSERVATION = tf.constant(np.random.default_rng(0).normal(size=(8, 5)), tf.float32)


def architecture(
    head: str = "gaussian", hidden_sizes: tuple[int, ...] = (64, 48), layer_norm: bool = True, **overrides
) -> PolicyArchitecture:
    torso = TorsoSpec(hidden_sizes, layer_norm, activation="elu")
    return PolicyArchitecture(observation_size=5, action_size=3, torso=torso, head=head, **overrides)


def make(shape: PolicyArchitecture, seed: int) -> PolicyNetwork:
    return PolicyNetwork(shape, seed, initialization="uniform_fan_out")


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("layer_norm", [True, False])
def test_variables_have_the_names_and_shapes_of_the_architecture(head, layer_norm):
    shape = architecture(head, layer_norm=layer_norm)
    variables = weights_of(make(shape, seed=0))
    assert [(name, value.shape) for name, value in variables.items()] == list(shape.variable_shapes().items())
    assert sum(value.size for value in variables.values()) == sum(
        int(tf.size(variable)) for variable in make(shape, seed=0).trainable_variables
    )


def test_initial_weights_depend_on_the_seed_alone():
    first = weights_of(make(architecture(), seed=7))
    tf.random.set_seed(123)
    np.random.seed(123)
    again, other = (weights_of(make(architecture(), seed)) for seed in (7, 8))
    for name, value in first.items():
        np.testing.assert_array_equal(again[name], value)
    assert not np.array_equal(other["hidden_0/w"], first["hidden_0/w"])
    assert not np.array_equal(first["mean/w"], first["stddev/w"])


def test_initial_weights_have_acmes_distributions():
    shape = architecture(hidden_sizes=(400, 300))
    variables = weights_of(make(shape, seed=0))
    limit = np.sqrt(3 * 0.333 / 300)  # uniform, variance 0.333 / outputs
    assert 0.99 * limit < np.abs(variables["hidden_1/w"]).max() <= limit
    np.testing.assert_allclose(variables["hidden_1/w"].std(), np.sqrt(0.333 / 300), rtol=0.01)
    stddev = np.sqrt(1e-4 / 300)  # of the truncated normal, which is cut at 2 / 0.8796 of it
    np.testing.assert_allclose(variables["mean/w"].std(), stddev, rtol=0.05)
    assert np.abs(variables["mean/w"]).max() <= 2 * stddev / 0.8796
    for name in ("hidden_0/b", "hidden_1/b", "mean/b", "stddev/b", "layer_norm/offset"):
        np.testing.assert_array_equal(variables[name], 0)
    np.testing.assert_array_equal(variables["layer_norm/scale"], 1)


@pytest.mark.parametrize("head", ["gaussian", "tanh_gaussian"])
def test_a_new_policy_acts_near_zero_with_the_initial_standard_deviation(head):
    mean, stddev = make(architecture(head, init_stddev=0.3), seed=0)(OBSERVATION)
    np.testing.assert_allclose(mean, 0, atol=0.05)
    np.testing.assert_allclose(stddev, 0.3, rtol=0.05)
    np.testing.assert_allclose(make(architecture("tanh"), seed=0)(OBSERVATION), 0, atol=0.05)
