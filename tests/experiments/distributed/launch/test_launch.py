"""Runs of many processes that go well."""

import json
import os
import signal
import time

import pytest
import yaml
from mlflow import MlflowClient

from tests.agents.learners import OFF_POLICY
from tests.experiments.distributed.launched import ENDLESS, PENDULUM, Launched, assert_gone, end, launched, resumed
from tests.experiments.kept_policy import assert_is_the_evaluated_one
from tests.logging.events import hyperparameters, scalars, videos
from tests.package_copy import ROOT
from tests.tiny import AGENT, rows, run_command
from walker_rl.agents import agent_names
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.distributed.roles.actor import MAX_STEPS_BETWEEN_REPORTS
from walker_rl.experiments.distributed.wire.ports import free_port
from walker_rl.experiments.run.checkpoint import read_checkpoint
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.step_files import step_files
from walker_rl.printable import counted
from walker_rl.processes.slots import usable_cpus
from walker_rl.terminal.display import TRAINED

pytestmark = pytest.mark.slow

FAILING = """
import dm_env, numpy as np
from dm_env import specs

class Rail(dm_env.Environment):
    def action_spec(self): return specs.BoundedArray((1,), np.float64, -1.0, 1.0)
    def observation_spec(self): return specs.Array((2,), np.float64)
    def reset(self, seed):
        self.time = 0
        return dm_env.restart(np.zeros(2))
    def step(self, action):
        self.time += 1
        if self.time == 30: raise OSError("no wind")
        return dm_env.transition(0.0, np.zeros(2))
"""


@pytest.mark.parametrize("agent_name", [name for name in agent_names() if name not in OFF_POLICY[1:]])
def test_a_run_ends_by_itself_and_is_laid_out_like_a_local_one(tmp_path, agent_name):
    run = tmp_path / "run"
    has_replay = agent_name in OFF_POLICY
    steps = 3_000 if has_replay else 5_000  # Without replay, what is left in the queue must be a small part.
    with launched(run, "--num-actors", "2", "--steps", str(steps), agent=agent_name) as made:
        output = made.finish()
        assert made.process.returncode == 0, made.everything()
        assert_gone(made, 0.5)
    status = made.status
    assert status["phase"] == "complete"
    assert steps <= status["actor_steps"] <= steps + 2 * MAX_STEPS_BETWEEN_REPORTS, "exact to one share of each actor"
    config = load_config(agent_name, [run / "config.yaml"])
    assert status["samples_per_insert"] == pytest.approx(config.agent.target_samples_per_insert, rel=0.1)
    evaluated = [*range(2000, steps, 2000), steps]
    assert [int(row["actor_steps"]) for row in rows(run, "evaluation")] == evaluated
    assert len(rows(run, "timing")) == len(evaluated)
    training = rows(run, "training")
    ends = [int(row["actor_steps"]) for row in training]
    assert ends == sorted(ends)
    assert {int(row["episode_length"]) for row in training} == {200}
    assert 200 * len(training) <= status["actor_steps"] < 200 * (len(training) + 2)
    assert rows(run, "learner")
    assert set(json.loads((run / "summary.json").read_text())) == {"ended_by", "best", "last"}
    for name in (
        "config.yaml",
        "curve.png",
        "policy/best.npz",
        "policy/last.npz",
        "videos/first.gif",
        "videos/best.gif",
    ):
        assert (run / name).stat().st_size > 0, name
    assert {tag: [step for step, *_ in shown] for tag, shown in videos(run / "tensorboard").items()} == {
        "videos/best": [steps],
        "videos/first": [2000],
    }
    learner = read_checkpoint(max((run / "checkpoints").iterdir()))["learner"]
    assert ("evaluated_policy" in learner) == has_replay
    if has_replay:
        assert_is_the_evaluated_one(run / "policy" / "last.npz", learner)
    final = json.loads((run / "summary.json").read_text())["last"]["mean_return"]
    assert scalars(run / "tensorboard")["final/last_mean_return"] == [(steps, pytest.approx(final))]
    assert hyperparameters(run / "tensorboard")[1]["agent_name"] == agent_name
    assert sorted(path.name for path in (run / "logs").iterdir()) == [
        "actor_0.log",
        "actor_1.log",
        "central.log",
        "evaluator.log",
    ]
    assert yaml.safe_load((run / "config.yaml").read_text())["provenance"]["runner"] == "launch"
    assert output.count(TRAINED) == 1
    ending = output.partition(TRAINED)[2]
    assert "evaluator: Candidate at " in ending
    assert "evaluator: Evaluating the best policy, from step " in ending
    assert "evaluator: Filming the best policy.\n" in ending
    assert "best policy: return " in output
    evaluation = run_command("evaluate", run, "--episodes", "1", "--json")
    assert json.loads(evaluation.stdout)["agent_name"] == agent_name


@pytest.mark.parametrize("agent_name", OFF_POLICY[1:])
def test_threads_do_what_processes_do(tmp_path, agent_name):
    run = tmp_path / "run"
    with launched(run, "--num-actors", "2", "--steps", "3000", "--threads", agent=agent_name) as made:
        made.wait_for_learning()
        assert not made.pids(), "no process but the one"
        output = made.finish()
        assert made.process.returncode == 0, output
    assert "best policy: return " in output
    assert "each process writes to" not in output
    assert 3000 <= made.status["actor_steps"] <= 3000 + 2 * 200
    assert [int(row["actor_steps"]) for row in rows(run, "evaluation")] == [2000, 3000]


def test_threads_end_soon_after_they_are_asked_to(tmp_path):
    run = tmp_path / "run"
    with launched(run, *ENDLESS, "--threads") as made:
        made.wait_for_learning()
        made.process.send_signal(signal.SIGTERM)
        output = made.finish(60)
        assert made.process.returncode == 75, output
    steps = max(step_files(run / "checkpoints"))
    assert f"The newest checkpoint is at {steps:,} steps\nInterrupted; to resume from the newest checkpoint: " in output


def test_a_thread_that_fails_ends_the_run_with_its_reason(tmp_path):
    (tmp_path / "rail.py").write_text(FAILING)
    options = {"cwd": tmp_path, "env": os.environ | {"PYTHONPATH": str(ROOT)}}
    words = ("--steps", "10000000", "--task", "rail:Rail", "--threads")
    with launched(tmp_path / "run", *words, **options) as made:
        output = made.finish()
        assert made.process.returncode == 1, output
    assert f" with {counted(max(1, usable_cpus() - 2), 'actor')}\n" in output
    last = output.splitlines()[-1]
    assert last.startswith("error: a thread has failed: RunError("), output
    assert "OSError: no wind" in last
    assert "Traceback" not in output


def test_a_launched_run_may_be_lengthened(tmp_path):
    run = tmp_path / "run"
    periods = ("--set", "checkpoint.seconds_period=null", "--set", "checkpoint.steps_period=400")
    services = ("--set", "logging.wandb=offline", "--set", "logging.mlflow=true")
    with launched(run, "--num-actors", "1", "--steps", "1000", *periods, *services) as made:
        made.finish()
        assert made.process.returncode == 0, made.everything()
        before = made.status
        steps = [int(path.stem.removeprefix("step_")) for path in sorted((run / "checkpoints").iterdir())]
        assert [number // 400 for number in steps] == [1, 2, before["actor_steps"] // 400]
    again = run_command("launch", AGENT, "--resume", run)
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.startswith(f"{run} is complete, with 1,000 steps; to double its length: ")
    num_actors = max(1, usable_cpus() - 2)
    lengthening = f" launch {AGENT} --resume {run} --num-actors {num_actors} --more-steps 1000\n"
    assert again.stdout.endswith(lengthening)
    shorter = run_command("launch", AGENT, "--resume", run, "--steps", "999")
    message = f"max_actor_steps = 999: must be at least 1000, the steps that {run} has trained"
    assert (shorter.returncode, shorter.stderr) == (2, f"error: {message}\n")
    with resumed(run, "--num-actors", "2", "--more-steps", "1000") as made:
        output = made.finish()
        assert made.process.returncode == 0, made.everything()
        assert f"Resumed {run}/checkpoints/step_{before['actor_steps']:012d}.npz at " in output
        assert made.status["actor_steps"] >= 2000
        assert made.status["learner_steps"] > before["learner_steps"]
        assert made.status["walltime"] > before["walltime"]
    assert [int(row["actor_steps"]) for row in rows(run, "evaluation")] == [1000, 2000]
    candidates = sorted((run / "candidates").iterdir())
    assert [path.name for path in candidates] == ["step_000000001000.npz", "step_000000002000.npz"]
    assert (run / "policy" / "best.npz").read_bytes() in [path.read_bytes() for path in candidates]
    assert (run / "logs" / "evaluator.log").read_text().count("Candidate at ") == 2
    assert [step for step, _ in scalars(run / "tensorboard")["evaluation/mean_return"]] == [1000, 2000]
    assert len(list((run / "wandb").glob(f"offline-run-*-{RunDirectory(run).provenance.run_id}"))) == 2
    client = MlflowClient(f"sqlite:///{run}/mlflow/mlflow.db")
    (shown,) = client.search_runs([client.get_experiment_by_name("Pendulum-v1").experiment_id])
    assert shown.info.status == "FINISHED"
    history = client.get_metric_history(shown.info.run_id, "evaluation/mean_return")
    assert sorted(metric.step for metric in history) == [1000, 2000]
    assert "warning" not in (run / "logs" / "central.log").read_text()
    assert sorted(path.name for path in (run / "logs").iterdir()) == [
        "actor_0.1.log",
        "actor_0.log",
        "actor_1.log",
        "central.1.log",
        "central.log",
        "evaluator.1.log",
        "evaluator.log",
    ]


def test_actors_that_joined_say_that_the_run_has_ended(tmp_path):
    address, near = f"localhost:{free_port()}", tmp_path / "near"
    with launched(tmp_path / "run", "--role", "central", "--listen", address, "--steps", "1000") as central:
        joined = Launched(near, "--role", "actors", "--join", address, "--run-dir", near, "--num-actors", "1")
        try:
            assert joined.finish().splitlines()[-1] == "The run has ended"
            assert "\nActor 0 ends at 1,000 steps: the run has ended.\n" in joined.everything()
            central.finish()
        finally:
            end(joined)
        assert (central.process.returncode, joined.process.returncode) == (0, 0), central.everything()


def test_time_is_counted_from_the_first_actor_to_the_limit(tmp_path):
    run, address = tmp_path / "run", f"127.0.0.1:{free_port()}"
    words = ("--role", "central", "--listen", address, "--for", "4s", "--steps", "10000000", "--run-dir", run)
    central = Launched(run, *words, *PENDULUM)
    actors = None
    try:
        central.wait_until(lambda: central.status, "the central process")
        time.sleep(5.0)
        assert central.status["walltime"] < 0.1
        others = tmp_path / "others"
        actors = Launched(others, "--role", "actors", "--join", address, "--num-actors", "1", "--run-dir", others)
        central.finish()
        status = central.status
        assert status["phase"] == "complete" and status["learner_steps"] > 0, central.everything()
        assert status["walltime"] >= 4.0
        assert status["walltime"] == pytest.approx(float(rows(run, "timing")[-1]["walltime"]), abs=0.01)
    finally:
        for made in (actors, central):
            if made is not None:
                end(made)
