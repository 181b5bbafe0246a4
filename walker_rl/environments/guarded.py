"""A guard around third-party simulations: one-line errors, checked shapes and an unchanged process."""

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from walker_rl.environments.simulation import Outcome, Simulation
from walker_rl.errors import RunError, described
from walker_rl.processes.signals import same_handlers
from walker_rl.processes.standard_error import write_to_stderr
from walker_rl.types import Metrics


class GuardedSimulation:
    """A simulation of third-party code; see `Simulation`.

    Attributes:
        dimensions: meaning of each number of an observation and of an action.
        frame_seconds: simulated seconds in one step.
    """

    def __init__(self, simulation: Simulation):
        """Guards the simulation."""
        self._simulation = simulation
        self.dimensions = simulation.dimensions
        self.frame_seconds = simulation.frame_seconds
        self._shape = (len(self.dimensions.observation),)
        self._exit = contextlib.ExitStack()
        self._exit.callback(simulation.close)

    @property
    def reward_parts(self) -> Metrics:
        """Parts of the last step's reward by name."""
        return self._simulation.reward_parts

    def reset(self, seed: int) -> np.ndarray:
        """Starts the episode of a seed; returns its first observation, float32 `[O]`.

        Raises:
            RunError: if the environment raises an exception, or the observation has another shape.
        """
        with same_handlers(), playing():
            return self._checked(self._simulation.reset(seed))

    def step(self, action: np.ndarray) -> Outcome:
        """Applies an action `[A]`; the outcome's observation is float32 `[O]`.

        Raises:
            RunError: if the environment raises an exception, or the observation has another shape.
        """
        with playing():
            outcome = self._simulation.step(action)
            return outcome._replace(observation=self._checked(outcome.observation))

    def render(self, width: int, height: int) -> np.ndarray:
        """A picture of the current state, uint8 `[height, width, 3]`.

        Raises:
            RunError: if the environment can't draw one.
        """
        with same_handlers(), playing():
            return self._simulation.render(width, height)

    def close(self) -> None:
        """Ends the simulation, once; a failure is a warning, since everything has been played."""
        try:
            with same_handlers(), playing():
                self._exit.close()
        except RunError as error:
            write_to_stderr(f"warning: when it was closed, {error}\n")

    def _checked(self, observation: Any) -> np.ndarray:
        flat = np.asarray(observation, np.float32)
        if flat.shape != self._shape:
            raise RunError(f"the environment returned an observation {list(flat.shape)}: must be {list(self._shape)}")
        return flat


@contextlib.contextmanager
def playing() -> Iterator[None]:
    """Reports a failure of third-party code within an episode in one line, such as dm_control's unstable physics.

    Raises:
        RunError: if the code raises any exception but KeyboardInterrupt.
    """
    with same_folder():
        try:
            yield
        except (RunError, KeyboardInterrupt):
            raise
        except BaseException as error:
            raise RunError(f"the environment raised {described(error)}") from error


@contextlib.contextmanager
def same_folder() -> Iterator[None]:
    """Returns to the current folder if third-party code leaves it, since a run's paths may be relative to it."""
    folder = _current_folder()
    try:
        yield
    finally:
        if folder is not None and _current_folder() != folder:
            os.chdir(folder)


def _current_folder() -> str | None:
    try:
        return os.getcwd()
    except FileNotFoundError:  # It has been deleted.
        return None
