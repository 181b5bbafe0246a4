"""Shared parts of the references of updates: networks, gradients and Adam, in double-precision NumPy."""

import abc
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from tests.agents import learners
from tests.losses.test_categorical import algorithm_1
from walker_rl.agents.networks import Networks
from walker_rl.types import Metrics, Transition, Variables

SEED, NUM_UPDATES, DISTANCE = 3, 3, 1e-5
SMALL = {
    "policy_hidden_sizes": (8, 6),
    "critic_hidden_sizes": (9, 7),
    "policy_learning_rate": 1e-3,
    "critic_learning_rate": 2e-3,
    "max_gradient_norm": 0.1,
}
"""Networks so small that all of their gradient can be taken by differences, which takes two losses a weight."""

ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "elu": lambda inputs: np.where(inputs > 0, inputs, np.exp(np.minimum(inputs, 0)) - 1),
    "relu": lambda inputs: np.where(inputs > 0, inputs, 0),
}


def network(weights: Variables, inputs: np.ndarray, output: str, activation: str) -> np.ndarray:
    """The linear layer called `output` of the last hidden layer; LayerNorm and tanh follow the first if there are."""
    hidden, index = inputs, 0
    while f"hidden_{index}/w" in weights:
        hidden = hidden @ weights[f"hidden_{index}/w"] + weights[f"hidden_{index}/b"]
        if index == 0 and "layer_norm/scale" in weights:
            spread = np.sqrt(hidden.var(axis=-1, keepdims=True) + 1e-5)
            normalised = (hidden - hidden.mean(axis=-1, keepdims=True)) / spread
            hidden = np.tanh(weights["layer_norm/scale"] * normalised + weights["layer_norm/offset"])
        else:
            hidden = ACTIVATIONS[activation](hidden)
        index += 1
    return hidden @ weights[f"{output}/w"] + weights[f"{output}/b"]


def gradient(loss: Callable[[], float], weights: Variables) -> Variables:
    """By central differences in each of `weights`, which `loss` reads."""
    slopes = {name: np.empty_like(value) for name, value in weights.items()}
    for name, value in weights.items():
        for place in np.ndindex(value.shape):
            kept, losses = value[place], []
            for shift in (-DISTANCE, DISTANCE):
                value[place] = kept + shift
                losses.append(loss())
            value[place] = kept
            slopes[name][place] = (losses[1] - losses[0]) / (2 * DISTANCE)
    return slopes


def doubles(module: Any) -> Variables:
    """The weights of a network in double precision; none of None."""
    variables = {} if module is None else module.named_variables()
    return {name: variable.numpy().astype(np.float64) for name, variable in variables.items()}


def noise(shape: tuple[int, ...], step: int) -> np.ndarray:
    """The noise that a learner with seed `SEED` draws in update `step`."""
    return tf.random.stateless_normal(shape, seed=[SEED, step]).numpy().astype(np.float64)


class Adam:
    """Kingma & Ba 2015, Algorithm 1, in place, of gradients that are clipped together."""

    def __init__(self, weights: Variables, learning_rate: float, max_norm: float | None = None, epsilon: float = 1e-8):
        self.weights, self.learning_rate, self.max_norm, self.epsilon = weights, learning_rate, max_norm, epsilon
        self.step = 0
        self.first, self.second = ({name: np.zeros_like(value) for name, value in weights.items()} for _ in range(2))

    def apply(self, slopes: Variables) -> float:
        """Returns the gradient's norm before it is clipped."""
        norm = np.sqrt(sum(np.square(slope).sum() for slope in slopes.values()))
        factor = 1.0 if self.max_norm is None else min(1.0, self.max_norm / norm)
        self.step += 1
        for name, value in self.weights.items():
            slope = factor * slopes[name]
            self.first[name] = 0.9 * self.first[name] + 0.1 * slope
            self.second[name] = 0.999 * self.second[name] + 0.001 * slope**2
            mean, square = self.first[name] / (1 - 0.9**self.step), self.second[name] / (1 - 0.999**self.step)
            value -= self.learning_rate * mean / (np.sqrt(square) + self.epsilon)
        return norm


def assert_agrees(saved: Variables, optimizers: dict[str, Adam], targets: dict[str, Variables]) -> None:
    """Holds what a learner saves to the reference: weights, gradients by Adam's moments, and targets."""

    def check(name: str, value: np.ndarray, rtol: float, atol: float) -> None:
        np.testing.assert_allclose(saved[name], value, rtol, atol, err_msg=name)

    for part, adam in optimizers.items():
        size = max(np.abs(value).max() for value in adam.first.values())
        for name, value in adam.weights.items():
            check(f"{part}_optimizer/m/{name}", adam.first[name], 1e-3, 1e-5 * size)
            check(f"{part}_optimizer/v/{name}", adam.second[name], 2e-3, 1e-6 * size**2)
            check(f"{part}/{name}", value, 1e-6, 2e-3 * adam.learning_rate)
    for part, weights in targets.items():
        for name, value in weights.items():
            check(f"{part}/{name}", value, 1e-6, 2e-6)


def assert_same_metrics(actual: Metrics, expected: Metrics) -> None:
    assert actual.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(actual[name], value, rtol=1e-4, atol=1e-5, err_msg=name)


class Reference(abc.ABC):
    """The update of an off-policy agent, of all of its networks."""

    def __init__(self, config: Any, networks: Networks):
        self.config = config
        self.policy, self.critic = doubles(networks.policy), doubles(networks.critic)
        self.targets = {"policy": doubles(networks.target_policy), "critic": doubles(networks.target_critic)}
        self.optimizers = {
            "policy": Adam(self.policy, config.policy_learning_rate, config.max_gradient_norm),
            "critic": Adam(self.critic, config.critic_learning_rate, config.max_gradient_norm),
        }

    @abc.abstractmethod
    def update(self, batch: Transition, step: int) -> Metrics:
        """Updates all weights on a batch, at update `step` from 0; returns the metrics."""

    def descend(self, **slopes: Variables) -> Metrics:
        return {f"{name}_gradient_norm": self.optimizers[name].apply(slope) for name, slope in slopes.items()}

    def move_targets(self) -> None:
        for name, online in (("policy", self.policy), ("critic", self.critic)):
            for key, value in self.targets[name].items():
                value += self.config.tau * (online[key] - value)

    def outputs(self, weights: Variables, inputs: np.ndarray, layer: str) -> np.ndarray:
        return network(weights, inputs, layer, self.config.activation)

    def values(self, critic: Variables, observation: np.ndarray, action: np.ndarray) -> np.ndarray:
        """Values of a scalar critic, `[B]`."""
        return self.outputs(critic, np.concatenate([observation, action], axis=-1), "value")[:, 0]

    def twin_values(self, critics: Variables, observation: np.ndarray, action: np.ndarray) -> np.ndarray:
        """`[2, B]`."""
        pair = [{name[2:]: value for name, value in critics.items() if name[0] == index} for index in "01"]
        return np.stack([self.values(critic, observation, action) for critic in pair])

    def action(self, policy: Variables, observation: np.ndarray) -> np.ndarray:
        """That of a deterministic policy, `[B, A]`."""
        return np.tanh(self.outputs(policy, observation, "mean"))

    def climb(
        self, value_of: Callable[[np.ndarray], np.ndarray], observation: np.ndarray, max_norm: float | None = None
    ) -> tuple[Variables, Metrics]:
        """`-mean dQ/da dmu/dw`, with `dQ/da` as long as `max_norm` at most, and the metrics of a policy that climbs."""
        action = self.action(self.policy, observation)
        shifts = DISTANCE * np.eye(action.shape[1])
        dqda = np.stack([value_of(action + shift) - value_of(action - shift) for shift in shifts], -1) / (2 * DISTANCE)
        if max_norm is not None:
            norms = np.linalg.norm(dqda, axis=1, keepdims=True)
            assert norms.min() < max_norm < norms.max(), "so that some are clipped"
            dqda *= np.minimum(1, max_norm / norms)
        slopes = gradient(lambda: -np.mean((dqda * self.action(self.policy, observation)).sum(axis=1)), self.policy)
        metrics = {"policy_loss": 0.5 * np.mean((dqda**2).sum(axis=1)), "q_mean": np.mean(value_of(action))}
        return slopes, metrics


class DistributionalReference(Reference):
    """That of an agent whose critic is a distribution over atoms."""

    def __init__(self, config: Any, networks: Networks):
        super().__init__(config, networks)
        self.atoms = np.linspace(config.vmin, config.vmax, config.num_atoms)

    def probabilities(self, critic: Variables, observation: np.ndarray, action: np.ndarray) -> np.ndarray:
        """`[..., B, K]`."""
        exponentials = np.exp(self.outputs(critic, np.concatenate([observation, action], axis=-1), "logits"))
        return exponentials / exponentials.sum(axis=-1, keepdims=True)

    def fit(self, batch: Transition, next_probabilities: np.ndarray) -> tuple[Variables, Metrics]:
        """The gradient of the cross-entropy to the Bellman target, and the critic's metrics."""
        rows = zip(batch.reward, batch.discount, next_probabilities, strict=True)
        target = np.stack([algorithm_1(*row, self.atoms) for row in rows])

        def loss() -> float:
            fitted = self.probabilities(self.critic, batch.observation, batch.action)
            return -np.mean((target * np.log(fitted)).sum(axis=1))

        metrics = {"critic_loss": loss(), "end_atom_mass": np.mean(target[:, 0] + target[:, -1])}
        return gradient(loss, self.critic), metrics


def compare(agent: str, make_reference: Callable[[Any, Networks], Reference], **overrides: Any) -> None:
    """Holds a learner's updates to those of the reference, from targets that are not the online networks."""
    config = learners.make_config(agent, **{**SMALL, **learners.facts(agent).TARGETS, **overrides})
    networks = learners.make_networks(agent, config)
    learners.randomise(networks)
    generator = np.random.default_rng(SEED)
    for target in (networks.target_policy, networks.target_critic):
        for variable in [] if target is None else target.named_variables().values():
            variable.assign(generator.normal(variable, 0.1))
    batches = learners.random_batches(NUM_UPDATES)
    learner, reference = learners.make_learner(agent, config, networks, batches, SEED), make_reference(config, networks)
    for step, batch in enumerate(batches):
        expected = reference.update(Transition(*(array.astype(np.float64) for array in batch)), step)
        metrics = learner.step()
        assert_same_metrics(metrics, expected)
        assert metrics["critic_gradient_norm"] > config.max_gradient_norm, "so that it is clipped"
        targets = {f"target_{name}": weights for name, weights in reference.targets.items()}
        assert_agrees(learner.save(), reference.optimizers, targets)
