"""D4PG's learner against Acme 0.4.0's own."""

import functools

import pytest
from acme.agents.tf.d4pg.learning import D4PGLearner

from tests.agents import acme_parity


@pytest.mark.slow
@pytest.mark.parametrize(("tau", "period", "clipping"), acme_parity.TARGETS_AND_CLIPPING, ids=acme_parity.NAMES)
def test_the_update_is_acmes(tau, period, clipping):
    settings = acme_parity.CLIPPED if clipping else acme_parity.UNCLIPPED
    config = acme_parity.make_config("d4pg", tau=tau, **settings)

    def make_acmes(networks, batches):
        iterator = iter(acme_parity.acme_dataset(batches))
        make_learner = functools.partial(D4PGLearner, dataset_iterator=iterator, target_update_period=period)
        policy, critic = acme_parity.deterministic_policy, acme_parity.distributional_critic
        return acme_parity.AcmeLearner(config, networks, clipping, policy, critic, make_learner)

    acme_parity.compare("d4pg", config, make_acmes, acme_parity.LARGE_REWARDS)
