"""Hyperparameters that agents have in common."""

import dataclasses
import math
from collections.abc import Iterator

from walker_rl.hyperparameters import hyperparameter
from walker_rl.policies.activations import ACTIVATIONS
from walker_rl.replay.pace import Pace
from walker_rl.schedules import Linear, Schedule, value_at


@dataclasses.dataclass(frozen=True)
class NetworkConfig:
    """Hidden layers and learning rates of policy and critic."""

    policy_hidden_sizes: tuple[int, ...] = hyperparameter(
        (256, 256), "hidden layers of the policy", unit="units", minimum=1
    )
    critic_hidden_sizes: tuple[int, ...] = hyperparameter(
        (256, 256), "hidden layers of the critic", unit="units", minimum=1
    )
    layer_norm: bool = hyperparameter(True, "LayerNorm and tanh after the first hidden layer of both networks")
    activation: str = hyperparameter("elu", "activation of the other hidden layers", choices=ACTIVATIONS)
    normalize_observations: bool = hyperparameter(
        False,
        "observations are normalised by their running mean and standard deviation, which the policy keeps",
    )
    policy_learning_rate: Schedule = hyperparameter(3e-4, "Adam step size of the policy", above=0)
    critic_learning_rate: Schedule = hyperparameter(3e-4, "Adam step size of the critic", above=0)
    max_gradient_norm: float | None = hyperparameter(
        40.0, "global norm at which each network's gradient is clipped; null: not clipped", above=0
    )


@dataclasses.dataclass(frozen=True)
class PriorConfig:
    """A policy played before training, or a dataset; the learner draws a share of each batch from its transitions."""

    policy: str | None = hyperparameter(
        None, "policy played first: a pretrained one's name, a run directory or a policy file; null: none"
    )
    dataset: str | None = hyperparameter(
        None, "Minari dataset whose transitions are used instead; nothing is played first; null: none"
    )
    num_steps: int = hyperparameter(20_000, "environment steps that the policy plays", unit="steps", minimum=1)
    sigmas: tuple[float, ...] = hyperparameter(
        (0.0, 0.1, 0.2),
        "sigma of the Ornstein-Uhlenbeck noise on its actions: one entry per episode, in turn, beginning with the "
        "second; actor i of a launched run begins i entries later",
        minimum=0,
    )
    share: Schedule = hyperparameter(
        Linear(0.5, 0.0, 0, 200_000), "share of each batch drawn from its transitions", minimum=0, maximum=1
    )
    imitation: Schedule = hyperparameter(
        Linear(50.0, 0.0, 20_000, 50_000),
        "weight, in the policy's loss, of the squared distance to the prior's actions in its transitions",
        minimum=0,
    )

    @property
    def is_given(self) -> bool:
        """True if there is a policy or a dataset."""
        return self.policy is not None or self.dataset is not None

    def conflicts(self) -> Iterator[tuple[str, str]]:
        """Yields `(field, what is allowed)` if there are both a policy and a dataset, or one without a name."""
        for name in ("policy", "dataset"):
            if getattr(self, name) == "":
                yield name, "null or a path"
        if self.policy is not None and self.dataset is not None:
            yield "dataset", f"null with agent.prior.policy = {self.policy}"


@dataclasses.dataclass(frozen=True)
class OffPolicyConfig(NetworkConfig):
    """Hyperparameters of acting, replay and updates; an agent's own `Config` adds its loss and changes defaults."""

    discount: float = hyperparameter(0.98, "discount of the return", unit="per step", minimum=0, maximum=1)
    n_step: int = hyperparameter(3, "horizon of the n-step return", unit="steps", minimum=1)
    batch_size: int = hyperparameter(256, "transitions in one update", unit="items", minimum=1)
    samples_per_insert: float = hyperparameter(
        256.0,
        "average number of times that each transition is sampled; divide by batch_size for updates per step",
        above=0,
        maximum=100_000,
    )
    min_replay_size: int = hyperparameter(
        5_000, "transitions in replay before the first update", unit="items", minimum=1
    )
    max_replay_size: int = hyperparameter(
        1_000_000, "transitions kept in replay; the oldest go first", unit="items", minimum=1
    )
    num_random_steps: int = hyperparameter(
        5_000, "steps with uniformly random actions, at the start or after those of a prior", unit="steps", minimum=0
    )
    evaluated_tau: float = hyperparameter(
        1e-3,
        "evaluated policy <- (1 - evaluated_tau) evaluated + evaluated_tau online after each update; 1: online",
        above=0,
        maximum=1,
    )
    prior: PriorConfig = dataclasses.field(default_factory=PriorConfig)

    @property
    def target_samples_per_insert(self) -> float:
        """Target number of samples per transition."""
        return self.samples_per_insert

    @property
    def num_prior_steps(self) -> int:
        """Environment steps that the prior plays; 0 without a prior."""
        return 0 if self.prior.policy is None else self.prior.num_steps

    @property
    def num_steps_before_updates(self) -> int:
        """Transitions that actors insert before the first update, including those of the prior's policy."""
        return self.num_prior_steps + self.min_replay_size

    @property
    def pace(self) -> Pace:
        """Rate of updates per inserted transition."""
        return Pace(self.samples_per_insert, self.batch_size, self.num_steps_before_updates)

    @property
    def min_steps_to_learn(self) -> int:
        """Environment steps before which no update can be due."""
        return math.ceil(self.pace.steps_at_update(0))

    def num_prior_rows(self, learner_steps: int) -> int:
        """Number of the prior's transitions in the batch of update `learner_steps`, counted from 0; they come first."""
        return round(self.batch_size * value_at(self.prior.share, self.pace.steps_at_update(learner_steps)))

    @property
    def num_critic_outputs(self) -> int:
        """Number of the critic's outputs, for an estimate of memory."""
        return 1

    @property
    def num_sampled_actions(self) -> int:
        """Number of actions per state at which an update evaluates the critic, for an estimate of memory."""
        return 1

    def conflicts(self) -> Iterator[tuple[str, str]]:
        """Yields `(field, what is allowed)` for each rule between fields that is broken."""
        if self.batch_size > self.max_replay_size:
            yield "batch_size", f"at most agent.max_replay_size = {self.max_replay_size}"
        if self.min_replay_size > self.max_replay_size:
            yield "min_replay_size", f"at most agent.max_replay_size = {self.max_replay_size}"


@dataclasses.dataclass(frozen=True)
class DistributionalConfig(OffPolicyConfig):
    """Hyperparameters of a critic of the return distribution."""

    vmin: float = hyperparameter(-25.0, "lowest atom of the return distribution", unit="discounted return")
    vmax: float = hyperparameter(150.0, "highest atom of the return distribution", unit="discounted return")
    num_atoms: int = hyperparameter(51, "atoms of the return distribution", unit="atoms", minimum=2, maximum=10_000)
    support: str = hyperparameter(
        "fixed",
        "range of the atoms; fixed: vmin to vmax; auto: guessed from the first batch, unless it has no rewards",
        choices=("fixed", "auto"),
    )

    @property
    def num_critic_outputs(self) -> int:
        """Number of atoms: each has an output."""
        return self.num_atoms

    def conflicts(self) -> Iterator[tuple[str, str]]:
        """Extends the base class with the rules `vmin < vmax`, and a discount below 1 for a guess."""
        yield from super().conflicts()
        if self.vmin >= self.vmax:
            yield "vmin", f"less than agent.vmax = {self.vmax:g}"
        if self.support == "auto" and self.discount == 1.0:
            yield "support", "fixed with agent.discount = 1"


@dataclasses.dataclass(frozen=True)
class NoiseConfig(OffPolicyConfig):
    """Hyperparameters of a deterministic policy's exploration noise."""

    noise: str = hyperparameter("ornstein_uhlenbeck", "exploration noise", choices=("gaussian", "ornstein_uhlenbeck"))
    sigma: Schedule = hyperparameter(
        0.15,
        "standard deviation of Gaussian noise, or of the change of Ornstein-Uhlenbeck noise at each step",
        unit="action units",
        minimum=0,
    )
    theta: float = hyperparameter(
        0.15,
        "pull of Ornstein-Uhlenbeck noise to zero; with 0.15, its standard deviation is 1.9 sigma",
        unit="per step",
        minimum=0,
        maximum=1,
    )


@dataclasses.dataclass(frozen=True)
class DeterministicConfig(NoiseConfig):
    """Hyperparameters of an agent whose deterministic policy climbs its critic at every update."""

    tau: float = hyperparameter(0.005, "target <- (1 - tau) target + tau online after each update", above=0, maximum=1)
    max_dqda_norm: float | None = hyperparameter(
        None, "norm at which dQ/da is clipped for each transition; null: not clipped", above=0
    )


@dataclasses.dataclass(frozen=True)
class SamplingConfig(OffPolicyConfig):
    """Hyperparameters of a Gaussian policy that explores by sampling from itself."""

    noise_correlation: float = hyperparameter(
        0.85, "correlation of the exploration noise of consecutive steps; 0: white", minimum=0, maximum=0.999
    )
    init_stddev: float = hyperparameter(
        0.3, "standard deviation of the policy at the start", unit="action units", above=0
    )
