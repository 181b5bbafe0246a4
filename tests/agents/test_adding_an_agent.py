"""The page about adding an agent, from top to bottom: its files in a copy of the package, its commands in processes."""

import csv
import dataclasses
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.package_copy import ROOT, copy_package, in_copy
from tests.tiny import TINY_RUN, run_command, set_options
from walker_rl.agents import agent_names
from walker_rl.analysis.comparison.style import styles

pytestmark = pytest.mark.slow

PAGE = ROOT / "docs" / "adding_an_agent.md"
BLOCK = re.compile(
    r"(?:^\*\*`(?P<path>\S+)`\*\*\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL
)

LOOKS = """
import dataclasses, json
from walker_rl.agents import agent_names
from walker_rl.analysis.comparison.style import styles
print(json.dumps({name: dataclasses.asdict(look) for name, look in styles(agent_names()).items()}))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A copy of the package and its tests."""
    folder = tmp_path_factory.mktemp("copy")
    copy_package(folder)
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture(scope="module")
def outputs(folder):
    """What each command of the page printed, by its first words; run in the page's order, but for the tests."""
    outputs = {}
    for block in BLOCK.finditer(PAGE.read_text()):
        if path := block["path"]:
            write(folder / path, block["text"])
            continue
        assert block["language"] == "sh", block["text"]
        for program, *words in map(shlex.split, block["text"].splitlines()):
            if program == "walker-rl":
                result = run_command(*words, *small(folder, words), **in_copy(folder))
                assert (result.returncode, result.stderr) == (0, ""), result.stdout
                outputs[" ".join(words[:3])] = result.stdout
    return outputs


def write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    if path.parent.parent.name == "agents":
        (path.parent / "__init__.py").touch()
    path.write_text(text)


def small(folder: Path, words: list[str]) -> list[str]:
    """Options that make a training take seconds, and put it into the folder."""
    is_training = words[0] == "train" and "--help" not in words
    return ["--steps", "600", "--run-dir", str(folder / "run"), *set_options(TINY_RUN)] if is_training else []


def test_it_is_listed_with_its_paper_and_its_options_are_documented(outputs):
    (line,) = re.findall(r"^crr .*$", outputs["list"], re.MULTILINE)
    assert line.endswith("https://arxiv.org/abs/2006.15134")
    assert re.search(r"agent\.tau +target <- [^:]+:\s+0\.005\]", outputs["train crr --help"])


def test_the_command_trains_it(folder, outputs):
    assert "train crr --task" in outputs
    with (folder / "run" / "metrics" / "learner.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert int(rows[-1]["learner_steps"]) == 400
    assert len({row["policy_gradient_norm"] for row in rows}) == len(rows) > 4
    assert (folder / "run" / "policy" / "best.npz").exists()


def test_it_looks_like_no_other_agent_and_the_others_look_as_before(folder, outputs):
    process = subprocess.run(
        [sys.executable, "-c", LOOKS], capture_output=True, text=True, check=True, **in_copy(folder)
    )
    looks = json.loads(process.stdout)
    assert looks.keys() == {*agent_names(), "crr"}
    for name, look in styles(agent_names()).items():
        assert looks[name] == json.loads(json.dumps(dataclasses.asdict(look)))
    for attribute in ("colour", "marker"):
        assert len({look[attribute] for look in looks.values()}) == len(agent_names()) + 1


def test_the_tests_of_all_agents_take_it_up(folder, outputs):
    (words,) = re.findall(r"^python (-m pytest .*)$", PAGE.read_text(), re.MULTILINE)
    result = subprocess.run([sys.executable, *words.split()], capture_output=True, text=True, **in_copy(folder))
    assert result.returncode == 0, result.stdout
    assert re.search(r"^=+ \d\d passed, \d+ deselected", result.stdout, re.MULTILINE), result.stdout
