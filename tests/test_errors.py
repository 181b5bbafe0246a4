"""One-line texts of other packages' errors."""

import pytest

from walker_rl.errors import kind_and_message


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OSError("no such robot"), "OSError: no such robot"),
        (ImportError("no module\n  in this place"), "ImportError: no module"),
        (AssertionError(), "AssertionError"),
    ],
)
def test_an_error_in_one_line(error, line):
    assert kind_and_message(error) == line
