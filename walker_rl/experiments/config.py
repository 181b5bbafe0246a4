"""The configuration of an experiment as frozen dataclasses. Imports nothing heavy: `--help` is instant."""

import dataclasses
import json
import os
from typing import TYPE_CHECKING, Any

from walker_rl.agents import config_class
from walker_rl.field_values import shown
from walker_rl.hyperparameters import arguments, hyperparameter
from walker_rl.pretrained import pretrained_names
from walker_rl.runtime import INTER_OP_THREADS, INTRA_OP_THREADS

if TYPE_CHECKING:
    from walker_rl.agents.config import PriorConfig

DEFAULT_TASK = "Walker2DBulletEnv-v0"

_PLAIN = (str, int, float, list, dict, type(None))

FREE_TO_CHANGE = (
    "max_actor_steps",
    "max_walltime",
    "target_return",
    "checkpoint.",
    "logging.",
    "evaluation.num_final_episodes",
    "evaluation.num_candidates",
    "evaluation.num_selection_episodes",
    "evaluation.film_period",
    "distributed.watchdog_period",
    "distributed.patience",
)
"""Fields that may change when a run is resumed: none of them changes a row of its metrics.

One exception: a run that stops off the evaluation grid is also evaluated at its end. Lengthening the run keeps that
row.
"""

MAY_MOVE = ("agent.prior.dataset",)
"""Fields that hold a path: the files may move before a run is resumed, and a recorded hash shows if they changed."""


@dataclasses.dataclass(frozen=True)
class EvaluationConfig:
    """Deterministic evaluation episodes in a separate environment."""

    period: int = hyperparameter(10_000, "environment steps between evaluations", unit="steps", minimum=1)
    num_episodes: int = hyperparameter(
        5, "episodes of an evaluation, with the same seeds every time", unit="episodes", minimum=1, maximum=10_000
    )
    num_final_episodes: int = hyperparameter(
        10, "episodes of the evaluation at the end", unit="episodes", minimum=1, maximum=10_000
    )
    num_candidates: int = hyperparameter(
        5,
        "candidates: policies with the highest mean - std in evaluations; the best is chosen among them at the end",
        unit="policies",
        minimum=1,
        maximum=10_000,
    )
    num_selection_episodes: int = hyperparameter(
        10,
        "fresh episodes that each candidate plays; the one with the highest mean - std becomes the best policy",
        unit="episodes",
        minimum=1,
        maximum=10_000,
    )
    film_period: int | None = hyperparameter(
        5,
        "evaluations between films of the newest policy, videos/latest.gif; null: neither latest.gif nor progress.gif",
        unit="evaluations",
        minimum=1,
    )


@dataclasses.dataclass(frozen=True)
class CheckpointConfig:
    """Checkpoints of the whole run."""

    seconds_period: float | None = hyperparameter(
        120.0, "time between checkpoints; null: none", unit="seconds", above=0
    )
    steps_period: int | None = hyperparameter(
        None,
        "also save a checkpoint after this many environment steps; null: only by time",
        unit="steps",
        minimum=1,
    )
    num_kept: int = hyperparameter(3, "newest checkpoints kept", unit="checkpoints", minimum=1)


@dataclasses.dataclass(frozen=True)
class LoggingConfig:
    """Services that show metrics, configuration, videos and policies, besides the CSV files and TensorBoard."""

    wandb: str | None = hyperparameter(
        None, "Weights & Biases; offline: for `wandb sync` to send later; null: none", choices=("offline", "online")
    )
    mlflow: bool = hyperparameter(False, "MLflow, in mlflow/mlflow.db of the run directory")


@dataclasses.dataclass(frozen=True)
class ThreadsConfig:
    """TensorFlow's threads."""

    intra_op: int = hyperparameter(
        INTRA_OP_THREADS, "threads of one operation; only 1 resumes bit for bit", unit="threads", minimum=1, maximum=256
    )
    inter_op: int = hyperparameter(
        INTER_OP_THREADS, "operations at the same time; at most one per core", unit="threads", minimum=1, maximum=256
    )


@dataclasses.dataclass(frozen=True)
class DistributedConfig:
    """The processes of `walker-rl launch`; `walker-rl train` ignores this section."""

    noise_scales: tuple[float, ...] = hyperparameter(
        (1.0,), "factors on the exploration noise: actor i takes entry i, and the list repeats", minimum=0
    )
    exchange_period: float = hyperparameter(
        0.5, "time between an actor's fetches of weights, and at most between its reports", unit="seconds", above=0
    )
    watchdog_period: float = hyperparameter(
        60.0, "time without a heartbeat of the learner after which its process is restarted", unit="seconds", minimum=5
    )
    patience: float = hyperparameter(
        300.0, "time for which a process waits for an answer before it gives up", unit="seconds", minimum=5
    )


@dataclasses.dataclass(frozen=True)
class ExperimentConfig:
    """An experiment's task, agent, hyperparameters, length and seed."""

    agent_name: str
    agent: Any
    task: str = hyperparameter(DEFAULT_TASK, "the environment; see walker-rl list")
    environment: dict[str, Any] = arguments(
        "arguments of the environment's constructor; environment.KEY=VALUE sets one"
    )
    seed: int = hyperparameter(0, "the one source of all random numbers", minimum=0)
    max_actor_steps: int = hyperparameter(300_000, "length of the run", unit="environment steps", minimum=1)
    max_walltime: float | None = hyperparameter(
        None, "training time, resumes included, after which the run ends; null: no limit", unit="seconds", above=0
    )
    target_return: float | None = hyperparameter(
        None, "training ends at the first evaluation with at least this mean return; null: no limit"
    )
    training_episode_steps: int | None = hyperparameter(
        None,
        "maximum length of a training episode; evaluations play whole ones; null: the task's own",
        unit="environment steps",
        minimum=1,
    )
    replay: str = hyperparameter(
        "arrays",
        "where transitions are kept; reverb starts a server, which anyone who reaches this machine may use",
        choices=("arrays", "reverb"),
    )
    log_period: int = hyperparameter(
        1_000, "learner steps between rows of metrics/learner.csv", unit="learner steps", minimum=1
    )
    evaluation: EvaluationConfig = dataclasses.field(default_factory=EvaluationConfig)
    checkpoint: CheckpointConfig = dataclasses.field(default_factory=CheckpointConfig)
    logging: LoggingConfig = dataclasses.field(default_factory=LoggingConfig)
    threads: ThreadsConfig = dataclasses.field(default_factory=ThreadsConfig)
    distributed: DistributedConfig = dataclasses.field(default_factory=DistributedConfig)


def default_experiment(agent_name: str) -> ExperimentConfig:
    """Returns the default configuration of an agent.

    Raises:
        UserError: if there is no such agent.
    """
    return ExperimentConfig(agent_name, config_class(agent_name)())


def why_nothing_is_learned(config: ExperimentConfig) -> str | None:
    """Reason why a run of this length can't make an update; None if it can."""
    steps, needed = config.max_actor_steps, config.agent.min_steps_to_learn
    return None if steps >= needed else f"max_actor_steps = {steps}: must be at least {needed} for a first update"


def prior_of(config: ExperimentConfig) -> "PriorConfig | None":
    """The agent's settings of a prior, which need not give one; None if the agent takes no prior."""
    prior: PriorConfig | None = getattr(config.agent, "prior", None)
    return prior


def to_dict(config: Any) -> dict[str, Any]:
    """Converts a configuration to nested dicts of JSON and YAML types, without empty ones."""
    plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(config)))
    return {name: value for name, value in plain.items() if value != {}}


def differences(
    config: dict[str, Any], other: dict[str, Any], free_to_change: tuple[str, ...] = (*FREE_TO_CHANGE, *MAY_MOVE)
) -> list[str]:
    """Differences in fields that are not `free_to_change`, as in "agent.n_step = 3, there 5"."""
    left, right = (with_absolute_paths(flatten(fields)) for fields in (config, other))
    return [
        f"{key} = {shown(left.get(key))}, there {shown(right.get(key))}"
        for key in sorted(left.keys() | right.keys())
        if not _are_equal(left.get(key), right.get(key)) and not key.startswith(free_to_change)
    ]


def with_absolute_paths(fields: dict[str, Any]) -> dict[str, Any]:
    """Returns the fields with an absolute path of a prior, so that its run can be resumed from anywhere."""
    paths = {
        name: os.path.abspath(value)
        for name, names in (("agent.prior.policy", pretrained_names()), ("agent.prior.dataset", []))
        if isinstance(value := fields.get(name), str) and value and value not in names
    }
    return {**fields, **paths}


def _are_equal(left: Any, right: Any) -> bool:
    """Compares values of JSON and YAML; any other, as an array in a damaged checkpoint, equals none."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_are_equal, left, right))
    return isinstance(left, _PLAIN) and isinstance(right, _PLAIN) and left == right


def flatten(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Flattens nested dicts to keys like "agent.n_step"; an empty dict is a value."""
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            flat.update(flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def changed_fields(fields: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    """Returns those of the flat fields whose values differ from the ones in `base`."""
    return {name: value for name, value in fields.items() if value != base.get(name)}
