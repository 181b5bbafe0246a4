"""Checkpoints whose state is damaged: resumed from, or refused in one line before anything is touched."""

import contextlib
import copy
import os
import shutil

import numpy as np
import pytest

from tests.fuzzing import make_generator, places
from tests.tiny import AGENT, TINY_SCHEDULE, tiny_agent
from walker_rl.errors import RunError, UserError
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.evaluator.evaluator import Evaluator
from walker_rl.experiments.learner_loop import LearnerLoop
from walker_rl.experiments.local import LocalRunner
from walker_rl.experiments.parts import make_parts
from walker_rl.experiments.run.checkpoint import read_checkpoint, write_checkpoint
from walker_rl.experiments.run.creation import create_run_directory
from walker_rl.experiments.run.recorder import Recorder
from walker_rl.terminal.display import Display

NUM_CASES = 60
"""Damaged checkpoints for each agent."""

STEPS = 250
"""Environment steps of a run at its checkpoint, in the middle of an episode."""

OVERRIDES = {
    AGENT: ("agent.min_replay_size=1000",),
    "ppo": ("agent.unroll_length=200",),
    "gait": (),
}
"""Beyond the small ones: nothing is learned, which would take a while to begin."""


def deep(depth):
    return [deep(depth - 1)] if depth else []


VALUES = (
    *(None, True, 0, 3, 2.5, "text", "", [], [[]], {}, {"a": 1}, [1, 2, 3], ["a"], [None], deep(50)),
    *(np.zeros(2), np.zeros((3, 1), np.float32), np.zeros(0, np.float32), np.array(1), np.array(["a"])),
)


class Trained:
    """A run with one checkpoint, and its parts, which take up one state after the other."""

    def __init__(self, folder, agent_name):
        overrides = ("task=Pendulum-v1", "max_actor_steps=5000", *TINY_SCHEDULE, "evaluation.period=100")
        own = (*tiny_agent(agent_name), *OVERRIDES[agent_name])
        self.config = load_config(agent_name, (), (*overrides, *own))
        self.run = create_run_directory(folder / "run", self.config)
        self.parts = make_parts(self.config)
        self.evaluator = Evaluator(self.config, self.parts.learner_side.builder.architecture, self.run, Display())
        self.train(STEPS)
        self.whole = shutil.copytree(self.run.path, folder / "whole")
        first, *_, self.checkpoint = sorted(self.run.checkpoints.iterdir())
        self.fresh = read_checkpoint(first)

    def resume(self, num_steps):
        """Takes so many steps from the checkpoint on, with parts that are as new."""
        LearnerLoop(self.parts.learner_side, 1, print).restore(self.fresh)
        for index, loop in enumerate(self.parts.loops):
            loop.restore(self.fresh["loops"][str(index)])
        self.train(num_steps, resume=True)

    def train(self, num_steps, resume=False):
        steps = iter(range(num_steps))
        with contextlib.closing(Recorder(self.config, self.run, Display())) as recorder:
            runner = LocalRunner(self.config, self.parts, self.evaluator, recorder, self.run, Display())
            if resume:
                runner.restore_newest()
            runner.train(lambda: next(steps, None) is None)

    def reset(self):
        shutil.rmtree(self.run.path)
        shutil.copytree(self.whole, self.run.path)

    def contents(self):
        return {path: path.read_bytes() for path in self.run.path.rglob("*") if path.is_file()}


def damaged(state, random):
    """A copy of a state with another value, or none, somewhere in it, and where that is."""
    tree = copy.deepcopy(state)
    part = list(tree)[random.integers(len(tree))]
    found = [(part,), *((part, *place) for place in places(tree[part]))]
    *path, key = found[random.integers(len(found))]
    parent = tree
    for step in path:
        parent = parent[step]
    choice = random.integers(len(VALUES) + 1)
    if choice == len(VALUES):
        del parent[key]
        return tree, f"{[*path, key]} is gone"
    value = VALUES[choice]
    parent[key] = value.tolist() if isinstance(parent, list) and isinstance(value, np.ndarray) else value
    return tree, f"{[*path, key]} = {value!r}"


@pytest.mark.slow
@pytest.mark.parametrize("agent_name", [AGENT, "ppo", "gait"])
def test_a_damaged_checkpoint_is_resumed_from_or_refused_in_a_line(tmp_path, agent_name, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # A busy disk takes longer than all else.
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "none")  # No film.
    trained = Trained(tmp_path, agent_name)
    state = read_checkpoint(trained.checkpoint)
    random = make_generator()
    num_resumed = 0
    for number in range(NUM_CASES):
        tree, what = damaged(state, random) if number else (state, "nothing is damaged")
        write_checkpoint(trained.checkpoint, tree)
        before = trained.contents()
        print(what)
        try:
            trained.resume(3)
            trained.reset()
            num_resumed += 1
        except (RunError, UserError) as error:
            print(f"  {error}")
            assert len(str(error).splitlines()) == 1
            assert trained.contents() == before
    assert 0 < num_resumed < NUM_CASES
