"""The runs that `walker-rl sweep` plans, and the input that it refuses before it trains."""

import re
import subprocess
import time

import pytest

from tests.analysis.made_runs import make_run
from tests.package_copy import ROOT
from tests.tiny import AGENT, COMMAND, DISTRIBUTIONAL_AGENT, run_command, unknown_task
from walker_rl.cli import main
from walker_rl.errors import UserError
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.creation import create_run_directory
from walker_rl.experiments.sweep.spec import plan, read_spec
from walker_rl.files.locks import LOCK, locked_folder

GAIT = ROOT / "configs" / "gait_lean.yaml"


# --- refused


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--seeds", "0-2", "--seeds", "2"], "seeds = 0-2,2: 2 is given twice"),
        (["--set", "seed=3", "--seeds", "0-2"], "seed = 3: set seeds with --seeds"),
        (["--grid", "agent.n_step"], "grid = agent.n_step: must be field=value,value, as in agent.n_step=1,3"),
        (
            ["--set", "agent.n_step=5", "--grid", "agent.n_step=1,3"],
            "agent.n_step = 5: is also in --grid; give it once",
        ),
        (
            ["--set", "agent={n_step: 5}", "--grid", "agent.n_step=1,3"],
            "agent.n_step = 5: is also in --grid; give it once",
        ),
        (
            ["--steps", "9000", "--grid", "max_actor_steps=10_000,20_000"],
            "max_actor_steps = 9000: is also in --grid; give it once",
        ),
        (["--set", "agent.discount=2"], f"{AGENT}: agent.discount = 2.0: must be in [0, 1]"),
        (["--config", "missing.yaml"], f"{AGENT}: config = missing.yaml: cannot be read (No such file or directory)"),
        (["--config", str(GAIT)], f"{AGENT}: config = {GAIT}: agent_name = gait: must be {AGENT}, the agent asked for"),
        (["--spec", "missing.yaml"], "spec = missing.yaml: cannot be read (No such file or directory)"),
        (["--steps", "1.5"], "steps = 1.5: must be a whole number, as in 5000, 1e5, 300k or 1M"),
        (["--index", "3", "--seeds", "0-2"], "index = 3: must be in [0, 2]"),
        (["--index", "0", "--jobs", "2"], "jobs = 2: must not be given with --index 0"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(words, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["sweep", AGENT, *words]) == 2
    assert capsys.readouterr().err == f"error: {message}\n"
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_task_leaves_nothing(tmp_path):
    result = run_command("sweep", AGENT, "--task", "Pendulum-v1", "--task", "Walker3D", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr == f"error: {unknown_task('Walker3D')}\n"
    assert list(tmp_path.iterdir()) == []


def test_a_run_of_another_configuration_is_refused(tmp_path, capsys):
    overrides = ["task=Pendulum-v1", "seed=1", "agent.n_step=7"]
    run = create_run_directory(tmp_path / f"{AGENT}_Pendulum-v1_seed1", load_config(AGENT, overrides=overrides))
    words = ["sweep", AGENT, "--task", "Pendulum-v1", "--seeds", "0-1", "--output", str(tmp_path)]
    assert main(words) == 2
    message = f"agent.n_step = 3, there 7: must be as in {run.config} to resume that run"
    assert capsys.readouterr().err == f"error: {message}\n"
    assert [path.name for path in tmp_path.iterdir()] == [run.path.name]


@pytest.mark.parametrize("words", [(), ("--index", "0")])
def test_two_sweeps_over_one_folder_refuse_each_other(tmp_path, words):
    with locked_folder(tmp_path, UserError("locked")):
        result = run_command("sweep", AGENT, "--task", "Pendulum-v1", *words, "--output", tmp_path)
    assert result.returncode == 2
    assert result.stderr == f"error: output = {tmp_path}: must not be in use by another sweep\n"
    assert [path.name for path in tmp_path.iterdir()] == [LOCK]


def test_an_output_that_is_no_folder_is_refused(tmp_path):
    path = tmp_path / "file"
    path.write_text("")
    result = run_command("sweep", AGENT, "--task", "Pendulum-v1", "--output", path)
    assert (result.returncode, result.stderr) == (2, f"error: output = {path}: must be writable (File exists)\n")


# --- planned


def test_options_come_on_top_of_the_file(tmp_path):
    spec = tmp_path / "few.yaml"
    spec.write_text(
        f"agents: [{AGENT}, {DISTRIBUTIONAL_AGENT}]\ntasks: [Pendulum-v1]\nseeds: 0-1\n"
        "set: {agent: {n_step: 2}}\ngrid: {agent.tau: [0.1, 0.2]}\n"
    )
    words = ("--spec", spec, "--seeds", "5", "--grid", "agent.batch_size=32,64", "--dry-run")
    result = run_command("sweep", AGENT, *words, cwd=tmp_path)
    assert result.stdout.splitlines()[:-1] == [
        f"{index}  waiting   runs/few/{AGENT}_Pendulum-v1_agent.tau={tau}_agent.batch_size={size}_seed5"
        for index, (tau, size) in enumerate([(0.1, 32), (0.1, 64), (0.2, 32), (0.2, 64)])
    ]
    which = f"4 of 4 runs ({AGENT} on Pendulum-v1)"
    line = f"No forecast of the time: no run is recorded with the task and the settings of {which}"
    assert result.stdout.splitlines()[-1] == line
    assert [path.name for path in tmp_path.iterdir()] == ["few.yaml"]


def test_a_file_may_name_arguments_with_dots_and_seeds_as_a_text(tmp_path):
    spec = tmp_path / "few.yaml"
    spec.write_text(
        f"agents: {AGENT}\nseeds: 0, 2-3\ntasks: ['my:make']\nset: {{environment: {{a.b: 1}}, agent.tau: 0.1}}\n"
    )
    jobs = plan(read_spec(spec), tmp_path).values()
    assert [job.config.seed for job in jobs] == [0, 2, 3]
    assert {(job.config.environment["a.b"], job.config.agent.tau) for job in jobs} == {(1, 0.1)}


def test_a_slow_reader_gets_a_whole_dry_run(tmp_path):
    words = ["sweep", AGENT, "--task", "Pendulum-v1", "--seeds", "0-1999", "--dry-run", "--output", str(tmp_path)]
    command = subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, text=True)
    assert command.stdout.readline().split()[0] == "0"
    time.sleep(1.0)  # The pipe fills up meanwhile.
    lines = command.stdout.read().splitlines()
    assert command.wait() == 0
    assert [line.split()[0] for line in lines[:1999]] == [str(index) for index in range(1, 2000)]


def test_a_dry_run_forecasts_the_time_of_the_runs_that_are_left(tmp_path, capsys):
    output, words = tmp_path / "runs", ["sweep", "d4pg", "td3", "--seeds", "0-1", "--jobs", "2", "--dry-run"]
    assert main([*words, "--output", str(output)]) == 0
    line = capsys.readouterr().out.splitlines()[4]
    assert re.match(r"Expect \d.* for 4 runs, 2 at a time, each from its start \(", line)
    for agent in ("d4pg", "td3"):
        for seed in range(2):
            run = output / f"{agent}_Walker2DBulletEnv-v0_seed{seed}"
            make_run(run, [1.0], f"seed={seed}", agent=agent, final=(1.0, 1.0))
    assert main([*words, "--output", str(output)]) == 0
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()] == ["complete"] * 4


def test_a_dry_run_warns_of_runs_that_learn_nothing(tmp_path, capsys):
    assert main(["sweep", "d4pg", "--seeds", "0", "--steps", "4k", "--dry-run", "--output", str(tmp_path)]) == 0
    warning = "max_actor_steps = 4000: must be at least 5001 for a first update; nothing will be learned"
    assert f"warning: d4pg_Walker2DBulletEnv-v0_seed0: {warning}" in capsys.readouterr().out


def test_a_prior_for_an_unknown_agent_is_refused(capsys):
    assert main(["sweep", "d4pgg", "--prior", "gait"]) == 2
    assert capsys.readouterr().err.startswith("error: agent = d4pgg: must be one of ")


def test_a_prior_is_refused_if_an_agent_takes_none(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["sweep", AGENT, "ppo", "--prior", "gait"]) == 2
    line = "error: prior = gait: must not be given with ppo, which does not learn from replay\n"
    assert capsys.readouterr().err == line
    assert not list(tmp_path.iterdir())
