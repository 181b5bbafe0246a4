"""DMPO's learner against Acme 0.4.0's own."""

import functools

import numpy as np
import pytest
import sonnet as snt
import tensorflow as tf
import tensorflow_probability as tfp
from acme.agents.tf.dmpo.learning import DistributionalMPOLearner
from acme.tf import losses as acme_losses
from acme.tf import networks as acme_networks

from tests.agents import acme_parity, learners
from tests.agents.acme_parity import SEED, AcmeNetwork

MPO_DUALS = {"init_log_temperature": 3.0, "init_log_alpha_mean": 2.0, "init_log_alpha_stddev": 20.0}
BOUNDS = {"epsilon": 0.1, "epsilon_mean": 2.5e-3, "epsilon_stddev": 1e-6}
"""Of the size of Acme's own."""


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


def sampling_policy(config, learner_step):
    torso = acme_networks.LayerNormMLP(config.policy_hidden_sizes, activate_final=True)
    head = acme_networks.MultivariateNormalDiagHead(
        learners.ACTION_SIZE, init_scale=config.init_stddev, tanh_mean=False, use_tfd_independent=True
    )

    def stateless(distribution):
        return StatelessIndependent(distribution.distribution, learner_step)

    named = {"mean": head._mean_layer, "stddev": head._scale_layer}
    return AcmeNetwork(torso, named, snt.Sequential([torso, head, stateless]))


def compare_duals(metrics, row):
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


@pytest.mark.slow
@pytest.mark.parametrize(("period", "clipping"), [(1, True), (3, False)])
def test_the_update_is_acmes(period, clipping):
    max_gradient_norm = 40.0 if clipping else None
    config = acme_parity.make_config(
        "dmpo",
        **MPO_DUALS,
        **BOUNDS,
        init_stddev=0.7,
        target_update_period=period,
        max_gradient_norm=max_gradient_norm,
        num_samples=7,
    )
    made = []  # The learner, of whose steps the policy's noise is a function.

    def make_acmes(networks, batches):
        make_learner = functools.partial(
            DistributionalMPOLearner,
            dataset=acme_parity.acme_dataset(batches),
            num_samples=config.num_samples,
            target_policy_update_period=period,
            target_critic_update_period=period,
            policy_loss_module=acme_losses.MPO(**MPO_DUALS, **BOUNDS, epsilon_penalty=config.epsilon_penalty),
            dual_optimizer=snt.optimizers.Adam(config.dual_learning_rate),
        )

        def make_policy(config):
            return sampling_policy(config, lambda: made[0].learner._num_steps - 1 if made else 0)

        made.append(
            acme_parity.AcmeLearner(
                config, networks, clipping, make_policy, acme_parity.distributional_critic, make_learner
            )
        )
        return made[0]

    acme_parity.compare("dmpo", config, make_acmes, 20.0, compare_duals)
