"""The onlooker, who must not end what it looks at."""

import os
import subprocess
import sys

import pytest

from tests.analysis.made_runs import make_run
from tests.tiny import AGENT
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.onlooker import Onlooker
from walker_rl.terminal.display import Display


@pytest.mark.parametrize("name", ["curve.png", "metrics/evaluation.csv", "metrics/training.csv"])
def test_what_it_cannot_read_or_draw_is_a_warning(tmp_path, capsys, name):
    run = make_run(tmp_path / "run", [1.0, 2.0])
    (run.path / name).unlink(missing_ok=True)
    (run.path / name).mkdir()
    Onlooker(load_config(AGENT), run, Display()).look()
    assert capsys.readouterr().out.startswith(f"warning: {run.curve}: not drawn (")


def test_whatever_stops_matplotlib_is_a_warning(tmp_path):
    run = make_run(tmp_path / "run", [1.0, 2.0])
    (tmp_path / "settings").write_bytes(b"font.family: caf\xe9")
    code = (
        "import sys; from pathlib import Path\n"
        "from walker_rl.experiments.config_loading import load_config\n"
        "from walker_rl.experiments.run.directory import RunDirectory\n"
        "from walker_rl.experiments.run.onlooker import draw_curve\n"
        "draw_curve(RunDirectory(Path(sys.argv[1])), load_config(sys.argv[2]), print)"
    )
    drawn = subprocess.run(
        [sys.executable, "-c", code, run.path, AGENT],
        env=os.environ | {"MATPLOTLIBRC": str(tmp_path / "settings")},
        capture_output=True,
        text=True,
    )
    assert drawn.returncode == 0, drawn.stderr
    assert drawn.stdout.startswith(f"warning: {run.curve}: not drawn ('utf-8' codec can't decode ")


def test_it_raises_each_alarm_once(tmp_path, capsys):
    run = make_run(tmp_path / "run", [70.0, 1_700.0, *[300.0] * 5])
    onlooker = Onlooker(load_config(AGENT), run, Display())
    onlooker._allowance._began -= 3_600.0
    onlooker.look()
    onlooker.look()
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("warning: return collapsed: 300 in the last 5 evaluations, 1,700 at best")


def test_it_looks_no_more_once_its_time_is_spent(tmp_path, capsys):
    run = make_run(tmp_path / "run", [70.0, 1_700.0, *[300.0] * 5])
    onlooker = Onlooker(load_config(AGENT), run, Display())
    onlooker._allowance._spent = 3_600.0
    onlooker.look()
    assert capsys.readouterr().out == ""
    assert not run.curve.exists()


def test_damaged_first_lines_leave_a_curve(tmp_path, capsys):
    run = make_run(tmp_path / "run", [1.0, 2.0])
    evaluation = run.metrics / "evaluation.csv"
    evaluation.write_text(evaluation.read_text().replace("episode_return_0", "episode_return?0"))
    (run.metrics / "training.csv").write_text("actor_steps,episode_return?\n1,2\n")
    Onlooker(load_config(AGENT), run, Display()).look()
    assert capsys.readouterr().out == ""
    assert run.curve.exists()
