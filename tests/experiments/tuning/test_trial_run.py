"""A trial that trains: the progress that is shown of it, and the end of one whose files are not all there."""

import pytest

from tests.tiny import AGENT, tiny_agent, wait_until
from walker_rl.agents import search_space
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.creation import create_run_directory
from walker_rl.experiments.tuning.plan import Plan
from walker_rl.experiments.tuning.search import Search
from walker_rl.experiments.tuning.study import Study, overrides_of
from walker_rl.experiments.tuning.trial_run import TrialRun
from walker_rl.processes.signals import StopSignals
from walker_rl.processes.slots import usable_slots
from walker_rl.terminal.sweep import SearchDisplay

LIMITED = ("task=Pendulum-v1", "max_actor_steps=1_000_000_000", "max_walltime=300", "evaluation.period=1_000_000")


@pytest.mark.slow
def test_a_limit_of_time_for_each_seed_bounds_the_time_left_of_a_trial(tmp_path):
    fixed = [one for one in tiny_agent(AGENT) if one.removeprefix("agent.").split("=")[0] not in search_space(AGENT)]
    plan = Plan(load_config(AGENT, overrides=(*fixed, *LIMITED)), (3, 4), "none")
    study = Study(tmp_path, search_space(AGENT), plan)
    (slot,) = usable_slots(1)
    trial = study.ask()
    trial_run = TrialRun(trial, plan.jobs(trial.number, overrides_of(trial), tmp_path), slot)
    try:
        wait_until(lambda: trial_run.read_row().seconds_left is not None)
        row = trial_run.read_row()
    finally:
        trial_run.run.child.kill()
    assert 300.0 < row.seconds_left < 600.0


def test_the_speed_is_that_of_the_seed_that_learns(tmp_path, monkeypatch):
    overrides = ("agent.min_replay_size=1000", "agent.num_random_steps=1000", "max_actor_steps=4000")
    plan = Plan(load_config(AGENT, overrides=overrides), (3, 4), "none")
    trial = Study(tmp_path, search_space(AGENT), plan).ask()
    jobs = plan.jobs(trial.number, (), tmp_path)
    for job in jobs:
        create_run_directory(job.run_dir, job.config).summary.write_text("{}")  # No process trains it.
    trial_run = TrialRun(trial, jobs, ())
    rows = []
    for seconds, *steps in (
        (0, 900, 0),
        (1, 2_000, 0),
        (2, 2_010, 0),
        (12, 2_110, 0),
        (13, 2_110, 900),
        (14, 2_110, 2_000),
        (15, 2_110, 2_010),
        (25, 2_110, 2_210),
    ):
        monkeypatch.setattr("time.monotonic", lambda now=seconds: now)
        for job, actor_steps in zip(jobs, steps, strict=True):
            text = f"actor_steps,learner_steps,episode_return\n{actor_steps},0,0\n"
            (job.run.metrics / "training.csv").write_text(text)
        rows.append(trial_run.read_row())
    assert [row.steps_per_second for row in rows] == [0.0, 0.0, 0.0, 10.0, 10.0, 10.0, 0.0, 20.0]
    assert rows[-1].seconds_left == (8_000 - 2_110 - 2_210) / 20.0


def test_a_trial_whose_evaluations_were_not_copied_fails_alone(tmp_path, capsys):
    plan = Plan(load_config(AGENT), (7, 8), "none")
    study = Study(tmp_path, search_space(AGENT), plan)
    trial = study.ask()
    trial.report(10.0, 1)
    for job in plan.jobs(trial.number, overrides_of(trial), tmp_path):
        run = create_run_directory(job.run.path, job.config)
        run.summary.write_text('{"ended_by": "steps"}')
    (run.metrics / "evaluation.csv").write_text("actor_steps,learner_steps,mean_return,stddev_return\n100,1,5.0,0.0\n")
    with StopSignals() as signals:
        assert Search(study, plan, tmp_path, [(0,)], SearchDisplay()).run(1, signals)
    assert "trial 0: failed, a run has no evaluations" in capsys.readouterr().out
    assert [one.state.name for one in study.finished] == ["FAIL"]
