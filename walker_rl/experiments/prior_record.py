"""The record, in a run's provenance, of the policy played before training."""

import dataclasses
import hashlib

from walker_rl.errors import UserError
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.policies.policy_file import load_policy
from walker_rl.pretrained import find_policy, pretrained_policies


@dataclasses.dataclass(frozen=True)
class PriorRecord:
    """A policy that is played before training.

    Attributes:
        name: name of the pretrained policy, or of the file with the beginning of its hash.
        sha256: hash of the file.
        agent_name: agent of the training or search that made the policy.
        actor_steps: environment steps of that training.
    """

    name: str
    sha256: str
    agent_name: str
    actor_steps: int


def prior_record(config: ExperimentConfig) -> PriorRecord | None:
    """Returns the record of an experiment's prior, or None if it has none.

    Raises:
        UserError: if the policy can't be read.
    """
    policy = _policy(config)
    if policy is None:
        return None
    path = find_policy(policy)
    saved, sha256 = load_policy(path), hashlib.sha256(path.read_bytes()).hexdigest()
    is_pretrained = policy in {one.name for one in pretrained_policies()}
    name = policy if is_pretrained else f"{path.stem}-{sha256[:8]}"
    return PriorRecord(name, sha256, saved.agent_name, saved.actor_steps)


def check_same_prior(config: ExperimentConfig, recorded: PriorRecord | None) -> None:
    """Checks that the prior's file is still the one that the run began with.

    Raises:
        UserError: if it is another one or can't be read.
    """
    record = prior_record(config)
    if record is not None and recorded is not None and record.sha256 != recorded.sha256:
        raise UserError(
            f"agent.prior.policy = {_policy(config)}: must be the file that the run began with "
            f"(sha256 {recorded.sha256[:12]}, not {record.sha256[:12]})"
        )


def describe_prior(config: ExperimentConfig, record: PriorRecord) -> str:
    """Describes the prior and its cost in one sentence."""
    made = f"{record.agent_name} took {record.actor_steps:,} steps to find it, which are not counted"
    return f"The policy {record.name} plays the first {config.agent.prior.num_steps:,} steps; {made}."


def _policy(config: ExperimentConfig) -> str | None:
    """Returns the name or path of the configured prior; None without one."""
    prior = getattr(config.agent, "prior", None)
    return None if prior is None else prior.policy
