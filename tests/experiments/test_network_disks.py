"""Disks that lack what a local one has, made by a library between Python and the system."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.package_copy import ROOT
from walker_rl.errors import UserError
from walker_rl.files.locks import locked_folder

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


NFS = """
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int flock(int descriptor, int operation) {
    struct stat about;
    fstat(descriptor, &about);
    if (S_ISDIR(about.st_mode)) return 0;
    int is_read_only = (fcntl(descriptor, F_GETFL) & O_ACCMODE) == O_RDONLY;
    if ((operation & LOCK_EX) && is_read_only) { errno = EBADF; return -1; }
    return syscall(SYS_flock, descriptor, operation);
}
"""
"""As on NFS: another machine does not see the lock of a folder, and what is locked must be open for writing."""

needs_compiler = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("cc") is None, reason="needs Linux and a C compiler"
)


def write_on_a_disk(folder: Path, library: str, *options: str) -> subprocess.CompletedProcess:
    """Locks a folder and writes a file in it, on a disk that behaves as `library` does."""
    source, compiled = folder / "disk.c", folder / "disk.so"
    source.write_text(library)
    subprocess.run(["cc", "-shared", "-fPIC", *options, "-o", compiled, source], check=True)
    environment = os.environ | {"LD_PRELOAD": str(compiled), "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", CODE, folder], env=environment, capture_output=True, text=True)


@needs_compiler
@pytest.mark.parametrize(("error", "is_written"), [("ENOTSUP", True), ("EIO", False)])
def test_what_a_disk_lacks_is_done_without(tmp_path, error, is_written):
    process = write_on_a_disk(tmp_path, LIBRARY, f"-DERROR={error}")
    assert (process.returncode == 0) == is_written, process.stderr
    assert (tmp_path / "notes").exists() == is_written


@needs_compiler
def test_a_lock_holds_on_nfs(tmp_path):
    with locked_folder(tmp_path, UserError("locked")):
        process = write_on_a_disk(tmp_path, NFS)
    assert process.stderr.splitlines()[-1].endswith("UserError: taken")
    assert not (tmp_path / "notes").exists()
    assert write_on_a_disk(tmp_path, NFS).returncode == 0
    assert (tmp_path / "notes").exists()
