"""Stand-ins that several tests share; none of them pretends to be a part that could run itself."""

import contextlib
import resource
from collections.abc import Iterator, Sequence
from typing import Any

import dm_env
import numpy as np
import sonnet as snt

from walker_rl.interfaces import VariableSource
from walker_rl.policies.numpy_policy import PolicyArchitecture
from walker_rl.replay.layout import TransitionLayout
from walker_rl.types import Transition, Variables

OBSERVATION_SIZE, ACTION_SIZE = 3, 2
LAYOUT = TransitionLayout(OBSERVATION_SIZE, ACTION_SIZE)


class RecordingReplay:
    """Keeps all that an adder inserts, to be looked at."""

    def __init__(self) -> None:
        self.transitions: list[Transition] = []

    def insert(self, rows: np.ndarray) -> None:
        self.transitions += map(LAYOUT.unpack, rows.copy())


class FixedVariables(VariableSource):
    """Weights that change when a test says so."""

    def __init__(self, variables: Variables):
        self.variables = variables

    def get_variables(self, names: Sequence[str]) -> list[Variables]:
        return [{"policy": self.variables}[name] for name in names]


def observation(index: int) -> np.ndarray:
    """The observation at step `index`, unlike that at any other."""
    return np.array([index, index + 0.25, -index], np.float32)


def action(index: int) -> np.ndarray:
    """The action at step `index`, in (0, 1]."""
    return np.array([1 / (index + 1), 1 / (index + 2)], np.float32)


def transition(index: int) -> Transition:
    """A transition unlike that of any other index."""
    return Transition(observation(index), action(index), float(index), 0.5, observation(index + 1))


def rows_of(*transitions: Transition) -> np.ndarray:
    """Transitions as rows `[n, row_size]`."""
    return np.concatenate([np.empty((0, LAYOUT.row_size), np.float32), *map(LAYOUT.row, transitions)])


def episode(rewards: Sequence[float], *, terminated: bool) -> list[dm_env.TimeStep]:
    """The timesteps of an episode of `len(rewards)` steps, which ends in a termination or else a truncation."""
    last = dm_env.termination if terminated else dm_env.truncation
    *middle, end = rewards
    return [
        dm_env.restart(observation(0)),
        *(dm_env.transition(reward, observation(index + 1), 1.0) for index, reward in enumerate(middle)),
        last(end, observation(len(rewards))),
    ]


def random_variables(architecture: PolicyArchitecture, seed: int = 0) -> Variables:
    """Weights with which the outputs vary with the observation, and are of the order of 1."""
    generator = np.random.default_rng(seed)
    return {
        name: generator.normal(1.0 if name.endswith("scale") else 0.0, 1 / np.sqrt(shape[0]), shape).astype(np.float32)
        for name, shape in architecture.variable_shapes().items()
    }


def weights_of(network: snt.Module) -> Variables:
    """Copies of a network's weights by their structural names."""
    return {name: variable.numpy() for name, variable in network.named_variables().items()}


@contextlib.contextmanager
def file_size_limit(num_bytes: int) -> Iterator[None]:
    """While this is open no file of the process grows beyond `num_bytes`: to a writer, a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (num_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def assert_equal_trees(actual: Any, expected: Any) -> None:
    """Holds nested states to each other: keys, dtypes, shapes and every bit."""
    assert type(actual) is type(expected)
    if isinstance(expected, dict):
        assert actual.keys() == expected.keys()
        for key in expected:
            assert_equal_trees(actual[key], expected[key])
    elif isinstance(expected, np.ndarray):
        assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape)
        np.testing.assert_array_equal(actual, expected)
    else:
        assert actual == expected
