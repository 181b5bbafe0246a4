"""Trainings that are too short for a single update."""

import csv

import pytest

from tests.stacks import acme_stack
from tests.tiny import AGENT, TINY_RUN, run_command, set_options, tiny_agent
from walker_rl.cli import main
from walker_rl.experiments.config import why_nothing_is_learned
from walker_rl.experiments.config_loading import load_config

AT_THE_END = "warning: training made no update; the policies still have their initial weights\n"


@pytest.mark.parametrize(
    ("agent_name", "overrides", "least"),
    [
        ("d4pg", (), 5_001),
        ("d4pg", ("agent.prior.policy=gait", "agent.prior.num_steps=100"), 5_101),
        ("d4pg", ("agent.samples_per_insert=100", "agent.batch_size=250"), 5_003),
        ("ppo", (), 16_384),
        ("ppo", ("agent.normalize_observations=false",), 8_192),
        ("gait", (), 16),
        ("gait", ("agent.search=false",), 0),
    ],
)
def test_the_least_length_is_known(agent_name, overrides, least):
    def reason(steps):
        return why_nothing_is_learned(load_config(agent_name, overrides=(*overrides, f"max_actor_steps={steps}")))

    assert reason(max(1, least)) is None
    if least:
        too_few = least - 1
        assert reason(too_few) == f"max_actor_steps = {too_few}: must be at least {least} for a first update"


def train(run, agent_name, steps, *overrides):
    words = ("train", agent_name, "--task", "Pendulum-v1", "--steps", str(steps), "--run-dir", run)
    result = run_command(*words, *set_options(overrides))
    assert result.returncode == 0, result.stderr
    with (run / "metrics" / "evaluation.csv").open(newline="") as file:
        *_, last = csv.DictReader(file)
    return result.stdout, int(last["learner_steps"])


@pytest.mark.slow
def test_a_training_without_an_update_is_warned_of_at_its_start_and_at_its_end(tmp_path):
    output, num_updates = train(tmp_path / "run", AGENT, 200, *TINY_RUN)
    assert num_updates == 0
    first, second, *_ = output.splitlines()
    assert first.startswith("Training ")
    must = "must be at least 201 for a first update"
    assert second == f"warning: max_actor_steps = 200: {must}; nothing will be learned"
    assert AT_THE_END in output


@pytest.mark.slow
def test_a_training_with_a_prior_says_until_when_its_evaluations_stay_as_they_are(tmp_path):
    options = set_options((*TINY_RUN, "log_period=1", "agent.prior.policy=gait", "agent.prior.num_steps=100"))
    result = run_command("train", AGENT, "--steps", "400", "--run-dir", tmp_path / "run", *options)
    assert result.returncode == 0, result.stderr
    start = "Evaluations play the agent's own policy, so they stay low until its first update, after"
    assert result.stdout.splitlines()[2] == f"{start} 301 steps."
    with (tmp_path / "run" / "metrics" / "learner.csv").open(newline="") as file:
        assert next(csv.DictReader(file))["actor_steps"] == "301"


@pytest.mark.slow
def test_the_least_length_is_that_of_a_real_training(tmp_path):
    tiny = ("agent.num_environments=2", "agent.unroll_length=16", "agent.batch_size=8")
    overrides = [one for one in tiny_agent("ppo") if one.split("=")[0] not in {text.split("=")[0] for text in tiny}]
    output, num_updates = train(tmp_path / "long", "ppo", 64, *overrides, *tiny)
    assert num_updates > 0
    assert "warning" not in output
    output, num_updates = train(tmp_path / "short", "ppo", 63, *overrides, *tiny)
    assert num_updates == 0
    assert AT_THE_END in output


def test_a_search_in_which_no_trial_could_learn_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["tune", "ppo", "--steps", "16383"]) == 2
    message = "max_actor_steps = 16383: must be at least 16384 for a first update"
    assert capsys.readouterr().err == f"error: {message}\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_sweep_warns_of_runs_that_can_not_learn(tmp_path):
    options = set_options((*TINY_RUN, "max_actor_steps=100"))
    sweep = ("sweep", AGENT, "--task", "Pendulum-v1", *options, "--output", tmp_path)
    result = run_command(*sweep)
    assert result.returncode == 0, result.stderr
    name = f"{AGENT}_Pendulum-v1_seed0"
    must = "must be at least 201 for a first update"
    assert f"warning: {name}: max_actor_steps = 100: {must}; nothing will be learned\n" in result.stdout
    assert "warning" not in run_command(*sweep).stdout, "the run is complete"


@acme_stack
@pytest.mark.slow
def test_a_launched_run_warns_as_well(tmp_path):
    options = set_options((*TINY_RUN, "task=Pendulum-v1", "max_actor_steps=150"))
    result = run_command("launch", AGENT, "--num-actors", "1", *options, "--run-dir", tmp_path / "run")
    assert result.returncode == 0, result.stderr
    assert "nothing will be learned\n" in result.stdout
    assert AT_THE_END in result.stdout
