"""Names that figures, tables, pages and terminals could take for something else."""

import csv
import dataclasses
import warnings
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.analysis.made_runs import run
from tests.tiny import run_command
from walker_rl.analysis.comparison.figures import draw_comparison
from walker_rl.analysis.run_tables import write_runs
from walker_rl.analysis.runs import read_runs
from walker_rl.analysis.tables import read_table, write_table
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.curve import plot_curve

HOSTILE_TO_FIGURES = (
    r"$\frac{$",
    "$x$ and $",
    r"\$\alpha\$",
    "_hidden",
    "\x1b[31mred\x07",
    "two\nlines",
    "<script>alert(1)</script>",
    'a,b;"c"',
    "%s {0} {x}",
)
NAMES = (
    *HOSTILE_TO_FIGURES,
    "two\rlines",
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "'quoted",
    "''",
)


def made_runs(names=NAMES):
    return [
        run(f"{name}{index}", [1.0, 5.0 + index], group=name, last=5.0 + index, best=6.0)
        for name in names
        for index in range(2)
    ]


def texts(svg: Path) -> str:
    return "\n".join(ElementTree.parse(svg).getroot().itertext())


@pytest.mark.slow
def test_every_figure_shows_them_as_they_are(tmp_path):
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "The label")
        written = draw_comparison(made_runs(HOSTILE_TO_FIGURES), tmp_path)
    svgs = [path for path in written if path.suffix == ".svg"]
    assert len(svgs) == 8
    for svg in svgs:
        shown = texts(svg)
        for name in (r"$\frac{$", "$x$ and $", r"\$\alpha\$", "_hidden", "[31mred", "two lines", "<script>alert(1)"):
            assert name in shown, (svg, name)
        assert "\x1b" not in shown


def test_the_curve_of_a_run_has_any_title(tmp_path):
    rows = "actor_steps,mean_return,episode_return_0\n10,1,1\n20,2,2\n"
    (tmp_path / "evaluation.csv").write_text(rows)
    config = dataclasses.replace(load_config("d4pg"), task=r"$\frac{$")
    plot_curve(tmp_path, tmp_path / "curve.svg", config)
    assert r"<!-- d4pg on $\frac{$, seed 0 -->" in (tmp_path / "curve.svg").read_text(), "beside its outlines"


def test_no_cell_of_a_table_is_a_formula_and_every_text_comes_back(tmp_path):
    rows = [{"name": name, "number": -1.5, "nothing": None} for name in NAMES]
    write_table(tmp_path / "table.csv", rows)
    with (tmp_path / "table.csv").open(newline="") as file:
        cells = [row["name"] for row in csv.DictReader(file)]
    assert not any(cell.startswith(tuple("=+-@\t\r")) for cell in cells)
    assert cells[NAMES.index("=1+1")] == "'=1+1"
    assert read_table(tmp_path / "table.csv") == [{"name": name, "number": "-1.5", "nothing": ""} for name in NAMES]


def test_runs_with_such_names_come_back(tmp_path):
    write_runs(made_runs(), tmp_path)
    assert [(run.name, run.group) for run in read_runs([tmp_path])] == [(run.name, run.group) for run in made_runs()]


@pytest.mark.slow
@pytest.mark.parametrize("command", ["compare", "report"])
def test_commands_take_them(tmp_path, command):
    write_runs(made_runs(HOSTILE_TO_FIGURES), tmp_path)
    output = tmp_path / {"compare": "out", "report": "out.html"}[command]
    result = run_command(command, tmp_path, "--output", output)
    assert (result.returncode, result.stderr) == (0, "")
    assert "\x1b" not in result.stdout and "\x07" not in result.stdout
    if command == "report":
        assert "<script>alert(1)" not in output.read_text()
