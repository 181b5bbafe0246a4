"""Trained policies that come with the package: `NAME.npz` for each line of table.csv."""

import csv
import dataclasses
import os
from pathlib import Path
from typing import Any

from walker_rl.errors import UserError, did_you_mean
from walker_rl.field_values import shown

BEST_POLICY = "policy/best.npz"
"""Path of the best policy in a run directory."""

_FOLDER = Path(__file__).parent


@dataclasses.dataclass(frozen=True)
class PretrainedPolicy:
    """A policy and how it was made.

    Attributes:
        name: name that `--pretrained` takes.
        task: task that it plays.
        mean_return: mean return of at least 100 episodes, which had no part in the choice of the policy.
        stddev_return: standard deviation over the same episodes.
        falls: share of the same episodes that terminated.
        commit: commit of this project that trained it.
        command: command that trained it; the policy is the run's best.
    """

    name: str
    task: str
    mean_return: float
    stddev_return: float
    falls: float
    commit: str
    command: str

    @property
    def steady_return(self) -> float:
        """Mean minus standard deviation of the returns."""
        return self.mean_return - self.stddev_return

    @property
    def path(self) -> Path:
        """The policy file."""
        return _FOLDER / f"{self.name}.npz"


def pretrained_policies() -> list[PretrainedPolicy]:
    """All pretrained policies, sorted by name."""
    with (_FOLDER / "table.csv").open(newline="") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    numbers = ("mean_return", "stddev_return", "falls")
    return [PretrainedPolicy(**{**row, **{name: float(row[name]) for name in numbers}}) for row in rows]


def pretrained_names() -> list[str]:
    """Names of all pretrained policies, sorted."""
    return [policy.name for policy in pretrained_policies()]


def unlike_a_name(path: str) -> str:
    """A path that stands for no pretrained policy: `./gait` for `gait`."""
    return os.path.join(os.curdir, path) if path in pretrained_names() else path


def find_pretrained(name: str) -> PretrainedPolicy:
    """The policy of that name.

    Raises:
        UserError: if there is none.
    """
    policies = {policy.name: policy for policy in pretrained_policies()}
    if name not in policies:
        raise UserError(
            f"pretrained = {shown(name)}: must be one of {', '.join(policies)}{did_you_mean(name, policies)}"
        )
    return policies[name]


def find_policy(policy: str) -> Path:
    """The file behind the name of a pretrained policy, a run directory (its best policy) or a policy file's path."""
    return {one.name: one.path for one in pretrained_policies()}.get(policy) or policy_file(Path(policy))


def policy_file(path: Path) -> Path:
    """The best policy's file if `path` is a run directory, else `path` itself."""
    return path / BEST_POLICY if os.path.isdir(path) else path
