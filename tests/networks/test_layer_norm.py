"""LayerNorm and tanh in one, held to Sonnet's and TensorFlow's."""

import numpy as np
import sonnet as snt
import tensorflow as tf

from walker_rl.networks.layer_norm import LayerNormTanh


def test_the_function_and_its_gradients_are_those_of_sonnet():
    random = np.random.default_rng(0)
    inputs, upstream = (tf.constant(random.normal(0.3, 2, (5, 7)), tf.float32) for _ in range(2))
    ours, sonnets = LayerNormTanh(7), snt.LayerNorm(axis=-1, create_scale=True, create_offset=True)
    sonnets(inputs)
    for name in ("scale", "offset"):
        value = random.normal(1, 0.5, 7).astype(np.float32)
        getattr(ours, name).assign(value)
        getattr(sonnets, name).assign(value)

    with tf.GradientTape(persistent=True) as tape:
        tape.watch(inputs)
        actual, expected = ours(inputs), tf.tanh(sonnets(inputs))
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)
    for one, other in zip(
        tape.gradient(actual, [inputs, ours.scale, ours.offset], upstream),
        tape.gradient(expected, [inputs, sonnets.scale, sonnets.offset], upstream),
        strict=True,
    ):
        assert np.abs(other).max() > 0.1
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_it_begins_as_a_plain_normalisation():
    outputs = LayerNormTanh(4)(tf.constant([[1.0, 2.0, 3.0, 4.0]]))
    np.testing.assert_allclose(np.arctanh(outputs), [np.array([-3, -1, 1, 3]) / np.sqrt(5)], rtol=1e-4)
