"""Commands as they are printed, to be typed."""

import shlex
import sys
from pathlib import Path

from walker_rl.cli.program import command_line, typed
from walker_rl.cli.run_page import where_to_look


def test_a_path_is_never_an_option():
    words = shlex.split(command_line("render", Path("-x"), "--output", Path("a b")))
    assert words[1:] == ["render", "./-x", "--output", "a b"]
    *_, folder = shlex.split(where_to_look(Path("-x"), Path("-x/tensorboard")))
    assert folder == "./-x/tensorboard"


def test_a_program_has_a_path_even_if_the_current_folder_is_gone(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert Path(typed("no-such-program")).is_absolute()


def test_a_program_of_another_environment_on_the_path_is_not_meant(tmp_path, monkeypatch):
    mine, other = tmp_path / "mine/bin", tmp_path / "other/bin"
    for folder in (mine, other):
        folder.mkdir(parents=True)
        (folder / "walker-rl").touch(0o755)
    monkeypatch.setattr(sys, "executable", str(mine / "python"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{other}:{mine}")
    assert typed("walker-rl") == "mine/bin/walker-rl"
    monkeypatch.setenv("PATH", f"{mine}:{other}")
    assert typed("walker-rl") == "walker-rl"
