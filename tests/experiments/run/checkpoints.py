"""Checkpoints of a small state, for tests."""

import dataclasses
import functools

import numpy as np

from tests.fakes import assert_equal_trees
from tests.tiny import AGENT
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.checkpoint import Checkpoints

CONFIG = load_config(AGENT)


def state_at(step: int) -> dict:
    return {"actor_steps": step, "learner": {"weights": np.full(50, step, np.float32)}}


class Told(list):
    """Warnings that were printed."""

    __call__ = list.append


def config_with(**settings) -> ExperimentConfig:
    return dataclasses.replace(CONFIG, checkpoint=dataclasses.replace(CONFIG.checkpoint, **settings))


def make(folder, warn=print, **settings) -> Checkpoints:
    return Checkpoints(folder, config_with(**settings), warn)


def checkpoints_with(folder, *steps, num_kept=2) -> Checkpoints:
    checkpoints = make(folder, num_kept=num_kept)
    for step in steps:
        assert checkpoints.write(step, functools.partial(state_at, step))
    return checkpoints


def steps_in(folder) -> list[int]:
    return [int(path.stem.removeprefix("step_")) for path in sorted(folder.iterdir())]


def newest(folder) -> tuple[int | None, list[str]]:
    """The step of the newest checkpoint that is whole, and the warnings on the way."""
    warnings, states = Told(), []
    path = make(folder, warnings).restore_newest(state_at(0), states.append)
    if path is None:
        assert not states
        return None, warnings
    (state,) = states
    assert state.pop("config")["agent_name"] == AGENT
    assert state.pop("sizes") == {"observations": 22, "actions": 6}
    assert_equal_trees(state, state_at(state["actor_steps"]))
    assert path == folder / f"step_{state['actor_steps']:012d}.npz"
    return state["actor_steps"], warnings


def tear(path, how) -> None:
    content = bytearray(path.read_bytes())
    if how == "flipped":
        content[len(content) // 3] ^= 0xFF
    else:
        content = content[: int(how * len(content))]
    path.write_bytes(content)
