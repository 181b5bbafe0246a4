"""Commands as they are printed, to be typed."""

import shlex
from pathlib import Path

from walker_rl.cli.program import typed
from walker_rl.cli.request import command_line
from walker_rl.cli.watch import where_to_look


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
