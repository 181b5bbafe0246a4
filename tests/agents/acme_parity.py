"""What holds a learner to Acme 0.4.0's own: same weights and batches, same losses and same new weights."""

import acme.types
import numpy as np
import reverb
import sonnet as snt
import tensorflow as tf
from acme.tf import networks as acme_networks
from acme.utils import loggers

from tests.agents import learners
from walker_rl.agents.off_policy_learner import OffPolicyLearner

NUM_STEPS, SEED, LEARNING_RATE = 5, 3, 1e-3
LARGE_REWARDS, UNREACHED_PERIOD = 100.0, 1_000

CLIPPED = {"max_gradient_norm": 40.0, "max_dqda_norm": 1.0}  # what Acme's `clipping=True` does
UNCLIPPED = {"max_gradient_norm": None, "max_dqda_norm": None}

# Our soft update runs after an update, Acme's copy before one: tau = 1 is a copy each time, a tiny tau none.
TARGETS_AND_CLIPPING = [(1.0, 1, True), (1e-12, UNREACHED_PERIOD, False)]
NAMES = ["following targets, clipped", "fixed targets, unclipped"]


class LastRow(loggers.base.Logger):
    """Keeps what a learner of Acme's says about its last update."""

    def write(self, data):
        self.row = {name: np.asarray(value) for name, value in data.items()}

    def close(self):
        pass


class AcmeNetwork:
    """A network of Acme's modules, and its variables under our structural names."""

    def __init__(self, torso, heads, network):
        self.torso, self.heads, self.network = torso, heads, network

    def named_variables(self):
        first, layer_norm, _, others = self.torso._network._layers
        layers = {"hidden_0": first, "layer_norm": layer_norm}
        layers |= {f"hidden_{index}": layer for index, layer in enumerate(others._layers, start=1)}
        layers |= self.heads
        return {
            f"{name}/{attribute}": getattr(layer, attribute)
            for name, layer in layers.items()
            for attribute in (("scale", "offset") if name == "layer_norm" else ("w", "b"))
        }


def deterministic_policy(config):
    torso = acme_networks.LayerNormMLP(config.policy_hidden_sizes, activate_final=True)
    head = acme_networks.NearZeroInitializedLinear(learners.ACTION_SIZE)
    squash = acme_networks.TanhToSpec(learners.SPEC.actions)
    return AcmeNetwork(torso, {"mean": head}, snt.Sequential([torso, head, squash]))


def critic(config, head, name, layer):
    """A critic that ends in `head`, whose linear `layer` we call `name`."""
    multiplexer = acme_networks.CriticMultiplexer(action_network=acme_networks.ClipToSpec(learners.SPEC.actions))
    torso = acme_networks.LayerNormMLP(config.critic_hidden_sizes, activate_final=True)
    return AcmeNetwork(torso, {name: layer}, snt.Sequential([multiplexer, torso, head]))


def distributional_critic(config):
    head = acme_networks.DiscreteValuedHead(config.vmin, config.vmax, config.num_atoms)
    return critic(config, head, "logits", head._distributional_layer)


def acme_dataset(batches):
    """The batches as samples of Reverb's, in a `tf.data.Dataset`."""
    stacked = [np.stack(arrays) for arrays in zip(*batches, strict=True)]
    info = reverb.SampleInfo(*(np.zeros(len(batches), np.float32) for _ in reverb.SampleInfo._fields))
    data = acme.types.Transition(*stacked, extras=())
    return tf.data.Dataset.from_tensor_slices(reverb.ReplaySample(info=info, data=data))


class AcmeLearner:
    """One of Acme's learners with the weights of our networks."""

    def __init__(self, config, networks, clipping, make_policy, make_critic, make_learner):
        """`make_learner` takes the keywords that all learners have in common."""
        self.logger = LastRow()
        self.networks = {}
        for name in ("policy", "target_policy", "critic", "target_critic"):
            is_policy = name.endswith("policy")
            network = make_policy(config) if is_policy else make_critic(config)
            observation = tf.zeros([1, learners.OBSERVATION_SIZE])
            network.network(*([observation] if is_policy else [observation, tf.zeros([1, learners.ACTION_SIZE])]))
            ours = getattr(networks, name).named_variables()
            theirs = network.named_variables()
            assert ours.keys() == theirs.keys()
            for key, variable in theirs.items():
                variable.assign(ours[key])
            self.networks[name] = network
        self.learner = make_learner(
            **{f"{name}_network": network.network for name, network in self.networks.items()},
            discount=1.0,
            clipping=clipping,
            logger=self.logger,
            checkpoint=False,
            policy_optimizer=snt.optimizers.Adam(config.policy_learning_rate),
            critic_optimizer=snt.optimizers.Adam(config.critic_learning_rate),
        )

    def step(self):
        self.learner.step()
        return self.logger.row

    def weights(self):
        return {
            f"{name}/{key}": variable.numpy()
            for name in ("policy", "critic")
            for key, variable in self.networks[name].named_variables().items()
        }


def compare(agent, config, make_acmes, reward_scale, check=lambda metrics, row: None):
    """Steps both learners, comparing losses and weights after each update; returns the norms of our gradients.

    `make_acmes` takes our networks and the batches.
    """
    networks = learners.make_networks(agent, config)
    learners.randomise(networks)
    batches = learners.random_batches(NUM_STEPS, reward_scale)
    theirs = make_acmes(networks, batches)
    ours: OffPolicyLearner = learners.make_learner(agent, config, networks, batches, SEED)
    norms = []
    for _ in range(NUM_STEPS):
        metrics, row = ours.step(), theirs.step()
        for name in ("critic_loss", "policy_loss"):
            np.testing.assert_allclose(metrics[name], np.squeeze(row[name]), rtol=1e-5, err_msg=name)
        weights = learners.weights(networks)
        for name, value in theirs.weights().items():
            np.testing.assert_allclose(weights[name], value, rtol=1e-5, atol=2e-3 * LEARNING_RATE, err_msg=name)
        check(metrics, row)
        norms.append((float(metrics["critic_gradient_norm"]), float(metrics["policy_gradient_norm"])))
    return norms


def make_config(agent, **overrides):
    rates = {"policy_learning_rate": LEARNING_RATE, "critic_learning_rate": LEARNING_RATE}
    return learners.make_config(agent, **rates, **overrides)
