"""The table of a comparison and its notes."""

import dataclasses
import shlex

import pytest

from tests.analysis.made_runs import run
from walker_rl.analysis.comparison.summary import HEADER, summarize

FEW = "with 2 to 4 runs, intervals reach from the lowest to the highest and cover less than 95 %"


def test_the_summary_says_what_to_mind():
    runs = [
        run("x", [1, 2], group="a", last=10.0, best=12.0, falls=0.025),
        run("y", [1, 2, 3], group="a"),
        run("z", [5, 2], group="b", last=1_234.0, best=2_000.0),
    ]
    (summary,) = summarize(runs)
    assert summary.task == "T"
    assert summary.rows == [
        ("a", "2 (1 complete)", "20 to 30", "10", "2.5%", "12", "2.5%", "1 [1, 1]", "0%"),
        ("b", "1", "20", "1,234", "-", "2,000", "-", "3", "100%"),
    ]
    assert summary.notes == [
        "a: 1 run not complete, without a final evaluation",
        f"a: {FEW}",
        "a: several runs of seed 0: each counts as a seed of its own",
        "a: last evaluations after 20 to 30 steps: the mean curve ends with the shortest run",
        "b: one seed says nothing about the spread between seeds",
    ]


def test_runs_that_ended_at_a_target_return_are_named():
    endings = {"a": ["return", "steps", "return"], "b": ["return"], "c": ["steps", "time", None]}
    runs = [
        dataclasses.replace(run(f"{group}{seed}", [1, 2], group=group, last=10.0), seed=seed, ended_by=ended_by)
        for group, of_group in endings.items()
        for seed, ended_by in enumerate(of_group)
    ]
    (summary,) = summarize(runs)
    assert [note for note in summary.notes if "target return" in note] == [
        "a: 2 of 3 runs ended at a target return, so the last returns are optimistic",
        "b: 1 of 1 run ended at a target return, so the last returns are optimistic",
    ]


def test_a_single_seed_that_collapses_counts():
    (summary,) = summarize([run(name, [1, 0] if name == "v" else [1, 1]) for name in "vwxyz"])
    (row,) = summary.rows
    assert row[-1] == "20%"


def test_final_performances_of_different_lengths_are_not_for_comparison():
    def notes(*lengths):
        runs = [run(f"{group}{length}", [1] * length, group, last=5.0) for group, length in lengths]
        return [note for note in summarize([*runs, run("young", [1], "a")])[0].notes if "final performance" in note]

    between = "groups of different lengths: do not compare their final performances"
    within = "a: complete runs of different lengths: the final performance mixes them"
    assert notes(("a", 2), ("b", 2)) == []
    assert notes(("a", 2), ("b", 3)) == [between]
    assert notes(("a", 2), ("a", 3), ("b", 3)) == [within, between]


def test_a_note_on_several_groups_is_there_once():
    groups = {"a": 1, "b": 2, "c": 4, "d, 1": 1, "e": 5}
    runs = [
        dataclasses.replace(run(f"{group}{seed}", [1, 2], group=group, last=10.0), seed=seed)
        for group, number in groups.items()
        for seed in range(number)
    ]
    (summary,) = summarize(runs)
    assert summary.notes == ["a; d, 1: one seed says nothing about the spread between seeds", f"b; c: {FEW}"]


def test_the_intervals_of_final_returns_are_of_complete_runs():
    runs = [run(f"x{seed}", [1, 2], last=10.0 if seed < 2 else None) for seed in range(6)]
    assert f"a: {FEW}" in summarize(runs)[0].notes


def test_the_summary_names_groups_with_runs_that_made_no_update():
    def made(name, group, learner_steps):
        return dataclasses.replace(run(name, [1, 2], group=group), learner_steps=learner_steps)

    steps = {"a": [0, 500], "b": [0, 0], "c": [0, 7], "d": [None, 1]}
    (summary,) = summarize([made(f"{group}{n}", group, n) for group, of in steps.items() for n in of])
    before = "evaluated only before the first update"
    assert [note for note in summary.notes if "update" in note] == [f"a; c: 1 run {before}", f"b: 2 runs {before}"]


def test_small_returns_have_digits():
    runs = [run(f"x{seed}", [0.25, 0.5 + seed / 3], last=0.5 + seed / 3, best=9.5) for seed in range(2)]
    (row,) = summarize(runs)[0].rows
    assert (row[3], row[5], row[7]) == ("0.667 [0.5, 0.833]", "9.5 [9.5, 9.5]", "0.417 [0.25, 0.583]")


def test_large_ends_of_a_small_returns_interval_have_none():
    runs = [run(f"x{seed}", [1, 2], last=last) for seed, last in enumerate([2.25, 8, 9, 1_500])]
    assert summarize(runs)[0].rows[0][3] == "8.5 [2.25, 1,500]"


def test_a_seed_that_falls_is_not_left_out_as_an_outlier_would_be():
    runs = [run(f"seed{seed}", [1, 2], last=9.0, falls=0.5 * (seed == 0)) for seed in range(5)]
    (summary,) = summarize(runs)
    assert dict(zip(HEADER[:5], summary.rows[0][:5], strict=True))["its falls"] == "10.0%"


def test_a_group_has_falls_only_if_they_were_counted_in_each_of_its_final_evaluations():
    runs = [run(f"seed{seed}", [1, 2], last=9.0, best=9.5, falls=None if seed else 0.0) for seed in range(4)]
    (row,) = summarize(runs)[0].rows
    assert (row[4], row[6]) == ("-", "-")


def test_a_run_of_one_evaluation_leaves_the_stability_to_the_others():
    runs = [run("x", [1, 2], group="a"), run("y", [1], group="a"), run("z", [1], group="b")]
    both, alone = summarize(runs)[0].rows
    assert both[-2:] == ("1", "0%")
    assert alone[-2:] == ("-", "-")


def test_the_summary_names_settings_that_are_not_the_same_in_a_group():
    commands = [
        "walker-rl train d4pg --set agent.n_step=1 --set seed=1",
        "walker-rl launch d4pg --set agent.n_step=3 --set seed=2",
    ]
    runs = [
        dataclasses.replace(run(name, [1, 2]), command=command) for name, command in zip("xy", commands, strict=True)
    ]
    (summary,) = summarize(runs)
    assert "a: runs of different settings: agent.n_step, runner" in summary.notes


@pytest.mark.parametrize("field", ["policy", "dataset"])
def test_the_same_prior_may_lie_in_two_places(field):
    runs = [
        dataclasses.replace(run(name, [1, 2]), command=f"walker-rl train d4pg --set agent.prior.{field}=/{name}/steps")
        for name in "xy"
    ]
    (summary,) = summarize(runs)
    assert not any("settings" in note for note in summary.notes)


def test_the_summary_names_settings_of_evaluations_that_are_not_the_same_in_all_groups():
    commands = {
        "d4pg": "walker-rl train d4pg --set agent.n_step=1",
        "sac": "walker-rl train sac --set evaluation.num_episodes=10 --set evaluation.num_candidates=2",
    }
    runs = [dataclasses.replace(run(name, [1, 2], name), command=command) for name, command in commands.items()]
    (summary,) = summarize(runs)
    different = "evaluation.num_candidates, evaluation.num_episodes"
    assert f"groups of different evaluation settings: {different}" in summary.notes


@pytest.mark.parametrize("override", ["environment.length=3", 'environment={"joint.damping": 2}'])
def test_the_summary_names_arguments_of_the_environment_that_are_not_the_same_in_all_groups(override):
    command = shlex.join(["walker-rl", "train", "d4pg", "--set", override])
    commands = {"d4pg": command, "sac": "walker-rl train sac"}
    runs = [dataclasses.replace(run(name, [1, 2], name), command=command) for name, command in commands.items()]
    (summary,) = summarize(runs)
    assert f"groups of different environments: {override.split('=')[0]}" in summary.notes


def test_the_summary_says_why_a_group_has_no_mean_curve():
    runs = [run("young", [5], steps=[10.0]), run("long", [1, 2], steps=[20.0, 30.0])]
    note = "a: last evaluations after 10 to 30 steps: no mean curve, as runs share no steps"
    assert note in summarize(runs)[0].notes
