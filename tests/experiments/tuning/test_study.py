"""What a search tries, and what it remembers."""

import dataclasses
import signal
import subprocess
import sys
from pathlib import Path

import optuna
import pytest

from tests.tiny import AGENT
from walker_rl.agents import agent_names, search_space
from walker_rl.errors import UserError
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.tuning.best import BEST, write_best
from walker_rl.experiments.tuning.plan import Plan, searched
from walker_rl.experiments.tuning.score import score
from walker_rl.experiments.tuning.search import Search
from walker_rl.experiments.tuning.study import FILE, NUM_STARTUP_TRIALS, WARM_UP_SHARE, Study, describe, overrides_of
from walker_rl.processes.signals import StopSignals
from walker_rl.search_space import Choices
from walker_rl.terminal.sweep import SearchDisplay

KILLED_ASK = """
import itertools, os, signal, sys
from pathlib import Path
from walker_rl.agents import search_space
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.tuning.plan import Plan
from walker_rl.experiments.tuning.study import Study

agent, folder, number = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
study = Study(folder, search_space(agent), Plan(load_config(agent), (7, 8), "none"))
for _ in range(number):
    study.complete(study.ask(), 1.0)
storage = study._study._storage
store, calls = storage.set_trial_param, itertools.count()
storage.set_trial_param = lambda *value: os.kill(os.getpid(), signal.SIGKILL) if next(calls) == 2 else store(*value)
study.ask()
"""
"""Kills itself before it stores the third value of trial `number`."""


def make_plan(agent_name=AGENT, *overrides, pruner="none", seeds=(7, 8)):
    return Plan(load_config(agent_name, overrides=overrides), seeds, pruner)


def optuna_trials(folder):
    return optuna.load_study(study_name="walker_rl", storage=f"sqlite:///{folder}/{FILE}").trials


@pytest.mark.parametrize("agent_name", agent_names())
def test_a_space_holds_the_defaults(agent_name):
    agent = make_plan(agent_name).config.agent
    for name, one in search_space(agent_name).items():
        default = getattr(agent, name)
        assert default in one.values if isinstance(one, Choices) else one.low <= default <= one.high, name


@pytest.mark.slow
@pytest.mark.parametrize("agent_name", agent_names())
def test_a_space_holds_nothing_that_is_refused(tmp_path, agent_name):
    plan, space = make_plan(agent_name), search_space(agent_name)
    fields = plan.fields()
    study = Study(tmp_path, space, plan)
    first = study.ask()
    assert load_config(agent_name, overrides=overrides_of(first)) == load_config(agent_name)
    ends = {name: getattr(one, "choices", None) or (one.low, one.high) for name, one in study._distributions.items()}
    for number in range(max(map(len, ends.values()))):
        chosen = {name: values[number % len(values)] for name, values in ends.items()}
        study._study.enqueue_trial(chosen)
        trial = study.ask()
        assert trial.params == chosen
        load_config(agent_name, overrides=overrides_of(trial))
    drawn = set()
    for _ in range(10):
        overrides = overrides_of(study.ask())
        drawn.add(overrides)
        load_config(agent_name, overrides=overrides)
        assert {text.split("=")[0] for text in overrides} <= fields.keys()
    assert len(drawn) == 10


@pytest.mark.parametrize("name", ["q?x", "br{a}ce", "a#b%41", "é&uri=false"])
def test_a_folder_may_have_any_name(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    Study(folder, search_space(AGENT), make_plan()).ask()
    (trial,) = Study(folder, search_space(AGENT), make_plan()).unfinished()
    assert trial.number == 0
    assert [path.relative_to(tmp_path) for path in tmp_path.rglob("*")] == [Path(name), Path(name, "study.db")]


def test_the_best_keeps_the_task_with_its_arguments(tmp_path):
    plan = make_plan(AGENT, "task=my.module:make_env", "environment.length=3")
    write_best(optuna.trial.create_trial(value=1.0), plan, tmp_path / BEST)
    config = load_config(AGENT, [tmp_path / BEST])
    assert (config.task, config.environment) == ("my.module:make_env", {"length": 3})


def test_the_same_seeds_draw_the_same_and_a_study_that_goes_on_draws_something_else(tmp_path):
    def draw(folder, number):
        folder.mkdir(exist_ok=True)
        study = Study(folder, search_space(AGENT), make_plan())
        return [overrides_of(study.ask()) for _ in range(number)]

    first = draw(tmp_path / "one", 4)
    assert draw(tmp_path / "two", 4) == first
    assert not {*draw(tmp_path / "one", 4)} & {*first}


def test_it_remembers_what_has_ended_and_what_has_not(tmp_path):
    study = Study(tmp_path, search_space(AGENT), make_plan())
    good, bad, given_up, failed, running = (study.ask() for _ in range(5))
    study.complete(good, 20.0)
    study.complete(bad, -10.0)
    study.prune(given_up)
    study.fail(failed, "status 1")
    again = Study(tmp_path, search_space(AGENT), make_plan())
    assert [trial.number for trial in again.unfinished()] == [running.number]
    assert again.best is not None and again.best.number == good.number
    lines = list(describe(again.finished))
    assert lines[0] == "2 trials complete, 1 pruned, 1 failed"
    assert [line.split(":")[0] for line in lines[1:]] == ["      20.0  trial 0", "     -10.0  trial 1"]
    assert overrides_of(again.unfinished()[0]) == overrides_of(running)


@pytest.mark.parametrize("number", [0, 1])
def test_a_trial_whose_drawing_was_killed_gets_all_its_values(tmp_path, number):
    process = subprocess.run([sys.executable, "-c", KILLED_ASK, AGENT, tmp_path, str(number)], check=False)
    assert process.returncode == -signal.SIGKILL
    (stored,) = (trial for trial in optuna_trials(tmp_path) if not trial.state.is_finished())
    assert (stored.number, len(stored.params)) == (number, 2)
    (trial,) = Study(tmp_path, search_space(AGENT), make_plan()).unfinished()
    assert trial.params.keys() == {f"agent.{name}" for name in search_space(AGENT)}
    assert stored.params.items() <= trial.params.items()
    assert optuna_trials(tmp_path)[number].params == trial.params
    assert (load_config(AGENT, overrides=overrides_of(trial)) == load_config(AGENT)) == (number == 0)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (make_plan(AGENT, "agent.n_step=4"), "agent.n_step = 4, there {n_step}"),
        (make_plan(pruner="median"), "pruner = median, there none"),
        (make_plan(seeds=(7,)), "seeds = [7], there [7, 8]"),
    ],
)
def test_a_study_of_another_plan_is_refused(tmp_path, other, message):
    Study(tmp_path, search_space(AGENT), make_plan())
    with pytest.raises(UserError) as caught:
        Study(tmp_path, search_space(AGENT), other)
    there = make_plan().config.agent
    wanted = message.format(**dataclasses.asdict(there))
    assert str(caught.value) == f"{wanted}: must be as in {tmp_path} to continue that study"


def test_a_study_without_an_argument_of_the_environment_is_refused(tmp_path):
    task = "dm_control:walker-walk"
    Study(tmp_path, search_space(AGENT), make_plan(AGENT, f"task={task}", "environment.time_limit=10"))
    with pytest.raises(UserError) as caught:
        Study(tmp_path, search_space(AGENT), make_plan(AGENT, f"task={task}"))
    wanted = "environment.time_limit = null, there 10: must be as in"
    assert str(caught.value) == f"{wanted} {tmp_path} to continue that study"


def test_a_study_of_another_space_is_refused(tmp_path):
    Study(tmp_path, {"n_step": Choices((1, 2))}, make_plan())
    with pytest.raises(UserError, match=r"space = .*must be as in .* to continue that study"):
        Study(tmp_path, {"n_step": Choices((1, 3))}, make_plan())


@pytest.mark.parametrize(
    ("steps", "returns", "expected"),
    [
        ([10], [5], 5),
        ([10, 20, 30, 40], [100, 0, 0, 8], 8),
        ([10, 20, 30, 40, 50, 60, 70, 80], [9, 9, 9, 9, 9, 9, 1, 3], 2),  # Above 60 of 80.
    ],
)
def test_the_score_is_the_mean_of_the_last_quarter(steps, returns, expected):
    assert score(steps, returns) == expected


def test_what_is_given_is_not_searched(tmp_path):
    (tmp_path / "given.yaml").write_text("agent: {batch_size: 64}")
    given = ([tmp_path / "given.yaml"], ("agent.n_step=5", "task=Pendulum-v1"))
    space = search_space(AGENT)
    remaining = searched(space, *given)
    assert remaining.keys() == space.keys() - {"batch_size", "n_step"}
    study = Study(tmp_path, remaining, Plan(load_config(AGENT, *given), (7,), "none"))
    assert "agent.n_step" not in study.ask().params
    with pytest.raises(UserError) as caught:
        searched({"n_step": Choices((1, 3))}, *given)
    assert str(caught.value) == (
        "set = agent.n_step=5 task=Pendulum-v1: must leave at least one of agent.n_step unset, for the search"
    )


@pytest.mark.parametrize(
    ("overrides", "given"),
    [
        (("task=Pendulum-v1",), "config = {0}/b.yaml {0}/n.yaml"),
        (("agent.n_step=5",), "config = {0}/b.yaml {0}/n.yaml, set = agent.n_step=5"),
    ],
)
def test_files_that_leave_nothing_to_search_are_named(tmp_path, overrides, given):
    contents = {"b": "agent: {batch_size: 64}", "n": "agent: {n_step: 5}", "task": "task: Pendulum-v1"}
    for name, content in contents.items():
        (tmp_path / f"{name}.yaml").write_text(content)
    files = [tmp_path / f"{name}.yaml" for name in contents]
    with pytest.raises(UserError) as caught:
        searched({"n_step": Choices((1, 3)), "batch_size": Choices((32, 64))}, files, overrides)
    allowed = "must leave at least one of agent.n_step, agent.batch_size unset, for the search"
    assert str(caught.value) == f"{given.format(tmp_path)}: {allowed}"


def test_the_median_goes_by_the_last_score_not_by_the_best(tmp_path):
    """Of trials that ended at 3, one that began at 9 and fell to 2 is pruned; one at 3 is not."""
    plan = make_plan(pruner="median", seeds=(7,))
    study = Study(tmp_path, search_space(AGENT), plan)
    last = plan.num_evaluations
    for number in range(NUM_STARTUP_TRIALS):
        early = study.ask()
        early.report(-1e9, last)
        assert not early.should_prune(), f"there were only {number} trials"
        complete = study.ask()
        complete.report(3.0, last)
        study.complete(complete, 3.0)
    for scores, is_given_up in (([9.0, 2.0], True), ([2.0, 3.0], False), ([9.0], False)):
        trial = study.ask()
        for step, value in zip((last - 1, last), scores, strict=False):
            trial.report(value, step)
        assert trial.should_prune() is is_given_up, scores
    beginner = study.ask()
    beginner.report(-1e9, round(WARM_UP_SHARE * last))
    assert not beginner.should_prune()


def test_a_search_that_goes_on_writes_the_best_that_a_killed_one_has_not(tmp_path):
    plan = make_plan()
    study = Study(tmp_path, search_space(AGENT), plan)
    study.complete(study.ask(), 100.0)
    search = Search(study, plan, tmp_path, [(0,)], SearchDisplay())
    with StopSignals() as signals:
        assert search.run(1, signals)
    assert (tmp_path / BEST).read_text().startswith(f"# {AGENT}, trial 0 of a search: score 100.0 after ")


def test_a_search_that_goes_on_discards_the_checkpoints_that_a_killed_one_has_not(tmp_path):
    plan = make_plan()
    study = Study(tmp_path, search_space(AGENT), plan)
    ended, running = study.ask(), study.ask()
    study.complete(ended, 100.0)
    for trial, seed in ((ended, 7), (ended, 8), (running, 7)):
        checkpoints = plan.run(trial.number, seed, tmp_path).checkpoints
        checkpoints.mkdir(parents=True)
        (checkpoints / "step_0000000100.npz").write_bytes(b"large")
    with StopSignals() as signals:
        assert Search(study, plan, tmp_path, [(0,)], SearchDisplay()).run(1, signals)
    left = [path.relative_to(tmp_path) for path in tmp_path.rglob("*.npz")]
    assert left == [Path("trials/trial0001_seed7/checkpoints/step_0000000100.npz")]


@pytest.mark.parametrize(
    ("overrides", "drawn", "reason"),
    [
        (
            ("agent.num_environments=1",),
            {"agent.unroll_length": 128, "agent.batch_size": 256},
            "agent.batch_size = 256: must be at most agent.num_environments * agent.unroll_length = 128",
        ),
        (
            ("max_actor_steps=20_000",),
            {"agent.unroll_length": 1_024, "agent.num_environments": 16},
            "max_actor_steps = 20000: must be at least 32768 for a first update",
        ),
    ],
)
def test_values_that_can_not_be_trained_with_fail_their_trial_alone(overrides, drawn, reason, tmp_path, capsys):
    plan = make_plan("ppo", *overrides, seeds=(7,))
    study = Study(tmp_path, searched(search_space("ppo"), [], overrides), plan)
    study.complete(study.ask(), 1.0)
    for _ in range(4):
        study._study.enqueue_trial(drawn)
    with StopSignals() as signals:
        assert Search(study, plan, tmp_path, [(0,)], SearchDisplay()).run(5, signals)
    assert [trial.user_attrs["failure"] for trial in study.finished[1:]] == [reason] * 4
    assert capsys.readouterr().out.count(f"failed, {reason}") == 4
