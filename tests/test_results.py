"""The figures of `images/` are those of `results/`, and so are the numbers of `docs/results.md`."""

import itertools
import re
import shlex
import subprocess
import sys

import pytest

from tests.package_copy import ROOT
from tests.stacks import acme_stack
from walker_rl.cli import main
from walker_rl.pretrained import pretrained_policies
from walker_rl.stack import HAS_ACME

RESULTS = sorted(path.name for path in (ROOT / "results").iterdir() if path.is_dir())


def test_every_curve_among_the_images_is_in_a_folder_of_results():
    assert RESULTS
    pictures = [path for path in (ROOT / "images").glob("**/*") if path.suffix in (".png", ".svg")]
    assert {path.parent.name for path in pictures} == {*RESULTS}


BLOCKS = re.findall(r"^```\n\$ (.+)\n((?:.+\n)+?)```$", (ROOT / "docs/results.md").read_text(), re.MULTILINE)
"""Commands in the document, each with what it prints there."""


COMPARE = "walker-rl compare results/"

QUOTED = {command.removeprefix(COMPARE): printed for command, printed in BLOCKS if command.startswith(COMPARE)}
"""The tables in the document, by the folder of `results/` that each compares."""

SCRIPTS = [(command, printed) for command, printed in BLOCKS if not command.startswith(COMPARE)]


def test_every_command_of_the_document_is_run():
    assert len(BLOCKS) == (ROOT / "docs/results.md").read_text().count("\n$ ") == len(QUOTED) + len(SCRIPTS) > 0
    assert QUOTED.keys() <= {*RESULTS}


@pytest.mark.slow
@pytest.mark.parametrize("name", [pytest.param(name, marks=() if name in QUOTED else acme_stack) for name in RESULTS])
def test_the_figures_are_drawn_from_the_tables_and_the_document_quotes_what_is_printed(
    tmp_path, name, capsys, monkeypatch
):
    monkeypatch.chdir(ROOT)
    assert main(["compare", f"results/{name}", "--output", str(tmp_path)]) == 0
    printed = capsys.readouterr().out.split(f"  {tmp_path}")[0]  # The folder of the figures follows.
    assert name not in QUOTED or printed == QUOTED[name]
    if HAS_ACME:  # Another Matplotlib draws other bytes.
        drawn = [path for path in tmp_path.iterdir() if path.suffix != ".csv"]
        kept = [path for path in (ROOT / "images" / name).iterdir() if path.suffix != ".csv"]
        assert {path.name for path in drawn} == {path.name for path in kept}
        for path in drawn:
            assert path.read_bytes() == (ROOT / "images" / name / path.name).read_bytes(), f"{path.name}: make figures"


@pytest.mark.slow
@pytest.mark.parametrize(("command", "printed"), SCRIPTS, ids=[command for command, _ in SCRIPTS])
def test_the_document_quotes_what_the_scripts_print(command, printed):
    program, *arguments = shlex.split(command)
    assert program == "python"
    result = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == printed


def test_the_leaderboard_ranks_the_pretrained_policies_as_their_table_has_them():
    _, section = (ROOT / "docs/results.md").read_text().split("## Leaderboard\n")
    rows = [line for line in section.split("\n## ")[0].splitlines() if line.startswith("|")][2:]
    assert [row for row in rows if row.startswith("| **")] == [
        f"| **{policy.name}** | {policy.mean_return:,.0f} | {policy.stddev_return:,.0f} | "
        f"{policy.steady_return:,.0f} | {policy.falls:.0%} |"
        for policy in sorted(pretrained_policies(), key=lambda policy: -policy.steady_return)
    ]
    numbers = [[int(cell.replace(",", "")) for cell in row.split(" | ")[1:4]] for row in rows]
    assert all(abs(mean - std - steady) <= 1 for mean, std, steady in numbers), "but for rounding"
    assert all(higher >= lower for (*_, higher), (*_, lower) in itertools.pairwise(numbers))
