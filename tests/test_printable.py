"""Text from elsewhere on a terminal, durations and returns."""

import pytest

from walker_rl.printable import file_name, format_duration, format_return, format_score, one_line, printable


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


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "?"),
        (0, "0 s"),
        (12.4, "12 s"),
        (29, "29 s"),
        (60, "60 s"),
        (90, "90 s"),
        (119.6, "2 min"),
        (125, "2 min 05 s"),
        (599, "9 min 59 s"),
        (630.5, "11 min"),
        (59 * 60, "59 min"),
        (3_599, "1 h 00 min"),
        (3_900, "1 h 05 min"),
        (86_400 + 600, "24 h 10 min"),
    ],
)
def test_format_duration(seconds, text):
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (0.0, "0"),
        (0.4213, "0.421"),
        (-0.3, "-0.3"),
        (9.876, "9.88"),
        (-12.34, "-12"),
        (2_563.7, "2,564"),
        (1e300, "1e+300"),
        (-4e9, "-4e+09"),
    ],
)
def test_small_and_huge_returns_have_three_digits(value, text):
    assert format_return(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.02134, "0.0213"), (-9.876, "-9.88"), (12.0, "12.0"), (-2563.71, "-2563.7"), (1e300, "1e+300")],
)
def test_scores_have_a_decimal_or_three_digits(value, text):
    assert format_score(value) == text
