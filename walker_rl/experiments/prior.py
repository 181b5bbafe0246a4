"""The prior of a run: a policy played before training, or a dataset, and the record of it in the run's provenance."""

import dataclasses
import hashlib
from pathlib import Path
from typing import IO

from walker_rl.errors import UserError, reason_of
from walker_rl.experiments.config import ExperimentConfig, prior_of
from walker_rl.field_values import shown
from walker_rl.minari_file import data_files, read_metadata
from walker_rl.policies.policy_file import SavedPolicy, parse_policy
from walker_rl.pretrained import find_policy, pretrained_names


@dataclasses.dataclass(frozen=True)
class PriorRecord:
    """A policy that is played before training, or a dataset.

    Attributes:
        name: name of the pretrained policy, or of the file or dataset with the beginning of its hash.
        sha256: hash of the policy's file, or of the dataset's files.
        agent_name: agent of the training or search that made the policy; of a dataset, the algorithm that played.
        actor_steps: environment steps of that training; of a dataset, plus those of its episodes.
    """

    name: str
    sha256: str
    agent_name: str
    actor_steps: int


@dataclasses.dataclass(frozen=True)
class PriorPolicy:
    """A policy that is played before training, read once, since its file may change.

    Attributes:
        saved: the policy.
        contents: contents of its file.
    """

    saved: SavedPolicy
    contents: bytes

    @property
    def sha256(self) -> str:
        """Hash of the file."""
        return hashlib.sha256(self.contents).hexdigest()


def parse_prior_policy(file: IO[bytes], name: object) -> PriorPolicy:
    """Parses the contents of a policy's file; `name` is their name in an error.

    Raises:
        UserError: if they are no policy.
    """
    saved = parse_policy(file, name)
    file.seek(0)
    return PriorPolicy(saved, file.read())


def read_prior_policy(config: ExperimentConfig) -> PriorPolicy | None:
    """Reads the configured policy; returns None if there is none.

    Raises:
        UserError: if it can't be read.
    """
    policy, _ = _prior(config)
    if policy is None:
        return None
    try:
        return _read(find_policy(policy))
    except (OSError, ValueError, UserError):
        must_be = f"must be one of {', '.join(pretrained_names())}, a run directory or a policy file"
        raise UserError(f"agent.prior.policy = {policy}: {must_be}") from None


def has_prior_policy(config: ExperimentConfig) -> bool:
    """Returns True if a policy is played before training."""
    return _prior(config)[0] is not None


def num_prior_steps(config: ExperimentConfig) -> int:
    """Returns the environment steps that the prior's policy plays; 0 if there is none."""
    return getattr(config.agent, "num_prior_steps", 0)


def recorded_prior_policy(config: ExperimentConfig, record: PriorRecord | None, copy: Path) -> PriorPolicy | None:
    """Reads the policy that a run began with from `copy`, or from its first place if that is missing or torn.

    Raises:
        UserError: if it is in neither.
    """
    policy, _ = _prior(config)
    if policy is None or record is None:
        return read_prior_policy(config)
    for path in (copy, find_policy(policy)):
        try:
            read = _read(path)
        except (OSError, ValueError, UserError):
            continue
        if read.sha256 == record.sha256:
            return read
    began = f"the policy that the run began with (sha256 {record.sha256[:12]})"
    raise UserError(f"agent.prior.policy = {policy}: must be {began}; its copy {copy} is missing or damaged")


def prior_record(config: ExperimentConfig, prior_policy: PriorPolicy | None) -> PriorRecord | None:
    """Returns the record of an experiment's prior, or None if it has none.

    Raises:
        UserError: if the dataset can't be read.
    """
    policy, dataset = _prior(config)
    if dataset is not None:
        path = Path(dataset)
        try:
            about, sha256 = read_metadata(path), _hash(*data_files(path))
        except OSError as error:
            raise UserError(f"agent.prior.dataset = {path}: cannot be read ({reason_of(error)})") from None
        steps = about["total_steps"] + about["actor_steps"]
        return PriorRecord(f"{path.name}-{sha256[:8]}", sha256, about["algorithm_name"], steps)
    if policy is None or prior_policy is None:
        return None
    saved, sha256 = prior_policy.saved, prior_policy.sha256
    name = policy if policy in pretrained_names() else f"{find_policy(policy).stem}-{sha256[:8]}"
    return PriorRecord(name, sha256, saved.agent_name, saved.actor_steps)


def check_same_dataset(config: ExperimentConfig, recorded: PriorRecord | None) -> None:
    """Checks that the prior's dataset, wherever it now lies, is the one that the run began with, if any.

    Raises:
        UserError: if it is another one or can't be read.
    """
    policy, dataset = _prior(config)
    if policy is not None:  # The run keeps a copy.
        return
    try:
        record = prior_record(config, None)
    except UserError as error:
        raise UserError(f"{error}; if it was moved, pass its new path with --prior") from None
    now, began = (one.sha256[:12] if one else None for one in (record, recorded))
    if now != began:
        with_it = f"the one that the run began with (sha256 {began}, not {now})" if began else "null, as the run began"
        raise UserError(f"agent.prior.dataset = {shown(dataset)}: must be {with_it}")


def describe_prior(config: ExperimentConfig, record: PriorRecord) -> str:
    """Describes the prior and its cost in a line, and in another the evaluations while a policy plays."""
    if _prior(config)[1] is not None:
        made = f"it took {record.actor_steps:,} steps of {record.agent_name}, which are not counted"
        return f"The dataset {record.name} gives a share of each batch; {made}."
    made = f"the agent {record.agent_name} found it in {record.actor_steps:,} steps, which are not counted"
    return (
        f"The policy {record.name} plays the first {config.agent.prior.num_steps:,} steps; {made}.\n"
        "Evaluations play the agent's own policy, so they stay low until its first update, after "
        f"{config.agent.min_steps_to_learn:,} steps."
    )


def _read(path: Path) -> PriorPolicy:
    with path.open("rb") as file:
        return parse_prior_policy(file, path)


def _prior(config: ExperimentConfig) -> tuple[str | None, str | None]:
    """Returns the configured policy and dataset; None for each that is not configured."""
    prior = prior_of(config)
    return (None, None) if prior is None else (prior.policy, prior.dataset)


def _hash(*paths: Path) -> str:
    """Returns the hash of the files' contents, one after another."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
