"""A run that is killed at any moment and resumed equals one that never stopped, bit for bit."""

import re
import shlex
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest

from tests.fuzzing import make_generator
from tests.tiny import (
    AGENT,
    DISTRIBUTIONAL_AGENT,
    TINY_RUN,
    TINY_SCHEDULE,
    lines_until,
    metrics_of,
    press_ctrl_c,
    run_command,
    set_options,
    start_command,
    tiny_agent,
    wait_for,
    wait_until,
)
from walker_rl.agents import agent_names, config_class
from walker_rl.agents.config import NoiseConfig
from walker_rl.experiments.step_files import step_files

DIFFERENT_AGENTS = [name for name in agent_names() if name == AGENT or not issubclass(config_class(name), NoiseConfig)]
"""One of those with a noisy policy, and all others."""

SHORT = ("train", AGENT, "--task", "Pendulum-v1", "--steps", "300", *set_options(TINY_RUN))
LEARNED_SCALES = ("agent.normalize_observations=true", "agent.support=auto")
OPTIONS = set_options((*TINY_SCHEDULE, "checkpoint.seconds_period=null", "checkpoint.steps_period=137"))


@pytest.fixture(scope="module")
def short_run(tmp_path_factory):
    """A run that was never stopped."""
    run = tmp_path_factory.mktemp("runs") / "short"
    finished = run_command(*SHORT, "--run-dir", run)
    assert finished.returncode == 0, finished.stderr
    return run


def policy_of(run, name):
    with np.load(run / name) as arrays:
        return {key: arrays[key] for key in arrays.files}


def wait_for_rows(run, process, number):
    """Waits until a training beyond its first checkpoint has written so many more lines of metrics, or has ended."""

    def count():
        return sum(path.read_bytes().count(b"\n") for path in run.glob("metrics/*.csv"))

    wait_until(lambda: process.poll() is not None or any(step_files(run / "checkpoints")))  # The first is at step 0.
    end = count() + number
    wait_until(lambda: process.poll() is not None or count() >= end)


def assert_equal_runs(left, right):
    assert metrics_of(left) == metrics_of(right)
    assert (left / "summary.json").read_text() == (right / "summary.json").read_text()
    candidates = [path.name for path in sorted((left / "candidates").iterdir())]
    assert [path.name for path in sorted((right / "candidates").iterdir())] == candidates
    for name in ("policy/best.npz", "policy/last.npz", *(f"candidates/{name}" for name in candidates)):
        expected, actual = policy_of(left, name), policy_of(right, name)
        assert expected.keys() == actual.keys()
        for key in expected:
            np.testing.assert_array_equal(expected[key], actual[key])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("agent_name", "more"), [*((name, ()) for name in DIFFERENT_AGENTS), (DISTRIBUTIONAL_AGENT, LEARNED_SCALES)]
)
def test_killed_run_equals_one_that_never_stopped(tmp_path, agent_name, more):
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    options = (*OPTIONS, *set_options((*tiny_agent(agent_name), *more)))
    command = ("train", agent_name, "--seed", "3", "--steps", "1500", *options)
    finished = run_command(*command, "--run-dir", straight)
    assert finished.returncode == 0, finished.stderr

    random = make_generator()
    process = start_command(*command, "--run-dir", killed)
    kills, outputs = [], []
    for fewest in (5, 10) if agent_name == AGENT else (10,):
        wait_for_rows(killed, process, int(random.integers(fewest, 2 * fewest + 1)))
        process.send_signal(signal.SIGKILL)
        outputs.append(process.communicate()[0])
        kills.append(process.returncode)
        process = start_command("train", agent_name, "--resume", killed)
    outputs.append(process.communicate(timeout=300)[0])
    assert process.returncode == 0, outputs
    assert -signal.SIGKILL in kills, "the training was over before the first kill"
    assert re.search(r"^Resumed .* at [1-9][\d,]* steps", "".join(outputs), re.MULTILINE), outputs
    assert_equal_runs(straight, killed)


@pytest.mark.slow
def test_run_killed_before_its_first_checkpoint_starts_anew(short_run, tmp_path):
    killed = tmp_path / "killed"
    process = start_command(*SHORT, "--run-dir", killed)
    wait_for(killed / "config.yaml", process)
    process.kill()
    process.wait()
    assert not list((killed / "checkpoints").glob("step_*.npz"))
    assert run_command("train", AGENT, "--resume", killed).returncode == 0
    assert_equal_runs(short_run, killed)


@pytest.mark.slow
def test_interrupted_run_leaves_a_checkpoint_and_says_how_to_resume(tmp_path):
    straight, interrupted = tmp_path / "straight", tmp_path / "inter rupted"
    command = ("train", AGENT, "--task", "Pendulum-v1", *set_options(TINY_RUN))
    process = start_command(*command, "--steps", "1000000", "--run-dir", interrupted)
    wait_for(interrupted / "metrics" / "training.csv", process, num_lines=3)
    press_ctrl_c(process)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 130, output
    assert "Stopping; Ctrl-C again stops at once" in output
    assert "Traceback" not in output
    found = re.search("Interrupted; to resume from the newest checkpoint: (.*)\n", output)
    program, *words = shlex.split(found[1])
    assert Path(program).name == "walker-rl"
    assert words == ["train", AGENT, "--resume", str(interrupted)]

    newest = max((interrupted / "checkpoints").iterdir())
    steps = int(newest.stem.removeprefix("step_")) + 200
    assert run_command(*words, "--steps", steps).returncode == 0
    assert run_command(*command, "--steps", steps, "--run-dir", straight).returncode == 0
    assert_equal_runs(straight, interrupted)


@pytest.mark.slow
def test_a_lengthened_run_stays_so_when_it_is_resumed_again(short_run, tmp_path):
    run = shutil.copytree(short_run, tmp_path / "run")
    process = start_command("train", AGENT, "--resume", run, "--steps", "1000000")
    lines_until(process, "Resumed")
    wait_until(lambda: not (run / "summary.json").exists())  # It is that of a complete run.
    press_ctrl_c(process)
    assert process.wait(timeout=300) == 130
    process = start_command("train", AGENT, "--resume", run)
    assert next(process.stdout) == f"Resuming {AGENT} on Pendulum-v1 for 1,000,000 steps in {run}\n"
    process.kill()
    process.communicate()


@pytest.mark.slow
def test_a_run_that_is_killed_while_its_last_video_is_made_is_not_complete(tmp_path):
    run = tmp_path / "run"
    process = start_command(*SHORT, "--run-dir", run)
    wait_until(lambda: [*run.glob("videos/best.gif.*.part")])
    process.kill()
    process.communicate()
    assert not (run / "summary.json").exists()
    again = run_command("train", AGENT, "--resume", run)
    assert again.returncode == 0, again.stderr
    assert (run / "videos" / "best.gif").exists()
    assert not [*run.rglob("*.part")], "the killed process left one"
    assert (run / "summary.json").exists()


@pytest.mark.slow
def test_ctrl_c_while_a_video_is_made_spares_the_video_and_the_run(tmp_path):
    run = tmp_path / "run"
    process = start_command("train", AGENT, "--steps", "1000000", "--run-dir", run, *set_options(TINY_RUN))
    wait_until(lambda: [*run.glob("videos/first.gif.*.part")])
    press_ctrl_c(process)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 130, output
    assert "not written" not in output
    assert (run / "videos" / "first.gif").exists()
    assert metrics_of(run)["evaluation.csv"]


@pytest.mark.slow
def test_one_run_is_trained_by_one_process(tmp_path):
    run = tmp_path / "run"
    process = start_command("train", AGENT, "--steps", "1000000", "--run-dir", run, *set_options(TINY_RUN))
    wait_for(run / "metrics" / "training.csv", process)
    other = run_command("train", AGENT, "--resume", run)
    assert process.poll() is None
    process.kill()
    process.communicate()
    assert other.returncode == 2
    assert other.stderr == f"error: run = {run}: must not be in use by another process\n"
