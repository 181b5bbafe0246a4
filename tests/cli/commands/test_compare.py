"""`walker-rl compare`."""

import json
import subprocess
import sys

import pytest

from tests.analysis.made_runs import make_run
from tests.package_copy import ROOT
from tests.terminal.terminals import on_a_terminal
from tests.tiny import run_command
from walker_rl.analysis.run_tables import write_runs
from walker_rl.analysis.runs import read_runs
from walker_rl.cli import main


@pytest.mark.slow
def test_it_compares_what_a_pattern_names_and_the_tables_kept_of_it(tmp_path, capsys):
    for seed in range(2):
        make_run(tmp_path / f"run{seed}", [100, 200 + seed], f"seed={seed}", final=(300.0, 250.0))
    words = ["--output", str(tmp_path / "a/first"), "--keep", str(tmp_path / "kept"), "--thresholds", "150,1e3"]
    assert main(["compare", f"{tmp_path}/run?", *words]) == 0
    output = capsys.readouterr().out
    assert "250 [250, 250]" in output
    kept = [f"  {tmp_path}/kept/{name}.csv\n" for name in ("runs", "evaluations")]
    assert f"{''.join(kept)}  {tmp_path}/a/first: {len(list((tmp_path / 'a/first').iterdir()))} files\n" in output
    assert output.endswith(f"--thresholds 150,1e3 --output {tmp_path}/a/first/report.html\n")
    assert ",1000.0," in (tmp_path / "a/first/time_to_return.csv").read_text()
    script = [sys.executable, ROOT / "scripts/plot_comparison.py", tmp_path / "kept", "--output", tmp_path / "again"]
    subprocess.run([*script, "--thresholds", "150,1000"], check=True, capture_output=True)
    for path in (tmp_path / "a/first").iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_json_has_the_numbers_of_the_table_and_the_files(tmp_path, capsys):
    for seed in range(2):
        make_run(tmp_path / f"run{seed}", [100, 200 + seed], f"seed={seed}", final=(300.0, 250.0))
    (tmp_path / "run2").mkdir()
    assert main(["compare", f"{tmp_path}/run?", "--output", str(tmp_path / "out"), "--json"]) == 0
    captured = capsys.readouterr()
    compared = json.loads(captured.out)
    (task,) = compared["tasks"]
    (group,) = task["groups"]
    assert (group["num_runs"], group["last_return"]) == (2, {"value": 250.0, "low": 250.0, "high": 250.0})
    assert group["best_return"]["value"] == 300.0
    assert group["num_complete"] == 2
    assert task["probability_of_improvement"] == []
    assert sorted(compared["files"]) == sorted(map(str, (tmp_path / "out").iterdir()))


def test_tables_of_other_runs_are_not_replaced(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("first", "second"):
        make_run(tmp_path / name, [100, 200])
    (tmp_path / "kept").mkdir()
    write_runs(read_runs(["first", "second"]), tmp_path / "kept")
    make_run(tmp_path / "third", [100, 300])
    assert main(["compare", "third", "--keep", "kept"]) == 2
    must_be = "must be new or hold tables of the same runs"
    assert capsys.readouterr() == ("", f"error: keep = kept: {must_be} (it also has first, second)\n")
    assert [run.name for run in read_runs(["kept"])] == ["first", "second"]
    assert not (tmp_path / "comparison").exists()


@pytest.mark.parametrize("name", ["日本", "हिन्दी"])
def test_letters_that_a_figure_lacks_warn_of_nothing(tmp_path, name):
    for folder in (name, "a"):
        make_run(tmp_path / folder / "run", [100, 200])
    result = run_command("compare", name, "a", "--group-by", "folder", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert f"{name}: " in (tmp_path / "comparison" / "overview.svg").read_text(encoding="utf-8")  # A browser has them.


@pytest.mark.slow
def test_on_a_terminal_of_80_columns_no_line_is_longer(tmp_path):
    for seed in range(2):
        make_run(tmp_path / f"run{seed}", [100, 2_000 + seed], f"seed={seed}", final=(3000.0, 2500.0))
    words = ["compare", f"{tmp_path}/run?", "--output", str(tmp_path / "out")]
    text = on_a_terminal(f"from walker_rl.cli import main; main({words})", columns=80)
    table = text.partition(str(tmp_path))[0].splitlines()[:-1]
    assert len(table) > 3
    assert max(map(len, table)) <= 80


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--thresholds", "5,x"), "thresholds = 5,x: must be numbers with commas between them, as in 500,1000"),
        (("--thresholds", "inf"), "thresholds = inf: must be numbers with commas between them, as in 500,1000"),
        (
            ("--output", "{run}/config.yaml"),
            "output = {run}/config.yaml: must be a folder that can be written to (File exists)",
        ),
        (
            ("--keep", "{run}/config.yaml"),
            "keep = {run}/config.yaml: must be a folder that can be written to (File exists)",
        ),
        (("--group-by", "XYZ"), "group_by = XYZ: must be a field of the configuration; no run has such a field"),
        (("--group-by", ""), "group_by = '': must be a field of the configuration; no run has such a field"),
        (
            ("nothing",),
            "run = nothing: does not exist, and as a pattern matches nothing",
        ),
    ],
)
def test_bad_input_gets_one_line(tmp_path, capsys, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    run = make_run(tmp_path / "run", [1, 2])
    assert main(["compare", str(run.path), *(word.format(run=run.path) for word in words)]) == 2
    assert capsys.readouterr().err == f"error: {message.format(run=run.path)}\n"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
