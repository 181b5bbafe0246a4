"""What a user sees when the disk is full, a file is torn or the numbers run away."""

import itertools
import os
import re
import resource
import shutil
import signal

import pytest

from tests.tiny import (
    AGENT,
    DISTRIBUTIONAL_AGENT,
    TINY_RUN,
    lines_until,
    metrics_of,
    run_command,
    set_options,
    start_command,
)
from walker_rl.cli.program import resume_command
from walker_rl.experiments.run.checkpoint import read_checkpoint, write_checkpoint

pytestmark = pytest.mark.slow

PENDULUM = ("train", AGENT, "--task", "Pendulum-v1")


@pytest.fixture(scope="module")
def finished_run(tmp_path_factory):
    run = tmp_path_factory.mktemp("runs") / "run"
    overrides = set_options((*TINY_RUN, "checkpoint.steps_period=300"))
    result = run_command(*PENDULUM, "--steps", "600", "--run-dir", run, *overrides)
    assert result.returncode == 0, result.stderr
    return run


@pytest.fixture
def run(finished_run, tmp_path):
    return shutil.copytree(finished_run, tmp_path / "run")


def last_line(text):
    return text.strip().splitlines()[-1]


def test_torn_checkpoint_is_passed_over(run):
    (run / "summary.json").unlink()
    newest = run / "checkpoints" / "step_000000000600.npz"
    newest.write_bytes(newest.read_bytes()[:-1000])
    before = metrics_of(run)
    result = run_command("train", AGENT, "--resume", run)
    assert result.returncode == 0, result.stderr
    assert f"warning: {newest} is torn" in result.stdout
    assert f"Resumed {run}/checkpoints/step_000000000300.npz at 300 steps." in result.stdout
    assert metrics_of(run) == before


def kept_of(run):
    """What a refusal must leave as it is."""
    return {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}


def test_run_whose_checkpoints_are_all_torn_is_refused(run):
    for path in (run / "checkpoints").iterdir():
        path.write_bytes(b"")
    before = kept_of(run)
    result = run_command("train", AGENT, "--resume", run, "--steps", "900")
    assert result.returncode == 1
    assert last_line(result.stderr).startswith("error: no checkpoint of this run can be read")
    assert "Traceback" not in result.stderr
    assert kept_of(run) == before


@pytest.mark.parametrize("remains", [(), ("step_000000000600.npz.0a1b2c3d.part",)])
def test_run_whose_checkpoints_are_gone_is_refused(run, remains):
    shutil.rmtree(run / "checkpoints")
    for name in remains:
        (run / "checkpoints").mkdir()
        (run / "checkpoints" / name).write_bytes(b"")
    before = kept_of(run)
    result = run_command("train", AGENT, "--resume", run, "--steps", "900")
    assert result.returncode == 2
    assert result.stderr == f"error: run = {run}: must have a checkpoint to resume from; it has only metrics\n"
    assert kept_of(run) == before


def test_run_from_before_a_field_is_refused(run):
    """Its default need not be what the run did without it."""
    text = (run / "config.yaml").read_text()
    (run / "config.yaml").write_text(re.sub("\n  tau: .*", "", text))
    before = kept_of(run)
    result = run_command("train", AGENT, "--resume", run, "--steps", "900")
    assert result.returncode == 2
    there = f"must be as in {run}/config.yaml to resume that run"
    assert result.stderr == f"error: agent.tau = 0.005, there null: {there}\n"
    assert kept_of(run) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("train", DISTRIBUTIONAL_AGENT),
            f"error: config = {{run}}/config.yaml: agent_name = {AGENT}: "
            f"must be {DISTRIBUTIONAL_AGENT}, the agent asked for",
        ),
        (
            ("train", AGENT, "--set", "agent.tau=0.5"),
            "error: agent.tau = 0.5, there 0.005: must be as in {run}/config.yaml to resume that run",
        ),
        (
            ("train", AGENT, "--run-dir", "elsewhere"),
            "error: run_dir = elsewhere: must not be given with --resume {run}",
        ),
    ],
)
def test_resuming_as_something_else_is_refused(run, words, message):
    before = metrics_of(run)
    result = run_command(*words, "--resume", run)
    assert result.returncode == 2
    assert result.stderr.strip() == message.format(run=run)
    assert metrics_of(run) == before


def test_checkpoint_of_another_run_is_refused(run):
    (run / "summary.json").unlink()
    foreign = run / "checkpoints" / "step_000000000600.npz"
    state = read_checkpoint(foreign)
    state["config"]["agent"]["n_step"] = 7
    write_checkpoint(foreign, state)
    result = run_command("train", AGENT, "--resume", run)
    assert result.returncode == 2
    assert result.stderr.strip() == f"error: agent.n_step = 3, there 7: must be as in {foreign} to resume from it"


def test_torn_rows_beyond_the_checkpoint_are_cut_with_a_warning(run):
    (run / "summary.json").unlink()
    before = metrics_of(run)
    tails = dict(zip(before, itertools.cycle((bytes(300) + b"12a\n", b",,,\n", b"650,2")), strict=False))
    assert len({*tails.values()}) == 3
    for name, tail in tails.items():
        with (run / "metrics" / name).open("ab") as file:
            file.write(tail)
    result = run_command("train", AGENT, "--resume", run)
    assert result.returncode == 0, result.stderr
    assert metrics_of(run) == before
    for name, tail in tails.items():
        cut = f"{run}/metrics/{name}: {len(tail)} bytes after its last whole row were cut"
        assert f"warning: {cut}\n" in result.stdout


def test_rows_before_the_checkpoint_that_are_torn_are_refused(run):
    (run / "summary.json").unlink()
    path = run / "metrics" / "training.csv"
    content = path.read_bytes()
    path.write_bytes(content[:-20] + bytes(20))
    before = kept_of(run)
    result = run_command("train", AGENT, "--resume", run)
    assert result.returncode == 2
    must = f"must be whole up to byte {len(content):,}, its end when the checkpoint was written"
    assert result.stderr == f"error: {path}: {must}\n"
    assert kept_of(run) == before


@pytest.mark.parametrize("remains", ["a part of its rows", "nothing"])
def test_run_that_has_lost_metrics_is_refused(run, remains):
    path = run / "metrics" / "evaluation.csv"
    header, *rows = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(header)
    if remains == "nothing":
        path.unlink()
    before = kept_of(run)
    result = run_command("train", AGENT, "--resume", run, "--steps", "900")
    assert result.returncode == 2
    length, expected = (len(header) if path.exists() else 0), len(header + b"".join(rows))
    must = f"must have at least {expected} bytes, its size when the checkpoint was written"
    assert result.stderr == f"error: {path} = {length} bytes: {must}\n"
    assert kept_of(run) == before


def test_full_disk_costs_a_checkpoint_and_not_the_run(tmp_path):
    run = tmp_path / "run"
    overrides = set_options((*TINY_RUN, "evaluation.period=100000", "checkpoint.steps_period=100"))
    words = (*PENDULUM, "--steps", "100000", "--run-dir", run, *overrides)
    limit = 50_000  # bytes in one file: the first checkpoints fit, and later ones, with more replay, do not
    process = start_command(*words, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    lines = lines_until(process, "warning: the checkpoint at")
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=300)
    assert process.returncode == 130, [*lines, rest]
    assert "Traceback" not in rest
    kept = sorted((run / "checkpoints").iterdir())
    assert kept and lines[-1].endswith(f"(File too large); {kept[-1]} stays valid\n")
    assert "Interrupted; to resume from the newest checkpoint: " in rest
    result = run_command("train", AGENT, "--resume", run, "--steps", "500")
    assert result.returncode == 0, result.stderr


def test_a_training_without_its_last_checkpoint_is_not_complete(tmp_path):
    run = tmp_path / "run"
    words = (*PENDULUM, "--steps", "1500", "--run-dir", run, *set_options((*TINY_RUN, "checkpoint.steps_period=100")))
    limit = 50_000  # bytes in one file, as above
    result = run_command(*words, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    newest = max((run / "checkpoints").iterdir())
    last_good = f"the last good state is {newest}; to resume from the newest checkpoint"
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == (
        f"error: the last checkpoint could not be written; {last_good}: {resume_command('train', AGENT, run)}"
    )
    assert not (run / "summary.json").exists()
    assert run_command("train", AGENT, "--resume", run).returncode == 0
    assert (run / "summary.json").exists()


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        (["agent.critic_learning_rate=1e12"], r"critic_loss is (nan|inf) at learner step \d+|a weight is not finite.*"),
        (["agent.policy_learning_rate=1e12", "agent.num_random_steps=0"], "the policy's output is not finite"),
    ],
)
def test_numbers_that_run_away_end_the_run_and_leave_the_last_good_state(tmp_path, overrides, reason):
    run = tmp_path / "run"
    options = set_options((*TINY_RUN, "checkpoint.steps_period=50", "agent.policy_hidden_sizes=[16,16,16]", *overrides))
    result = run_command(*PENDULUM, "--steps", "900", "--run-dir", run, *options)
    assert result.returncode == 1
    newest = max((run / "checkpoints").glob("step_*.npz"))
    advice = (
        f"the last good state is {newest}; to resume from the newest checkpoint: {resume_command('train', AGENT, run)}"
    )
    assert re.fullmatch(f"error: ({reason}); {re.escape(advice)}\n", result.stderr), result.stderr


def test_no_ffmpeg_costs_the_videos_and_not_the_run(tmp_path):
    run = tmp_path / "run"
    missing = tmp_path / "nonexistent"
    environment = {**os.environ, "IMAGEIO_FFMPEG_EXE": str(missing)}
    result = run_command(*PENDULUM, "--steps", "300", "--run-dir", run, *set_options(TINY_RUN), env=environment)
    assert result.returncode == 0, result.stderr
    for name in ("first.gif", "best.gif"):
        assert f"warning: {run}/videos/{name}: not written: {missing}: No such file or directory\n" in result.stdout
    assert "best policy: return" in result.stdout
    result = run_command("render", run, env=environment)
    assert result.returncode == 1
    assert result.stderr == f"error: {run}/videos/render.gif: not written: {missing}: No such file or directory\n"


def test_settings_of_matplotlib_that_fail_cost_nothing(tmp_path, run):
    (tmp_path / "settings").write_bytes(b"font.family: caf\xe9")
    environment = {**os.environ, "MPLBACKEND": "Qt4Agg", "MATPLOTLIBRC": str(tmp_path / "settings")}
    result = run_command("train", AGENT, "--resume", run, "--more-steps", "300", env=environment)
    assert (result.returncode, result.stderr) == (0, "")
    assert "warning" not in result.stdout
    result = run_command("compare", run, "--output", tmp_path / "figures", env=environment)
    assert (result.returncode, result.stderr) == (0, "")


def test_a_torn_summary_is_written_again(run):
    summary = (run / "summary.json").read_text()
    (run / "summary.json").write_text(summary[:1])
    result = run_command("train", AGENT, "--resume", run)
    assert (result.returncode, result.stderr) == (0, "")
    assert (run / "summary.json").read_text() == summary


def test_a_file_in_place_of_a_folder_is_one_line(run):
    (run / "summary.json").unlink()
    shutil.rmtree(run / "tensorboard")
    (run / "tensorboard").touch()
    result = run_command("train", AGENT, "--resume", run)
    assert result.returncode == 1
    assert result.stderr.startswith(f"error: {run}/tensorboard: File exists; to resume from the newest checkpoint: ")
    assert result.stderr.count("\n") == 1


def test_replay_beyond_the_memory_is_refused_and_leaves_nothing(tmp_path):
    run = tmp_path / "run"
    result = run_command(*PENDULUM, "--run-dir", run, "--set", "agent.max_replay_size=1000000000000")
    assert result.returncode == 2
    assert result.stderr == "error: agent.max_replay_size = 1000000000000: must fit into this machine's memory\n"
    assert not run.exists()
