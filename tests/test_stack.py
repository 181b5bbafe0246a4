"""Refusals: of commands that need the Acme stack where it is missing, and of systems without packages."""

import importlib
from pathlib import Path

import pytest
import yaml

from tests.stacks import NEED_ACME
from tests.tiny import AGENT
from walker_rl import stack
from walker_rl.cli import main
from walker_rl.errors import UserError
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.parts import builder_of
from walker_rl.experiments.run.creation import create_run_directory
from walker_rl.experiments.run.resuming import check_same_experiment
from walker_rl.extras import require_extra

CLUSTER = ("cluster", "submit", AGENT, "--num-actors", "1", "--address", "localhost:1")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("launch", AGENT), "launch"),
        (("node", "--role", "actor"), "node"),
        (CLUSTER, "cluster submit"),
    ],
)
def test_a_command_that_needs_acme_is_refused_in_a_line_without_it(words, what, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(stack, "HAS_ACME", False)
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    line = capsys.readouterr().err
    assert line.startswith(
        f"error: {what}: needs Launchpad and Reverb, which exist only for Python 3.10 on Linux x86_64, "
    )
    assert line.count("\n") == 1 and "`make setup PYTHON=3.10`" in line
    assert not list(tmp_path.iterdir())


def test_a_command_that_needs_acme_says_so_too_where_nothing_trains(monkeypatch, capsys):
    monkeypatch.setattr(stack, "HAS_TENSORFLOW", False)
    assert main(("launch", AGENT)) == 2
    remedy = "`make setup` sets up .venv, which has everything: `. .venv/bin/activate`"
    assert capsys.readouterr().err == f"error: launch: needs TensorFlow, which this environment lacks; {remedy}\n"


def test_a_replay_in_reverb_is_refused_without_it(monkeypatch):
    monkeypatch.setattr(stack, "HAS_ACME", False)
    with pytest.raises(UserError, match=r"^replay = reverb: needs Launchpad and Reverb, "):
        builder_of(load_config(AGENT)).make_replay("reverb", seed=0)


@pytest.mark.parametrize(
    ("other", "pythons"), [("acme", "Python 3.10 on Linux x86-64"), ("portable", "Python 3.11 to 3.13")]
)
def test_a_run_is_resumed_with_the_stack_that_began_it(other, pythons, tmp_path, monkeypatch):
    config = load_config(AGENT)
    monkeypatch.setattr(stack, "NAME", other)
    run = create_run_directory(tmp_path / "run", config)
    check_same_experiment(run, config)
    monkeypatch.setattr(stack, "NAME", "another")
    message = rf"^run = {run.path}: must be resumed with the {other} stack \({pythons}\), which began it$"
    with pytest.raises(UserError, match=message):
        check_same_experiment(run, config)
    monkeypatch.setattr(stack, "HAS_TENSORFLOW", False)
    with pytest.raises(UserError, match=r"^resume: needs TensorFlow, which this environment lacks; `make setup` "):
        check_same_experiment(run, config)


def test_a_run_of_an_older_version_belongs_to_the_acme_stack(tmp_path):
    run = create_run_directory(tmp_path / "run", load_config(AGENT))
    contents = yaml.safe_load(run.config.read_text())
    assert contents["provenance"].pop("stack") == stack.NAME
    run.config.write_text(yaml.safe_dump(contents))
    assert run.provenance.stack == "acme"


def test_a_folder_with_the_name_of_a_package_is_not_that_package(tmp_path, monkeypatch):
    (tmp_path / "some_package").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert not stack.is_installed("some_package")
    with pytest.raises(UserError, match=r"^x: must be installed: pip install 'walker-rl\[some_package\]'$"):
        require_extra("some_package", "x")
    (tmp_path / "some_package" / "__init__.py").touch()
    importlib.invalidate_caches()
    assert stack.is_installed("some_package")
    require_extra("some_package", "x")


@pytest.mark.parametrize("here", ["Linux x86_64", "Darwin arm64"])
def test_systems_with_wheels_are_fine(here):
    assert stack.platform_problem(here) == ""


@pytest.mark.parametrize(
    ("here", "reason"),
    [
        ("Linux aarch64", "Bullet has no wheels for Linux aarch64"),
        ("Darwin x86_64", "TensorFlow has no wheels for Darwin x86_64"),
        ("Windows AMD64", "run it in WSL"),
    ],
)
def test_other_systems_are_refused_with_the_reason(here, reason):
    problem = stack.platform_problem(here)
    assert reason in problem and "\n" not in problem


@pytest.mark.parametrize("path", NEED_ACME)
def test_what_is_left_out_without_acme_exists(path):
    """Else a file that was moved would run, and fail, on the portable stack."""
    assert (Path(__file__).parent / path).exists()
