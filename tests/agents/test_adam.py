"""Adam against Sonnet's, and against the paper's formula."""

import numpy as np
import pytest
import sonnet as snt
import tensorflow as tf

from tests.agents import references
from walker_rl.agents.adam import Adam

SHAPES = {"b": (4,), "a": (3, 4)}


def gradients(scale: float) -> list[dict[str, tf.Tensor]]:
    generator = np.random.default_rng(0)
    return [
        {name: tf.constant(generator.normal(0, scale, shape), tf.float32) for name, shape in SHAPES.items()}
        for _ in range(20)
    ]


@pytest.mark.parametrize("scale", [1.0, 1e-8], ids=["usual", "as small as epsilon"])
def test_takes_the_steps_of_sonnets_adam(scale):
    ours, theirs = ({name: tf.Variable(tf.zeros(shape)) for name, shape in SHAPES.items()} for _ in range(2))
    adam, sonnets = Adam(ours), snt.optimizers.Adam(0.1)
    for gradient in gradients(scale):
        adam.apply(gradient, tf.constant(0.1))
        sonnets.apply([gradient[name] for name in theirs], list(theirs.values()))
        for name in SHAPES:
            np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-5, atol=1e-6)
    assert np.abs(ours["a"]).min() > 1e-3


def test_the_first_step_by_hand():
    variable = tf.Variable([1.0, 2.0])
    Adam({"x": variable}).apply({"x": tf.constant([3.0, -1e-8])}, tf.constant(0.1))
    # m_hat = g and v_hat = g^2: a step of lr * g / (|g| + 1e-8).
    np.testing.assert_allclose(variable, [1 - 0.1, 2 + 0.1 / 2], rtol=1e-5)


@pytest.mark.parametrize("epsilon", [1e-8, 1e-5, 0.1])
def test_epsilon_is_the_papers(epsilon):
    """Kingma & Ba 2015, Algorithm 1, with gradients as small as the epsilon."""
    variable, expected = tf.Variable(tf.zeros([3])), np.zeros(3)
    adam, reference = Adam({"x": variable}, epsilon=epsilon), references.Adam({"x": expected}, 0.1, epsilon=epsilon)
    for gradient in np.random.default_rng(0).normal(0, epsilon, (20, 3)):
        adam.apply({"x": tf.constant(gradient, tf.float32)}, tf.constant(0.1))
        reference.apply({"x": gradient})
        np.testing.assert_allclose(variable, expected, rtol=1e-3, atol=1e-5)


def test_gradients_are_clipped_together_and_the_norm_returned_is_before_clipping():
    clipped, reference = ({name: tf.Variable(tf.zeros(shape)) for name, shape in SHAPES.items()} for _ in range(2))
    adam, unclipped = Adam(clipped, max_gradient_norm=2.0), Adam(reference)
    for gradient in gradients(scale=1.0):
        norm = np.sqrt(sum(np.square(value).sum() for value in gradient.values()))
        np.testing.assert_allclose(adam.apply(gradient, tf.constant(0.1)), norm, rtol=1e-5)
        unclipped.apply({name: value * min(1.0, 2.0 / norm) for name, value in gradient.items()}, tf.constant(0.1))
    for name in SHAPES:
        np.testing.assert_allclose(clipped[name], reference[name], rtol=1e-4, atol=1e-6)


def test_state_is_all_that_the_next_step_depends_on():
    variables = {"x": tf.Variable([1.0])}
    adam = Adam(variables)
    for value in (1.0, -3.0):
        adam.apply({"x": tf.constant([value])}, tf.constant(0.1))
    state = {name: variable.numpy() for name, variable in adam.state().items()}
    assert state["step"] == 2
    np.testing.assert_allclose(state["m/x"], [0.9 * 0.1 * 1.0 + 0.1 * -3.0], rtol=1e-5)
    np.testing.assert_allclose(state["v/x"], [0.999 * 0.001 * 1.0 + 0.001 * 9.0], rtol=1e-4)
