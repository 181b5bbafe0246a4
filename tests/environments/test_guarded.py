"""Environments of other people that misbehave after their first trial."""

import os
import re
import signal
import sys

import numpy as np
import pytest

from walker_rl.environments import find_task, make_environment
from walker_rl.environments.environment import forget_tasks
from walker_rl.errors import RunError, UserError

MODULE = """
import os, signal, sys
import dm_env
import numpy as np
from dm_env import specs


class Rail(dm_env.Environment):
    size, act = 2, lambda self: None

    def __init__(self, **goal): pass
    def action_spec(self): return specs.BoundedArray((1,), np.float32, -1.0, 1.0)
    def observation_spec(self): return specs.Array((self.size,), np.float32)
    def observation(self): return np.zeros(self.size, np.float32)
    def reward(self): return 1.0

    def reset(self, seed):
        self.count = 0
        return dm_env.restart(self.observation())

    def step(self, action):
        self.count += 1
        if self.count > 1: self.act()
        return dm_env.transition(self.reward() if self.count > 1 else 1.0, self.observation())


class Narrows(Rail):
    def observation(self): return np.zeros(1)


class Soars(Rail):
    def observation(self): return np.array([0.0, 1e39])


class Voids(Rail):
    def step(self, action): return dm_env.transition(np.nan, self.observation())


class ClosesOnce(Rail):
    closed = False

    def close(self):
        if self.closed: raise RuntimeError("already closed")
        self.closed = True


class Leaves(Rail):
    def act(self): sys.exit(0)


class Panics(Rail):
    def act(self): raise BaseException("panic")
    def render(self): self.act()


class PanicsAtOnce(Rail):
    def __init__(self, **goal): raise BaseException("panic")


class Stops(Rail):
    def act(self): raise KeyboardInterrupt


class Moves(Rail):
    def __init__(self, **goal): os.chdir("/")
    def act(self): os.chdir("/")


class Seizes(Rail):
    def __init__(self, **goal): self.seize()
    def seize(self): signal.signal(signal.SIGTERM, lambda *_: None)
    def reset(self, seed): self.seize(); return super().reset(seed)
    def close(self): self.seize()


class Shrinks(Rail):
    def observation(self): return np.zeros(2 - (self.count > 1), np.float32)


class Speaks(Rail):
    def observation(self): return np.zeros(2) if self.count < 2 else "far away"


class Escapes(Rail):
    def observation(self): return np.array([0.0, np.inf if self.count > 1 else 0.0])


class Pays(Rail):
    def __init__(self, reward): self.reward = lambda: reward


class Gives(Rail):
    def reward(self): return None


class Draws(Rail):
    def render(self): sys.exit(3)


class Clings(Rail):
    def close(self): raise OSError("no hands")


class Tears(Rail):
    def step(self, action):
        if abs(action[0]) > 0.5: raise ValueError("too fast")
        return super().step(action)


class Takes(Rail):
    def __init__(self, goal): self.size = goal.pop("size")


class Grows(Rail):
    made = 1

    def __init__(self, **goal):
        Grows.made += 1
        self.size = Grows.made
"""


@pytest.fixture(autouse=True)
def module(tmp_path, monkeypatch):
    """A module in the current folder."""
    (tmp_path / "rails.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield
    sys.modules.pop("rails", None)
    forget_tasks()


def play(name, **arguments):
    environment = make_environment(f"rails:{name}", 0, arguments)
    environment.reset()
    for _ in range(2):
        environment.step(np.zeros(1))
    return environment


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Leaves", r"^the environment raised SystemExit: 0 \(.*rails\.py:\d+\)$"),
        ("Panics", r"^the environment raised BaseException: panic \(.*rails\.py:\d+\)$"),
        ("Shrinks", r"^the environment returned an observation \[1\]: must be \[2\]$"),
        ("Speaks", "^the environment raised ValueError: could not convert string to float: "),
        ("Escapes", r"^the environment returned an observation that is not finite$"),
        ("Gives", "^the environment raised TypeError: float"),
    ],
)
def test_a_failure_within_an_episode_is_one_line(name, message):
    with pytest.raises(RunError, match=message):
        play(name)


@pytest.mark.parametrize("reward", [float("nan"), float("-inf"), 1e39])
def test_a_reward_is_finite_as_float32(reward):
    with pytest.raises(RunError, match=r"^the environment returned a reward that is not finite$"):
        play("Pays", reward=reward)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Narrows", "the environment returned an observation [1]: must be [2]"),
        ("Soars", "the environment returned an observation that is not finite"),
        ("Voids", "the environment returned a reward that is not finite"),
    ],
)
def test_numbers_that_training_would_refuse_are_refused_before_it(name, message):
    with pytest.raises(UserError, match=f"^{re.escape(f'task = rails:{name}: {message}')}$"):
        find_task(f"rails:{name}")


@pytest.mark.parametrize(("name", "reason"), [("Draws", "SystemExit: 3"), ("Panics", "BaseException: panic")])
def test_a_picture_that_ends_the_process_is_none(name, reason):
    environment = make_environment(f"rails:{name}", 0)
    environment.reset()
    with pytest.raises(RunError, match=f"^no film: {reason}$"):
        environment.render(8, 8)


def test_a_constructor_that_raises_anything_is_refused_in_a_line():
    with pytest.raises(
        UserError, match=r"^task = rails:PanicsAtOnce: raised BaseException: panic \(.*rails\.py:\d+\)$"
    ):
        find_task("rails:PanicsAtOnce")


def test_ctrl_c_is_no_failure_of_the_environment():
    with pytest.raises(KeyboardInterrupt):
        play("Stops")


def test_the_current_folder_stays():
    before = os.getcwd()
    play("Moves")
    assert os.getcwd() == before


def test_signals_keep_their_handlers():
    before = signal.getsignal(signal.SIGTERM)
    environment = make_environment("rails:Seizes", 0)
    assert signal.getsignal(signal.SIGTERM) == before
    environment.reset()
    assert signal.getsignal(signal.SIGTERM) == before
    environment.close()
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_failure_to_close_is_a_warning(capfd):
    play("Clings").close()
    at_the_trial, at_the_end = capfd.readouterr().err.splitlines()
    assert at_the_trial.startswith("warning: when it was closed, the environment raised OSError: no hands (")
    assert at_the_end == at_the_trial


def test_the_trial_of_repetition_may_fail_where_training_does_not():
    assert make_environment("rails:Tears", 0).repeats
    play("Tears").step(np.full(1, 0.5))


def test_it_is_closed_once(capfd):
    environment = play("ClosesOnce")
    environment.close()
    environment.close()
    assert capfd.readouterr().err == ""


def test_each_construction_gets_the_arguments_as_they_were_given():
    for _ in range(2):
        assert play("Takes", goal={"size": 3}).task.observation_size == 3
    assert find_task("rails:Takes", {"goal": {"size": 3}}).arguments == {"goal": {"size": 3}}


def test_sizes_that_change_are_refused():
    line = "must have the same sizes whenever it is made, but had 2 observations and 1 action, then 3 observations"
    with pytest.raises(UserError, match=f"^task = rails:Grows: {line}"):
        play("Grows")


def test_a_notebook_may_change_the_code():
    assert play("Rail").task.observation_size == 2
    sys.modules["rails"].Rail.size = 5
    forget_tasks()
    assert play("Rail").task.observation_size == 5
