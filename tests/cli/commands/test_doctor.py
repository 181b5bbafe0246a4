"""`walker-rl doctor` on this machine as it is, and with real parts of it broken."""

import importlib.metadata
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.stacks import acme_stack
from tests.tiny import run_command
from walker_rl.cli.commands.doctor import NATIVE_LIBRARIES, _ffmpeg, _load, _pybulletgym
from walker_rl.stack import ABILITIES, HAS_ACME, NAME


def doctor(**environment: str | Path) -> tuple[int, dict[str, str]]:
    """Exit status, and each line after its status by its subject, as in `{"numpy": "ok 1.23.5"}`."""
    code = "import sys; from walker_rl.cli import main; sys.exit(main(['doctor']))"
    process = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {name: str(value) for name, value in environment.items()},
        capture_output=True,
        text=True,
    )
    assert process.stderr == ""
    lines = [(line[:4].strip(), line[6:28].strip(), line[30:]) for line in process.stdout.splitlines()]
    return process.returncode, {subject: f"{status} {rest}" for status, subject, rest in lines}


def test_this_machine_is_fine():
    status, lines = doctor()
    assert status == 0
    assert not [line for line in lines.values() if line.startswith("bad")]
    assert lines["python"].startswith(f"ok {platform.python_version()} at ")
    assert lines["stack"] == f"ok {NAME}: {ABILITIES}"
    assert all(lines[f"import {library}"] == "ok loads" for library in NATIVE_LIBRARIES)
    others = {"platform", "cores", "threads", "oneDNN", "memory", "disk", "ffmpeg", "pybulletgym"}
    assert others <= set(lines)
    assert ("private network" in lines) == HAS_ACME
    requirements = map(Requirement, importlib.metadata.requires("walker-rl") or ())
    pinned = {one.name for one in requirements if one.marker is None or one.marker.evaluate({"extra": ""})}
    assert {name: f"ok {importlib.metadata.version(name)}" for name in pinned}.items() <= lines.items()


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """The doctor's report with packages and settings broken in ways that don't touch each other."""
    folder = tmp_path_factory.mktemp("broken")
    write(folder / "numpy-9.9.0.dist-info" / "METADATA", "Metadata-Version: 2.1\nName: numpy\nVersion: 9.9.0\n")
    message = "libpybind.so: undefined symbol: _ZN6google8protobuf7Message"
    write(folder / "reverb" / "__init__.py", f"raise ImportError({message!r})")
    write(folder / "pybulletgym" / "__init__.py", "raise ImportError('no such symbol')")
    write(folder / "pybullet.py", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    return doctor(
        PYTHONPATH=folder,
        TF_ENABLE_ONEDNN_OPTS="0",
        OMP_NUM_THREADS="7",
        IMAGEIO_FFMPEG_EXE=folder / "no-ffmpeg",
    )


@pytest.mark.slow
def test_a_users_file_takes_the_place_of_no_module(tmp_path, monkeypatch):
    (tmp_path / "random.py").write_text("raise SystemExit('mine')")
    monkeypatch.chdir(tmp_path)
    assert _load("pybullet").found == "loads"


@pytest.mark.slow
def test_json_has_the_same_checks():
    process = run_command("doctor", "--json")
    report = json.loads(process.stdout)
    assert (process.returncode, process.stderr, report["healthy"]) == (0, "", True)
    python = next(check for check in report["checks"] if check["subject"] == "python")
    assert python["found"].startswith(f"{platform.python_version()} at ")
    assert (python["status"], python["advice"]) == ("ok", "")


def test_something_wrong_is_exit_status_1(broken):
    assert broken[0] == 1


def test_another_version_is_found_against_wanted(broken):
    wanted = "<1.24,>=1.23" if HAS_ACME else "<3,>=2"
    assert broken[1]["numpy"].startswith(f"bad 9.9.0, wanted {wanted}; reinstall")


@acme_stack
def test_an_undefined_symbol_is_reported_as_the_linker_said_it(broken):
    line = broken[1]["import reverb"]
    assert line.startswith("bad ImportError: libpybind.so: undefined symbol: _ZN6google8protobuf7Message; reinstall")


def test_a_library_that_crashes_does_not_take_the_doctor_with_it(broken):
    assert broken[1]["import pybullet"].startswith("bad killed by SIGSEGV; reinstall")
    assert broken[1]["import tensorflow"] == "ok loads"


def test_a_pybulletgym_that_is_not_whole_is_wrong(broken):
    line = broken[1]["pybulletgym"]
    assert line.startswith("bad has no environments in ") and "pip install --no-deps -e pybullet-gym" in line


@pytest.mark.parametrize(
    "source, found",
    [
        ("import nowhere", "(ModuleNotFoundError: No module named 'nowhere')"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "killed by SIGSEGV"),
        ("", "(KeyError: 'AntMuJoCoEnv-v0')"),
    ],
)
def test_a_pybulletgym_that_cannot_be_imported_is_wrong(tmp_path, monkeypatch, source, found):
    for name, text in (("__init__.py", source), ("envs/__init__.py", ""), ("envs/assets/mjcf/walker2d.xml", "")):
        (tmp_path / "pybulletgym" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pybulletgym" / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    check = _pybulletgym()
    assert check.status == "bad" and found in check.found


def test_what_is_only_slower_is_a_warning(broken):
    assert broken[1]["oneDNN"].startswith("warn off by TF_ENABLE_ONEDNN_OPTS=0; unset it")
    assert "OMP_NUM_THREADS=7; unset it" in broken[1]["threads"]


def test_a_single_core_runs_one_operation_at_a_time():
    pinned = "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))]); "
    code = pinned + "from walker_rl.cli.commands import doctor; print(doctor._threads().found)"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.startswith("TensorFlow 1 intra-op, 1 inter-op; ")


def test_an_ffmpeg_that_does_not_run_is_wrong(broken):
    assert re.match(r"bad FileNotFoundError: .*/no-ffmpeg'", broken[1]["ffmpeg"]), broken[1]["ffmpeg"]


def test_an_ffmpeg_that_starts_and_fails_is_wrong(monkeypatch):
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", shutil.which("false"))
    check = _ffmpeg()
    assert check.status == "bad" and check.found.startswith("CalledProcessError: "), check


def write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
