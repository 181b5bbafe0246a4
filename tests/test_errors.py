"""What a user reads of an error of another package."""

import pytest

from walker_rl.errors import in_one_line


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OSError("no such robot"), "OSError: no such robot"),
        (ImportError("no module\n  in this place"), "ImportError: no module"),
        (AssertionError(), "AssertionError"),
    ],
)
def test_an_error_in_one_line(error, line):
    assert in_one_line(error) == line
