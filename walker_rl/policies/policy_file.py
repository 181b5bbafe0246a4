"""A policy in one file that plays without the code that trained it."""

import dataclasses
import json
import os
from pathlib import Path
from typing import IO, Any

import numpy as np

from walker_rl.errors import UserError, reason_of
from walker_rl.field_values import to_record
from walker_rl.files.array_file import TornFileError, unpack_arrays, write_arrays
from walker_rl.policies.architecture import Architecture, Policy
from walker_rl.policies.numpy_policy import PolicyArchitecture
from walker_rl.policies.sinusoids import SinusoidArchitecture
from walker_rl.printable import counted, printable
from walker_rl.types import Act, Variables

_ABOUT = "about.json"

_MAX_ABOUT_SIZE = 65_536
"""Most bytes of a policy's description; ours have 300."""

_MAX_NAME_LENGTH = 100
"""Most characters of an agent's name that is printed."""

_MAX_TASK_LENGTH = 4_096
"""Most characters of a task's name, which may be the path of a module."""

_KINDS: dict[str, type[Any]] = {kind.kind: kind for kind in (PolicyArchitecture, SinusoidArchitecture)}


@dataclasses.dataclass(frozen=True)
class SavedPolicy:
    """A policy and its origin.

    Attributes:
        agent_name: agent that trained it.
        task: task that it plays.
        actor_steps: environment steps that it was trained for.
        architecture: the policy's architecture.
        variables: weights by name.
        environment: arguments of the task's constructor.
    """

    agent_name: str
    task: str
    actor_steps: int
    architecture: Architecture
    variables: Variables
    environment: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def caption(self) -> str:
        """Agent and length of the training, as in "d4pg, 300,000 steps of training"."""
        return f"{self.agent_name}, {counted(self.actor_steps, 'step')} of training"

    def make_policy(self) -> Policy:
        """The policy, ready to act."""
        policy = self.architecture.make_policy()
        policy.update(self.variables)
        return policy

    def make_act(self) -> Act:
        """Returns the function that plays one episode."""
        return self.make_policy().action


def save_policy(path: Path, saved: SavedPolicy) -> None:
    """Writes `path`, whole or not at all.

    Raises:
        OSError: if it can't be written.
    """
    about: dict[str, Any] = {
        "agent_name": saved.agent_name,
        "task": saved.task,
        "actor_steps": saved.actor_steps,
        "environment": saved.environment,
        "architecture": {"kind": saved.architecture.kind, **saved.architecture.to_dict()},
    }
    write_arrays(path, {_ABOUT: np.frombuffer(json.dumps(about).encode(), np.uint8), **saved.variables})


def load_policy(path: Path) -> SavedPolicy:
    """Reads a file of `save_policy` without trusting it, since people download such files.

    Raises:
        UserError: if the file is missing, torn or something else, or a weight is not finite.
    """
    try:
        with path.open("rb") as file:
            return parse_policy(file, path)
    except (OSError, ValueError) as error:
        raise UserError(f"policy = {path}: cannot be read ({reason_of(error)})") from None
    except UserError as error:
        last = path.with_name("last.npz")  # The other policy of a run.
        if last == path or not os.path.isfile(last):
            raise
        raise UserError(f"{error}; did you mean {last}?") from None


def parse_policy(file: IO[bytes], name: object) -> SavedPolicy:
    """Reads the contents of such a file, as `load_policy` does; `name` is their name in an error.

    Raises:
        UserError: if they are torn or something else, or a weight is not finite.
    """
    try:
        variables = unpack_arrays(file)
        saved = _to_policy(_parse(variables.pop(_ABOUT)), variables)
    except (TornFileError, ValueError, KeyError, RecursionError):
        raise UserError(f"policy = {name}: is torn or no policy file") from None
    if not all(map(_is_finite, variables.values())):
        raise UserError(f"policy = {name}: must have finite weights")
    return saved


def _parse(about: np.ndarray) -> dict[str, Any]:
    if about.nbytes > _MAX_ABOUT_SIZE:
        raise ValueError(f"{_ABOUT} has {about.nbytes} bytes")
    fields = json.loads(about.tobytes())
    if not isinstance(fields, dict) or not isinstance(fields.get("architecture"), dict):
        raise ValueError(f"{_ABOUT} is no mapping with an architecture")
    return fields


def _to_policy(about: dict[str, Any], variables: Variables) -> SavedPolicy:
    fields = about.pop("architecture")
    architecture: Architecture = _KINDS[str(fields.pop("kind", PolicyArchitecture.kind))].from_dict(fields)
    architecture.check_weights(variables)
    saved = to_record({**about, "architecture": architecture, "variables": variables}, SavedPolicy)
    if saved.actor_steps < 0 or any(value.dtype.kind not in "fiu" for value in variables.values()):
        raise ValueError("actor_steps or weights are no numbers of their kind")
    if len(saved.task) > _MAX_TASK_LENGTH:
        raise ValueError("task is too long for a name")
    agent_name = printable(saved.agent_name)[:_MAX_NAME_LENGTH]
    return dataclasses.replace(saved, agent_name=agent_name, task=printable(saved.task))


def _is_finite(weights: np.ndarray) -> bool:
    with np.errstate(over="ignore"):
        return bool(np.isfinite(weights.astype(np.float32)).all())
