"""The categorical projection against two references: Algorithm 1 of the C51 paper, and hat functions."""

import math

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from walker_rl.losses import categorical

ATOMS = np.linspace(-2.0, 6.0, 5)  # -2, 0, 2, 4, 6


def algorithm_1(reward: float, discount: float, probabilities: np.ndarray, atoms: np.ndarray) -> np.ndarray:
    """Bellemare et al. 2017, Algorithm 1, one row; with the share of mass on an atom written out."""
    target = np.zeros(len(atoms))
    delta = (atoms[-1] - atoms[0]) / (len(atoms) - 1)
    for j, mass in enumerate(probabilities):
        location = min(max(reward + discount * atoms[j], atoms[0]), atoms[-1])
        position = (location - atoms[0]) / delta
        lower, upper = math.floor(position), math.ceil(position)
        if lower == upper:
            target[lower] += mass
        else:
            target[lower] += mass * (upper - position)
            target[upper] += mass * (position - lower)
    return target


def hat_functions(locations: np.ndarray, probabilities: np.ndarray, atoms: np.ndarray) -> np.ndarray:
    """Atom i receives from each location z the share `max(0, 1 - |clip(z) - atom_i| / delta)`."""
    clipped = np.clip(locations, atoms[0], atoms[-1])
    distance = np.abs(clipped[:, None, :] - atoms[None, :, None]) / (atoms[1] - atoms[0])
    return np.einsum("bij,bj->bi", np.maximum(0, 1 - distance), probabilities)


def float32(*values: np.ndarray) -> list[tf.Tensor]:
    return [tf.constant(value, tf.float32) for value in values]


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (2.0, [0, 0, 1, 0, 0]),  # on an atom
        (2.5, [0, 0, 0.75, 0.25, 0]),  # a quarter of the way from 2 to 4
        (-2.0, [1, 0, 0, 0, 0]),
        (6.0, [0, 0, 0, 0, 1]),
        (-100.0, [1, 0, 0, 0, 0]),  # below the support
        (100.0, [0, 0, 0, 0, 1]),  # above the support
    ],
)
def test_one_location_by_hand(location, expected):
    projected = categorical.project(tf.constant([[location]]), tf.constant([[1.0]]), *float32(ATOMS))
    np.testing.assert_allclose(projected, [expected], atol=1e-6)


@pytest.mark.parametrize("num_atoms", [2, 5, 51])
def test_bellman_target_against_both_references(num_atoms):
    generator = np.random.default_rng(0)
    atoms = np.linspace(-50, 250, num_atoms)
    reward = generator.normal(0, 100, 64)
    discount = generator.choice([0.0, 0.5, 0.99**5, 1.0], 64)
    reward[:4], discount[:4] = [0.0, 6.0, 0.0, 400.0], [1.0, 1.0, 0.0, 0.9]  # identity, one atom on, ended, all above
    probabilities = generator.dirichlet(np.full(num_atoms, 0.3), 64)
    target = categorical.bellman_target(*float32(reward, discount, probabilities, atoms)).numpy()

    expected = [algorithm_1(*row, atoms) for row in zip(reward, discount, probabilities, strict=True)]
    np.testing.assert_allclose(target, expected, atol=2e-5)
    locations = reward[:, None] + discount[:, None] * atoms
    np.testing.assert_allclose(target, hat_functions(locations, probabilities, atoms), atol=2e-5)
    np.testing.assert_allclose(target[0], probabilities[0], atol=1e-6)
    np.testing.assert_allclose(target[3], np.eye(num_atoms)[-1], atol=1e-6)


def test_after_a_termination_the_target_is_the_reward_whatever_comes_next():
    probabilities = np.random.default_rng(0).dirichlet(np.ones(5), 1)
    target = categorical.bellman_target(*float32([1.0], [0.0], probabilities, ATOMS))
    np.testing.assert_allclose(target, [[0, 0.5, 0.5, 0, 0]], atol=1e-6)


masses = arrays.arrays(np.float64, (3, 7), elements=st.floats(1e-3, 1))


@settings(max_examples=60, deadline=None)
@given(masses, arrays.arrays(np.float64, (3, 7), elements=st.floats(-1e4, 1e4)))
def test_mass_is_kept_and_not_negative(mass, locations):
    probabilities = mass / mass.sum(axis=-1, keepdims=True)
    projected = categorical.project(*float32(locations, probabilities, ATOMS)).numpy()
    np.testing.assert_allclose(projected.sum(axis=-1), 1.0, atol=1e-5)
    assert (projected >= 0).all()


@settings(max_examples=60, deadline=None)
@given(masses, arrays.arrays(np.float64, (3, 7), elements=st.floats(ATOMS[0], ATOMS[-1])))
def test_inside_the_support_the_mean_is_kept(mass, locations):
    probabilities = mass / mass.sum(axis=-1, keepdims=True)
    projected = categorical.project(*float32(locations, probabilities, ATOMS))
    mean = categorical.expected_value(projected, *float32(ATOMS))
    np.testing.assert_allclose(mean, (probabilities * locations).sum(axis=-1), atol=1e-4)


def test_cross_entropy_and_its_gradient():
    target = tf.constant([[0.2, 0.3, 0.5]])
    logits = tf.constant([[0.0, math.log(2), math.log(5)]])  # probabilities 1/8, 2/8, 5/8
    with tf.GradientTape() as tape:
        tape.watch([logits, target])
        loss = categorical.cross_entropy(target, logits)
    expected = -(0.2 * math.log(1 / 8) + 0.3 * math.log(2 / 8) + 0.5 * math.log(5 / 8))
    np.testing.assert_allclose(loss, [expected], rtol=1e-6)
    logits_gradient, target_gradient = tape.gradient(loss, [logits, target])
    np.testing.assert_allclose(logits_gradient, [[1 / 8 - 0.2, 2 / 8 - 0.3, 5 / 8 - 0.5]], atol=1e-6)
    assert target_gradient is None


def test_end_atom_mass_is_the_mean_of_first_and_last():
    probabilities = tf.constant([[0.1, 0.7, 0.2], [0.0, 1.0, 0.0]])
    np.testing.assert_allclose(categorical.end_atom_mass(probabilities), (0.3 + 0.0) / 2, rtol=1e-6)


def test_ranks_are_checked():
    with pytest.raises(ValueError):
        categorical.project(tf.zeros([5]), tf.zeros([5]), *float32(ATOMS))
    with pytest.raises(ValueError):
        categorical.bellman_target(tf.zeros([3, 1]), tf.zeros([3]), tf.zeros([3, 5]), *float32(ATOMS))


def mean_of_worst(probabilities: np.ndarray, atoms: np.ndarray, level: float) -> float:
    """Takes mass from the lowest atom on until it has `level` of it."""
    left, total = level, 0.0
    for probability, atom in zip(probabilities, atoms, strict=True):
        taken = min(left, probability)
        left, total = left - taken, total + taken * atom
    return total / level


@pytest.mark.parametrize("level", [0.05, 0.25, 0.5, 0.9, 1.0])
def test_the_lower_tail_is_the_mean_of_the_worst_outcomes(level):
    probabilities = np.random.default_rng(0).dirichlet(np.full(5, 0.5), size=200)
    values = categorical.lower_tail_mean(*float32(probabilities, ATOMS), level)
    expected = [mean_of_worst(row, ATOMS, level) for row in probabilities]
    np.testing.assert_allclose(values, expected, atol=1e-4)


def test_the_lower_tail_by_hand():
    """Half of the mass on -2, half on 6: the worst quarter is -2, three quarters (0.5 (-2) + 0.25 6) / 0.75."""
    probabilities, atoms = float32(np.array([[0.5, 0.0, 0.0, 0.0, 0.5]]), ATOMS)
    np.testing.assert_allclose(categorical.lower_tail_mean(probabilities, atoms, 0.25), [-2.0], rtol=1e-6)
    np.testing.assert_allclose(categorical.lower_tail_mean(probabilities, atoms, 0.75), [0.5 / 0.75], rtol=1e-5)
