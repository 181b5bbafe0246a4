"""Metrics as CSV."""

import csv
import math

import pytest

from tests.fakes import file_size_limit
from walker_rl.logging.csv_file import CSVLogger


@pytest.fixture
def path(tmp_path):
    return tmp_path / "training.csv"


def write(path, *rows):
    logger = CSVLogger(path)
    for row in rows:
        logger.write(row)
    logger.close()


def test_rows_follow_one_header(path):
    write(path, {"actor_steps": 1, "episode_return": 2.5}, {"actor_steps": 2, "episode_return": -1.0})
    write(path, {"actor_steps": 3, "episode_return": 0.1})
    assert path.read_bytes() == b"actor_steps,episode_return\n1,2.5\n2,-1.0\n3,0.1\n"


def test_a_row_is_in_the_file_when_write_returns(path):
    logger = CSVLogger(path)
    assert path.read_bytes() == b""
    logger.write({"a": 1})
    assert path.read_bytes() == b"a\n1\n"
    assert logger.position == 4
    logger.close()


def test_numbers_are_read_back_exactly(path):
    values = [1 / 3, 1e-300, math.pi * 1e17, -0.0]
    write(path, *({"value": value} for value in values))
    with path.open(newline="") as file:
        assert [float(row["value"]) for row in csv.DictReader(file)] == values


def test_text_is_quoted_where_it_must_be(path):
    write(path, {"name": 'a "b", c'})
    with path.open(newline="") as file:
        assert list(csv.DictReader(file)) == [{"name": 'a "b", c'}]


@pytest.mark.parametrize("row", [{"a": 1}, {"a": 1, "b": 2, "c": 3}, {"b": 2, "a": 1}, {"a": 1, "B": 2}])
@pytest.mark.parametrize("reopened", [False, True])
def test_other_columns_are_refused_and_nothing_is_written(path, row, reopened):
    logger = CSVLogger(path)
    logger.write({"a": 1, "b": 2})
    if reopened:
        logger.close()
        logger = CSVLogger(path)
    with pytest.raises(ValueError, match=r"expected \['a', 'b'\]"):
        logger.write(row)
    assert path.read_text() == "a,b\n1,2\n"
    logger.close()


def test_truncated_to_a_position_it_goes_on_from_there(path):
    logger = CSVLogger(path)
    logger.write({"a": 1})
    position = logger.position
    logger.write({"a": 2})
    logger.truncate(position)
    logger.write({"a": 3})
    assert path.read_text() == "a\n1\n3\n"
    logger.close()


def test_truncated_to_nothing_it_writes_a_header_again(path):
    logger = CSVLogger(path)
    logger.write({"a": 1})
    logger.truncate(0)
    logger.write({"b": 2})
    assert path.read_text() == "b\n2\n"
    logger.close()


def test_a_full_disk_leaves_no_part_of_a_row(path):
    logger = CSVLogger(path)
    with file_size_limit(3), pytest.raises(OSError, match=r"training\.csv"):
        logger.write({"a": 100})  # the header and one digit would fit
    assert path.read_bytes() == b""
    logger.write({"a": 200})
    assert path.read_bytes() == b"a\n100\n200\n", "what did not fit goes there with the next, below one header"
    with file_size_limit(11), pytest.raises(OSError, match=r"training\.csv"):
        logger.write({"a": 300})
    assert path.read_bytes() == b"a\n100\n200\n"
    logger.close()
    assert path.read_bytes() == b"a\n100\n200\n300\n"
