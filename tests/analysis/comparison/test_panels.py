"""Figures of many groups: a panel for each, and an overview whose curves are named at their ends."""

import itertools

import matplotlib.colors
import matplotlib.style
import numpy as np
import pytest
from PIL import Image

from tests.analysis.comparison.drawn import GROUPS, boxes, made
from tests.analysis.made_runs import run
from walker_rl.agents import agent_names, display_name
from walker_rl.analysis.comparison import final_performance, learning_curves, overview, performance_profiles
from walker_rl.analysis.comparison.panels import OTHERS
from walker_rl.analysis.comparison.style import SETTINGS, group_label, save, styles

DRAWN = {
    "learning_curves": lambda groups: learning_curves.draw(
        {"T": learning_curves.tabulate(groups, "actor_steps")}, styles(groups), "actor_steps"
    ),
    "walltime": lambda groups: learning_curves.draw(
        {"T": learning_curves.tabulate(groups, "walltime")}, styles(groups), "walltime"
    ),
    "performance_profiles": lambda groups: performance_profiles.draw(
        {"T": performance_profiles.tabulate(groups)}, styles(groups)
    ),
}


def draw_overview(groups):
    figure = overview.draw({"T": overview.tabulate(groups)}, styles(groups))
    return figure, figure.axes[0].texts


def colours(lines):
    return [matplotlib.colors.to_hex(line.get_color()) for line in lines]


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
@pytest.mark.parametrize("num_groups", [1, 2, 5, len(GROUPS)])
def test_each_group_has_a_panel_with_the_others_in_grey(draw, num_groups):
    names = GROUPS[:num_groups]
    figure = draw(made(names))
    panels = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title(loc="left") for axes in panels] == [f"{group_label(name)} (2 seeds)" for name in names]
    grey = matplotlib.colors.to_hex(OTHERS)
    for axes, name in zip(panels, names, strict=True):
        shown = colours(axes.lines)
        assert shown.count(grey) == num_groups - 1
        assert {*shown} - {grey} == {styles(names)[name].colour.lower()}
        assert len(axes.collections) == 1, "one band, its own"


@pytest.mark.parametrize("draw", [*DRAWN.values(), lambda groups: draw_overview(groups)[0]], ids=[*DRAWN, "overview"])
def test_no_point_is_marked_and_no_legend_lies_over_curves(draw):
    figure = draw(made(GROUPS))
    assert {line.get_marker() for axes in figure.axes for line in axes.lines} == {"None"}
    assert not any(axes.get_legend() for axes in figure.axes)
    figure.draw_without_rendering()
    assert len(figure.legends) == (draw in DRAWN.values()), "one, but none where curves have their names"
    for legend in figure.legends:
        box = legend.get_window_extent()
        assert not any(box.overlaps(axes.get_window_extent()) for axes in figure.axes)


@pytest.mark.parametrize("seeds", [1, 2])
def test_a_single_evaluation_is_a_point_with_a_bar_for_its_interval(seeds):
    groups = {name: [run(f"{name}{seed}", [seed + 1.0], group=name) for seed in range(seeds)] for name in ("a", "b")}
    groups["c"] = [run("c", [1, 2, 3], group="c")]
    for figure in (DRAWN["learning_curves"](groups), DRAWN["walltime"](groups), draw_overview(groups)[0]):
        markers = {(len(line.get_xdata()) == 1, line.get_marker()) for axes in figure.axes for line in axes.lines}
        assert markers == {(True, "o"), (False, "None")}
    for axes in DRAWN["learning_curves"](groups).axes[:2]:
        assert [bar.get_linewidth()[0] > 0 for bar in axes.collections] == [True] * (seeds > 1)


@pytest.mark.parametrize("seeds", [(2,), (5,), (3, 5)])
def test_no_legend_is_wider_than_its_figure(seeds):
    groups = {name: made([name], seeds=number)[name] for name, number in zip("ab", seeds, strict=False)}
    figures = [draw(groups) for draw in DRAWN.values()]
    for figure in [*figures, final_performance.draw({"T": final_performance.tabulate(groups)}, styles(groups))]:
        figure.draw_without_rendering()
        (legend,) = figure.legends
        box = legend.get_window_extent()
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1


def test_the_lowest_panel_of_each_column_has_numbers_at_its_axis():
    figure = DRAWN["learning_curves"](made(GROUPS[:7]))
    figure.draw_without_rendering()
    has_numbers = [bool(axes.get_xticklabels()) for axes in figure.axes if axes.get_visible()]
    assert has_numbers == [False] * 3 + [True] * 4


def test_titles_of_panels_are_apart():
    names = [f"d4pg, [256, 256, {number}], a value that is long {number * '$_'}" for number in range(0, 40, 10)]
    figure = DRAWN["learning_curves"](made(names))
    figure.draw_without_rendering()
    assert not any(
        one.overlaps(other)
        for one, other in itertools.combinations(boxes([axes._left_title for axes in figure.axes]), 2)
    )


@pytest.mark.parametrize(
    "ends",
    [range(100, 100 * len(GROUPS) + 1, 100), [500] * len(GROUPS), [1, 2, 3, 4, 5, 996, 998, 1000]],
    ids=["apart", "together", "at both edges"],
)
def test_names_stand_at_the_ends_of_curves_and_apart(ends):
    figure, names = draw_overview(made(GROUPS, list(ends)))
    (axes,) = figure.axes
    assert sorted(name.get_text() for name in names) == sorted(map(group_label, GROUPS))
    assert [name.xy for name in names] == [(line.get_xdata()[-1], line.get_ydata()[-1]) for line in axes.lines]
    places = boxes(names)
    assert not any(one.overlaps(other) for one, other in itertools.combinations(places, 2))
    assert all(place.x0 > axes.get_window_extent().x1 for place in places)
    assert all(figure.bbox.containsx(place.x1) and figure.bbox.containsy(place.y0) for place in places)
    heights = [(name.xy[1], place.y0) for name, place in zip(names, places, strict=True)]
    assert all(one[1] < other[1] for one, other in itertools.permutations(heights, 2) if one[0] < other[0])


@pytest.mark.parametrize("value", [40.8, 0.0002, -1_234_567.5])
def test_numbers_at_the_axis_of_an_overview_are_whole(value):
    figure, _ = draw_overview({name: [run(name, [value] * 6, group=name)] for name in ("a", "b")})
    figure.draw_without_rendering()
    assert all(figure.bbox.x0 <= box.x0 for box in boxes(figure.axes[0].get_yticklabels()))


def test_an_overview_of_more_groups_is_higher():
    _, names = draw_overview(made([f"group {number}" for number in range(40)], [1] * 40))
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes(names), 2))


def test_an_overview_of_long_names_is_wider():
    figure, names = draw_overview(
        made([f"{number} with a name that would leave no room at all" * 2 for number in "ab"])
    )
    assert figure.axes[0].get_window_extent().width > 200
    assert all(place.x1 <= figure.bbox.x1 for place in boxes(names))


def test_the_name_of_a_shorter_curve_is_where_it_ends():
    groups = {"a": [run("x", [1, 2, 3], group="a")], "b": [run("y", [1, 5], group="b")]}
    figure, (_, shorter) = draw_overview(groups)
    assert shorter.xy == (20, 5)
    (place,) = boxes([shorter])
    assert place.overlaps(figure.axes[0].get_window_extent())


def test_the_names_of_shorter_curves_are_on_no_curve_and_no_name():
    lengths = {"sac": 3, "td3": 3, "d4pg": 5, "dmpo": 2, "ddpg": 4, "ppo": 20, "gait": 20}
    waves = {name: 500 + 100 * np.sin(np.arange(2 * number) + number) for name, number in lengths.items()}
    waves["ppo"][:2] = 0.0, 1_000.0  # Leaves room below and above the curves.
    figure, names = draw_overview({name: [run(name, wave, group=name)] for name, wave in waves.items()})
    (axes,) = figure.axes
    places = boxes(names)
    assert not any(one.overlaps(other) for one, other in itertools.combinations(places, 2))
    inside = [place for place in places if place.x1 < axes.get_window_extent().x1]
    assert len(inside) == 5
    curves = [line.get_path().transformed(line.get_transform()) for line in axes.lines]
    assert not any(curve.intersects_bbox(place, filled=False) for curve in curves for place in inside)


def test_one_group_alone_needs_no_overview():
    assert overview.tabulate(made(["sac"])) == []


def test_an_overview_is_readable_at_400_pixels(tmp_path):
    figure, names = draw_overview(made(GROUPS))
    with matplotlib.style.context(SETTINGS):
        png, _ = save(figure, tmp_path / "overview")
    with Image.open(png) as image:
        assert image.width >= 2 * 380, "sharp on a screen of two pixels a pixel"
        shrunk = 400 / image.width
    texts = [*names, *figure.axes[0].get_xticklabels(), *figure.axes[0].get_yticklabels(), figure.axes[0].xaxis.label]
    assert min(text.get_fontsize() for text in texts) * 150 / 72 * shrunk >= 12


def test_agents_are_called_as_in_papers():
    assert {display_name(name).lower() for name in agent_names()} == {*agent_names()}
    assert display_name("d4pg") == "D4PG"
    assert group_label("d4pg + gait, 3") == "D4PG + gait, 3"
    assert group_label("d4pg, 3") == "D4PG, 3"
    assert group_label("mine: d4pg + gait") == "mine: D4PG + gait"
    assert group_label("d4pg2") == "d4pg2"
    assert group_label("sac_runs: d4pg2, sac") == "sac_runs: d4pg2, sac"
    assert group_label("SBX TD3") == "SBX TD3"
