"""`walker-rl report`."""

import re
import tempfile

import pytest

from tests.analysis.made_runs import make_film, make_run
from walker_rl.agents import agent_names
from walker_rl.analysis.report import page
from walker_rl.cli import main


def test_tables_alone_make_a_page_without_settings(tmp_path, capsys):
    make_run(tmp_path / "run", [1, 2], final=(3.0, 2.0))
    assert (
        main(["compare", str(tmp_path / "run"), "--output", str(tmp_path / "out"), "--keep", str(tmp_path / "kept")])
        == 0
    )
    assert main(["report", str(tmp_path / "kept"), "--output", str(tmp_path / "new/page.html")]) == 0
    assert f"{tmp_path}/new/page.html: " in capsys.readouterr().out
    text = (tmp_path / "new/page.html").read_text()
    assert 'id="figures"' in text
    assert 'id="settings"' not in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--output", "."), "output = .: must end in .html or .htm"),
        (
            ("--output", "run/config.yaml/a.html"),
            "output = run/config.yaml/a.html: must be writable (File exists)",
        ),
        (("--output", "run/config.yaml"), "output = run/config.yaml: must end in .html or .htm"),
        (("--output", "page.pdf"), "output = page.pdf: must end in .html or .htm"),
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


@pytest.mark.parametrize("output", ["run/config.yaml/report.html", "."])
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


FILMED = [
    ([([5, 5, 6], None, "whole"), ([0, 9, 1], None, "whole"), ([4, 4, 4], None, "whole")], 1),
    ([([9], (0.0, 0.0), "whole"), ([1], (1.0, 9.0), "whole"), ([1], (2.0, 0.0), "whole")], 2),
    ([([1], (1.0, 1.0), "whole"), ([1], (3.0, 3.0), "torn"), ([1], (2.0, 2.0), "whole")], 2),
    ([([1], (1.0, 1.0), "whole"), ([1], (3.0, 3.0), "none"), ([1], (2.0, 2.0), "whole")], 2),
]
"""Evaluations, final returns of the best and the last policy, and film of each run of a group; which film is shown."""


def test_a_group_has_the_whole_film_of_its_best_run(tmp_path, monkeypatch):
    monkeypatch.setattr(page, "_figures", lambda *_, **__: [])
    expected = []
    for agent, (runs, shown) in zip(agent_names(), FILMED, strict=False):
        for seed, (returns, final, film) in enumerate(runs):
            path = tmp_path / "runs" / f"{agent}{seed}"
            run = make_run(path, returns, f"seed={seed}", agent=agent, final=final)
            if film != "none":
                make_film(run.best_video)
            if film == "torn":
                run.best_video.write_bytes(run.best_video.read_bytes()[:20])
        expected.append(f"{agent}{shown}")
    assert len(expected) == len(FILMED)
    output = tmp_path / "page.html"
    assert main(["report", f"{tmp_path}/runs/*", "--output", str(output)]) == 0
    assert re.findall("<figcaption>Best policy of (.*)</figcaption>", output.read_text()) == expected


def test_a_temporary_folder_that_takes_nothing_is_told_in_a_line(tmp_path, capsys, monkeypatch):
    make_run(tmp_path / "run", [1, 2])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    output = tmp_path / "report.html"
    assert main(["report", str(tmp_path / "run"), "--output", str(output)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {output}: not written: {tmp_path / 'none'}")
    assert not output.exists()
