"""DDPG's learner against Acme 0.4.0's own."""

import functools

import pytest
import sonnet as snt
from acme.agents.tf.ddpg.learning import DDPGLearner

from tests.agents import acme_parity


def make_critic(config):
    head = snt.Linear(1)
    return acme_parity.critic(config, head, "value", head)


@pytest.mark.parametrize(("tau", "period", "clipping"), acme_parity.TARGETS_AND_CLIPPING, ids=acme_parity.NAMES)
def test_the_update_is_acmes(tau, period, clipping):
    settings = acme_parity.CLIPPED if clipping else acme_parity.UNCLIPPED
    config = acme_parity.make_config("ddpg", tau=tau, **settings)

    def make_acmes(networks, batches):
        make_learner = functools.partial(
            DDPGLearner, dataset=acme_parity.acme_dataset(batches), target_update_period=period
        )
        return acme_parity.AcmeLearner(
            config, networks, clipping, acme_parity.deterministic_policy, make_critic, make_learner
        )

    norms = acme_parity.compare("ddpg", config, make_acmes, acme_parity.LARGE_REWARDS)
    assert all(critic_norm > 40 for critic_norm, _ in norms)  # so that clipping makes a difference
