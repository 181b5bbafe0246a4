"""Metrics as CSV."""

import csv
import math

import pytest

from tests.fakes import file_size_limit
from walker_rl.errors import RunError, UserError
from walker_rl.files.metrics_file import read_columns
from walker_rl.logging.csv_file import ColumnsError, CSVLogger

STEP = "actor_steps"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "training.csv"


def write(path, *rows):
    logger = CSVLogger(path, warn=pytest.fail)
    for row in rows:
        logger.write(row)
    logger.close()


def test_rows_follow_one_header(path):
    write(path, {"actor_steps": 1, "episode_return": 2.5}, {"actor_steps": 2, "episode_return": -1.0})
    write(path, {"actor_steps": 3, "episode_return": 0.1})
    assert path.read_bytes() == b"actor_steps,episode_return\n1,2.5\n2,-1.0\n3,0.1\n"


def test_a_row_is_in_the_file_when_write_returns(path):
    logger = CSVLogger(path, warn=pytest.fail)
    assert path.read_bytes() == b""
    logger.write({STEP: 1})
    assert path.read_bytes() == b"actor_steps\n1\n"
    assert logger.position == 14
    logger.close()


def test_numbers_are_read_back_exactly(path):
    values = [1 / 3, 1e-300, math.pi * 1e17, -0.0]
    write(path, *({STEP: step, "value": value} for step, value in enumerate(values)))
    with path.open(newline="") as file:
        assert [float(row["value"]) for row in csv.DictReader(file)] == values


@pytest.mark.parametrize("damaged", [b"\xff", b"\0", b"B", b'"'])
def test_a_first_line_that_is_damaged_is_one_line(path, damaged):
    path.write_bytes(b"actor_steps," + damaged + b"\n1,2\n")
    logger = CSVLogger(path, warn=pytest.fail)
    with pytest.raises(
        RunError, match=r"training\.csv: columns \['actor_steps', 'b'\], expected .* as in its first line"
    ):
        logger.write({STEP: 2, "b": 3})
    logger.close()


@pytest.mark.parametrize("first_line", [b"\0ctor_steps,b\n", b"actor_stepz,b\n", b"\n"])
def test_rows_below_a_first_line_that_is_damaged_are_not_cut(path, first_line):
    content = first_line + b"1,2\n\0\0\n2,3\n"
    path.write_bytes(content)
    with pytest.raises(UserError, match=rf"^{path}: line 1 must be whole, with the names of the columns$"):
        CSVLogger(path, warn=pytest.fail)
    assert path.read_bytes() == content


@pytest.mark.parametrize("name", ["perte_é", "q, target", 'a "loss"', "two\nlines", ""])
def test_a_name_that_would_not_be_read_back_is_refused(path, name):
    logger = CSVLogger(path, warn=pytest.fail)
    with pytest.raises(RunError, match=r"training\.csv: column .* must be named in ASCII without commas and quotes$"):
        logger.write({STEP: 1, name: 2.0})
    logger.write({STEP: 1, "q target": 2.0})
    logger.close()
    assert read_columns(path).keys() == {STEP, "q target"}


@pytest.mark.parametrize("row", [{STEP: 1}, {STEP: 1, "b": 2, "c": 3}, {"b": 2, STEP: 1}, {STEP: 1, "B": 2}])
@pytest.mark.parametrize("reopened", [False, True])
def test_other_columns_are_refused_and_nothing_is_written(path, row, reopened):
    logger = CSVLogger(path, warn=pytest.fail)
    logger.write({STEP: 1, "b": 2})
    if reopened:
        logger.close()
        logger = CSVLogger(path, warn=pytest.fail)
    with pytest.raises(ColumnsError, match=r"expected \['actor_steps', 'b'\]"):
        logger.write(row)
    assert path.read_text() == "actor_steps,b\n1,2\n"
    logger.close()


def test_truncated_to_a_position_it_goes_on_from_there(path):
    logger = CSVLogger(path, warn=pytest.fail)
    logger.write({STEP: 1})
    position = logger.position
    logger.write({STEP: 2})
    logger.truncate(position)
    logger.write({STEP: 3})
    assert path.read_text() == "actor_steps\n1\n3\n"
    logger.close()


def test_truncated_to_nothing_it_writes_a_header_again(path):
    logger = CSVLogger(path, warn=pytest.fail)
    logger.write({STEP: 1})
    logger.truncate(0)
    logger.write({STEP: 2, "b": 3})
    assert path.read_text() == "actor_steps,b\n2,3\n"
    logger.close()


def test_a_full_disk_leaves_no_part_of_a_row(path):
    logger = CSVLogger(path, warn=pytest.fail)
    with file_size_limit(13), pytest.raises(OSError, match=r"training\.csv"):
        logger.write({STEP: 100})  # the header and one digit would fit
    assert path.read_bytes() == b""
    logger.write({STEP: 200})
    assert path.read_bytes() == b"actor_steps\n100\n200\n", (
        "what did not fit goes there with the next, below one header"
    )
    with file_size_limit(21), pytest.raises(OSError, match=r"training\.csv"):
        logger.write({STEP: 300})
    assert path.read_bytes() == b"actor_steps\n100\n200\n"
    logger.close()
    assert path.read_bytes() == b"actor_steps\n100\n200\n300\n"


@pytest.mark.parametrize(
    "tail", [bytes(300), b"12a\n", b",,,\n", b"3", b"3,4.5", b"\xff\xfe\n", b'"\n', b"\n", b"3,4,5\n", b"x,4\n"]
)
@pytest.mark.parametrize("rows", [(), ({STEP: 1, "b": 0.5},), ({STEP: 1, "b": 0.5}, {STEP: 2, "b": -1.5})])
def test_what_follows_the_last_whole_row_is_cut_before_anything_is_appended(path, tail, rows):
    write(path, *rows)
    whole = path.read_bytes()
    path.write_bytes(whole + tail)
    warnings = []
    logger = CSVLogger(path, warnings.append)
    assert path.read_bytes() == whole
    assert warnings == [f"warning: {path}: {len(tail)} bytes after its last whole row were cut"]
    logger.write({STEP: 7, "b": 8})
    logger.close()
    assert path.read_bytes() == (whole or b"actor_steps,b\n") + b"7,8\n"
