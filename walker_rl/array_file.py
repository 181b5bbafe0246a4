"""Named arrays in one `.npz` file that is whole or not there."""

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import numpy as np

from walker_rl.whole_file import whole_file

_SUFFIX = ".npy"

# What zipfile and NumPy raise for bytes that are no such file; an encrypted flag, for one, is a RuntimeError.
_TORN = (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)


class TornFileError(Exception):
    """The bytes of a file are not those of named arrays."""


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes `path` aside, and renames it when all is on the disk. NumPy reads it with `numpy.load`.

    Raises:
        OSError: if it can't be written; what was at `path` is still there, and nothing is left beside it.
    """
    # `numpy.savez` leaves its archive open, to complain on standard error, when the disk is full.
    with whole_file(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(name + _SUFFIX, "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Reads what `write_arrays` wrote, and checks every checksum.

    Raises:
        OSError: if there is no file, or it can't be opened.
        TornFileError: if it is torn, or another kind of file.
    """
    with path.open("rb") as file:
        try:
            return _read(file)
        except _TORN as error:
            raise TornFileError(str(error)) from None


def _read(file: IO[bytes]) -> dict[str, np.ndarray]:
    arrays = {}
    with zipfile.ZipFile(file) as archive:
        torn = archive.testzip()
        if torn is not None:
            raise zipfile.BadZipFile(f"wrong checksum of {torn}")
        for name in archive.namelist():
            with archive.open(name) as member:
                arrays[name.removesuffix(_SUFFIX)] = np.lib.format.read_array(member, allow_pickle=False)
    return arrays
