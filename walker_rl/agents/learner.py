"""The contract of a learner, without TensorFlow."""

import abc
from collections.abc import Sequence

import numpy as np

from walker_rl import interfaces
from walker_rl.policies.architecture import Architecture
from walker_rl.types import Metrics, State, Variables


class Learner(interfaces.Learner, abc.ABC):
    """Learns from a dataset and serves the policy's weights."""

    def __init__(self, architecture: Architecture):
        """Stores the policy's architecture."""
        self._architecture = architecture

    @abc.abstractmethod
    def step(self) -> Metrics:
        """Learns from the dataset's next batch, which must be due; returns metrics."""

    @property
    @abc.abstractmethod
    def learner_steps(self) -> int:
        """Steps so far in the agent's own unit, such as updates or trials, including those before a `restore`."""

    @property
    @abc.abstractmethod
    def policy_weights(self) -> np.ndarray:
        """The policy's weights as one vector, which `Architecture.split_weights` splits."""

    @property
    def evaluated_weights(self) -> np.ndarray:
        """Weights of the evaluated and saved policy as one vector: the acting policy, or a running mean of it."""
        return self.policy_weights

    @abc.abstractmethod
    def save(self) -> State:
        """Copies of everything that the next updates depend on, by name."""

    @abc.abstractmethod
    def restore(self, state: State) -> None:
        """Restores a state of `save`; later updates repeat bit for bit."""

    def get_variables(self, names: Sequence[str]) -> list[Variables]:
        """Weights that act ("policy") or are evaluated ("evaluated_policy"), as `Policy.update` takes them.

        Later updates do not change them.

        Raises:
            KeyError: if a name is unknown.
        """
        # By attribute name, so that only the requested weights are read.
        sources = {"policy": "policy_weights", "evaluated_policy": "evaluated_weights"}
        return [self._architecture.split_weights(getattr(self, sources[name])) for name in names]
