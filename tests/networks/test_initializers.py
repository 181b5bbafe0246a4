"""Initial weights of hidden layers against their definitions."""

import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import weights_of
from walker_rl.networks.critic import ValueNetwork
from walker_rl.networks.initializations import INITIALIZATIONS
from walker_rl.networks.initializers import hidden_layer, orthogonal
from walker_rl.networks.policy import PolicyNetwork
from walker_rl.policies.numpy_policy import PolicyArchitecture
from walker_rl.policies.torso import TorsoSpec

TORSO = TorsoSpec(hidden_sizes=(256, 128), layer_norm=False, activation="relu")
ARCHITECTURE = PolicyArchitecture(observation_size=22, action_size=6, torso=TORSO, head="gaussian")


def hidden_weights(initialization, seed=0):
    """The hidden layers of a policy and of a value function, by name, float32."""
    policy = PolicyNetwork(ARCHITECTURE, seed, initialization)
    value = ValueNetwork(22, TORSO, seed, initialization)
    for network in (policy, value):
        yield {name: weights for name, weights in weights_of(network).items() if name.startswith("hidden")}


def test_uniform_fan_out_is_drawn_layer_after_layer_with_variance_a_third_of_one_over_outputs():
    generator = np.random.default_rng(0)
    expected = {
        f"hidden_{index}/w": generator.uniform(-limit, limit, shape).astype(np.float32)
        for index, shape in enumerate([(22, 256), (256, 128)])
        if (limit := np.sqrt(3 * 0.333 / shape[1]))
    }
    for weights in hidden_weights("uniform_fan_out"):
        for name, value in expected.items():
            np.testing.assert_array_equal(weights[name], value)
        for name in ("hidden_0/b", "hidden_1/b"):
            np.testing.assert_array_equal(weights[name], 0)


def test_uniform_fan_in_bounds_weights_and_biases_by_one_over_the_root_of_inputs():
    for weights in hidden_weights("uniform_fan_in"):
        for index, inputs in enumerate((22, 256)):
            limit = 1 / np.sqrt(inputs)
            for kind, tolerance in (("w", 0.02), ("b", 0.1)):
                values = weights[f"hidden_{index}/{kind}"]
                assert 0.95 * limit < np.abs(values).max() <= limit
                np.testing.assert_allclose(values.std(), limit / np.sqrt(3), rtol=tolerance)
                assert abs(values.mean()) < 3 * limit / np.sqrt(3 * values.size)


def test_orthogonal_has_orthonormal_rows_or_columns_times_the_gain_and_no_biases():
    for weights in hidden_weights("orthogonal"):
        wide, tall = weights["hidden_0/w"], weights["hidden_1/w"]
        np.testing.assert_allclose(wide @ wide.T, 2 * np.eye(22), atol=1e-5)
        np.testing.assert_allclose(tall.T @ tall, 2 * np.eye(128), atol=1e-5)
        for name in ("hidden_0/b", "hidden_1/b"):
            np.testing.assert_array_equal(weights[name], 0)


def test_orthogonal_matrices_point_everywhere_alike():
    """Without a correction of signs, the diagonal of a QR decomposition's Q would be mostly negative."""
    generator = np.random.default_rng(0)
    diagonals = np.array([np.diag(orthogonal(generator)((2, 2), tf.float32)) for _ in range(2_000)]) / np.sqrt(2)
    np.testing.assert_allclose(diagonals.mean(axis=0), 0, atol=0.05)
    np.testing.assert_allclose(np.square(diagonals).mean(axis=0), 0.5, atol=0.03)


@pytest.mark.parametrize("initialization", INITIALIZATIONS)
def test_initial_weights_depend_on_the_seed_alone(initialization):
    (first, _), (again, _), (other, _) = (hidden_weights(initialization, seed) for seed in (0, 0, 1))
    for name, value in first.items():
        assert value.dtype == np.float32
        np.testing.assert_array_equal(again[name], value)
    assert not np.array_equal(other["hidden_1/w"], first["hidden_1/w"])


def test_an_unknown_initialization_is_refused():
    with pytest.raises(KeyError, match="he_normal"):
        hidden_layer("he_normal", np.random.default_rng(0), 3)
