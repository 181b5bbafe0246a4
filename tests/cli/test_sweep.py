"""`walker-rl sweep` as a user runs it: to the end, killed, with runs that fail, one run at a time."""

import json
import re
import shutil
import signal

import psutil
import pytest

from tests.analysis.made_runs import make_run
from tests.package_copy import ROOT
from tests.tiny import (
    AGENT,
    DISTRIBUTIONAL_AGENT,
    TINY_RUN,
    metrics_of,
    press_ctrl_c,
    run_command,
    set_options,
    start_command,
    training_processes,
    unknown_task,
    wait_for,
)
from walker_rl.cli import main
from walker_rl.cli.request import command_line
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.folder_lock import locked_folder
from walker_rl.experiments.run.directory import create_run_directory, open_run_directory

GAIT = ROOT / "configs" / "gait_lean.yaml"
SETTINGS = (*TINY_RUN, "checkpoint.seconds_period=null", "checkpoint.steps_period=137")
PENDULUM = ("--task", "Pendulum-v1", *set_options(SETTINGS))
AGENTS = (AGENT, DISTRIBUTIONAL_AGENT)
NAMES = [f"{agent}_Pendulum-v1_seed{seed}" for seed in (0, 1) for agent in AGENTS]
SWEEP = ("sweep", *AGENTS, *PENDULUM, "--seeds", "0-1", "--steps", "0.6k")


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A sweep that was never stopped, and what it printed."""
    output = tmp_path_factory.mktemp("runs") / "swept"
    result = run_command(*SWEEP, "--output", output)
    assert result.returncode == 0, result.stdout + result.stderr
    return output, result


def assert_equal_runs(left, right):
    assert metrics_of(left) == metrics_of(right)
    assert metrics_of(left)["evaluation.csv"]
    assert (left / "summary.json").read_text() == (right / "summary.json").read_text()


def sweep_pendulum(*words, output):
    return run_command("sweep", AGENT, *PENDULUM, *words, "--output", output)


# --- to the end


@pytest.mark.slow
def test_a_sweep_leaves_ordinary_runs_that_are_complete(swept, tmp_path):
    output, result = swept
    assert sorted(path.name for path in output.iterdir()) == sorted([*NAMES, "logs"])
    assert sorted(path.name for path in (output / "logs").iterdir()) == sorted(f"{name}.log" for name in NAMES)
    lines = result.stdout.splitlines()
    assert lines[0] == f"Training 4 runs in {output}; what each prints goes to {output}/logs"
    following = ("compare", output, "--output", output / "comparison")
    assert lines[-2:] == ["4 of 4 complete", f"next: {command_line(*following)}"]
    assert [line.split()[:6] for line in lines[-6:-2]] == [
        [agent, "seed", str(seed), "600", "/", "600"] for seed in (0, 1) for agent in AGENTS
    ]
    straight = tmp_path / "straight"
    options = ("--task", "Pendulum-v1", "--seed", "1", "--steps", "600", *set_options(SETTINGS))
    assert run_command("train", AGENT, *options, "--run-dir", straight).returncode == 0
    assert_equal_runs(output / f"{AGENT}_Pendulum-v1_seed1", straight)


@pytest.mark.slow
def test_a_complete_sweep_is_left_alone_and_a_larger_one_adds_runs(swept):
    output, _ = swept
    before = {path: path.stat().st_mtime_ns for name in NAMES for path in (output / name).rglob("*")}
    result = run_command(*SWEEP, "--output", output)
    assert (result.returncode, result.stdout.splitlines()[-2]) == (0, "4 of 4 complete")
    assert {path: path.stat().st_mtime_ns for name in NAMES for path in (output / name).rglob("*")} == before
    shorter = run_command(*SWEEP, "--steps", "500", "--output", output)
    must = f"must be at least 600, the steps that {output / NAMES[0]} has trained"
    assert shorter.stderr == f"error: max_actor_steps = 500: {must}\n"
    new = f"{AGENT}_Pendulum-v1_seed2"
    listed = run_command(*SWEEP, "--seeds", "2", "--output", output, "--dry-run")
    assert listed.stdout.splitlines()[:5:4] == [f"0  complete  {output}/{NAMES[0]}", f"4  new       {output}/{new}"]


@pytest.mark.slow
def test_a_killed_sweep_goes_on_and_equals_one_never_stopped(swept, tmp_path):
    straight, _ = swept
    output = tmp_path / "killed"
    for name in (NAMES[0], NAMES[-1]):
        process = start_command(*SWEEP, "--output", output, "--jobs", "2")
        wait_for(output / name / "metrics" / "training.csv", process, num_lines=3)
        running = training_processes(process)
        assert running
        process.kill()
        process.communicate()
        _, alive = psutil.wait_procs(running, timeout=60)
        assert not alive
    result = run_command(*SWEEP, "--output", output, "--jobs", "2")
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{NAMES[-1]}: resuming on core" in result.stdout
    for name in NAMES:
        assert_equal_runs(output / name, straight / name)


@pytest.mark.slow
def test_a_run_that_is_killed_is_tried_again_and_goes_on(swept, tmp_path):
    straight, _ = swept
    command = ("sweep", AGENT, *PENDULUM, "--seeds", "0", "--set", "max_actor_steps=600", "--output", tmp_path)
    process = start_command(*command)
    wait_for(tmp_path / NAMES[0] / "metrics" / "training.csv", process, num_lines=3)
    training_processes(process)[0].kill()
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    assert f"{NAMES[0]}: failed, killed by SIGKILL; trying it once more\n" in output
    assert not (tmp_path / "sweep.json").exists()
    assert_equal_runs(tmp_path / NAMES[0], straight / NAMES[0])


# --- stopped


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 75, marks=pytest.mark.slow)]
)
def test_a_sweep_that_is_stopped_saves_its_runs(tmp_path, number, status):
    settings = set_options(("evaluation.period=100000", "checkpoint.steps_period=null"))
    command = ("sweep", AGENT, *PENDULUM, "--seeds", "0-1", *settings, "--jobs", "1")
    process = start_command(*command, "--output", tmp_path / "out")
    run = tmp_path / "out" / NAMES[0]
    wait_for(run / "metrics" / "training.csv", process, num_lines=3)
    running = training_processes(process)
    if number == signal.SIGINT:
        press_ctrl_c(process)
    else:
        process.send_signal(number)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == status, output
    assert not any(child.is_running() for child in running)
    assert "Interrupted; to resume" in (tmp_path / "out" / "logs" / f"{NAMES[0]}.log").read_text()
    assert output.splitlines()[-2:] == [
        "0 of 2 complete, 2 waiting",
        "Stopped; the same command resumes from the newest checkpoints",
    ]
    assert "Traceback" not in output
    newest = max(path.stem for path in (run / "checkpoints").iterdir())
    assert int(newest.removeprefix("step_")) >= 400, "there is none but that of the start and that of the end"


# --- runs that fail


@pytest.mark.slow
def test_a_run_that_fails_twice_is_told_and_the_others_go_on(tmp_path):
    assert sweep_pendulum("--set", "max_actor_steps=300", "--index", "0", output=tmp_path).returncode == 0
    checkpoints = tmp_path / NAMES[0] / "checkpoints"
    for path in checkpoints.iterdir():
        path.write_bytes(b"")
    name, other = NAMES[0], f"{AGENT}_Pendulum-v1_seed1"
    longer = ("--seeds", "0", "--seeds", "1", "--set", "max_actor_steps=400", "--jobs", "1")
    result = sweep_pendulum(*longer, output=tmp_path)
    failure = "with status 1 (error: no checkpoint of this run can be read; start anew in another run directory)"
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert f"{name}: failed, {failure}; trying it once more" in lines
    assert f"{name}: failed again, {failure}; see {tmp_path}/logs/{name}.log" in lines
    assert lines[-2:] == ["1 of 2 complete, 1 failed", f"{name}: failed, {failure}; see {tmp_path}/logs/{name}.log"]
    assert (tmp_path / other / "summary.json").exists()
    assert json.loads((tmp_path / "sweep.json").read_text()) == {"failed": {name: failure}}

    shutil.rmtree(checkpoints)
    result = sweep_pendulum(*longer, output=tmp_path)
    assert result.returncode == 2
    run = tmp_path / name
    assert result.stderr == f"error: run = {run}: must have a checkpoint to resume from; it has metrics alone\n"

    run.rename(tmp_path / "torn")
    result = sweep_pendulum(*longer, output=tmp_path)
    assert result.returncode == 0, result.stdout
    assert f"{name}: failed before, {failure}; it is tried anew" in result.stdout
    assert result.stdout.splitlines()[-2] == "2 of 2 complete"
    assert json.loads((tmp_path / "sweep.json").read_text()) == {"failed": {}}


# --- refused


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--seeds", "0-2", "--seeds", "2"], "seeds = 0-2,2: 2 must be given once"),
        (["--set", "seed=3", "--seeds", "0-2"], "seed = 3: must be given with --seeds"),
        (["--grid", "agent.n_step"], "grid = agent.n_step: must be field=value,value, as in agent.n_step=1,3"),
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
    with locked_folder(tmp_path, "locked"):
        result = sweep_pendulum(*words, output=tmp_path)
    assert result.returncode == 2
    assert result.stderr == f"error: output = {tmp_path}: must not be in use by another sweep\n"
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_is_no_folder_is_refused(tmp_path):
    path = tmp_path / "file"
    path.write_text("")
    result = sweep_pendulum(output=path)
    assert (result.returncode, result.stderr) == (2, f"error: output = {path}: must be writable (File exists)\n")


# --- what is given where


def test_options_come_on_top_of_the_file(tmp_path):
    spec = tmp_path / "few.yaml"
    spec.write_text(
        f"agents: [{AGENT}, {DISTRIBUTIONAL_AGENT}]\ntasks: [Pendulum-v1]\nseeds: 0-1\n"
        "set: {agent: {n_step: 2}}\ngrid: {agent.tau: [0.1, 0.2]}\n"
    )
    words = ("--spec", spec, "--seeds", "5", "--grid", "agent.batch_size=32,64", "--dry-run")
    result = run_command("sweep", AGENT, *words, cwd=tmp_path)
    assert result.stdout.splitlines()[:-1] == [
        f"{index}  new       runs/few/{AGENT}_Pendulum-v1_agent.tau={tau}_agent.batch_size={size}_seed5"
        for index, (tau, size) in enumerate([(0.1, 32), (0.1, 64), (0.2, 32), (0.2, 64)])
    ]
    which = f"4 of 4 runs ({AGENT} on Pendulum-v1)"
    line = f"No forecast of the time: no run is recorded with the task and the settings of {which}"
    assert result.stdout.splitlines()[-1] == line
    assert [path.name for path in tmp_path.iterdir()] == ["few.yaml"]


def test_a_dry_run_forecasts_the_time_of_the_runs_that_are_left(tmp_path, capsys):
    output, words = tmp_path / "runs", ["sweep", "d4pg", "td3", "--seeds", "0-1", "--jobs", "2", "--dry-run"]
    assert main([*words, "--output", str(output)]) == 0
    line = capsys.readouterr().out.splitlines()[4]
    assert re.match(r"Expect \d.* for 4 runs, 2 at a time, each from its start: ", line)
    for agent in ("d4pg", "td3"):
        for seed in range(2):
            run = output / f"{agent}_Walker2DBulletEnv-v0_seed{seed}"
            make_run(run, [1.0], f"seed={seed}", agent=agent, final=(1.0, 1.0))
    assert main([*words, "--output", str(output)]) == 0
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()] == ["complete"] * 4


@pytest.mark.slow
def test_an_index_trains_its_run_in_the_process_itself(tmp_path):
    words = ("sweep", AGENT, *PENDULUM, "--seeds", "0-1", "--set", "max_actor_steps=3000", "--output", tmp_path)
    process = start_command(*words, "--index", "1")
    run = tmp_path / f"{AGENT}_Pendulum-v1_seed1"
    wait_for(run / "metrics" / "training.csv", process)
    process.send_signal(signal.SIGSTOP)  # It might be complete before the other one is refused.
    other = run_command(*words)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGCONT)
    output, _ = process.communicate(timeout=300)
    assert other.stderr == f"error: output = {tmp_path}: must not be in use by another sweep\n"
    assert process.returncode == 75, output
    assert "Interrupted; to resume" in output
    assert run_command(*words, "--index", "1").returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == [run.name]
    assert run_command(*words, "--index", "1").stdout == f"{run} is complete\n"


def test_a_prior_is_refused_if_an_agent_takes_none(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["sweep", AGENT, "ppo", "--prior", "gait"]) == 2
    line = "error: prior = gait: must not be given with ppo, which does not learn from replay\n"
    assert capsys.readouterr().err == line
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_prior_plays_first_in_each_run(tmp_path):
    settings = set_options((*TINY_RUN, "agent.prior.num_steps=200"))
    result = run_command("sweep", AGENT, "--prior", "gait", *settings, "--steps", "600", "--output", tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    run = open_run_directory(tmp_path / f"{AGENT}_Walker2DBulletEnv-v0_seed0")
    assert run.provenance.prior.name == "gait"
