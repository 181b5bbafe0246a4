"""A trial that trains: the progress that is shown of it."""

from tests.tiny import AGENT, tiny_agent, wait_until
from walker_rl.agents import search_space
from walker_rl.experiments.tuning.plan import Plan
from walker_rl.experiments.tuning.study import Study, overrides_of
from walker_rl.experiments.tuning.trial_run import TrialRun
from walker_rl.processes.slots import usable_slots

LIMITED = ("task=Pendulum-v1", "max_actor_steps=1_000_000_000", "max_walltime=300", "evaluation.period=1_000_000")


def test_a_limit_of_time_for_each_seed_bounds_the_time_left_of_a_trial(tmp_path):
    fixed = [one for one in tiny_agent(AGENT) if one.removeprefix("agent.").split("=")[0] not in search_space(AGENT)]
    plan = Plan(AGENT, (3, 4), (), (*fixed, *LIMITED), "none")
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
