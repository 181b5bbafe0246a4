"""What a learner is to a runner; without TensorFlow."""

import abc
from collections.abc import Sequence

import numpy as np

from walker_rl import interfaces
from walker_rl.policies.architecture import Architecture
from walker_rl.types import Metrics, State, Variables


class Learner(interfaces.Learner, abc.ABC):
    """Learns from what a dataset yields, and is the source of the policy's weights."""

    def __init__(self, architecture: Architecture):
        """Learns a policy of `architecture`."""
        self._architecture = architecture

    @abc.abstractmethod
    def step(self) -> Metrics:
        """Learns from what the dataset yields next; returns metrics of it.

        Raises:
            StopIteration: if the dataset has ended.
        """

    @property
    @abc.abstractmethod
    def learner_steps(self) -> int:
        """Updates so far, those before a `restore` included."""

    @property
    @abc.abstractmethod
    def policy_weights(self) -> np.ndarray:
        """The policy's weights one after the other, as `Architecture.split_weights` takes them."""

    @property
    def evaluated_weights(self) -> np.ndarray:
        """Weights of the policy that is evaluated and saved, as one vector: the acting policy, or a mean of it."""
        return self.policy_weights

    @abc.abstractmethod
    def save(self) -> State:
        """Copies of everything that the next updates depend on, by name."""

    @abc.abstractmethod
    def restore(self, state: State) -> None:
        """Continues where `save` was called, bit for bit."""

    def get_variables(self, names: Sequence[str]) -> list[Variables]:
        """Weights to act with, "policy", or to evaluate, "evaluated_policy", as `Policy.update` takes them.

        Later updates leave them as they are.

        Raises:
            KeyError: if a name is unknown.
        """
        # By attribute, so that only what is asked for is read.
        sources = {"policy": "policy_weights", "evaluated_policy": "evaluated_weights"}
        return [self._architecture.split_weights(getattr(self, sources[name])) for name in names]
