"""The record of which policy was played before training, in the provenance of a run."""

import hashlib
from typing import Any

from walker_rl.errors import UserError
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.policies.policy_file import load_policy
from walker_rl.pretrained import find_policy, pretrained_policies


def prior_record(config: ExperimentConfig) -> dict[str, Any] | None:
    """Describes the prior of an experiment, as plain values; None if it has none.

    Returns:
        `name`: that of the pretrained policy, or the file's with the beginning of its hash; `sha256` of the file;
        `agent_name` and `actor_steps` of the training, or search, that made the policy.

    Raises:
        UserError: if the policy can't be read.
    """
    policy = _policy(config)
    if policy is None:
        return None
    path = find_policy(policy)
    saved, sha256 = load_policy(path), hashlib.sha256(path.read_bytes()).hexdigest()
    is_pretrained = policy in {one.name for one in pretrained_policies()}
    return {
        "name": policy if is_pretrained else f"{path.stem}-{sha256[:8]}",
        "sha256": sha256,
        "agent_name": saved.agent_name,
        "actor_steps": saved.actor_steps,
    }


def check_same_prior(config: ExperimentConfig, recorded: dict[str, Any] | None) -> None:
    """Holds the policy that is there to the one that a run began with.

    Raises:
        UserError: if it is another one or can't be read.
    """
    record = prior_record(config)
    if record is not None and recorded is not None and record["sha256"] != recorded["sha256"]:
        raise UserError(
            f"agent.prior.policy = {_policy(config)}: must be the file that the run began with "
            f"(sha256 {recorded['sha256'][:12]}, not {record['sha256'][:12]})"
        )


def describe_prior(config: ExperimentConfig, record: dict[str, Any]) -> str:
    """Says what is played first and what it cost, in one sentence."""
    made = f"{record['agent_name']} took {record['actor_steps']:,} steps to find it, which are not counted"
    return f"The policy {record['name']} plays the first {config.agent.prior.num_steps:,} steps; {made}."


def _policy(config: ExperimentConfig) -> str | None:
    """The name or path in the configuration, of an agent that can have a prior."""
    prior = getattr(config.agent, "prior", None)
    return None if prior is None else prior.policy
