"""How `walker-rl` ends: statuses, and one line for what the user can mend."""

import os
import re
import subprocess
import sys

import pytest

from tests.package_copy import ROOT
from tests.tiny import AGENT, run_unprivileged
from walker_rl import __version__
from walker_rl.agents import agent_names
from walker_rl.cli import main
from walker_rl.cli.app import app
from walker_rl.cli.hyperparameter_table import hyperparameter_rows
from walker_rl.experiments.config import default_experiment

AGENTS = ", ".join(agent_names())

COMMANDS = [str(one.name) for one in app.registered_commands]

DENIED = "cannot be read (Permission denied)"

FAILING = """
import sys
from walker_rl.cli.app import app, main
from walker_rl.errors import RunError, UserError

@app.command()
def fail():
    raise {exception}

sys.exit(main(["fail"]))
"""


@pytest.mark.parametrize(
    ("exception", "status", "stderr"),
    [
        ("UserError('discount = 2: must be in [0, 1]')", 2, "error: discount = 2: must be in [0, 1]\n"),
        ("RunError('the disk is full')", 1, "error: the disk is full\n"),
        (r"UserError('a\x1b[2J\nb = \u202e')", 2, "error: a[2J b = \n"),
        ("UserError('x = ' + 'y' * 5_000 + ': is long')", 2, f"error: x = {'y' * 493} ... {'y' * 488}: is long\n"),
        ("RunError('y' * 5_000)", 1, f"error: {'y' * 497} ... {'y' * 497}\n"),
        ("KeyboardInterrupt", 130, ""),
    ],
)
def test_a_failure_is_one_line_and_a_status(exception, status, stderr):
    process = run("-c", FAILING.format(exception=exception))
    assert (process.returncode, process.stdout, process.stderr) == (status, "", stderr)


@pytest.mark.parametrize("words", [("walker_rl", "list"), ("walker_rl.watch", "runs", "-1")])
def test_a_file_named_as_a_module_of_pythons_is_not_taken_for_it(tmp_path, words):
    for name in ("json", "logging", "queue", "random", "signal", "socket"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('taken')")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", *words]
    process = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "taken" not in process.stderr
    assert process.returncode == (0 if words[0] == "walker_rl" else 1), "a socket that is none"


def test_a_bug_keeps_its_traceback():
    process = run("-c", FAILING.format(exception="ZeroDivisionError"))
    assert process.returncode == 1
    assert process.stderr.startswith("Traceback")


@pytest.mark.parametrize(
    "arguments",
    [["no-such-command"], ["doctor", "--no-such-option"], ["list", "surplus"], ["train"], ["train", "trpo"]],
)
def test_wrong_usage_is_one_line_and_status_2(arguments):
    process = walker_rl(*arguments)
    assert process.returncode == 2
    assert process.stderr.startswith("error: ")
    assert process.stderr.count("\n") == 1
    assert process.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "end"),
    [
        (("train",), f"agent: must be given, one of {AGENTS}"),
        (("train", "d4gp"), f"agent = d4gp: must be one of {AGENTS}; did you mean d4pg?"),
        (("launch", "D4PG"), f"agent = D4PG: must be one of {AGENTS}; did you mean d4pg"),
        (("sweep", "dppg"), f"agent = dppg: must be one of {AGENTS}; did you mean ddpg or "),
        (("train", "sac", "--set", "agent.nstep=3"), "agent.nstep = 3: unknown field; did you mean agent.n_step"),
        (("train", "sac", "--task", "PendulumV1"), "did you mean Pendulum-v1 or "),
        (("train", "sac", "--task", ""), "error: task = '': must be one that walker-rl list shows\n"),
        (("train", "sac", "--task", "[1]"), "error: task = [1]: must be one that walker-rl list shows\n"),
        (("render", "--pretrained", "d4g"), "did you mean d4pg?"),
        (("trian",), "list; did you mean train?"),
        (("cluster", "submt"), "error: command = submt: must be one of submit; did you mean submit?"),
        (("train", "sac", "--sed", "3"), "error: option = --sed: unknown; did you mean --seed or --set or --steps?"),
    ],
)
def test_a_slip_gets_a_suggestion(arguments, end):
    process = walker_rl(*arguments)
    assert (process.returncode, process.stdout) == (2, "")
    assert end in process.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("train d4pg --seed x", "seed = x: must be an integer"),
        ("launch d4pg --num-actors 0", "num_actors = 0: must be an integer in [1, 1,000]"),
        ("probe Pendulum-v1 --steps 1e9", "steps = 1e9: must be an integer in [1, 1,000,000]"),
        ("record runs/a --seed -1", "seed = -1: must be an integer of at least 0"),
        ("cluster submit d4pg --fetch-period nan", "fetch_period = nan: must be a number of at least 1"),
        ("node --role actors", "role = actors: must be one of central, actor, evaluator"),
        ("node", "role: must be given, one of central, actor, evaluator"),
        ("train d4pg --steps", "steps: must be given with a value"),
        ("sweep d4pg --task= --dry-run", "task = '': must be one that walker-rl list shows"),
        ("sweep d4pg --task=#x --dry-run", "task = #x: must be one that walker-rl list shows"),
        ("train d4pg --watch=yes", "watch: must be given without a value"),
        ("train d4pg more words", "argument = more words: must not be given"),
        ("compare --zzz", "option = --zzz: unknown"),
        ("cluster", "command: must be given, one of submit"),
        ("train d4pg --seed=", "seed = '': must be an integer"),
    ],
)
def test_a_wrong_word_is_named_with_what_is_allowed(words, message, capsys):
    assert main(words.split() if isinstance(words, str) else words) == 2
    assert capsys.readouterr() == ("", f"error: {message}\n")


def test_paths_that_are_too_many_suggest_a_pattern(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    assert main(["evaluate", "a", "b", "c"]) == 2
    assert capsys.readouterr().err == "error: argument = b c: must not be given; does a pattern match several paths?\n"


@pytest.mark.skipif(sys.platform != "linux", reason="the superuser may read any file but for Linux's capabilities")
@pytest.mark.parametrize("name", ["policy.npz", "it's.npz", "a\\b.npz"])
def test_a_path_that_cannot_be_read_is_named(tmp_path, name):
    path = tmp_path / name
    path.touch(mode=0)
    result = run_unprivileged("evaluate", path)
    assert (result.returncode, result.stderr) == (2, f"error: run = {path}: must be a path that can be read\n")


@pytest.mark.skipif(sys.platform != "linux", reason="the superuser may read any file but for Linux's capabilities")
@pytest.mark.parametrize("mode", [0o600, 0o100])
@pytest.mark.parametrize("command", ["compare", "evaluate"])
def test_a_path_in_a_folder_that_is_closed_is_not_said_to_be_missing(tmp_path, command, mode):
    folder = tmp_path / "closed"
    (folder / "policy").mkdir(parents=True)
    folder.chmod(mode)
    path = folder if mode == 0o100 else folder / "run"
    result = run_unprivileged(command, path)
    folder.chmod(0o700)
    reason = "must be a path that can be read" if command == "evaluate" and path == folder else DENIED
    assert (result.returncode, result.stderr) == (2, f"error: run = {path}: {reason}\n")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["compare", ""], "argument"),
        (["report", "runs", ""], "argument"),
        (["evaluate", ""], "argument"),
        (["watch", ""], "argument"),
        (["compare", "--json", ""], "argument"),
        (["evaluate", "--as-in-training", ""], "argument"),
        (["evaluate", "--seed=3", ""], "argument"),
        (["train", AGENT, "--config", "a.yaml", "--config", ""], "config"),
        (["train", AGENT, "--run-dir", ""], "run_dir"),
        (["train", AGENT, "--resume="], "resume"),
        (["train", AGENT, "--prior", ""], "prior"),
        (["tune", AGENT, "--output", ""], "output"),
        (["probe", "-o", ""], "output"),
        (["cluster", "submit", AGENT, "--ray-python="], "ray_python"),
    ],
)
def test_an_empty_path_does_not_name_the_current_folder(tmp_path, monkeypatch, capsys, words, name):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert capsys.readouterr() == ("", f"error: {name} = '': must not be empty\n")
    assert list(tmp_path.iterdir()) == []


def test_a_current_folder_that_was_deleted_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    tmp_path.rmdir()
    assert main(["list"]) == 2
    assert capsys.readouterr() == ("", "error: current folder: must exist, but was deleted\n")


def test_the_version_is_that_of_the_package():
    process = walker_rl("--version")
    assert (process.returncode, process.stdout) == (0, f"walker-rl {__version__}\n")


@pytest.mark.parametrize("words", [(), ("train", "sac"), ("sweep",)])
def test_help_has_a_short_form(words):
    assert walker_rl(*words, "-h").stdout == walker_rl(*words, "--help").stdout != ""


@pytest.mark.parametrize("columns", ["80", "120"])
def test_help_fits_the_terminal(columns):
    process = walker_rl("train", "d4pg", "--help", COLUMNS=columns)
    lines = process.stdout.splitlines()
    assert int(columns) - 10 < max(map(len, lines)) < int(columns)
    text = " ".join(process.stdout.split())
    for name, default, meaning in hyperparameter_rows(default_experiment("d4pg")):
        assert f"{name} {meaning} [default: {default}]" in text


@pytest.mark.parametrize("words", [*COMMANDS, "train d4pg", "launch d4pg", "cluster submit d4pg"])
def test_help_names_values_rather_than_types(words, capsys):
    """As in "RUN..." and "--jobs NUMBER", not in "{RUN}... <list[str]>" and "--jobs <int range>"."""
    assert main([*words.split(), "--help"]) == 0
    text = capsys.readouterr().out
    assert "Options:" in text
    assert re.findall(r"<\w|[{}]", text.partition("Fields, set with")[0]) == []


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("walker-rl tr", ["train"]),
        ("walker-rl train d", ["d4pg", "ddpg", "dmpo"]),
        ("walker-rl sweep d4", ["d4pg"]),
        ("walker-rl train sac --res", ["--resume"]),
        ("walker-rl train sac --task Pend", ["Pendulum-v1"]),
        ("walker-rl render --pretrained d4", ["d4pg"]),
        ("walker-rl train nobody --s", []),
    ],
)
def test_a_shell_completes_commands_agents_tasks_and_options(typed, completed):
    surroundings = {"COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" ")), "_WALKER_RL_COMPLETE": "complete_bash"}
    process = walker_rl(**surroundings)
    assert (process.returncode, process.stdout.split(), process.stderr) == (0, completed, "")


def test_no_arguments_are_help():
    bare, asked = walker_rl(), walker_rl("--help")
    assert bare.returncode == asked.returncode == 0
    assert bare.stdout == asked.stdout
    commands = [line.split()[0] for line in asked.stdout.partition("Commands:\n")[2].splitlines() if line[:3].strip()]
    assert commands[:4] == ["train", "launch", "cluster", "sweep"]
    assert {"doctor", "list"} <= set(commands)


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env={**os.environ, **environment}
    )


def walker_rl(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return run("-c", "import sys; from walker_rl.cli import main; sys.exit(main())", *arguments, **environment)
