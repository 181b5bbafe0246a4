"""Support for third-party environments: a first trial, and one-line refusals."""

import contextlib
import copy
import dataclasses
import importlib
import math
import os
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from walker_rl.environments.guarded import GuardedSimulation, same_folder
from walker_rl.environments.simulation import Arguments, Simulation, Task, check_finite
from walker_rl.errors import RunError, UserError, described
from walker_rl.extras import how_to_install
from walker_rl.printable import describe_sizes
from walker_rl.processes.signals import same_handlers
from walker_rl.runtime import set_environment
from walker_rl.stack import is_installed

DEFAULT_EPISODE_STEPS = 1000
"""Steps after which an episode is truncated if its environment has no limit of its own."""

DEFAULT_FRAME_SECONDS = 1 / 30
"""Seconds that a film shows a step if its environment does not specify them."""

EXTRAS = {"gymnasium": "gymnasium", "mujoco": "gymnasium", "dm_control": "dm_control"}
"""The extra that installs a package which environments import."""


class Refused(Exception):
    """Raised for an environment that can't be played here; the message names the broken requirement."""


class ForeignSimulation(Simulation, Protocol):
    """A simulation that describes itself, as `Task` does."""

    max_episode_steps: int
    reward_threshold: float | None


def adapted(adapter: Callable[[Any], ForeignSimulation], environment: Any) -> ForeignSimulation:
    """The simulation that `adapter` makes of an environment, which is closed if it is refused."""
    try:
        return adapter(environment)
    except BaseException:
        with contextlib.suppress(Exception):
            environment.close()
        raise


def refuse_pictures(dtype: Any, shape: tuple[int, ...]) -> None:
    """Checks that an observation, or a part of it, is not a picture.

    Raises:
        Refused: if it is.
    """
    if dtype == np.uint8 and len(shape) >= 3:
        raise Refused(f"must observe numbers, not pictures {list(shape)}")


def episode_steps(limit: float | None) -> int:
    """Whole steps of an environment's time limit, rounded up; the default if it is None or infinite.

    Raises:
        Refused: if it is below 1.
    """
    if limit is None or limit == math.inf:
        return DEFAULT_EPISODE_STEPS
    if not limit >= 1:
        raise Refused(f"must have a time limit of at least 1 step, not {limit:g}")
    return math.ceil(limit)


def frame_seconds(seconds: float | None) -> float:
    """Seconds that a film shows a step: the simulated ones, or the default if they are unknown or above 1."""
    return seconds if seconds is not None and 0.0 < seconds <= 1.0 else DEFAULT_FRAME_SECONDS


def require_package(name: str) -> None:
    """Checks that a family's package is installed, which the extra of its name installs.

    Raises:
        Refused: if it is not.
    """
    if not is_installed(name):
        raise Refused(f"needs the extra {name}: {how_to_install(name)}")


def prepare() -> None:
    """Sets this process up for MuJoCo; call it before making an environment that may use it.

    MuJoCo then draws without a display if there is none. Its warnings are silenced unless they already have a handler:
    by default it prints them and writes them to MUJOCO_LOG.TXT in the current folder.
    """
    set_environment()
    if is_installed("mujoco"):
        import mujoco

        if mujoco.get_mju_user_warning() is None:
            mujoco.set_mju_user_warning(lambda text: None)


def import_module(name: str) -> ModuleType:
    """Imports a module, which may be in the current folder; Python's own and installed ones have precedence."""
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    return importlib.import_module(name)


@dataclasses.dataclass(frozen=True)
class ForeignFamily:
    """The functions of a family that lists no tasks: a task's sizes are unknown until it is constructed.

    Attributes:
        kind: kind of its tasks.
        has: function that returns True if a name belongs to the family.
        construct: function that constructs a task by its name, with arguments.
    """

    kind: str
    has: Callable[[str], bool]
    construct: Callable[[str, Arguments], ForeignSimulation]

    def tasks(self) -> dict[str, Task]:
        """No tasks."""
        return {}

    def find_task(self, name: str, arguments: Arguments) -> Task | None:
        """The task called `name`, constructed and played for one step; None if `name` belongs to another family.

        Raises:
            UserError: if a part of this fails, an observation differs in size from its declaration, or a number is not
                finite as float32.
        """
        if not self.has(name):
            return None
        with _trying(name), contextlib.ExitStack() as stack:
            simulation = self._construct(name, arguments)
            trial = stack.enter_context(contextlib.closing(GuardedSimulation(simulation)))
            observation_size, action_size = _sizes(simulation)
            if not observation_size or not action_size:
                raise Refused("must have observations and actions of at least one number")
            check_finite(trial.reset(0))
            outcome = trial.step(np.zeros(action_size, np.float32))
            check_finite(outcome.observation, outcome.reward)
            return Task(
                name,
                self.kind,
                simulation.max_episode_steps,
                observation_size,
                action_size,
                simulation.reward_threshold,
                arguments,
                must_repeat=False,
            )

    def make(self, task: Task) -> Simulation:
        """Constructs a task.

        Raises:
            UserError: if that fails, or its sizes are no longer those of `task`.
        """
        with _trying(task.name):
            simulation = self._construct(task.name, task.arguments)
            sizes, now = (task.observation_size, task.action_size), _sizes(simulation)
            if now != sizes:
                GuardedSimulation(simulation).close()
                changed = f"{describe_sizes(*sizes)}, then {describe_sizes(*now)}"
                raise Refused(f"must have the same sizes whenever it is made, but had {changed}")
            return GuardedSimulation(simulation)

    def _construct(self, name: str, arguments: Arguments) -> ForeignSimulation:
        return self.construct(name, copy.deepcopy(arguments))  # It may change them.


def _sizes(simulation: Simulation) -> tuple[int, int]:
    return len(simulation.dimensions.observation), len(simulation.dimensions.action)


@contextlib.contextmanager
def _trying(name: str) -> Iterator[None]:
    """Reports any failure of a task in one line, with the place of the error in third-party code.

    Raises:
        UserError: if the task raises any exception but KeyboardInterrupt.
    """
    with same_handlers(), same_folder():
        try:
            yield
        except (UserError, KeyboardInterrupt):
            raise
        except (Refused, RunError) as error:
            raise UserError(f"task = {name}: {error}") from error
        except BaseException as error:
            raise UserError(f"task = {name}: raised {described(error)}{_remedy(error)}") from error


def _remedy(error: BaseException) -> str:
    """The command that installs the package which third-party code failed to import, if an extra has it."""
    package = (getattr(error, "name", None) or "").partition(".")[0]
    extra = EXTRAS.get(package) if isinstance(error, ModuleNotFoundError) else None
    return f"; {how_to_install(extra)}" if extra else ""
