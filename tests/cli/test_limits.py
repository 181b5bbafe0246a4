"""`--for`, `--until` and `--steps`: trainings that end by time, by return, or by steps as people write them."""

import json
import re
import shlex
import signal

import pytest
import yaml

from tests.analysis.made_runs import make_run
from tests.stacks import acme_stack
from tests.tiny import AGENT, TINY_RUN, metrics_of, rows, run_command, set_options, start_command, wait_for
from walker_rl.analysis.compared_run import by_task
from walker_rl.analysis.runs import read_runs
from walker_rl.cli import main
from walker_rl.cli.quantities import parse_duration, steps_parser
from walker_rl.errors import UserError
from walker_rl.experiments.run.checkpoint import read_checkpoint

TRAIN = ("train", AGENT, "--task", "Pendulum-v1", *set_options(TINY_RUN))


def train(*words):
    result = run_command(*words)
    assert result.returncode == 0, result.stderr
    return result.stdout


def ended_by(run):
    return json.loads((run / "summary.json").read_text())["ended_by"]


@pytest.mark.parametrize(
    ("text", "steps"),
    [("5000", 5_000), ("1e5", 100_000), ("300k", 300_000), ("1M", 1_000_000), ("1.5M", 1_500_000), ("2.5E3", 2_500)],
)
def test_steps_as_people_write_them(text, steps):
    assert steps_parser("steps")(text) == steps


def test_digits_without_end_are_no_steps():
    with pytest.raises(UserError, match="must be a whole number"):
        steps_parser("steps")("9" * 5_000)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1_800), ("2h", 7_200), ("1h30m", 5_400)])
def test_durations_as_people_write_them(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("command", ["train", pytest.param("launch", marks=acme_stack)])
@pytest.mark.parametrize(
    ("words", "message"),
    [
        *(
            (["--steps", text], f"steps = {text}: must be a whole number, as in 5000, 1e5, 300k or 1M")
            for text in ("x", "1.5", "1e-3", "1e400", "3b", "inf", "1_000")
        ),
        (["--steps", ""], "steps = '': must be a whole number, as in 5000, 1e5, 300k or 1M"),
        *((["--steps", text], f"steps = {text}: must be at most 1e+12") for text in ("1e13", "1e30", "1e99")),
        (["--set", "max_actor_steps=1e30"], f"max_actor_steps = 1{'0' * 30}: must be at most 1e+12"),
        (["--more-steps", "1e30"], "more_steps = 1e30: must be at most 1e+12"),
        (["--more-steps", "x"], "more_steps = x: must be a whole number, as in 5000, 1e5, 300k or 1M"),
        (["--more-steps", "0", "--resume", "nowhere"], "more_steps = 0: must be at least 1"),
        *(
            (["--for", text], f"for = {text}: must be a duration, as in 90s, 30m, 2h or 1h30m")
            for text in ("30", "m", "30m1h", "-5s", "nan")
        ),
        (["--for", ""], "for = '': must be a duration, as in 90s, 30m, 2h or 1h30m"),
        (["--for", "0s"], "max_walltime = 0.0: must be greater than 0"),
        (["--until", "nan"], "target_return = nan: must be a finite number"),
    ],
)
def test_what_is_no_limit_is_refused_in_one_line(tmp_path, monkeypatch, capsys, command, words, message):
    monkeypatch.chdir(tmp_path)
    assert main([command, AGENT, *words]) == 2
    assert capsys.readouterr().err == f"error: {message}\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_training_that_is_killed_ends_after_its_time_and_goes_on_bit_for_bit(tmp_path):
    run, straight = tmp_path / "run", tmp_path / "straight"
    checkpoints = set_options(("checkpoint.steps_period=137", "evaluation.film_period=5"))
    process = start_command(*TRAIN, *checkpoints, "--steps", "1M", "--for", "4s", "--run-dir", run)
    assert next(process.stdout) == f"Training {AGENT} on Pendulum-v1 for 1,000,000 steps or 4 s in {run}\n"
    wait_for(run / "metrics" / "training.csv", process, num_lines=2)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    output = train("train", AGENT, "--resume", run)
    assert re.search(
        r"^Ended by time: [\d,]+ steps in \d+ s of training; last evaluation -[\d,]+$", output, re.MULTILINE
    )
    assert ended_by(run) == "time"
    trained = int(rows(run, "evaluation")[-1]["actor_steps"])
    assert 4.0 <= read_checkpoint(max((run / "checkpoints").glob("*.npz")))["recorder"]["walltime"] < 64.0
    assert all((run / name).exists() for name in ("policy/best.npz", "videos/best.gif", "videos/progress.gif"))

    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    said = train("train", AGENT, "--resume", run, "--more-steps", "100")
    found = re.fullmatch(f"{run} is complete, after 4 s of training; to train for as long again: (.*)\n", said)
    assert shlex.split(found[1])[1:] == ["train", AGENT, "--resume", str(run), "--for", "8s"]
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before

    steps = trained + 500
    output = train("train", AGENT, "--resume", run, "--set", "max_walltime=null", "--steps", steps)
    assert ended_by(run) == "steps"
    assert f"Ended by steps: {steps:,} steps in " in output
    train(*TRAIN, *checkpoints, "--steps", steps, "--run-dir", straight)
    expected, actual = metrics_of(straight), metrics_of(run)
    for name in ("training.csv", "learner.csv"):
        assert actual[name] == expected[name]
    own_end = b"%d," % trained
    assert [line for line in actual["evaluation.csv"].splitlines() if not line.startswith(own_end)] == [
        line for line in expected["evaluation.csv"].splitlines() if not line.startswith(own_end)
    ]


@pytest.mark.slow
def test_a_training_ends_at_the_first_evaluation_that_reaches_the_return_and_goes_on_bit_for_bit(tmp_path):
    straight, run = tmp_path / "straight", tmp_path / "run"
    train(*TRAIN, "--steps", "1500", "--run-dir", straight)
    returns = [float(row["mean_return"]) for row in rows(straight, "evaluation")]
    target = max(returns[:-1])
    expected = returns.index(target) + 1
    output = train(*TRAIN, "--steps", "1500", "--until", str(target), "--run-dir", run)
    assert f"Ended by return: {300 * expected:,} steps in " in output
    assert ended_by(run) == "return"
    assert [float(row["mean_return"]) for row in rows(run, "evaluation")] == returns[:expected]

    said = train("train", AGENT, "--resume", run)
    reached = f"with an evaluation that reached {target:,g}; to continue without that limit"
    found = re.fullmatch(f"{run} is complete, {re.escape(reached)}: (.*)\n", said)
    train(*shlex.split(found[1])[1:])
    assert ended_by(run) == "steps"
    assert metrics_of(run) == metrics_of(straight)
    assert yaml.safe_load((run / "config.yaml").read_text())["target_return"] is None


def test_runs_that_differ_in_a_limit_are_seeds_of_the_same(tmp_path):
    for seed, limits in enumerate((["max_actor_steps=600"], ["target_return=0", "max_walltime=3600"])):
        make_run(tmp_path / str(seed), [-900.0], "task=Pendulum-v1", f"seed={seed}", *limits)
    groups = by_task(read_runs([tmp_path / "0", tmp_path / "1"]))["Pendulum-v1"]
    assert {name: [run.seed for run in runs] for name, runs in groups.items()} == {AGENT: [0, 1]}


@acme_stack
@pytest.mark.slow
def test_a_launched_run_ends_after_its_time_and_is_lengthened(tmp_path):
    run = tmp_path / "run"
    launch = ("launch", AGENT, "--num-actors", "2")
    options = set_options((*TINY_RUN, "task=Pendulum-v1", "evaluation.period=2000"))
    output = train(*launch, *options, "--steps", "1M", "--for", "4s", "--run-dir", run)
    assert re.search(
        r"^Ended by time: [\d,]+ steps in \d+ s of training; last evaluation -[\d,]+$", output, re.MULTILINE
    )
    assert ended_by(run) == "time"
    assert float(rows(run, "timing")[-1]["walltime"]) < 64.0
    trained = int(rows(run, "evaluation")[-1]["actor_steps"])
    assert "to train for as long again" in train(*launch, "--resume", run)
    train(*launch, "--resume", run, "--set", "max_walltime=null", "--until", "-5000")
    assert ended_by(run) == "return"
    assert int(rows(run, "evaluation")[-1]["actor_steps"]) >= trained
