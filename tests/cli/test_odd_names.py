"""Commands and paths with characters that mean something to shells, URLs, patterns, YAML or a locale."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.stacks import acme_stack
from tests.tiny import AGENT, COMMAND, TINY_RUN, run_command, set_options

pytestmark = pytest.mark.slow

ODD = "-12:30 [1] {a} q?x#%41 'é $HOME"

LOCALES = {
    "C, with Python as strict as it can be": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "an output that takes ASCII only": {"PYTHONIOENCODING": "ascii"},
}


def train(folder: Path, name: str, *overrides: str, **variables: str) -> subprocess.CompletedProcess:
    """A short run in the folder `name` of `folder`, to its end."""
    words = ("train", AGENT, "--steps", "600", f"--run-dir={name}", *set_options((*TINY_RUN, *overrides)))
    return run_command(*words, cwd=folder, env=os.environ | variables)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with nothing but a run of an odd name in it."""
    folder = tmp_path_factory.mktemp("odd")
    result = train(folder, ODD, "logging.mlflow=true", "logging.wandb=offline")
    assert (result.returncode, result.stderr) == (0, "")
    return folder


def test_a_run_writes_all_of_it_into_its_directory(folder):
    assert os.listdir(folder) == [ODD]
    for name in ("videos/first.gif", "videos/best.gif", "curve.png", "summary.json", "mlflow/mlflow.db", "wandb"):
        assert (folder / ODD / name).exists(), name
    assert [*(folder / ODD / "mlflow" / "artifacts").rglob("best.npz")]


def test_the_command_that_resumes_a_run_is_for_a_shell(folder):
    refused = run_command("train", AGENT, f"--run-dir={ODD}", cwd=folder)
    option = refused.stderr.partition("to resume that run: ")[2].strip()
    command = f"{shlex.join([*COMMAND, 'train', AGENT])} {option} --steps 700"
    lengthened = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True)
    assert (lengthened.returncode, lengthened.stderr) == (0, "")
    assert "for 700 steps" in lengthened.stdout.splitlines()[0]
    assert os.listdir(folder) == [ODD]


def test_other_commands_take_it(folder, tmp_path):
    path = f"./{ODD}"
    for words in (
        ("evaluate", path, "--episodes", "1"),
        ("render", path, "--size", "96x72"),
        ("compare", path, "--output", tmp_path / ODD),
        ("report", path, "--output", tmp_path / f"{ODD}.html"),
        (
            "train",
            AGENT,
            "--steps",
            "300",
            "--run-dir",
            tmp_path / "next",
            *set_options(TINY_RUN),
            "--prior",
            f"{path}/policy/best.npz",
        ),
    ):
        result = run_command(*words, cwd=folder)
        assert (result.returncode, result.stderr) == (0, ""), words
    assert (folder / ODD / "videos" / "render.gif").exists()


@pytest.mark.parametrize("variables", LOCALES.values(), ids=LOCALES)
def test_a_locale_that_lacks_a_character_stops_nothing(tmp_path, variables):
    result = train(tmp_path, "é", **variables)
    assert (result.returncode, result.stderr) == (0, "")
    assert os.listdir(tmp_path) == ["é"]
    assert (tmp_path / "é" / "summary.json").exists()


def test_a_name_that_is_not_utf_8_stops_nothing(tmp_path):
    name = os.fsdecode(b"caf\xe9")
    trained = train(tmp_path, name)
    assert (trained.returncode, trained.stderr) == (0, "")
    for words in (("compare", name, "--keep", "kept"), ("report", name), ("report", "kept")):
        result = run_command(*words, cwd=tmp_path)
        assert (result.returncode, result.stderr) == (0, ""), words
    sweep = ("sweep", AGENT, "--output", f"{name}s", *set_options((*TINY_RUN, "max_actor_steps=300")))
    result = run_command(*sweep, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    result = run_command("evaluate", f"no {name}", cwd=tmp_path)
    assert result.stderr == "error: run = no caf\\udce9: does not exist; must be a run directory or a policy file\n"


@acme_stack
def test_a_launched_run_may_have_such_a_name(tmp_path):
    name = os.fsdecode(b"caf\xe9")
    words = ("--task", "Pendulum-v1", "--steps", "600", "--num-actors", "1", "--run-dir", name)
    result = run_command("launch", AGENT, *words, *set_options(TINY_RUN), cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert (tmp_path / name / "summary.json").exists()
