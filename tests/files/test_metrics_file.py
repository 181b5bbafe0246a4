"""Files of metrics whose rows may be torn."""

import numpy as np
import pytest

from tests.fuzzing import make_generator
from walker_rl.errors import NotWholeError
from walker_rl.files.metrics_file import read_columns, read_whole_rows, whole_size

WHOLE = b"actor_steps,x\n1,0.3333333333333333\n2,-1e+30\n3,nan\n"


def test_columns_are_arrays_of_numbers(tmp_path):
    path = tmp_path / "metrics.csv"
    path.write_bytes(WHOLE)
    for read in (read_columns, read_whole_rows):
        columns = read(path)
        assert list(columns) == ["actor_steps", "x"]
        np.testing.assert_array_equal(columns["actor_steps"], [1, 2, 3])
        np.testing.assert_array_equal(columns["x"], [1 / 3, -1e30, np.nan])


@pytest.mark.parametrize("content", [None, b"", b"actor_steps,x\n"])
def test_a_file_without_rows_has_no_columns(tmp_path, content):
    path = tmp_path / "metrics.csv"
    if content is not None:
        path.write_bytes(content)
    assert read_columns(path) == read_whole_rows(path) == {}


@pytest.mark.parametrize(
    "torn",
    [
        b"12a\n",
        b",\n",
        b"\0" * 300 + b"\n",
        b"4\n",
        b"1,2,3\n",
        b"-1,2\n",
        b"1.5,2\n",
        b"\xff,2\n",
        b"9" * 16 + b",2\n",
    ],
)
@pytest.mark.parametrize("line", [1, 2, 3, 4])
def test_a_line_that_is_torn_is_named_or_left_out(tmp_path, torn, line):
    path = tmp_path / "metrics.csv"
    lines = WHOLE.splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[: line - 1], torn, *lines[line - 1 :]]))
    with pytest.raises(NotWholeError, match=f"^{path}: line {line} must be whole, with a number for each column$"):
        read_columns(path)
    kept = read_whole_rows(path)
    assert kept == {} if line == 1 else list(kept["actor_steps"]) == [1, 2, 3]


def test_a_file_that_cannot_be_read_is_one_line(tmp_path):
    with pytest.raises(NotWholeError, match=f"^{tmp_path}: must be a file that can be read .Is a directory.$"):
        read_columns(tmp_path)


def test_any_bytes_may_follow_the_last_whole_row():
    random = make_generator()
    letters = b'0123456789.,-e\n\0"\xff'
    for _ in range(500):
        tail = bytes(random.choice(list(letters), random.integers(40)).astype(np.uint8))
        content = WHOLE + tail
        size = whole_size(content)
        assert len(WHOLE) <= size <= len(content)
        assert whole_size(content[:size]) == size
        assert content[:size].endswith(b"\n")
        assert whole_size(content[:size] + b"7,8\n") == size + 4
