"""The update of ARS V1-t (Mania et al. 2018, algorithm 1 and section 3.3)."""

import dataclasses
from collections.abc import Iterator

import numpy as np

from walker_rl.agents.learner import Learner
from walker_rl.policies.numpy_policy import PolicyArchitecture
from walker_rl.types import Metrics, State
from walker_rl_ars.config import Config
from walker_rl_ars.pairs import Pair, PairLayout


@dataclasses.dataclass(frozen=True)
class Start:
    """The policy before the first update: its architecture, and its weights `[P]`."""

    architecture: PolicyArchitecture
    weights: np.ndarray


def make_start(architecture: PolicyArchitecture, seed: int) -> Start:
    """Draws hidden layers from N(0, 1 / inputs); the output layer and all biases are 0, and so are all actions."""
    random = np.random.default_rng(seed)
    parts = [
        random.standard_normal(shape) / np.sqrt(shape[0])
        if name.startswith("hidden") and len(shape) == 2
        else np.zeros(shape)
        for name, shape in architecture.variable_shapes().items()
    ]
    return Start(architecture, np.concatenate([np.ravel(part) for part in parts]))


class ARSLearner(Learner):
    """Moves the weights along directions whose two episodes differ in return; one pair is one learner step."""

    def __init__(self, config: Config, start: Start, dataset: Iterator[np.ndarray]):
        """Starts at `start`; `dataset` yields `config.num_directions` packed pairs at a time."""
        super().__init__(start.architecture)
        self._config = config
        self._dataset = dataset
        self._layout = PairLayout(len(start.weights))
        self._weights = start.weights
        self._learner_steps = 0

    def step(self) -> Metrics:
        """Learns from the next pairs: `weights += step_size / (num_best deviation) sum (up - down) direction`.

        The sum is over the `num_best` directions with the highest `max(up, down)`, and `deviation` is the standard
        deviation of their returns.
        """
        pairs = Pair(*(np.array(field, np.float64) for field in self._layout.unpack(next(self._dataset))))
        best = np.argsort(-np.maximum(pairs.up, pairs.down), kind="stable")[: self._config.num_best]
        up, down = pairs.up[best], pairs.down[best]
        deviation = float(np.std([up, down]))
        if deviation > 0:  # Equal returns favour no direction.
            step = (up - down) @ pairs.direction[best] / (len(best) * deviation)
            self._weights = self._weights + self._config.step_size * step
        self._learner_steps += len(pairs.up)
        returns = np.concatenate([pairs.up, pairs.down])
        return {"mean_return": float(returns.mean()), "best_return": float(returns.max()), "deviation": deviation}

    @property
    def learner_steps(self) -> int:
        """Pairs learned from."""
        return self._learner_steps

    @property
    def policy_weights(self) -> np.ndarray:
        """The weights around which directions are drawn, float32 `[P]`."""
        return self._weights.astype(np.float32)

    def save(self) -> State:
        """The weights and the number of learner steps."""
        return {"weights": self._weights, "learner_steps": self._learner_steps}

    def restore(self, state: State) -> None:
        """Restores the state that `save` returned."""
        self._weights, self._learner_steps = state["weights"], state["learner_steps"]
