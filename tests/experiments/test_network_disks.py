"""Disks that lack what a local one has, made by a library between Python and the system."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.package_copy import ROOT

LIBRARY = """
#define _GNU_SOURCE
#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int flock(int descriptor, int operation) { errno = ERROR; return -1; }

int fsync(int descriptor) {
    struct stat about;
    fstat(descriptor, &about);
    if (S_ISDIR(about.st_mode)) { errno = ERROR; return -1; }
    return syscall(SYS_fsync, descriptor);
}
"""

CODE = """
import sys
from pathlib import Path
from walker_rl.errors import UserError
from walker_rl.files.locks import locked_folder
from walker_rl.files.whole_file import write_whole_text
with locked_folder(Path(sys.argv[1]), UserError("taken")):
    write_whole_text(Path(sys.argv[1], "notes"), "kept")
"""


def write_on_a_disk_with(error: str, folder: Path) -> subprocess.CompletedProcess:
    """Locks a folder and writes a file in it, where locks and the synchronisation of folders fail."""
    source, library = folder / "disk.c", folder / "disk.so"
    source.write_text(LIBRARY)
    subprocess.run(["cc", "-shared", "-fPIC", f"-DERROR={error}", "-o", library, source], check=True)
    environment = os.environ | {"LD_PRELOAD": str(library), "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", CODE, folder], env=environment, capture_output=True, text=True)


@pytest.mark.skipif(sys.platform != "linux" or shutil.which("cc") is None, reason="needs Linux and a C compiler")
@pytest.mark.parametrize(("error", "is_written"), [("ENOTSUP", True), ("EIO", False)])
def test_what_a_disk_lacks_is_done_without(tmp_path, error, is_written):
    process = write_on_a_disk_with(error, tmp_path)
    assert (process.returncode == 0) == is_written, process.stderr
    assert (tmp_path / "notes").exists() == is_written
