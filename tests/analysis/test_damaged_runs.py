"""Runs that are damaged, or too young, among others that are whole."""

import os

import pytest

from tests.analysis.damage import CASES, FILES, damage
from tests.analysis.made_runs import make_run
from tests.tiny import AGENT
from walker_rl.analysis.runs import read_runs
from walker_rl.cli import main
from walker_rl.errors import UserError
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.creation import create_run_directory


def make_whole(path, seed=0):
    run = make_run(path, [100, 200 + seed], f"seed={seed}", final=(300.0, 250.0))
    rows = ["actor_steps,learner_steps,critic_loss", "1000,1,5.0", "2000,2,4.0", ""]
    (run.metrics / "learner.csv").write_text("\n".join(rows))
    return run


@pytest.mark.parametrize(("file", "kind"), CASES, ids=[f"{file}: {kind}" for file, kind in CASES])
def test_a_damaged_run_is_left_out_and_named(tmp_path, file, kind):
    for seed in range(2):
        make_whole(tmp_path / f"run{seed}", seed)
    damage(tmp_path / "run0", file, kind)
    notes = []
    (run,) = read_runs([tmp_path / "run0", tmp_path / "run1"], note=notes.append)
    assert run.name == "run1"
    (note,) = notes
    assert note.startswith(f"note: left out: {tmp_path}/run0/{file}: must") or note.startswith(
        f"note: left out: {tmp_path}/run0/{file}: line "
    )
    assert len(note.splitlines()) == 1
    with pytest.raises(UserError) as caught:
        read_runs([tmp_path / "run0"])
    assert note == f"note: left out: {caught.value}"


@pytest.mark.parametrize("file", [file for file in FILES if file != "config.yaml"])
def test_a_folder_in_the_place_of_a_file_is_damage(tmp_path, file):
    make_whole(tmp_path / "one")
    make_whole(tmp_path / "two", 1)
    (tmp_path / "one" / file).unlink()
    (tmp_path / "one" / file).mkdir()
    notes = []
    (run,) = read_runs([f"{tmp_path}/*"], note=notes.append)
    assert run.name == "two"
    assert notes == [f"note: left out: {tmp_path}/one/{file}: must be a file that can be read (Is a directory)"]


def test_what_a_pattern_names_besides_runs_is_left_out(tmp_path, capsys):
    make_whole(tmp_path / "runs" / "whole")
    create_run_directory(tmp_path / "runs" / "young", load_config(AGENT))
    (tmp_path / "runs" / "notes.txt").write_text("mine")
    (tmp_path / "runs" / "folder").mkdir()
    os.symlink("nowhere", tmp_path / "runs" / "link")
    assert main(["compare", f"{tmp_path}/runs/*", "--output", str(tmp_path / "comparison")]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    no_run = "must be a run directory, a folder of some, or one with runs.csv and evaluations.csv"
    expected = [
        *(f"note: left out: run = {tmp_path}/runs/{name}: {no_run}" for name in ("folder", "link", "notes.txt")),
        f"note: left out: run = {tmp_path}/runs/young: must have an evaluation; it has none yet",
    ]
    assert captured.out.splitlines()[:4] == expected
    assert f"  {AGENT}" in captured.out


def test_a_link_to_itself_is_left_out(tmp_path):
    make_whole(tmp_path / "whole")
    os.symlink("loop", tmp_path / "loop")
    notes = []
    (run,) = read_runs([tmp_path / "whole", tmp_path / "loop"], note=notes.append)
    assert run.name == "whole"
    (note,) = notes
    assert note.startswith(f"note: left out: run = {tmp_path}/loop: must be a run directory")


def test_a_page_names_what_is_left_out_and_has_no_torn_film(tmp_path, capsys):
    make_whole(tmp_path / "whole").best_video.write_bytes(b"GIF89a\x10")
    damage(make_whole(tmp_path / "damaged", 1).path, "config.yaml", "zeros")
    page = tmp_path / "page.html"
    assert main(["report", f"{tmp_path}/damaged", f"{tmp_path}/whole", "--output", str(page)]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    note, written = captured.out.splitlines()
    assert note.startswith(f"note: left out: {tmp_path}/damaged/config.yaml: must hold ")
    assert written.startswith(f"{page}: ")
    assert f"<p>note: left out: {tmp_path}/damaged/config.yaml" in page.read_text()
    assert "data:image/gif" not in page.read_text()


@pytest.mark.parametrize("command", ["compare", "report"])
def test_without_a_run_that_is_whole_there_is_one_line_and_no_output(tmp_path, capsys, command):
    for seed in range(3):
        damage(make_whole(tmp_path / f"run{seed}", seed).path, "config.yaml", "empty")
    output = tmp_path / "output.html"
    assert main([command, f"{tmp_path}/run*", "--output", str(output)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    assert line.startswith(f"error: {tmp_path}/run0/config.yaml: must hold ")
    assert line.endswith("; 2 more are left out, too")
    assert not output.exists()


def test_a_name_that_is_misspelt_ends_the_command(tmp_path, capsys):
    make_whole(tmp_path / "whole")
    assert main(["compare", str(tmp_path / "whole"), str(tmp_path / "hole"), "--output", str(tmp_path / "out")]) == 2
    missing = f"run = {tmp_path}/hole: does not exist, and as a pattern matches nothing"
    assert capsys.readouterr().err == f"error: {missing}\n"
