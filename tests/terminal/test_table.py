"""Tables on a terminal."""

import re

import pytest

from tests.terminal.terminals import on_a_terminal


def test_what_is_too_long_for_its_column_is_folded_and_not_cut_off():
    name = "a" * 80 + "b" * 80
    text = on_a_terminal(
        f"from walker_rl.terminal.table import print_table\nprint_table(('group', 'of'), [('{name}', 3)])"
    )
    assert re.sub(r"[^ab]", "", text) == name
    assert max(map(len, text.splitlines())) <= 100


COMPARISON = """
from walker_rl.analysis.comparison.summary import HEADER
from walker_rl.terminal.table import print_table

change, collapsed = "7.03 [4.17, 12]", "5%"
print_table(HEADER, [
    ("d4pg", "5", "300,000", "2,522 [2,384, 2,668]", "-", "2,510 [2,384, 2,670]", "-", change, collapsed),
    ("ppo", "5", "300,000", "375 [220, 679]", "86.0%", "381 [146, 775]", "84.0%", change, collapsed),
], indent=2)
"""


def test_intervals_stay_whole_on_80_columns_and_what_has_no_room_follows_below():
    lines = [line.rstrip() for line in on_a_terminal(COMPARISON, columns=80).splitlines()]
    assert lines == [
        "                                        its                    its",
        "  group  runs  steps    last policy     falls  best policy     falls  change",
        "  d4pg   5     300,000  2,522           -      2,510           -      7.03",
        "                        [2,384, 2,668]         [2,384, 2,670]         [4.17, 12]",
        "  ppo    5     300,000  375 [220, 679]  86.0%  381 [146, 775]  84.0%  7.03",
        "                                                                      [4.17, 12]",
        "",
        "  group  collapsed",
        "  d4pg   5%",
        "  ppo    5%",
    ]


@pytest.mark.parametrize("columns", [25, 40, 60, 79, 100])
def test_every_terminal_shows_every_cell_and_tears_no_word(columns):
    lines = on_a_terminal(COMPARISON, columns).splitlines()
    assert max(map(len, lines)) <= columns
    words = " ".join(lines)
    for word in ("[2,384, 2,668]", "[2,384, 2,670]", "[4.17, 12]", "5%", "collapsed", "86.0%"):
        assert word in words


def test_a_wide_terminal_has_a_line_for_each_row():
    header, *rows = on_a_terminal(COMPARISON, columns=120).splitlines()
    assert len(rows) == 2
    assert header.split()[-1] == "collapsed"
