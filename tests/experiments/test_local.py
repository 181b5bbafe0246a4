"""The local runner on real environments, with small networks."""

import contextlib
import csv
import itertools
import json
import re
import time

import numpy as np
import pytest

from tests.experiments.kept_policy import assert_is_the_evaluated_one
from tests.experiments.local_runs import train_new, train_on
from tests.stacks import acme_stack
from tests.tiny import AGENT, TINY_RUN, metrics_of
from walker_rl.environments.classic.pendulum import Pendulum
from walker_rl.errors import RunError
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.evaluator.evaluator import Evaluator
from walker_rl.experiments.local import LocalRunner
from walker_rl.experiments.parts import make_parts
from walker_rl.experiments.run.checkpoint import read_checkpoint
from walker_rl.experiments.run.creation import create_run_directory
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.recorder import Recorder
from walker_rl.terminal.display import Display


def poisoned(step, number, field):
    """A simulation's `step` whose call of this number has an observation or reward that is not a number."""
    calls = itertools.count(1)

    def poisoned_step(simulation, action):
        outcome = step(simulation, action)
        return outcome._replace(**{field: getattr(outcome, field) * np.nan}) if next(calls) == number else outcome

    return poisoned_step


PENDULUM = ("task=Pendulum-v1", "max_actor_steps=900", "agent.n_step=1")


def run_of(path, *overrides):
    return train_new(path, load_config(AGENT, (), (*TINY_RUN, *PENDULUM, *overrides))).path


def resume(path, *overrides):
    train_on(RunDirectory(path), load_config(AGENT, (path / "config.yaml",), overrides))
    return path


def column(path, stream, name):
    with (path / "metrics" / f"{stream}.csv").open(newline="") as file:
        return [float(row[name]) for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return run_of(tmp_path_factory.mktemp("runs") / "run")


def test_steps_are_exact_and_evaluations_on_the_grid(run):
    assert column(run, "evaluation", "actor_steps") == [300, 600, 900]
    # Pendulum's episodes last 200 steps, never fewer.
    assert column(run, "training", "actor_steps") == [200, 400, 600, 800]
    assert column(run, "training", "episode_length") == [200] * 4
    # One update a step, from the 201st transition on.
    assert column(run, "evaluation", "learner_steps") == [100, 400, 700]
    assert column(run, "timing", "actor_steps") == [300, 600, 900]


def test_fractional_updates_carry_over(tmp_path):
    run = run_of(tmp_path / "run", "agent.samples_per_insert=24")  # 3 updates for 4 steps
    assert column(run, "evaluation", "learner_steps") == [75, 300, 525]


def test_everything_the_run_promises_is_there(run):
    files = ["config.yaml", "policy/best.npz", "policy/last.npz", "summary.json", "videos/best.gif", "videos/first.gif"]
    assert all((run / name).stat().st_size for name in files)
    summary = json.loads((run / "summary.json").read_text())
    assert summary["best"]["mean_return"] == pytest.approx(sum(summary["best"]["episode_returns"]) / 2)
    assert list((run / "tensorboard").iterdir())
    assert (run / "curve.png").stat().st_size


def test_without_a_period_of_films_no_stages_are_kept(run):
    assert not (run / "stages").exists()
    assert sorted(path.name for path in (run / "videos").iterdir()) == ["best.gif", "first.gif"]


def test_the_policy_that_is_kept_is_the_evaluated_one(run):
    state = read_checkpoint(sorted((run / "checkpoints").iterdir())[-1])["learner"]
    assert_is_the_evaluated_one(run / "policy" / "last.npz", state)


@pytest.mark.slow
def test_same_seed_same_run_and_another_seed_another(run, tmp_path):
    assert metrics_of(run_of(tmp_path / "same")) == metrics_of(run)
    assert metrics_of(run_of(tmp_path / "other", "seed=1")) != metrics_of(run)


def test_evaluation_does_not_touch_training(run, tmp_path):
    other = run_of(tmp_path / "run", "evaluation.period=450", "evaluation.num_episodes=3")
    for stream in ("training", "learner"):
        assert metrics_of(other)[f"{stream}.csv"] == metrics_of(run)[f"{stream}.csv"]


def test_run_resumed_for_more_steps_equals_a_longer_run(run, tmp_path):
    longer = resume(run_of(tmp_path / "run", "max_actor_steps=600"), "max_actor_steps=900")
    assert metrics_of(longer) == metrics_of(run)
    assert (longer / "summary.json").read_text() == (run / "summary.json").read_text()


def test_run_shorter_than_the_grid_is_evaluated_at_its_end(tmp_path):
    run = run_of(tmp_path / "run", "max_actor_steps=250")
    assert column(run, "evaluation", "actor_steps") == [250]


@acme_stack
@pytest.mark.slow
def test_reverb_replay_trains_and_resumes(tmp_path):
    run = run_of(tmp_path / "run", "replay=reverb", "max_actor_steps=600")
    assert column(run, "evaluation", "learner_steps") == [100, 400]
    resume(run, "max_actor_steps=900")
    assert column(run, "evaluation", "learner_steps") == [100, 400, 700]


@pytest.mark.slow
def test_walltimes_are_of_the_policy_not_of_its_evaluation(tmp_path):
    config = load_config(AGENT, (), (*TINY_RUN, *PENDULUM))
    run = create_run_directory(tmp_path / "run", config)
    recorder = Recorder(config, run, Display())
    began = []

    class TimedEvaluator(Evaluator):
        def evaluate(self, variables, actor_steps):
            began.append(recorder.walltime)
            return super().evaluate(variables, actor_steps)

    parts = make_parts(config)
    evaluator = TimedEvaluator(config, parts.learner_side.builder.architecture, run, Display())
    LocalRunner(config, parts, evaluator, recorder, run, Display()).train(lambda: False)
    recorder.close()
    rounding = 0.005
    assert all(np.array(column(run.path, "timing", "walltime")) <= np.array(began) + rounding)


def test_a_resumed_run_counts_no_time_before_its_resume(tmp_path, monkeypatch):
    config = load_config(AGENT, (), (*TINY_RUN, *PENDULUM))
    recorder = Recorder(config, create_run_directory(tmp_path / "run", config), Display())
    began = round(time.monotonic())  # A whole number, so that differences are exact.
    with contextlib.closing(recorder), monkeypatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: began + 100.0)
        recorder.resume(1000.0)
        recorder.resume(max(990.0, recorder.walltime))
        assert recorder.walltime == 1000.0
        patch.setattr(time, "monotonic", lambda: began + 107.0)
        assert recorder.walltime == pytest.approx(1007.0)
        recorder.pause()
        patch.setattr(time, "monotonic", lambda: began + 200.0)
        recorder.pause()
        assert recorder.walltime == pytest.approx(1007.0)
        recorder.end_pause()
        recorder.end_pause()
        patch.setattr(time, "monotonic", lambda: began + 203.0)
        assert recorder.walltime == pytest.approx(1010.0)


def test_the_time_left_is_printed_once(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("walker_rl.experiments.local.SECONDS_TIMED", 0.0)
    run_of(tmp_path / "run")
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("At the present speed")]
    (line,) = lines
    assert re.fullmatch(r"At the present speed, the training takes another \d+ (s|min)\.", line)


@pytest.mark.slow
@pytest.mark.parametrize(("field", "name"), [("observation", "an observation"), ("reward", "a reward")])
def test_what_is_not_finite_ends_the_run_with_its_checkpoint_left(tmp_path, monkeypatch, field, name):
    config = load_config(AGENT, (), (*TINY_RUN, *PENDULUM, "checkpoint.steps_period=100"))
    run = create_run_directory(tmp_path / "run", config)
    parts = make_parts(config)
    evaluator = Evaluator(config, parts.learner_side.builder.architecture, run, Display())
    recorder = Recorder(config, run, Display())
    runner = LocalRunner(config, parts, evaluator, recorder, run, Display())
    last_good = run.checkpoints / "step_000000000200.npz"
    message = f"the environment returned {name} that is not finite; the last good state is {last_good}"
    with monkeypatch.context() as patched:
        patched.setattr(Pendulum, "step", poisoned(Pendulum.step, 250, field))
        with pytest.raises(RunError, match=re.escape(message)), runner.naming_checkpoint():
            runner.train(lambda: False)
    recorder.close()
    rows = parts.learner_side.replay.save()["rows"]
    assert len(rows) == 249
    assert np.isfinite(rows).all()
    resume(run.path)
    assert column(run.path, "evaluation", "actor_steps") == [300, 600, 900]
