"""Critics in Sonnet."""

import numpy as np
import tensorflow as tf

from walker_rl.networks.critic import CriticNetwork, DistributionalCriticNetwork, TwinCriticNetwork, ValueNetwork
from walker_rl.policies.torso import TorsoSpec

TORSO = TorsoSpec(hidden_sizes=(400, 300), layer_norm=True, activation="elu")
OBSERVATION, ACTION = tf.ones([4, 5]), tf.ones([4, 3])


def values(network) -> dict[str, np.ndarray]:
    return {name: variable.numpy() for name, variable in network.named_variables().items()}


def test_scalar_critic_has_one_value_a_row():
    critic = CriticNetwork(5, 3, TORSO, seed=0)
    assert critic(OBSERVATION, ACTION).shape == (4,)
    assert {name: value.shape for name, value in values(critic).items()} == {
        "hidden_0/w": (8, 400),
        "hidden_0/b": (400,),
        "layer_norm/scale": (400,),
        "layer_norm/offset": (400,),
        "hidden_1/w": (400, 300),
        "hidden_1/b": (300,),
        "value/w": (300, 1),
        "value/b": (1,),
    }


def test_distributional_critic_has_a_logit_for_each_atom():
    critic = DistributionalCriticNetwork(5, 3, TORSO, num_atoms=7, seed=0)
    assert critic(OBSERVATION, ACTION).shape == (4, 7)
    assert values(critic)["logits/w"].shape == (300, 7)


def test_initial_weights_depend_on_the_seed_alone_and_have_sonnets_distribution():
    first, again, other = (
        values(DistributionalCriticNetwork(5, 3, TORSO, num_atoms=51, seed=seed)) for seed in (0, 0, 1)
    )
    for name, value in first.items():
        np.testing.assert_array_equal(again[name], value)
    assert not np.array_equal(other["logits/w"], first["logits/w"])
    # A normal of standard deviation 1 / sqrt(inputs) cut at two of them keeps 0.8796 of it.
    np.testing.assert_allclose(first["logits/w"].std(), 0.8796 / np.sqrt(300), rtol=0.02)
    assert np.abs(first["logits/w"]).max() <= 2 / np.sqrt(300)


def test_both_inputs_matter():
    critic = CriticNetwork(5, 3, TORSO, seed=0)
    value = critic(OBSERVATION, ACTION).numpy()
    assert not np.allclose(critic(OBSERVATION, -ACTION), value)
    assert not np.allclose(critic(-OBSERVATION, ACTION), value)


def test_twin_critics_differ_in_their_initial_weights_alone():
    twins, again = (TwinCriticNetwork(5, 3, TORSO, seed=0) for _ in range(2))
    assert twins(OBSERVATION, ACTION).shape == (2, 4)
    first, second = (values(critic) for critic in twins.critics)
    assert {name: value.shape for name, value in first.items()} == {name: value.shape for name, value in second.items()}
    assert not np.array_equal(first["hidden_0/w"], second["hidden_0/w"])
    assert set(values(twins)) == {f"{index}/{name}" for index in (0, 1) for name in first}
    for name, value in values(twins).items():
        np.testing.assert_array_equal(values(again)[name], value)
    np.testing.assert_array_equal(twins(OBSERVATION, ACTION)[1], twins.critics[1](OBSERVATION, ACTION))


def test_a_value_depends_on_the_observation_alone():
    network = ValueNetwork(5, TORSO, seed=0)
    assert network(OBSERVATION).shape == (4,)
    assert values(network)["hidden_0/w"].shape == (5, 400)
    assert not np.allclose(network(-OBSERVATION), network(OBSERVATION))
