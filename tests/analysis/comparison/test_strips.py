"""Figures with a named row for each group: room for names, and titles that are apart."""

import itertools

import pytest

from tests.analysis.comparison.drawn import GROUPS, boxes, made
from walker_rl.analysis.comparison import final_performance, probability_of_improvement, stability, time_to_return
from walker_rl.analysis.comparison.style import styles

LONG_TASK = "HumanoidFlagrunHarderBulletEnv-v0"


def draw_strips(groups, tasks=("T",)):
    """The figures with a named row for each group, by name; all tasks have the same runs."""
    looks, pairs = styles(groups), probability_of_improvement.tabulate(groups)
    return {
        "final_performance": final_performance.draw(dict.fromkeys(tasks, final_performance.tabulate(groups)), looks),
        "stability": stability.draw(dict.fromkeys(tasks, stability.tabulate(groups)), looks),
        "time_to_return": time_to_return.draw(dict.fromkeys(tasks, time_to_return.tabulate(groups, [50, 90])), looks),
        **(
            {"probability_of_improvement": probability_of_improvement.draw(dict.fromkeys(tasks, pairs))}
            if pairs
            else {}
        ),
    }


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "names",
    [
        [f"d4pg, policy_hidden_sizes [{width}, {width}, {width}]" for width in (64, 128, 256)],
        [f"d4pg + gait, policy_learning_rate [0.0003, 3e-05, 300000, {steps}000000]" for steps in (1, 2, 3)],
        [f"{number}{'a_word_of_80_letters' * 4}" for number in range(3)],
    ],
    ids=["sizes", "schedules", "words"],
)
@pytest.mark.parametrize("num_groups", [1, 3])
def test_long_names_of_rows_leave_room_for_the_panels(names, num_groups):
    for kind, figure in draw_strips(made(names[:num_groups])).items():
        figure.draw_without_rendering()
        for axes in figure.axes:
            assert axes.get_window_extent().width > 150, kind
            places = boxes(axes.get_yticklabels())
            assert all(figure.bbox.x0 <= place.x0 and place.x1 < axes.get_window_extent().x0 for place in places), kind
            assert not any(one.overlaps(other) for one, other in itertools.combinations(places, 2)), kind


def test_short_names_of_rows_make_no_figure_larger():
    initials, agents = draw_strips(made(["a", "b"])), draw_strips(made(["d4pg", "d4pg + gait"]))
    for kind, figure in agents.items():
        assert (figure.get_size_inches() == initials[kind].get_size_inches()).all(), kind


def test_titles_of_strips_are_apart():
    for kind, figure in draw_strips(made(GROUPS[:2]), (LONG_TASK, f"{LONG_TASK}2")).items():
        figure.draw_without_rendering()
        titles = [axes.title for axes in figure.axes] + [block._suptitle for block in figure.subfigs]
        shown = [title for title in titles if title.get_text()]
        assert LONG_TASK in [title.get_text() for title in shown], kind
        assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes(shown), 2)), kind
