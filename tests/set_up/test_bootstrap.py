"""The set-up of `.venv`, with real ones and a project that installs in a moment: `scripts/bootstrap.sh`."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.package_copy import ROOT
from tests.tiny import wait_for

THIS = f"{sys.version_info.major}.{sys.version_info.minor}"
LOCK = "tiny.lock" if THIS == "3.10" else "tiny.portable.lock"

BACKEND = """
import zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "tiny-1-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        wheel.writestr("tiny-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1\\n")
        wheel.writestr("tiny-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("tiny-1.dist-info/RECORD", "")
    return name
"""


FLOCK_ON_NFS = f"""#!/bin/sh
grep -q '^flags:.*[12]$' /proc/self/fdinfo/"$1" && exec {shutil.which("flock")} "$1"
echo "flock: $1: Bad file descriptor" >&2
exit 65
"""
"""Stands in for a disk over NFS, which locks only a descriptor that is open for writing."""

FLOCK_WITHOUT_LOCKS = """#!/bin/sh
echo "flock: $1: No locks available" >&2
exit 71
"""
"""Stands in for a disk that has no locks."""


@pytest.fixture
def tree(tmp_path):
    """A checkout whose lock is empty and whose build backend is its own."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/bootstrap.sh", tmp_path / "scripts")
    for lock in ("tiny.lock", "tiny.portable.lock"):
        (tmp_path / lock).write_text("# nothing\n")
    (tmp_path / "backend.py").write_text(BACKEND)
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    return tmp_path


def start(tree: Path, *version: str, lock: str = "tiny.lock") -> subprocess.Popen:
    """The set-up in a process group of its own, as with the tree's `.venv` activated from that of these tests."""
    path = [str(tree / "commands"), str(tree / ".venv/bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
    environment = os.environ | {"PATH": ":".join(path)}
    command = [tree / "scripts/bootstrap.sh", lock, *(version or [THIS])]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True)


def set_up(tree: Path, *version: str) -> tuple[int, str]:
    process = start(tree, *version)
    _, stderr = process.communicate()
    return process.returncode, stderr


def put_flock(tree: Path, content: str) -> None:
    flock = tree / "commands/flock"
    flock.parent.mkdir()
    flock.write_text(content)
    flock.chmod(0o755)


def is_installed(tree: Path) -> bool:
    code = "import importlib.metadata as m, sys; sys.exit(m.version('tiny') != '1')"
    return subprocess.run([tree / ".venv/bin/python", "-c", code], stderr=subprocess.DEVNULL).returncode == 0


def test_the_set_up_is_done_once_and_again_when_the_lock_changes(tree):
    status, said = set_up(tree)
    assert status == 0, said
    assert [line.split()[1] for line in said.splitlines()] == ["creating", "installing", "done"]
    assert is_installed(tree)

    assert set_up(tree) == (0, "")

    (tree / LOCK).write_text("# another nothing\n")
    status, said = set_up(tree)
    assert status == 0, said
    assert [line.split()[1] for line in said.splitlines()] == ["installing", "done"]


@pytest.mark.slow
def test_another_version_gets_another_venv(tree):
    others = [version for version in ("3.10", "3.11", "3.12", "3.13") if version != THIS and is_found(version)]
    if not others:
        pytest.skip("this machine has one Python")
    other = others[0]
    assert set_up(tree, THIS)[0] == 0
    status, said = set_up(tree, other)
    assert (status, is_installed(tree)) == (0, True), said
    assert [line.split()[1] for line in said.splitlines()] == ["creating", "installing", "done"]
    assert (tree / f".venv/bin/python{other}").exists() and not (tree / f".venv/bin/python{THIS}").exists()
    assert ("tiny.lock" if other == "3.10" else "tiny.portable.lock") in said


def is_found(version: str) -> bool:
    return (
        subprocess.run([ROOT / "scripts/bootstrap.sh", "--find-python", version], capture_output=True).returncode == 0
    )


@pytest.mark.slow
def test_two_set_ups_at_once_take_turns_even_with_different_locks(tree):
    for name in ("tiny", "dev"):
        for kind in ("lock", "portable.lock"):
            (tree / f"{name}.{kind}").write_text("# nothing\n")
    first = start(tree)
    wait_for(tree / ".venv/.incomplete", first)
    second = start(tree, lock="dev.lock")
    for process in (first, second):
        _, said = process.communicate()
        assert process.returncode == 0, said
    assert is_installed(tree)


def test_a_disk_that_locks_only_what_is_open_for_writing_is_locked(tree):
    put_flock(tree, FLOCK_ON_NFS)
    project = tree / "pyproject.toml"
    before = (project.read_bytes(), project.stat().st_mtime_ns)
    status, said = set_up(tree)
    assert status == 0, said
    assert [line.split()[1] for line in said.splitlines()] == ["creating", "installing", "done"]
    assert (project.read_bytes(), project.stat().st_mtime_ns) == before


@pytest.mark.slow
def test_a_disk_without_locks_is_set_up_and_named(tree):
    put_flock(tree, FLOCK_WITHOUT_LOCKS)
    status, said = set_up(tree)
    assert (status, is_installed(tree)) == (0, True), said
    reason = "flock: 9: No locks available"
    line = f"set-up: no lock on this disk ({reason}), so run no other set-up until this one has ended"
    assert said.splitlines()[0] == line
    assert set_up(tree) == (0, f"{line}\n")


@pytest.mark.slow
def test_an_interrupted_set_up_starts_over(tree):
    process = start(tree)
    wait_for(tree / f".venv/bin/python{THIS}", process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    leftover = tree / ".venv/leftover"
    leftover.touch()

    status, said = set_up(tree)
    assert status == 0, said
    assert "creating" in said
    assert is_installed(tree)
    assert not leftover.exists()


def test_a_failed_install_says_so_and_is_not_taken_for_done(tree):
    missing = tree / "missing-1-py3-none-any.whl"
    (tree / LOCK).write_text(f"missing @ file://{missing} --hash=sha256:{'0' * 64}\n")
    status, said = set_up(tree)
    assert status == 1
    assert missing.name in said
    assert said.splitlines()[-1].startswith("error: set-up stopped")
    assert (tree / ".venv/.incomplete").exists()
