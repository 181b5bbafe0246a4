"""One-line texts of other packages' errors."""

import pytest

from walker_rl.errors import described, kind_and_message, text_of


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


@pytest.mark.parametrize(
    ("error", "text", "description"),
    [
        (ValueError("no\n  such robot "), "no such robot", "ValueError: no such robot"),
        (AssertionError(), "AssertionError", "AssertionError"),
    ],
)
def test_the_whole_text_of_an_error_in_one_line(error, text, description):
    assert (text_of(error), described(error)) == (text, description)
