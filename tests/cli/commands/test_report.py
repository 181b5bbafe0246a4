"""`walker-rl report`."""

import tempfile

import pytest

from tests.analysis.made_runs import make_film, make_run
from walker_rl.analysis.report import page
from walker_rl.cli import main


def test_tables_alone_make_a_page_without_settings(tmp_path, capsys):
    make_run(tmp_path / "run", [1, 2], final=(3.0, 2.0))
    assert (
        main(["compare", str(tmp_path / "run"), "--output", str(tmp_path / "out"), "--keep", str(tmp_path / "kept")])
        == 0
    )
    assert main(["report", str(tmp_path / "kept"), "--output", str(tmp_path / "page.html")]) == 0
    assert f"{tmp_path}/page.html: " in capsys.readouterr().out
    text = (tmp_path / "page.html").read_text()
    assert 'id="figures"' in text
    assert 'id="settings"' not in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--output", "."), "output = .: must be writable (Is a directory)"),
        (("--output", "none/a.html"), "output = none/a.html: must be writable (No such file or directory)"),
        (("--output", "run/config.yaml"), "output = run/config.yaml: must be a new file, or end in .html or .htm"),
        (("--thresholds", "high"), "thresholds = high: must be numbers with commas between them, as in 500,1000"),
        (("none",), "run = none: does not exist, and as a pattern matches nothing"),
    ],
)
def test_bad_input_gets_one_line(tmp_path, capsys, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    make_run(tmp_path / "run", [1, 2])
    assert main(["report", "run", *words]) == 2
    assert capsys.readouterr().err == f"error: {message}\n"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("output", ["none/report.html", "."])
def test_an_output_is_checked_before_anything_is_drawn(tmp_path, monkeypatch, output):
    make_run(tmp_path / "run", [1, 2])
    drawn = []
    monkeypatch.setattr(page, "render_page", lambda *arguments: drawn.append(arguments))
    assert main(["report", str(tmp_path / "run"), "--output", str(tmp_path / output)]) == 2
    assert drawn == []


def test_a_seed_and_steps_have_all_their_digits(tmp_path):
    make_run(tmp_path / "run", [1, 2], "seed=4294967290", period=1_234_567_890)
    assert main(["report", str(tmp_path / "run"), "--output", str(tmp_path / "page.html")]) == 0
    text = (tmp_path / "page.html").read_text()
    assert '<td data-value="4294967290">4294967290</td>' in text
    assert '<td data-value="2469135780.0">2,469,135,780</td>' in text


def test_a_group_has_the_film_of_its_best_run_even_if_another_returns_nothing(tmp_path):
    for name, evaluated, final in (("lucky", 5, (0.0, 0.0)), ("best", 1, (2.0, 2.0))):
        make_film(make_run(tmp_path / name, [evaluated], final=final).best_video)
    output = tmp_path / "report.html"
    assert main(["report", str(tmp_path / "lucky"), str(tmp_path / "best"), "--output", str(output)]) == 0
    assert "<figcaption>Best policy of best</figcaption>" in output.read_text()


def test_a_temporary_folder_that_takes_nothing_is_told_in_a_line(tmp_path, capsys, monkeypatch):
    make_run(tmp_path / "run", [1, 2])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    output = tmp_path / "report.html"
    assert main(["report", str(tmp_path / "run"), "--output", str(output)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {output}: not written: {tmp_path / 'none'}")
    assert not output.exists()
