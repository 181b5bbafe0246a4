"""Hyperparameters of PPO."""

import dataclasses
from collections.abc import Iterator
from typing import ClassVar

from walker_rl.agents.config import NetworkConfig, OffPolicyConfig, SamplingConfig
from walker_rl.hyperparameters import changed, hyperparameter
from walker_rl.networks.initializations import INITIALIZATIONS
from walker_rl.schedules import Linear, Schedule


@dataclasses.dataclass(frozen=True)
class Config(NetworkConfig):
    """PPO: an on-policy gradient, clipped where the new policy departs from the old one."""

    display_name: ClassVar[str] = "PPO"
    paper: ClassVar[str] = "Schulman et al. 2017, https://arxiv.org/abs/1707.06347"

    discount: float = changed(OffPolicyConfig, "discount", 0.97)
    gae_lambda: float = hyperparameter(0.9, "weight of longer sums in the advantage", minimum=0, maximum=1)
    num_environments: int = hyperparameter(
        16,
        "environments stepped in turn; with launch, segments per round",
        minimum=1,
        maximum=1_000,
    )
    unroll_length: int = hyperparameter(
        512, "consecutive steps of one environment between updates", unit="steps", minimum=1
    )
    num_epochs: int = hyperparameter(20, "passes over what was collected", minimum=1, maximum=1_000)
    batch_size: int = hyperparameter(128, "steps in one minibatch", unit="items", minimum=2)
    clip: Schedule = hyperparameter(
        Linear(0.4, 0.0, 0, 2_000_000),
        "probability ratios are clipped to [1 - clip, 1 + clip]",
        above=0,
    )
    max_kl: float | None = hyperparameter(
        None, "KL divergence from the policy that acted beyond which the epochs stop; null: never", unit="nats", above=0
    )
    entropy_weight: float = hyperparameter(0.0, "weight of the entropy bonus", unit="advantage per nat", minimum=0)
    stddev: Schedule | None = hyperparameter(
        Linear(0.6, 0.2, 0, 2_000_000),
        "standard deviation of the policy; null: learned, from init_stddev on",
        unit="action units",
        above=0,
    )
    init_stddev: float = hyperparameter(
        0.61, "initial standard deviation, if it is learned", unit="action units", above=0
    )
    noise_correlation: float = changed(SamplingConfig, "noise_correlation", 0.0)
    normalize_rewards: bool = hyperparameter(
        True, "rewards are divided by the running standard deviation of the discounted return"
    )
    policy_learning_rate: Schedule = changed(NetworkConfig, "policy_learning_rate", 3e-5)
    critic_learning_rate: Schedule = hyperparameter(3e-5, "Adam step size of the value function", above=0)
    layer_norm: bool = changed(NetworkConfig, "layer_norm", False)
    activation: str = changed(NetworkConfig, "activation", "relu")
    normalize_observations: bool = hyperparameter(
        True, "observations are normalised by their running statistics, which a first round without updates primes"
    )
    initialization: str = hyperparameter(
        "uniform_fan_in", "initial weights of the hidden layers of both networks", choices=INITIALIZATIONS
    )
    adam_epsilon: float = hyperparameter(1e-5, "epsilon of Adam", above=0)
    max_gradient_norm: float | None = changed(NetworkConfig, "max_gradient_norm", 0.5)

    @property
    def target_samples_per_insert(self) -> float:
        """Target number of samples per step: one per epoch."""
        return float(self.num_epochs)

    @property
    def num_priming_rounds(self) -> int:
        """Rounds at the start that update the statistics but not the networks."""
        return int(self.normalize_observations)

    @property
    def min_steps_to_learn(self) -> int:
        """Environment steps up to the end of the first round that the networks learn from."""
        return (self.num_priming_rounds + 1) * self.num_environments * self.unroll_length

    def conflicts(self) -> Iterator[tuple[str, str]]:
        """Yields `(field, what is allowed)` for each rule between fields that is broken."""
        if self.batch_size > (most := self.num_environments * self.unroll_length):
            yield "batch_size", f"at most agent.num_environments * agent.unroll_length = {most}"
        if isinstance(self.stddev, Linear) and self.stddev.last == 0:
            yield "stddev", "greater than 0 at its end"
        if self.stddev is not None and self.entropy_weight > 0:
            yield "entropy_weight", "0 unless agent.stddev is null, as entropy changes a learned deviation alone"
