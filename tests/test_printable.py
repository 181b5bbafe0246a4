"""Text from elsewhere on a terminal."""

import pytest

from walker_rl.printable import file_name, one_line, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("d4pg, 5 %: $x$", "d4pg, 5 %: $x$"),
        ("é 模型 🤖", "é 模型 🤖"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]0;title\x07\x9b2J", "]0;title2J"),
        ("one\ntwo\tthree\r\x85\u2028", "one two three   "),
        ("gnp\u202egpj\u200b\ufeff", "gnpgpj"),
        ("\udcff\ud800", ""),
    ],
)
def test_nothing_that_a_terminal_obeys_is_left(text, shown):
    assert printable(text) == shown


def test_a_message_keeps_the_bytes_of_a_path():
    assert one_line("caf\udce9\n\x1b[2J is none") == r"caf\udce9 [2J is none"


def test_a_long_name_is_shortened_and_stays_one_of_its_own():
    assert file_name("rail.tracks:make") == "rail.tracks-make"
    assert file_name("x" * 100) == "x" * 100
    names = {file_name(f"{letter * 200}:{end}") for letter in "aé" for end in ("make", "made")}
    assert len(names) == 4
    assert max(len(name.encode()) for name in names) <= 100
