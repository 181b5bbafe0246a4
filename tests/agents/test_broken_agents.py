"""Agents of other packages that fail: a line about each, before a training or within it."""

import json
import re
import subprocess
import sys

import pytest

from tests.agents.other_packages import EXAMPLE, install, with_packages
from tests.tiny import AGENT, TINY_SCHEDULE, run_command, set_options

CONFIG = '''
import dataclasses
from walker_rl_ars.config import Config as Base

@dataclasses.dataclass(frozen=True)
class Config(Base):
    """Broken."""
'''

BUILDER = """
import sys
import numpy as np
from walker_rl_ars.builder import Builder as Base
from walker_rl_ars.learning import ARSLearner
from walker_rl_ars.pairs import PairActor

class Builder(Base):
    pass
"""

LEARNER = """
    def make_learner(self, networks, dataset, seed): return Learner(self.config, networks, dataset)

class Learner(ARSLearner):
    pass
"""

ACTOR = """
    def make_actor(self, policy, adder, variable_source, seed): return Actor(policy, adder, variable_source)

class Actor(PairActor):
    pass
"""

RANDOM = f"""{LEARNER}
    def save(self): return {{**super().save(), "random": np.random.default_rng(0).bit_generator.state}}
"""

BEFORE = {
    "init": (
        "    def __init__(self, config, spec): raise ValueError('no\\nlegs')",
        "PACKAGE failed with ValueError: no legs PLACE",
    ),
    "networks": ("    def make_networks(self, seed): sys.exit(0)", "PACKAGE failed with SystemExit: 0 PLACE"),
    "bytes": ("    num_bytes = 'many'", "PACKAGE failed with TypeError: '<=' not supported between instances of 'str'"),
    "replay": (
        "    def make_replay(self, home, seed): return []",
        "PACKAGE failed with AttributeError: 'list' object has no attribute 'make_dataset'",
    ),
    "learner": (
        "    def make_learner(self, networks, dataset, seed): return None",
        "PACKAGE failed with AttributeError: 'NoneType' object has no attribute ",
    ),
    "weights": (
        f"{LEARNER}    def get_variables(self, names): return [{{}}]",
        "PACKAGE failed with KeyError: 'hidden_0/w'",
    ),
    "bare": (
        "class Builder:\n    def __init__(self, config, spec): pass",
        "PACKAGE failed with AttributeError: 'Builder' object has no attribute 'num_bytes'",
    ),
    "abstract": (
        "from walker_rl.agents.builder import Builder as Contract\nclass Builder(Contract): pass",
        "PACKAGE failed with TypeError: Can't instantiate abstract class Builder ",
    ),
}
"""Code of a builder that fails before a training begins, and the line."""

WITHIN = {
    "actor": (
        "    def make_actor(self, *parts): return None",
        "PACKAGE failed with AttributeError: 'NoneType' object has no attribute ",
    ),
    "save": (
        f"{LEARNER}    def save(self): return {{'a': {{1}}}}",
        "PACKAGE failed with TypeError: Object of type set is not JSON serializable",
    ),
    "step": (
        f"{LEARNER}    def step(self): return 1 / 0",
        "PACKAGE failed with ZeroDivisionError: division by zero PLACE; the last good state is ",
    ),
    "metrics": (
        f"{LEARNER}    def step(self): super().step()",
        "PACKAGE failed with AttributeError: 'NoneType' object has no attribute 'items'; the last good state is ",
    ),
    "action": (
        f"{ACTOR}    def select_action(self, observation): return np.zeros(5)",
        "PACKAGE failed with ValueError: action has shape (5,): Pendulum-v1 takes (1,); the last good state is ",
    ),
    "observe": (
        f"{ACTOR}    def observe(self, *step): raise OSError('blind')",
        "PACKAGE failed with OSError: blind PLACE; the last good state is ",
    ),
}
"""Code of a builder that fails within a training, and the line."""

CONFIGS = {
    "numbers": (
        "    min_steps_to_learn = 'few'",
        "PACKAGE.config must have Config (TypeError: min_steps_to_learn must be ",
    ),
    "rules": (
        "    def conflicts(self): raise ValueError('no rules')",
        "PACKAGE failed with ValueError: no rules PLACE",
    ),
    "plain": (
        "class Config(): display_name = paper = ''; min_steps_to_learn = target_samples_per_insert = 1",
        "PACKAGE.c",
    ),
}
"""Code of a configuration that fails, and the line."""

TRAIN_EACH = """
import json, sys
import walker_rl
from walker_rl.errors import RunError, UserError

schedule = {"period": 300, "num_episodes": 1, "num_final_episodes": 1, "num_selection_episodes": 1, "film_period": None}
ars = {"num_directions": 2, "num_best": 1}
lines = {}
for name in sys.argv[1:]:
    try:
        walker_rl.train(
            name, run_dir=name, task="Pendulum-v1", max_actor_steps=900, agent=ars, evaluation=schedule, log_period=2
        )
    except (RunError, UserError) as error:
        lines[name] = type(error).__name__, str(error)
print(json.dumps(lines))
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """Packages of broken agents, all derived from the example's."""
    folder = tmp_path_factory.mktemp("packages")
    for name, (code, _) in {**BEFORE, **WITHIN}.items():
        install(folder, name, f"{name}_agent", config=CONFIG, builder=BUILDER + code)
    for name, (code, _) in CONFIGS.items():
        install(folder, name, f"{name}_agent", config=CONFIG + code, builder=BUILDER)
    space = "SEARCH_SPACE = {'sigma': 3}"
    install(folder, "fine", "fine_agent", config=CONFIG, builder=BUILDER + RANDOM, search_space=space)
    return folder


@pytest.fixture(scope="module")
def options(packages):
    """Options of `subprocess` with which a process finds them."""
    return with_packages(packages, EXAMPLE)


@pytest.fixture(scope="module")
def trained(options, tmp_path_factory):
    """The kind and the line of the error that each agent gives in Python, and the folder of their runs."""
    folder = tmp_path_factory.mktemp("runs")
    words = [sys.executable, "-c", TRAIN_EACH, *BEFORE, *WITHIN, *CONFIGS, "fine"]
    process = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True, **options)
    assert process.stderr == ""
    return json.loads(process.stdout.splitlines()[-1]), folder


def assert_is_line(actual: str, name: str, line: str, packages) -> None:
    """Compares the beginning of an error line; `line` has short forms of the package and of a place in its code."""
    expected = re.escape(f"agent = {name}: {line}").replace("PACKAGE", f"{name}_agent")
    place = rf"\({re.escape(str(packages))}/{name}_agent/\w+\.py:\d+\)"
    assert re.match(expected.replace("PLACE", place), actual), actual


@pytest.mark.parametrize("name", [*BEFORE, *CONFIGS])
def test_a_failure_before_a_training_is_a_line_and_leaves_nothing(trained, packages, name):
    errors, folder = trained
    kind, line = errors[name]
    assert kind == "UserError" and not (folder / name).exists()
    assert_is_line(line, name, {**BEFORE, **CONFIGS}[name][1], packages)


@pytest.mark.parametrize("name", WITHIN)
def test_a_failure_within_a_training_is_a_line(trained, packages, name):
    errors, folder = trained
    kind, line = errors[name]
    assert kind == "RunError" and (folder / name).exists()
    assert_is_line(line, name, WITHIN[name][1], packages)
    assert any((folder / name / "checkpoints").iterdir()) == ("; the last good state is " in line)


def test_a_learner_may_save_the_state_of_a_random_generator(trained):
    errors, folder = trained
    assert "fine" not in errors and (folder / "fine" / "summary.json").exists()


@pytest.mark.slow
def test_a_command_ends_with_the_line_and_its_status(options, packages, tmp_path):
    fields = set_options(("task=Pendulum-v1", "max_actor_steps=300", *TINY_SCHEDULE))
    for name, status in (("init", 2), ("action", 1)):
        process = run_command("train", name, "--run-dir", tmp_path / name, *fields, **options)
        assert process.returncode == status and process.stderr.count("\n") == 1
        assert_is_line(process.stderr.removeprefix("error: "), name, {**BEFORE, **WITHIN}[name][1], packages)


def test_help_list_and_tune_name_them(options, packages):
    assert run_command("train", "init", "--help", **options).returncode == 0
    assert "\nnote: left out: agent = numbers: " in run_command("list", **options).stdout
    process = run_command("tune", "fine", **options)
    line = (
        "fine_agent.search_space must have SEARCH_SPACE (TypeError: sigma must be Floats, Integers or Choices, not 3)"
    )
    assert (process.returncode, process.stderr) == (2, f"error: agent = fine: {line}\n")


@pytest.mark.slow
def test_a_sweep_trains_the_others_and_names_the_one_that_failed(options, packages, tmp_path):
    fields = set_options(("max_actor_steps=900", *TINY_SCHEDULE))
    words = ("sweep", "action", "fine", "--task", "Pendulum-v1", "--output", tmp_path / "runs", *fields)
    process = run_command(*words, **options)
    assert process.returncode == 1 and process.stderr == ""
    assert "1 of 2 complete, 1 failed" in process.stdout
    assert (
        "failed, with status 1 (error: agent = action: action_agent failed with ValueError: action has "
        in process.stdout
    )


OUR_OWN = f"""
import sys
from walker_rl.agents.{AGENT}.builder import Builder
from walker_rl.cli import main
Builder.make_policy = lambda self, seed, noise_scale=1.0: 1 / 0
sys.exit(main(["train", "{AGENT}", "--task", "Pendulum-v1"]))
"""


def test_a_bug_in_an_agent_of_ours_keeps_its_traceback(tmp_path):
    process = subprocess.run([sys.executable, "-c", OUR_OWN], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert process.returncode == 1
    assert "Traceback" in process.stderr and process.stderr.endswith("ZeroDivisionError: division by zero\n")
