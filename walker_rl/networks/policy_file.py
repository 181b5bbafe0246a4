"""A policy in one file that plays without the code that trained it."""

import dataclasses
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from walker_rl.errors import UserError
from walker_rl.networks.architecture import PolicyArchitecture
from walker_rl.networks.numpy_policy import NumpyPolicy
from walker_rl.types import Variables

_ABOUT = "about.json"


@dataclasses.dataclass(frozen=True)
class SavedPolicy:
    """A policy and where it comes from.

    Attributes:
        agent_name: the agent that trained it.
        task: what it plays.
        actor_steps: environment steps it had been trained for.
        architecture: of the network.
        variables: weights by name.
    """

    agent_name: str
    task: str
    actor_steps: int
    architecture: PolicyArchitecture
    variables: Variables

    def make_policy(self) -> NumpyPolicy:
        """The policy, ready to act."""
        policy = NumpyPolicy(self.architecture)
        policy.update(self.variables)
        return policy


def save_policy(path: Path, saved: SavedPolicy) -> None:
    """Writes `path`, whole or not at all.

    Raises:
        OSError: if it can't be written.
    """
    about: dict[str, Any] = {
        "agent_name": saved.agent_name,
        "task": saved.task,
        "actor_steps": saved.actor_steps,
        "architecture": saved.architecture.to_dict(),
    }
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            np.savez(file, **{_ABOUT: np.frombuffer(json.dumps(about).encode(), np.uint8)}, **saved.variables)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def load_policy(path: Path) -> SavedPolicy:
    """Reads what `save_policy` wrote.

    Raises:
        UserError: if the file is missing, torn or something else.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            about = json.loads(arrays[_ABOUT].tobytes())
            variables = {name: arrays[name] for name in arrays.files if name != _ABOUT}
        about["architecture"] = PolicyArchitecture.from_dict(about["architecture"])
        return SavedPolicy(**about, variables=variables)
    except OSError as error:
        raise UserError(f"policy = {path}: cannot be read ({error.strerror or error})") from None
    except (ValueError, KeyError, TypeError, EOFError, AttributeError, zipfile.BadZipFile):
        raise UserError(f"policy = {path}: must be a run directory or a policy file such as policy/best.npz") from None
