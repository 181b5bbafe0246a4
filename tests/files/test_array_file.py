"""Named arrays in one file: exact, whole or not there."""

import gc
import subprocess
import sys

import numpy as np
import pytest

from tests.fakes import assert_equal_trees, file_size_limit
from walker_rl.files.array_file import TornFileError, read_arrays, write_arrays

ARRAYS = {
    "float32": np.linspace(-1, 1, 99, dtype=np.float32),
    "policy/hidden_0/w": np.arange(12.0).reshape(3, 4),
    "bytes": np.frombuffer(b"hello", np.uint8),
    "nothing": np.zeros((0, 3), np.float32),
    "number": np.array(2**40),
    "truth": np.array([True, False]),
    "columns": np.asfortranarray(np.arange(6).reshape(2, 3)),
    "not finite": np.array([np.nan, np.inf, -0.0]),
    "every other": np.arange(10)[::2],
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "arrays.npz"


def test_what_is_written_is_read(path):
    write_arrays(path, ARRAYS)
    assert_equal_trees(read_arrays(path), ARRAYS)
    assert list(path.parent.iterdir()) == [path]


def test_numpy_reads_it_and_is_read(path):
    write_arrays(path, ARRAYS)
    with np.load(path) as arrays:
        assert_equal_trees(dict(arrays), ARRAYS)
    np.savez(path, **ARRAYS)
    assert_equal_trees(read_arrays(path), ARRAYS)


def test_objects_are_not_pickled(path):
    with pytest.raises(ValueError, match="allow_pickle"):
        write_arrays(path, {"objects": np.array([{}])})
    assert not path.exists()


@pytest.mark.parametrize("num_bytes", [0, 10, 500, 1_900, 2_400])
def test_a_full_disk_leaves_the_file_before_and_nothing_else(path, num_bytes, monkeypatch):
    complaints = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    write_arrays(path, {"old": np.ones(3)})
    with file_size_limit(num_bytes), pytest.raises(OSError):
        write_arrays(path, {**ARRAYS, "large": np.zeros(1_000)})
    assert_equal_trees(read_arrays(path), {"old": np.ones(3)})
    assert list(path.parent.iterdir()) == [path]
    gc.collect()
    assert complaints == []  # an archive left open complains when it is collected


def test_a_missing_file_is_no_torn_one(path):
    with pytest.raises(FileNotFoundError):
        read_arrays(path)


def test_a_file_that_is_cut_is_torn(path):
    write_arrays(path, ARRAYS)
    content = path.read_bytes()
    for length in [*range(0, len(content), 97), len(content) - 1]:
        path.write_bytes(content[:length])
        with pytest.raises(TornFileError):
            read_arrays(path)


@pytest.mark.parametrize("mask", [0x01, 0x08, 0x80])
def test_a_flipped_bit_is_found_wherever_it_matters(path, mask):
    """Some bytes of the zip format say nothing, as dates do; a flip there changes no array. A flip may hide one."""
    write_arrays(path, ARRAYS)
    content = path.read_bytes()
    num_torn = 0
    positions = range(0, len(content), 11)
    for position in positions:
        path.write_bytes(content[:position] + bytes([content[position] ^ mask]) + content[position + 1 :])
        try:
            arrays = read_arrays(path)
        except TornFileError:
            num_torn += 1
        else:
            assert_equal_trees(arrays, {name: ARRAYS[name] for name in arrays})
    assert num_torn > len(positions) / 2


MEMORY = """
import resource, sys
from pathlib import Path
from walker_rl.files.array_file import read_arrays

used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2**24, -1))
try:
    read_arrays(Path(sys.argv[1]))
except MemoryError:
    print("no memory")
"""


def test_a_file_that_cannot_be_read_is_no_torn_one(path):
    write_arrays(path, {"large": np.zeros(2**26, np.uint8)})
    process = subprocess.run([sys.executable, "-c", MEMORY, path], capture_output=True, text=True)
    assert (process.stdout, process.stderr) == ("no memory\n", "")
    path.unlink()
    path.symlink_to(path)
    with pytest.raises(OSError, match="symbolic links"):
        read_arrays(path)
