"""The files of a comparison."""

import csv
import xml.etree.ElementTree as ElementTree
from itertools import pairwise

import matplotlib
import matplotlib.colors
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.markers import MarkerStyle
from PIL import Image

from tests.analysis.made_runs import run
from walker_rl.agents import agent_names, display_name
from walker_rl.analysis.comparison import learning_curves, time_to_return
from walker_rl.analysis.comparison.figures import draw_comparison
from walker_rl.analysis.comparison.style import COLOURS, save, styles
from walker_rl.analysis.comparison.summary import summarize

NAMES = (
    "overview",
    "learning_curves_actor_steps",
    "learning_curves_walltime",
    "final_performance",
    "performance_profiles",
    "probability_of_improvement",
    "time_to_return",
    "stability",
)

RUNS = [
    run(
        f"{group}{seed}",
        np.linspace(0, top + 100 * seed, 12),
        group=group,
        last=top + 90.0 * seed,
        best=top + 95.0 * seed,
    )
    for group, top in zip(agent_names()[:2], (900, 2000), strict=True)
    for seed in range(3)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("comparison")
    written = draw_comparison(RUNS, path)
    assert {one.name for one in written} == {f"{name}{suffix}" for name in NAMES for suffix in (".png", ".svg", ".csv")}
    return path


def texts(path) -> str:
    """All text of an SVG, which is there as text."""
    return "\n".join("".join(element.itertext()) for element in ElementTree.parse(path).iter() if "text" in element.tag)


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_names_its_task_groups_and_axes(folder, name):
    shown = texts(folder / f"{name}.svg")
    for words in ("T", *map(display_name, agent_names()[:2])):
        assert words in shown
    pixels = np.array(Image.open(folder / f"{name}.png").convert("RGB"))
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 20


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("overview", ("evaluation return, IQM of 3 seeds", "environment steps")),
        (
            "learning_curves_actor_steps",
            ("environment steps", "evaluation return", "(3 seeds)", "its interval from lowest"),
        ),
        ("learning_curves_walltime", ("wall-clock time (minutes)",)),
        ("final_performance", ("return of the final evaluation", "IQM, interval from lowest to highest")),
        ("performance_profiles", ("share of runs above tau",)),
        ("probability_of_improvement", (" > ".join(map(display_name, agent_names()[1::-1])),)),
        ("time_to_return", ("return 500", "return 2,000", "3 never", "wall-clock minutes")),
        ("stability", ("share of evaluations below half of the best before",)),
    ],
)
def test_a_figure_says_what_it_shows(folder, name, words):
    shown = texts(folder / f"{name}.svg")
    for word in words:
        assert word in shown


@pytest.mark.slow
def test_the_same_runs_make_the_same_bytes_whatever_a_users_own_settings_are(folder, tmp_path):
    with matplotlib.rc_context({"text.usetex": True, "lines.linewidth": 9, "savefig.bbox": "tight"}):
        draw_comparison(RUNS, tmp_path)
    for path in sorted(tmp_path.iterdir()):
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name


def test_a_figure_too_wide_for_its_format_is_coarser(tmp_path):
    png, _ = save(Figure(figsize=(600, 2)), tmp_path / "wide")
    with Image.open(png) as image:
        assert image.size == (60_000, 200)


def test_a_figure_without_numbers_is_left_out(tmp_path):
    for name in ("overview.svg", "overview.pdf", "final_performance.csv"):  # An earlier comparison's, but for one.
        (tmp_path / name).touch()
    draw_comparison([run("alone", [1, 2])], tmp_path)
    assert {path.stem for path in tmp_path.iterdir()} == {*NAMES[1:3], "time_to_return", "stability", "overview"}
    assert [path.name for path in tmp_path.glob("overview.*")] == ["overview.pdf"]


def test_tables_name_the_task(folder):
    for path in folder.glob("*.csv"):
        with path.open(newline="") as file:
            assert {row["task"] for row in csv.DictReader(file)} == {"T"}, path


def test_an_agent_looks_the_same_in_any_company():
    everyone = styles(agent_names())
    for name in agent_names():
        assert styles([name])[name] == everyone[name]
    assert len({look.marker for look in everyone.values()}) == len(agent_names())


def test_a_group_beside_agents_has_a_look_of_its_own_and_the_agents_keep_theirs():
    alone, together = styles(agent_names()), styles(["d4pg + gait", *agent_names(), "3"])
    assert {name: together[name] for name in agent_names()} == alone
    for attribute in ("colour", "marker"):
        looks = [getattr(look, attribute) for look in (*alone.values(), together["3"])]
        assert len(set(looks)) == len(looks)
    assert styles(["d4pg + gait", "d4pg"])["d4pg"] == alone["d4pg"]


def test_a_group_looks_the_same_in_every_figure_even_if_another_lacks_something(tmp_path):
    """Of three groups, one has no final evaluation."""
    values = {"n 1": None, "n 3": 5.0, "n 5": 6.0}
    runs = [
        run(f"{group}{seed}", [1, 2 + seed], group=group, last=last)
        for group, last in values.items()
        for seed in (0, 1)
    ]
    draw_comparison(runs, tmp_path)
    first, *others = (look.colour.lower() for look in styles(values).values())
    for name, has_all in (("overview", True), ("final_performance", False), ("performance_profiles", False)):
        drawn = (tmp_path / f"{name}.svg").read_text().lower()
        assert (first in drawn, [colour in drawn for colour in others]) == (has_all, [True, True])


def test_other_groups_go_by_their_order():
    assert list(styles(["3", "1"])) == ["3", "1"]
    assert styles(["3", "1"])["1"].colour == COLOURS[0]


def test_more_groups_than_colours_still_look_different():
    names = [f"g{number:02}" for number in range(3 * len(COLOURS))]
    looks = styles(names).values()
    assert len({(look.colour, look.dashes) for look in looks}) == len({look.marker for look in looks}) == len(names)


def test_every_marker_can_be_drawn():
    for look in styles([f"g{number:02}" for number in range(3 * len(COLOURS))]).values():
        assert len(MarkerStyle(look.marker).get_path().vertices) > 2


def test_lines_stand_out_from_the_page():
    """Contrast of 2 or more with white, and no two colours next to each other in the order of equal lightness."""
    colours = np.array([matplotlib.colors.to_rgb(colour) for colour in COLOURS])
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    assert (1.05 / (luminance + 0.05) >= 2).all()
    assert all(abs(one - other) > 0.02 for one, other in pairwise(luminance))


@pytest.mark.parametrize(
    ("seconds", "unit"), [(0.5, "seconds"), (8, "seconds"), (150, "minutes"), (9_000, "minutes"), (90_000, "hours")]
)
def test_times_are_drawn_in_a_unit_that_makes_the_ticks_distinct(seconds, unit):
    runs = {"a": [run("x", [0, 5, 9], walltime=[seconds / 2, seconds * 3 / 4, seconds])]}
    looks = styles(runs)
    times = {
        "wall-clock time ({})": learning_curves.draw(
            {"T": learning_curves.tabulate(runs, "walltime")}, looks, "walltime"
        ),
        "wall-clock {}": time_to_return.draw({"T": time_to_return.tabulate(runs, [9.0])}, looks),
    }
    for label, figure in times.items():
        figure.draw_without_rendering()
        axes = figure.axes[-1]
        names = [figure._supxlabel, *(block._supxlabel for block in figure.subfigs), axes.xaxis.label]
        assert label.format(unit) in [name.get_text() for name in names if name]
        ticks = [tick.get_text() for tick in axes.get_xticklabels()]
        assert len(ticks) == len({*ticks}) > 2
        low, high = axes.get_xlim()
        (end,) = {line.get_xdata()[-1] for line in axes.lines}
        assert low < end <= high


def test_collapses_of_negative_returns_are_not_shown(tmp_path):
    runs = [run("pendulum", [-1_200, -150, -400], group="a"), run("walker", [-5, 100, 40, 60], group="b")]
    negative, other = summarize(runs)[0].rows
    assert (negative[-1], other[-1]) == ("-", "50%")
    draw_comparison(runs[:1], tmp_path)
    shown = texts(tmp_path / "stability.svg")
    assert "median change between consecutive evaluations" in shown
    assert "below half" not in shown


def test_runs_evaluated_only_before_their_first_step_are_drawn(tmp_path):
    at_start = {"steps": [0.0], "walltime": [0.0]}
    draw_comparison([run("one", [3], group="a", **at_start), run("other", [4], group="b", **at_start)], tmp_path)
    for name in ("overview", "time_to_return"):
        shown = texts(tmp_path / f"{name}.svg").splitlines()
        assert {"a", "b", "0", "1"} <= {*shown}
        assert "20m" not in shown  # A thousandth of a step.
