"""A policy in one file that plays without the code that trained it."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from walker_rl.array_file import TornFileError, read_arrays, write_arrays
from walker_rl.errors import UserError
from walker_rl.policies.architecture import Architecture, Policy, PolicyArchitecture
from walker_rl.policies.sinusoids import SinusoidArchitecture
from walker_rl.types import Variables

_ABOUT = "about.json"

_KINDS: dict[str, type[Any]] = {kind.kind: kind for kind in (PolicyArchitecture, SinusoidArchitecture)}


@dataclasses.dataclass(frozen=True)
class SavedPolicy:
    """A policy and where it comes from.

    Attributes:
        agent_name: the agent that trained it.
        task: what it plays.
        actor_steps: environment steps it had been trained for.
        architecture: of the policy.
        variables: weights by name.
    """

    agent_name: str
    task: str
    actor_steps: int
    architecture: Architecture
    variables: Variables

    def make_policy(self) -> Policy:
        """The policy, ready to act."""
        policy = self.architecture.make_policy()
        policy.update(self.variables)
        return policy

    def begin_episode(self) -> Callable[[np.ndarray], np.ndarray]:
        """What maps the observations `[O]` of one episode to actions `[A]`."""
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
        "architecture": {"kind": saved.architecture.kind, **saved.architecture.to_dict()},
    }
    write_arrays(path, {_ABOUT: np.frombuffer(json.dumps(about).encode(), np.uint8), **saved.variables})


def load_policy(path: Path) -> SavedPolicy:
    """Reads what `save_policy` wrote.

    Raises:
        UserError: if the file is missing, torn or something else.
    """
    try:
        variables = read_arrays(path)
        about = json.loads(variables.pop(_ABOUT).tobytes())
        about["architecture"] = _architecture(about["architecture"])
        saved = SavedPolicy(**about, variables=variables)
        saved.make_policy()  # raises if the weights are not those of the architecture
        return saved
    except OSError as error:
        raise UserError(f"policy = {path}: cannot be read ({error.strerror or error})") from None
    except (TornFileError, ValueError, KeyError, TypeError):
        raise UserError(f"policy = {path}: must be a run directory or a policy file such as policy/best.npz") from None


def _architecture(fields: dict[str, Any]) -> Architecture:
    kind = fields.pop("kind", PolicyArchitecture.kind)
    architecture: Architecture = _KINDS[kind].from_dict(fields)
    return architecture
