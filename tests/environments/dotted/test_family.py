"""Environments of the user's own, by the path of a function."""

import sys

import numpy as np
import pytest

from walker_rl.environments import find_task, imported_module, make_environment
from walker_rl.errors import UserError

MODULE = '''
import dm_env
import numpy as np
from dm_env import specs


class Counter(dm_env.Environment):
    """Counts to a length; `luck` adds random numbers that no seed governs, `drift` one more for each episode."""

    def __init__(self, length=5, luck=0.0, drift=0.0):
        self.length, self.luck, self.drift, self.episodes = length, luck, drift, 0

    def action_spec(self):
        return specs.BoundedArray((1,), np.float32, -1.0, 1.0)

    def observation_spec(self):
        return specs.Array((1,), np.float32)

    def reset(self, seed):
        self.count, self.start = 0, seed % 100 + self.drift * self.episodes
        self.episodes += 1
        return dm_env.restart(self.observe())

    def step(self, action):
        self.count += 1
        make = dm_env.truncation if self.count == self.length else dm_env.transition
        return make(reward=float(action[0]), observation=self.observe())

    def observe(self):
        return np.array([self.start + self.count + self.luck * np.random.normal()], np.float32)


closed = []


class Idle(Counter):
    def action_spec(self):
        return None

    def close(self):
        closed.append(True)


def raises(**arguments):
    raise KeyError("no such thing")


def raises_lines():
    raise ValueError("two\\n  lines")


def returns_something_else():
    return 3


class Makers:
    make = Counter


class Shown(Counter):
    metadata = {"render_modes": ["human"]}

    def __init__(self, render_mode=None):
        super().__init__()
        self.render_mode = render_mode
        assert render_mode is None or render_mode in self.metadata["render_modes"]


class Filmed(Shown):
    metadata = {"render_modes": ["human", "rgb_array"]}


class Undeclared(Filmed):
    metadata = {"render_modes": []}

    def __init__(self, render_mode=None):
        assert render_mode == "rgb_array"
        super().__init__()


LENGTH = 5
'''


@pytest.fixture(autouse=True)
def module(tmp_path, monkeypatch):
    """A module in the current folder, which is not yet on the path."""
    (tmp_path / "counting.py").write_text(MODULE)
    (tmp_path / "broken.py").write_text("import sys\nsys.exit('no')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield
    sys.modules.pop("counting", None)


def test_a_function_of_the_current_folder_is_played_with_its_arguments():
    for name in ("counting:Counter", "counting:Makers.make"):
        environment = make_environment(name, 0, {"length": 3})
        timesteps = [environment.reset(7)]
        while not timesteps[-1].last():
            timesteps.append(environment.step(np.zeros(1)))
        assert [float(timestep.observation[0]) for timestep in timesteps] == [7, 8, 9, 10]
        assert timesteps[-1].discount == 1


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("countin:Counter", "must be in a module that Python finds in "),
        ("counting.more:Counter", "must be in a module that Python finds in "),
        (
            "counting.py:Counter",
            "must be in a module that Python finds in {folder} or on its path; did you mean counting:Counter?",
        ),
        ("counting:Countr", "must be in counting ({folder}/counting.py), which has no Countr; did you mean Counter?"),
        ("counting:LENGTH", "must be a function that makes an environment, not int"),
        ("counting:raises", "raised KeyError: 'no such thing' ("),
        ("counting:raises_lines", "raised ValueError: two lines ("),
        ("counting:returns_something_else", "must return a Gymnasium or dm_env environment, not builtins.int"),
        ("broken:make", "raised SystemExit: no ("),
    ],
)
def test_what_is_no_function_that_makes_an_environment_is_refused_in_a_line(name, line, tmp_path):
    with pytest.raises(UserError) as error:
        find_task(name)
    assert str(error.value).startswith(f"task = {name}: {line.format(folder=tmp_path)}")
    assert "\n" not in str(error.value)


def test_the_place_of_an_error_is_named(tmp_path):
    line = MODULE.splitlines().index('    raise KeyError("no such thing")') + 1
    with pytest.raises(UserError, match=rf"\({tmp_path}/counting.py:{line}\)$"):
        find_task("counting:raises")


def test_wrong_arguments_are_named():
    with pytest.raises(UserError, match=r"unexpected keyword argument 'lenth'"):
        find_task("counting:Counter", {"lenth": 3})


def test_a_missing_package_of_an_extra_has_its_command(tmp_path, monkeypatch):
    (tmp_path / "needy.py").write_text("import dm_control.suite\n")
    monkeypatch.setitem(sys.modules, "dm_control", None)
    with pytest.raises(UserError, match=r"ModuleNotFoundError: .*; pip install 'walker-rl\[dm_control\]'$"):
        find_task("needy:make")


def test_a_misspelt_family_is_suggested():
    with pytest.raises(UserError, match=r"; did you mean gymnasium\?$"):
        find_task("gymnasum:make")


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("a.b:make", "a.b"),
        ("gymnasium:a.b:X-v0", "a.b"),
        ("gymnasium:Hopper-v5", None),
        ("dm_control:walker-walk", None),
        ("Pendulum-v1", None),
    ],
)
def test_names_say_which_module_they_import(name, module):
    assert imported_module(name) == module


def test_a_prefix_of_a_family_is_no_module():
    with pytest.raises(UserError, match=r"^task = bullet:make: must be one that walker-rl list shows"):
        find_task("bullet:make")


@pytest.mark.parametrize(("arguments", "repeats"), [({}, True), ({"luck": 1.0}, False), ({"drift": 1.0}, False)])
def test_a_trial_finds_out_whether_episodes_repeat(arguments, repeats):
    assert make_environment("counting:Counter", 0, arguments).repeats == repeats


def test_an_episode_that_does_not_repeat_is_restored_to_the_beginning_of_the_next():
    environment = make_environment("counting:Counter", 3, {"luck": 1.0})
    environment.reset()
    environment.step(np.zeros(1))
    restored = make_environment("counting:Counter", 3, {"luck": 1.0})
    assert restored.restore(environment.save()) is None
    restored.step(np.zeros(1))
    environment.reset()
    assert restored.episode_seed == environment.episode_seed


def test_an_episode_that_no_longer_repeats_is_restored_to_the_beginning_of_the_next():
    environment = make_environment("counting:Counter", 3)
    environment.reset()
    environment.step(np.zeros(1))
    state = environment.save()
    assert environment.restore(state).observation == state["observation"]
    assert environment.restore({**state, "observation": state["observation"] + 1}) is None
    assert environment.step(np.zeros(1)).first()


def test_an_episode_that_now_ends_elsewhere_is_restored_to_the_beginning_of_the_next():
    environment = make_environment("counting:Counter", 3)
    environment.reset()
    while not environment.step(np.zeros(1)).last():
        pass
    state = environment.save()
    assert environment.restore(state).last()
    del (of_earlier_version := dict(state))["is_last"]
    assert environment.restore(of_earlier_version).last()
    longer = make_environment("counting:Counter", 3, {"length": 6})
    assert longer.restore(state) is None
    assert longer.step(np.zeros(1)).first()


def test_a_class_that_declares_other_modes_is_not_asked_for_images():
    for name in ("Shown", "Filmed", "Undeclared"):
        assert find_task(f"counting:{name}") is not None


def test_an_episode_that_now_fails_is_restored_to_the_beginning_of_the_next(monkeypatch):
    environment = make_environment("counting:Counter", 3)
    environment.reset()
    environment.step(np.zeros(1))
    state = environment.save()
    monkeypatch.setattr("counting.Counter.step", lambda self, action: 1 / 0)
    assert environment.restore(state) is None
    assert environment.step(np.zeros(1)).first()


def test_an_environment_that_is_refused_is_closed():
    with pytest.raises(UserError, match=r"^task = counting:Idle: must have a bounded array of actions, not None$"):
        find_task("counting:Idle")
    assert sys.modules["counting"].closed == [True]
