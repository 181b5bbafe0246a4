"""The learners against Acme 0.4.0's own: same weights and batches, same losses and same new weights."""

import acme.types
import numpy as np
import pytest
import reverb
import sonnet as snt
import tensorflow as tf
import tensorflow_probability as tfp
from acme.agents.tf.d4pg.learning import D4PGLearner
from acme.agents.tf.ddpg.learning import DDPGLearner
from acme.agents.tf.dmpo.learning import DistributionalMPOLearner
from acme.tf import losses as acme_losses
from acme.tf import networks as acme_networks
from acme.utils import loggers

from tests.agents import learners
from walker_rl.agents.learning import OffPolicyLearner

NUM_STEPS, SEED, LEARNING_RATE = 5, 3, 1e-3
LARGE_REWARDS, UNREACHED_PERIOD = 100.0, 1_000
MPO_DUALS = {"init_log_temperature": 3.0, "init_log_alpha_mean": 2.0, "init_log_alpha_stddev": 20.0}

CLIPPED = {"max_gradient_norm": 40.0, "max_dqda_norm": 1.0}  # what Acme's `clipping=True` does
UNCLIPPED = {"max_gradient_norm": None, "max_dqda_norm": None}


class LastRow(loggers.base.Logger):
    """Keeps what a learner of Acme's says about its last update."""

    def write(self, data):
        self.row = {name: np.asarray(value) for name, value in data.items()}

    def close(self):
        pass


class StatelessIndependent(tfp.distributions.Independent):
    """Independent normals that sample with the noise of our DMPO learner."""

    def __init__(self, normal, learner_step):
        super().__init__(normal)
        self._learner_step = learner_step

    def _sample_n(self, n, seed=None, **kwargs):
        del seed, kwargs
        normal = self.distribution
        noise = tf.random.stateless_normal([n, *normal.loc.shape], seed=[SEED, self._learner_step()])
        return normal.loc + normal.scale * noise


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


def acme_policy(agent, config, learner_step):
    torso = acme_networks.LayerNormMLP(config.policy_hidden_sizes, activate_final=True)
    if agent != "dmpo":
        head = acme_networks.NearZeroInitializedLinear(learners.ACTION_SIZE)
        squash = acme_networks.TanhToSpec(learners.SPEC.actions)
        return AcmeNetwork(torso, {"mean": head}, snt.Sequential([torso, head, squash]))
    head = acme_networks.MultivariateNormalDiagHead(
        learners.ACTION_SIZE, init_scale=config.init_stddev, tanh_mean=False, use_tfd_independent=True
    )

    def stateless(distribution):
        return StatelessIndependent(distribution.distribution, learner_step)

    named = {"mean": head._mean_layer, "stddev": head._scale_layer}
    return AcmeNetwork(torso, named, snt.Sequential([torso, head, stateless]))


def acme_critic(agent, config):
    multiplexer = acme_networks.CriticMultiplexer(action_network=acme_networks.ClipToSpec(learners.SPEC.actions))
    torso = acme_networks.LayerNormMLP(config.critic_hidden_sizes, activate_final=True)
    if agent == "ddpg":
        head = snt.Linear(1)
        return AcmeNetwork(torso, {"value": head}, snt.Sequential([multiplexer, torso, head]))
    head = acme_networks.DiscreteValuedHead(config.vmin, config.vmax, config.num_atoms)
    return AcmeNetwork(torso, {"logits": head._distributional_layer}, snt.Sequential([multiplexer, torso, head]))


def acme_dataset(batches):
    """The batches as samples of Reverb's, in a `tf.data.Dataset`."""
    stacked = [np.stack(arrays) for arrays in zip(*batches, strict=True)]
    info = reverb.SampleInfo(*(np.zeros(len(batches), np.float32) for _ in reverb.SampleInfo._fields))
    data = acme.types.Transition(*stacked, extras=())
    return tf.data.Dataset.from_tensor_slices(reverb.ReplaySample(info=info, data=data))


class AcmeLearner:
    """One of Acme's learners with the weights of our networks."""

    def __init__(self, agent, config, networks, batches, target_update_period, clipping):
        self.logger = LastRow()
        self.networks = {}
        for name in ("policy", "target_policy", "critic", "target_critic"):
            is_policy = name.endswith("policy")
            network = acme_policy(agent, config, self._step_before) if is_policy else acme_critic(agent, config)
            observation = tf.zeros([1, learners.OBSERVATION_SIZE])
            network.network(*([observation] if is_policy else [observation, tf.zeros([1, learners.ACTION_SIZE])]))
            ours = getattr(networks, name).named_variables()
            theirs = network.named_variables()
            assert ours.keys() == theirs.keys()
            for key, variable in theirs.items():
                variable.assign(ours[key])
            self.networks[name] = network
        common = {f"{name}_network": network.network for name, network in self.networks.items()}
        common |= {
            "discount": 1.0,
            "clipping": clipping,
            "logger": self.logger,
            "checkpoint": False,
            "policy_optimizer": snt.optimizers.Adam(config.policy_learning_rate),
            "critic_optimizer": snt.optimizers.Adam(config.critic_learning_rate),
        }
        dataset = acme_dataset(batches)
        if agent == "dmpo":
            self.mpo = acme_losses.MPO(
                **MPO_DUALS,
                epsilon=config.epsilon,
                epsilon_penalty=config.epsilon_penalty,
                epsilon_mean=config.epsilon_mean,
                epsilon_stddev=config.epsilon_stddev,
            )
            self.learner = DistributionalMPOLearner(
                **common,
                dataset=dataset,
                num_samples=config.num_samples,
                target_policy_update_period=target_update_period,
                target_critic_update_period=target_update_period,
                policy_loss_module=self.mpo,
                dual_optimizer=snt.optimizers.Adam(config.dual_learning_rate),
            )
        elif agent == "d4pg":
            self.learner = D4PGLearner(
                **common, dataset_iterator=iter(dataset), target_update_period=target_update_period
            )
        else:
            self.learner = DDPGLearner(**common, dataset=dataset, target_update_period=target_update_period)

    def _step_before(self):
        return self.learner._num_steps - 1

    def step(self):
        self.learner.step()
        return self.logger.row

    def weights(self):
        return {
            f"{name}/{key}": variable.numpy()
            for name in ("policy", "critic")
            for key, variable in self.networks[name].named_variables().items()
        }


def compare(agent, config, target_update_period, reward_scale, clipping, check=lambda metrics, row: None):
    """Steps both learners, comparing losses and weights after each update."""
    networks = learners.make_networks(agent, config)
    learners.randomise(networks)
    batches = learners.random_batches(NUM_STEPS, reward_scale)
    theirs = AcmeLearner(agent, config, networks, batches, target_update_period, clipping)
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


# Our soft update runs after an update, Acme's copy before one: tau = 1 is a copy each time, a tiny tau none.
@pytest.mark.parametrize("agent", ["ddpg", "d4pg"])
@pytest.mark.parametrize(
    ("tau", "target_update_period", "clipping"),
    [(1.0, 1, True), (1e-12, UNREACHED_PERIOD, False)],
    ids=["following targets, clipped", "fixed targets, unclipped"],
)
def test_ddpg_and_d4pg(agent, tau, target_update_period, clipping):
    config = make_config(agent, tau=tau, **(CLIPPED if clipping else UNCLIPPED))
    norms = compare(agent, config, target_update_period, LARGE_REWARDS, clipping)
    if agent == "ddpg":
        assert all(critic_norm > 40 for critic_norm, _ in norms)  # so that clipping makes a difference


@pytest.mark.parametrize(("period", "clipping"), [(1, True), (3, False)])
def test_dmpo(period, clipping):
    def check(metrics, row):
        for ours, acmes in {
            "temperature": "dual_temperature",
            "alpha_mean": "dual_alpha_mean",
            "alpha_stddev": "dual_alpha_stddev",
            "kl_q_relative": "kl_q_rel",
            "kl_penalty_relative": "penalty_kl_q_rel",
            "kl_mean_relative": "kl_mean_rel",
            "kl_mean_relative_max": "kl_mean_rel_max",
            "kl_stddev_relative": "kl_stddev_rel",
            "kl_stddev_relative_max": "kl_stddev_rel_max",
        }.items():
            np.testing.assert_allclose(metrics[ours], row[acmes], rtol=1e-4, atol=1e-3, err_msg=ours)

    max_gradient_norm = 40.0 if clipping else None
    config = make_config(
        "dmpo", **MPO_DUALS, target_update_period=period, max_gradient_norm=max_gradient_norm, num_samples=7
    )
    compare("dmpo", config, period, 20.0, clipping, check)
