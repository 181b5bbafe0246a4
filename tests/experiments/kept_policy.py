"""Which policy a run has kept."""

from pathlib import Path

import numpy as np

from walker_rl.policies.policy_file import load_policy
from walker_rl.types import State


def assert_is_the_evaluated_one(path: Path, learner_state: State) -> None:
    """The policy in `path` is the mean that `learner_state` has for evaluations, and not the online policy."""
    saved = load_policy(path)
    evaluated = saved.architecture.split_weights(learner_state["evaluated_policy"])
    for name, weights in saved.variables.items():
        np.testing.assert_array_equal(weights, evaluated[name])
        assert not np.array_equal(weights, learner_state[f"policy/{name}"]), "or nothing is told apart"
