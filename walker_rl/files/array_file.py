"""Named arrays in one `.npz` file, written whole or not at all."""

import errno
import io
import math
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import numpy as np

from walker_rl.errors import text_of
from walker_rl.files.whole_file import whole_file

_SUFFIX = ".npy"

_MAX_EXPANSION = 10
"""Most bytes unpacked per byte of a file; weights hardly compress, and our files are not compressed."""

_MAX_HEADER_SIZE = 1_024
"""Most bytes of an array's NumPy header, a Python literal; ours have 118."""


_OF_DAMAGE = (None, errno.EINVAL)
"""Numbers of the system's errors that damage causes, as where a file points before its start."""


class TornFileError(Exception):
    """Raised for a file that does not hold named arrays."""


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes a temporary file, and renames it to `path` once it is on the disk. `numpy.load` reads it.

    Raises:
        OSError: if it can't be written; `path` is unchanged and the temporary file is removed.
    """
    # On a full disk, `numpy.savez` leaves its archive open, which prints errors later.
    with whole_file(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(name + _SUFFIX, "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Reads a file of `write_arrays`, and verifies every checksum.

    Refuses to allocate or unpack more than the file can hold, whatever its headers say.

    Raises:
        OSError: if there is no file, or it can't be read.
        MemoryError: if its contents don't fit into memory.
        TornFileError: if it is torn, or another kind of file.
    """
    with path.open("rb") as file:
        return unpack_arrays(file)


def unpack_arrays(file: IO[bytes]) -> dict[str, np.ndarray]:
    """Reads the contents of such a file, as `read_arrays` does.

    Raises:
        OSError: if they can't be read.
        MemoryError: if they don't fit into memory.
        TornFileError: if they are torn, or something else.
    """
    num_bytes = file.seek(0, os.SEEK_END)
    if not num_bytes:
        raise TornFileError("it is empty")  # As a device is, whose contents might have no end.
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > _MAX_EXPANSION * num_bytes:
                raise ValueError("it claims to hold more than fits into it")
            return {member.filename.removesuffix(_SUFFIX): _read_array(archive, member) for member in members}
    except MemoryError:
        raise
    except Exception as error:  # zipfile and NumPy raise a dozen kinds of errors for other files.
        if isinstance(error, OSError) and error.errno not in _OF_DAMAGE:
            raise
        raise TornFileError(text_of(error)) from None


def _read_array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{member.filename} is compressed in an unusual way")
    with archive.open(member) as content:
        size = _array_size(content.read(_MAX_HEADER_SIZE))
    if size != member.file_size:
        raise ValueError(f"{member.filename} has {member.file_size} bytes, not the {size} of its header")
    with archive.open(member) as content:  # zipfile compares the checksum at the last byte.
        array: np.ndarray = np.lib.format.read_array(content, allow_pickle=False)
    return array


def _array_size(begin: bytes) -> int:
    """Size in bytes of an array and its header, from its first `_MAX_HEADER_SIZE` bytes."""
    file = io.BytesIO(begin)
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("unknown version of NumPy's format")
    shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    if dtype.hasobject or dtype.itemsize == 0 or any(size < 0 for size in shape):
        raise ValueError(f"no array of numbers: {dtype}, {shape}")
    return file.tell() + math.prod(shape) * dtype.itemsize
