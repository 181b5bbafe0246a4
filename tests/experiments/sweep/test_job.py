"""A job: its command, its refusals, and the processes that train it."""

import os
import re
import sys
from pathlib import Path

import pytest

from tests.experiments.sweep.commands import overrides_in_command
from tests.tiny import AGENT
from walker_rl.errors import UserError
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.creation import create_run_directory
from walker_rl.experiments.sweep.job import Job
from walker_rl.experiments.sweep.job_run import JobRun
from walker_rl.run_states import RunState

TRAIN = [sys.executable, "-m", "walker_rl", "train", AGENT]


@pytest.fixture
def make_job(tmp_path):
    def make(*overrides: str, files: tuple[Path, ...] = ()) -> Job:
        config = load_config(AGENT, files, overrides)
        return Job(config, tmp_path / "runs" / "a", tmp_path / "logs" / "a.log")

    return make


def test_a_new_run_is_begun_with_what_is_wanted(tmp_path, make_job):
    file = tmp_path / "a.yaml"
    file.write_text("agent: {n_step: 2}\n")
    job = make_job("seed=3", "agent.tau=0.5", files=(file,))
    file.write_text("agent: {n_step: 5}\n")  # Too late for this job.
    assert not job.has_begun and not job.is_complete
    options = ["--set", "agent.n_step=2", "--set", "agent.tau=0.5", "--set", "seed=3"]
    assert job.command() == [*TRAIN, "--run-dir", str(job.run_dir), *options]


@pytest.mark.parametrize(
    "overrides",
    [
        (
            "agent.policy_learning_rate=[3e-4,0,0,1000]",
            "agent.max_gradient_norm=null",
            "agent.policy_hidden_sizes=[8,4]",
        ),
        ("task=my.module:make_env", 'environment={"a.b": 1, c: {"d.e": [x, {}], f: {}}}'),
        ("agent.prior.policy=gait", "agent.prior.share=0.5", "agent.prior.sigmas=[0.0,0.2]", "max_walltime=90"),
    ],
)
def test_its_command_gives_its_configuration(make_job, overrides):
    job = make_job(*overrides)
    assert load_config(AGENT, overrides=overrides_in_command(job)) == job.config


def test_a_run_that_has_begun_is_gone_on_with(make_job):
    job = make_job("seed=3", "max_actor_steps=500")
    create_run_directory(job.run_dir, job.config)
    job.check()
    assert job.has_begun and not job.is_complete
    assert job.command() == [*TRAIN, "--resume", str(job.run_dir)]


def test_what_may_change_is_changed_and_what_is_left_out_is_the_default_again(make_job):
    create_run_directory(make_job().run_dir, make_job("max_actor_steps=500", "checkpoint.seconds_period=null").config)
    job = make_job("max_actor_steps=900", "evaluation.num_final_episodes=3")
    job.check()
    changes = ["max_actor_steps=900", "evaluation.num_final_episodes=3", "checkpoint.seconds_period=120.0"]
    assert job.command() == [
        *TRAIN,
        "--resume",
        str(job.run_dir),
        *(word for text in changes for word in ("--set", text)),
    ]


@pytest.mark.parametrize(
    ("stored", "wanted", "message"),
    [
        ("agent.n_step=3", "agent.n_step=1", "agent.n_step = 1, there 3: must be as in {config} to resume that run"),
        ("agent.tau=0.5", "seed=0", "agent.tau = 0.005, there 0.5: must be as in {config} to resume that run"),
    ],
)
def test_a_run_of_another_experiment_is_refused(make_job, stored, wanted, message):
    job = make_job(wanted)
    run = create_run_directory(job.run_dir, make_job(stored).config)
    before = run.config.read_bytes()
    with pytest.raises(UserError) as caught:
        job.check()
    assert str(caught.value) == message.format(config=run.config)
    assert run.config.read_bytes() == before


def test_a_run_that_has_trained_longer_is_refused(make_job):
    run = create_run_directory(make_job().run_dir, make_job("max_actor_steps=9").config)
    make_job("max_actor_steps=8").check()
    run.summary.write_text("{}")
    message = f"max_actor_steps = 8: must be at least 9, the steps that {run.path} has trained"
    with pytest.raises(UserError, match=f"^{re.escape(message)}$"):
        make_job("max_actor_steps=8").check()


def test_a_run_is_complete_until_more_is_wanted(make_job):
    job = make_job("max_actor_steps=500")
    run = create_run_directory(job.run_dir, job.config)
    run.summary.write_text("{}")
    assert job.is_complete
    assert make_job("max_actor_steps=500", "checkpoint.num_kept=1").is_complete
    assert not make_job("max_actor_steps=500", "evaluation.num_final_episodes=100").is_complete
    assert not make_job("max_actor_steps=501").is_complete


def test_a_job_is_trained_on_its_cores_and_its_log_begins_with_its_command(make_job):
    job = make_job("task=Pendulum-v1")
    core = max(os.sched_getaffinity(0))
    child = JobRun([job], (core,)).child
    assert os.sched_getaffinity(child.pid) == {core}
    assert child.exit_status is None
    child.kill()
    assert job.log.read_text().startswith(
        f"$ {sys.executable} -m walker_rl train {AGENT} --run-dir {job.run_dir} --set "
    )


def test_there_is_nothing_to_train_where_all_is_complete(make_job):
    job = make_job("max_actor_steps=500")
    create_run_directory(job.run_dir, job.config).summary.write_text("{}")
    run = JobRun([job, job], (max(os.sched_getaffinity(0)),))
    assert run.child is None
    assert run.check() is RunState.COMPLETE
