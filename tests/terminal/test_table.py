"""Tables on a terminal of 100 columns."""

import re

from tests.terminal.terminals import on_a_terminal


def test_what_is_too_long_for_its_column_is_folded_and_not_cut_off():
    name = "a" * 80 + "b" * 80
    text = on_a_terminal(
        f"from walker_rl.terminal.table import print_table\nprint_table(('group', 'of'), [('{name}', 3)])"
    )
    assert re.sub(r"[^ab]", "", text) == name
    assert max(map(len, text.splitlines())) <= 100
