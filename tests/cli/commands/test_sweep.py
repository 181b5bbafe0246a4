"""`walker-rl sweep` as a user runs it: to the end, killed, with runs that fail, one run at a time."""

import json
import re
import shutil
import signal

import psutil
import pytest

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
    wait_for,
)
from walker_rl.cli.program import command_line
from walker_rl.experiments.run.directory import open_run_directory
from walker_rl.files.locks import LOCK

SETTINGS = (*TINY_RUN, "checkpoint.seconds_period=null", "checkpoint.steps_period=137")
PENDULUM = ("--task", "Pendulum-v1", *set_options(SETTINGS))
AGENTS = (AGENT, DISTRIBUTIONAL_AGENT)
NAMES = [f"{agent}_Pendulum-v1_seed1" for agent in AGENTS]
SWEEP = ("sweep", *AGENTS, *PENDULUM, "--seeds", "1", "--steps", "0.6k")


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
    assert sorted(path.name for path in output.iterdir()) == sorted([*NAMES, "logs", LOCK])
    assert sorted(path.name for path in (output / "logs").iterdir()) == sorted(f"{name}.log" for name in NAMES)
    lines = result.stdout.splitlines()
    assert lines[0] == f"Training 2 runs in {output}; the output of each goes to {output}/logs"
    following = ("compare", output, "--output", output / "comparison")
    assert lines[-2:] == ["2 of 2 complete", f"next: {command_line(*following)}"]
    assert [line.split()[:6] for line in lines[-4:-2]] == [[agent, "seed", "1", "600", "/", "600"] for agent in AGENTS]
    straight = tmp_path / "straight"
    options = ("--task", "Pendulum-v1", "--seed", "1", "--steps", "600", *set_options(SETTINGS))
    assert run_command("train", AGENT, *options, "--run-dir", straight).returncode == 0
    assert_equal_runs(output / NAMES[0], straight)


@pytest.mark.slow
def test_a_complete_sweep_is_left_alone_and_a_larger_one_adds_runs(swept):
    output, _ = swept
    before = {path: path.stat().st_mtime_ns for name in NAMES for path in (output / name).rglob("*")}
    result = run_command(*SWEEP, "--output", output)
    assert (result.returncode, result.stdout.splitlines()[-2]) == (0, "2 of 2 complete")
    assert {path: path.stat().st_mtime_ns for name in NAMES for path in (output / name).rglob("*")} == before
    shorter = run_command(*SWEEP, "--steps", "500", "--output", output)
    must = f"must be at least 600, the steps that {output / NAMES[0]} has trained"
    assert shorter.stderr == f"error: max_actor_steps = 500: {must}\n"
    new = f"{AGENT}_Pendulum-v1_seed2"
    listed = run_command(*SWEEP, "--seeds", "2", "--output", output, "--dry-run")
    assert listed.stdout.splitlines()[:3:2] == [f"0  complete  {output}/{NAMES[0]}", f"2  waiting   {output}/{new}"]


@pytest.mark.slow
def test_a_killed_sweep_goes_on_and_equals_one_never_stopped(swept, tmp_path):
    straight, _ = swept
    output = tmp_path / "killed"
    process = start_command(*SWEEP, "--output", output, "--jobs", "2")
    wait_for(output / NAMES[-1] / "metrics" / "training.csv", process, num_lines=3)
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
    command = ("sweep", AGENT, *PENDULUM, "--seeds", "1", "--set", "max_actor_steps=600", "--output", tmp_path)
    process = start_command(*command)
    wait_for(tmp_path / NAMES[0] / "metrics" / "training.csv", process, num_lines=3)
    training_processes(process)[0].kill()
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    assert f"{NAMES[0]}: failed, killed by SIGKILL; retrying once\n" in output
    assert not (tmp_path / "sweep.json").exists()
    assert_equal_runs(tmp_path / NAMES[0], straight / NAMES[0])


# --- stopped


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 75, marks=pytest.mark.slow)]
)
def test_a_sweep_that_is_stopped_saves_its_runs_and_forgets_earlier_failures_of_those_that_went_on(
    tmp_path, number, status
):
    waits = f"{AGENT}_Pendulum-v1_seed2"
    record = tmp_path / "out" / "sweep.json"
    record.parent.mkdir()
    record.write_text(json.dumps({"failed": {NAMES[0]: "with status 1", waits: "with status 1"}}))
    settings = set_options(("evaluation.period=100000", "checkpoint.steps_period=null"))
    command = ("sweep", AGENT, *PENDULUM, "--seeds", "1-2", *settings, "--jobs", "1")
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
    *_, stopped, waiting, summary, ending = output.splitlines()
    assert re.fullmatch(rf"{AGENT} seed 1 .* stopped *", stopped)
    assert re.fullmatch(rf"{AGENT} seed 2 .* waiting *", waiting)
    assert [summary, ending] == [
        "0 of 2 complete, 1 stopped, 1 waiting",
        "Stopped; the same command resumes from the newest checkpoints",
    ]
    assert json.loads(record.read_text()) == {"failed": {waits: "with status 1"}}
    assert "Traceback" not in output
    newest = max(path.stem for path in (run / "checkpoints").iterdir())
    assert int(newest.removeprefix("step_")) >= 400, "there is none but that of the start and that of the end"


# --- runs that fail


@pytest.mark.slow
def test_a_run_that_fails_twice_is_reported_and_the_others_continue(tmp_path):
    first = ("--seeds", "1", "--set", "max_actor_steps=300", "--index", "0")
    assert sweep_pendulum(*first, output=tmp_path).returncode == 0
    checkpoints = tmp_path / NAMES[0] / "checkpoints"
    for path in checkpoints.iterdir():
        path.write_bytes(b"")
    name, other = NAMES[0], f"{AGENT}_Pendulum-v1_seed2"
    longer = ("--seeds", "1", "--seeds", "2", "--set", "max_actor_steps=400", "--jobs", "1")
    result = sweep_pendulum(*longer, output=tmp_path)
    failure = "with status 1 (error: no checkpoint of this run can be read; start anew in another run directory)"
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert f"{name}: failed, {failure}; retrying once" in lines
    assert f"{name}: failed again, {failure}; see {tmp_path}/logs/{name}.log" in lines
    assert lines[-2:] == ["1 of 2 complete, 1 failed", f"{name}: failed, {failure}; see {tmp_path}/logs/{name}.log"]
    assert (tmp_path / other / "summary.json").exists()
    assert json.loads((tmp_path / "sweep.json").read_text()) == {"failed": {name: failure}}

    shutil.rmtree(checkpoints)
    result = sweep_pendulum(*longer, output=tmp_path)
    assert result.returncode == 2
    run = tmp_path / name
    assert result.stderr == f"error: run = {run}: must have a checkpoint to resume from; it has only metrics\n"

    run.rename(tmp_path / "torn")
    result = sweep_pendulum(*longer, output=tmp_path)
    assert result.returncode == 0, result.stdout
    assert f"{name}: failed in an earlier sweep, {failure}; it is tried again" in result.stdout
    assert result.stdout.splitlines()[-2] == "2 of 2 complete"
    assert json.loads((tmp_path / "sweep.json").read_text()) == {"failed": {}}


# --- what is given where


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
    assert sorted(path.name for path in tmp_path.iterdir()) == [LOCK, run.name]
    assert run_command(*words, "--index", "1").stdout == f"{run} is complete\n"


@pytest.mark.slow
def test_a_prior_plays_first_in_each_run(tmp_path):
    settings = set_options((*TINY_RUN, "agent.prior.num_steps=200"))
    result = run_command("sweep", AGENT, "--prior", "gait", *settings, "--steps", "600", "--output", tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    run = open_run_directory(tmp_path / f"{AGENT}_Walker2DBulletEnv-v0_seed0")
    assert run.provenance.prior.name == "gait"
