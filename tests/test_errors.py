"""One-line texts of other packages' errors."""

import pytest

from walker_rl.errors import NotWholeError, RunError, UserError, described, kind_and_message, reason_of, text_of


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


@pytest.mark.parametrize("kind", [UserError, NotWholeError, RunError])
def test_a_line_is_shortened_between_its_field_and_what_is_allowed(kind):
    assert str(kind("y" * 1_000)) == "y" * 1_000
    line = str(kind(f"task = {'y' * 5_000}: must be one that walker-rl list shows"))
    assert line.startswith("task = yyy")
    assert line.endswith("yyy: must be one that walker-rl list shows")
    assert len(line) == 999


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (FileNotFoundError(2, "No such file or directory", "a"), "No such file or directory"),
        (TimeoutError("timed out"), "timed out"),
        (ValueError("two\nlines"), "two lines"),
        (OSError(), "OSError"),
    ],
)
def test_a_reason_has_neither_number_nor_path(error, reason):
    assert reason_of(error) == reason
