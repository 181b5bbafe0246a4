"""A family of environments is a folder: put into a copy of the package, with nothing in it edited."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.package_copy import ROOT, code_blocks, copy_package, in_copy
from tests.tiny import AGENT, TINY_RUN, run_command, set_options

PAGE = ROOT / "docs" / "adding_environments.md"

ASKED_FOR = '''
import numpy as np

from walker_rl.environments.dimensions import Dimensions, numbered
from walker_rl.environments.simulation import Outcome, Task


def tasks():
    return {}


def find_task(name, arguments):
    return Task(name, "countdown", 100, 1, 2, None) if name.startswith("countdown:") else None


def make(task):
    return Countdown(int(task.name.partition(":")[2]))


class Countdown:
    """Ends by a clock of its own."""

    dimensions = Dimensions(numbered("observation", 1, 0.0, 9.0), numbered("action", 2, -1.0, 1.0))
    frame_seconds = 1.0
    reward_parts = {}

    def __init__(self, length):
        self.length = length

    def reset(self, seed):
        self.left = self.length
        return np.array([self.left])

    def step(self, action):
        self.left -= 1
        return Outcome(np.array([self.left]), 1.5, terminated=False, truncated=self.left == 0)
'''


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A folder with the package and two more families in it: that of the page, and one that is only asked for."""
    folder = tmp_path_factory.mktemp("copy")
    copy_package(folder)
    (page,) = code_blocks(PAGE, "python")
    for name, source in (("rail", page), ("countdown", ASKED_FOR)):
        family = folder / "walker_rl" / "environments" / name
        family.mkdir()
        (family / "__init__.py").touch()
        (family / "family.py").write_text(source)
    return folder


def test_its_task_is_listed(copy):
    result = run_command("list", **in_copy(copy))
    assert ["Cart-v0", "2", "1", "200", "-"] in [line.split() for line in result.stdout.splitlines()]
    listed = json.loads(run_command("list", "--json", **in_copy(copy)).stdout)
    assert [task["kind"] for task in listed["tasks"] if task["name"] == "Cart-v0"] == ["rail"]


@pytest.mark.slow
def test_it_is_trained_and_filmed_by_the_command(copy):
    run = copy / "run"
    words = ("--task", "Cart-v0", "--steps", "600", "--run-dir", run, *set_options(TINY_RUN))
    trained = run_command("train", AGENT, *words, **in_copy(copy))
    assert (trained.returncode, trained.stderr) == (0, "")
    assert "return_effort" in (run / "metrics" / "training.csv").read_text().splitlines()[0]
    rendered = run_command("render", run, "--output", copy / "cart.gif", **in_copy(copy))
    assert rendered.returncode == 0, rendered.stderr
    with Image.open(copy / "cart.gif") as film:
        assert film.n_frames > 5


def test_its_numbers_are_shown_with_their_names_and_units(copy):
    probed = run_command("probe", "Cart-v0", "--steps", "20", **in_copy(copy))
    assert probed.returncode == 0, probed.stderr
    assert re.search(r"^0 +push +of 2 N +-1 to 1$", probed.stdout, re.MULTILINE)


def test_its_task_conforms_and_the_suite_finds_it(copy):
    suite = Path("tests", "environments", "test_task_conformance.py")
    (copy / suite.parent).mkdir(parents=True)
    shutil.copy(ROOT / suite, copy / suite)
    shutil.copy(ROOT / "pyproject.toml", copy)
    words = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "Cart-v0", suite)
    result = subprocess.run(words, capture_output=True, text=True, **in_copy(copy))
    assert result.returncode == 0, result.stdout
    assert re.search(r"^\d\d passed, \d+ deselected", result.stdout, re.MULTILINE)


def test_a_task_that_is_not_listed_is_found_by_name_and_may_have_a_clock_of_its_own(copy):
    script = (
        "from walker_rl.environments import find_task, make_environment, task_names\n"
        "assert not [name for name in task_names() if 'countdown' in name]\n"
        "assert find_task('countdown:3').action_size == 2\n"
        "environment = make_environment('countdown:3', seed=0); environment.reset()\n"
        "steps = [environment.step([0, 0]) for _ in range(3)]\n"
        "print([(float(step.discount), step.last()) for step in steps], environment.reward_parts)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, **in_copy(copy))
    assert result.stderr == ""
    assert result.stdout == "[(1.0, False), (1.0, False), (1.0, True)] {'reward': 1.5}\n"
