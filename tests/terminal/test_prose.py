"""Sentences on standard output."""

from tests.terminal.terminals import on_a_terminal
from walker_rl.terminal.prose import print_prose

TEXT = "Expect a return of 2,406 in runs/a-path-that-is-longer-than-a-line, or so.\nThat is all."


def test_a_terminal_wraps_at_spaces_and_keeps_paths_whole():
    code = f"from walker_rl.terminal.prose import print_prose; print_prose({TEXT!r})"
    assert on_a_terminal(code, columns=20).splitlines() == [
        "Expect a return of",
        "2,406 in",
        "runs/a-path-that-is-longer-than-a-line,",
        "or so.",
        "That is all.",
    ]


def test_lines_are_aligned_beside_their_head():
    code = "from walker_rl.terminal.prose import print_prose; print_prose('one seed says nothing', '  note:')"
    assert on_a_terminal(code, columns=20).splitlines() == ["  note: one seed", "        says nothing"]
    assert on_a_terminal(code, columns=4).splitlines()[-1].endswith("nothing"), "words that do not fit stay whole"


def test_elsewhere_a_line_stays_a_line(capsys):
    print_prose(TEXT)
    assert capsys.readouterr().out == f"{TEXT}\n"
