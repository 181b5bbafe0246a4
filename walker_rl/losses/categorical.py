"""Distributions of the return over fixed, equally spaced atoms (Bellemare et al. 2017, arXiv:1707.06887).

Shapes: `B` rows, `K` atoms.
"""

import tensorflow as tf


def expected_value(probabilities: tf.Tensor, atoms: tf.Tensor) -> tf.Tensor:
    """Mean return `[..., B]` of `probabilities` `[..., B, K]` over `atoms` `[K]`."""
    tf.debugging.assert_rank_at_least(probabilities, 2)
    tf.debugging.assert_rank(atoms, 1)
    return tf.linalg.matvec(probabilities, atoms)


def lower_tail_mean(probabilities: tf.Tensor, atoms: tf.Tensor, level: float) -> tf.Tensor:
    """Mean of the worst `level` of the outcomes: their conditional value at risk.

    (Rockafellar & Uryasev 2000; as an objective of the policy gradient: Tang et al. 2020, arXiv:1911.03618.)

    Args:
        probabilities: distribution of the return, `[B, K]`.
        atoms: returns, increasing, `[K]`.
        level: share of the outcomes, in (0, 1].

    Returns:
        `1 / level` times the part of the mean that the lowest `level` of the mass contributes, `[B]`.
    """
    tf.debugging.assert_rank(probabilities, 2)
    tf.debugging.assert_rank(atoms, 1)
    below = tf.cumsum(probabilities, axis=-1, exclusive=True)
    in_tail = tf.clip_by_value(level - below, 0.0, probabilities)
    return tf.reduce_sum(in_tail / level * atoms, axis=-1)


def bellman_target(
    reward: tf.Tensor, discount: tf.Tensor, next_probabilities: tf.Tensor, atoms: tf.Tensor
) -> tf.Tensor:
    """The distribution of `reward + discount * Z`, projected back onto the atoms (equation 7).

    Args:
        reward: rewards, `[B]`.
        discount: discounts, 0 after a termination, `[B]`.
        next_probabilities: distribution of `Z` over `atoms`, `[B, K]`.
        atoms: returns, equally spaced and increasing, `[K]`.

    Returns:
        Probabilities of the atoms, `[B, K]`.
    """
    tf.debugging.assert_rank(reward, 1)
    tf.debugging.assert_rank(discount, 1)
    locations = reward[:, None] + discount[:, None] * atoms[None, :]
    return project(locations, next_probabilities, atoms)


def project(locations: tf.Tensor, probabilities: tf.Tensor, atoms: tf.Tensor) -> tf.Tensor:
    """Moves mass at any locations onto the atoms: the projection that is closest in the Cramer (L2) distance.

    Mass between two atoms is shared by them in proportion to nearness, which keeps its mean; mass outside
    the support goes to the end atom. Time and memory are `O(B K)`.

    Args:
        locations: positions of the mass, `[B, K]`.
        probabilities: mass at each location, `[B, K]`.
        atoms: returns, equally spaced and increasing, `[K]`.

    Returns:
        Probabilities of the atoms, `[B, K]`.
    """
    tf.debugging.assert_rank(locations, 2)
    tf.debugging.assert_rank(probabilities, 2)
    tf.debugging.assert_rank(atoms, 1)
    num_rows, num_atoms = tf.shape(locations)[0], tf.shape(atoms)[0]
    last = tf.cast(num_atoms - 1, locations.dtype)
    position = tf.clip_by_value((locations - atoms[0]) / (atoms[-1] - atoms[0]), 0.0, 1.0) * last
    # The last atom has no upper neighbour: its mass is all of the upper share of the atom before.
    lower = tf.minimum(tf.floor(position), last - 1.0)
    upper_share = probabilities * (position - lower)
    lower_share = probabilities - upper_share

    lower_cell = tf.cast(lower, tf.int32) + num_atoms * tf.range(num_rows)[:, None]
    cells = tf.concat([lower_cell, lower_cell + 1], axis=-1)
    shares = tf.concat([lower_share, upper_share], axis=-1)
    projected = tf.math.unsorted_segment_sum(shares, cells, num_rows * num_atoms)
    return tf.reshape(projected, [num_rows, num_atoms])


def cross_entropy(target_probabilities: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """`-sum_i target_i log softmax(logits)_i` of `[B, K]` each, `[B]`; the target is a constant."""
    tf.debugging.assert_rank(target_probabilities, 2)
    tf.debugging.assert_rank(logits, 2)
    return tf.nn.softmax_cross_entropy_with_logits(labels=tf.stop_gradient(target_probabilities), logits=logits)


def guessed_support(reward: tf.Tensor, discount: tf.Tensor) -> tf.Tensor:
    """Guesses the range of returns from transitions of an untrained policy.

    A transition of reward `R` and discount `D` stands for the return `R / (1 - D)`: all that is left where the episode
    terminates, else the return if the reward continued forever. These returns and 0 span a range. The guess adds the
    whole of its width above, since policies improve, and a quarter below.

    Args:
        reward: n-step rewards, `[B]`.
        discount: discounts of the next state's value, below 1; 0 after a termination, `[B]`.

    Returns:
        The lowest and the highest return, `[2]`; both 0 if all rewards are.
    """
    tf.debugging.assert_rank(reward, 1)
    tf.debugging.assert_rank(discount, 1)
    returns = reward / (1.0 - discount)
    low, high = tf.minimum(tf.reduce_min(returns), 0.0), tf.maximum(tf.reduce_max(returns), 0.0)
    return tf.stack([low - 0.25 * (high - low), high + (high - low)])


def end_atom_mass(probabilities: tf.Tensor) -> tf.Tensor:
    """Mean share of the mass of `[B, K]` in the first and the last atom; large where the support is too narrow."""
    tf.debugging.assert_rank(probabilities, 2)
    return tf.reduce_mean(probabilities[:, 0] + probabilities[:, -1])
