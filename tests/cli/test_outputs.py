"""Every command's output: the same status for the same reason, one line, and the output before it stays."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.analysis.made_runs import make_run
from tests.fakes import file_size_limit
from tests.tiny import AGENT, COMMAND
from walker_rl.cli import main

COMMANDS = {
    "compare": ("compare", "{run}", "-o"),
    "compare --keep": ("compare", "{run}", "-o", "{other}", "--keep"),
    "export": ("export", "--pretrained", "sac", "-o"),
    "probe": ("probe", "Pendulum-v1", "--steps", "3", "-o"),
    "record": ("record", "--pretrained", "gait", "--steps", "10", "-o"),
    "render gif": ("render", "--pretrained", "gait", "--size", "64x48", "-o"),
    "render mp4": ("render", "--pretrained", "gait", "--size", "64x48", "-o"),
    "report": ("report", "{run}", "-o"),
    "sweep": ("sweep", AGENT, "--task", "Pendulum-v1", "--seeds", "0", "-o"),
    "tune": ("tune", AGENT, "--task", "Pendulum-v1", "--seeds", "0", "-o"),
}
OUTPUTS = {"export": "a.onnx", "render gif": "a.gif", "render mp4": "a.mp4", "report": "a.html"}
"""Files; the outputs of all other commands are folders."""

NEEDS = {"export": "onnx", "record": "minari"}

REPLACING = ("compare", "compare --keep", "export", "probe", "render gif", "report")
"""Commands that replace what they wrote before."""


def words_of(name: str, tmp_path: Path, folder: Path) -> list[str]:
    """The words of a command that writes into `folder`."""
    pytest.importorskip(NEEDS.get(name, "numpy"), reason=f"needs the extra {NEEDS.get(name)}")
    run = make_run(tmp_path / "run", [1, 2]).path
    words = [word.format(run=run, other=tmp_path / "other") for word in COMMANDS[name]]
    return [*words, str(folder / OUTPUTS.get(name, "out"))]


def error_of(capsys: pytest.CaptureFixture[str]) -> str:
    (line,) = capsys.readouterr().err.splitlines()
    return line


@pytest.mark.parametrize("name", COMMANDS)
def test_an_output_where_there_can_be_none_is_refused(tmp_path, capsys, name):
    (tmp_path / "file").touch()
    words = words_of(name, tmp_path, tmp_path / "file")
    assert main(words) == 2
    assert error_of(capsys).startswith(f"error: {'keep' if '--keep' in words else 'output'} = {words[-1]}: must be ")


@pytest.mark.parametrize("name", ["render gif", "report", "sweep"])
def test_a_read_only_disk_is_refused(tmp_path, name):
    folder = tmp_path / "folder"
    words = words_of(name, tmp_path, folder)
    (folder / "out").mkdir(parents=True)
    mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"'
    in_private = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    if subprocess.run([*in_private, mount, folder], capture_output=True).returncode:
        pytest.skip("this system lets users mount nothing")
    command = [*in_private, f'{mount} && exec "$@"', folder, *COMMAND, *words]
    result = subprocess.run(command, capture_output=True, text=True)
    message = f"error: output = {words[-1]}: must be writable (Read-only file system)\n"
    assert (result.returncode, result.stderr) == (2, message)


def test_completion_for_a_home_that_takes_no_file_is_refused(tmp_path):
    home = tmp_path / "file"
    home.touch()
    shell = ["bash", "-c", '"$@"; exit $?', "bash", *COMMAND, "--install-completion"]  # It finds out which shell it is.
    result = subprocess.run(shell, capture_output=True, text=True, env={**os.environ, "HOME": str(home)})
    message = f"error: HOME = {home}: must be writable (File exists)\n"
    assert (result.returncode, result.stderr) == (2, message)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "sweep"])  # Its trainings meet the limit.
def test_a_full_disk_is_a_failure(tmp_path, capsys, name):
    words = words_of(name, tmp_path, tmp_path)
    with file_size_limit(1_000):
        status = main(words)
    line = error_of(capsys)
    assert status == 1, line
    assert line.startswith("error: ") and ("File too large" in line or "disk I/O error" in line)


def test_a_full_disk_at_the_start_of_a_training_is_a_failure(tmp_path):
    run = tmp_path / "run"
    limit = ["sh", "-c", 'ulimit -f 1 && exec "$@"', "sh"]
    command = [*limit, *COMMAND, "train", AGENT, "--task", "Pendulum-v1", "--run-dir", run]
    result = subprocess.run(command, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (1, f"error: {run}: not written: File too large\n")
    assert not run.exists()


@pytest.mark.parametrize("name", ["report", "train"])
def test_no_temporary_folder_is_a_failure(tmp_path, name):
    make_run(tmp_path / "run", [1, 2])
    words = {"report": ["report", "run"], "train": ["train", AGENT, "--run-dir", "new"]}[name]
    limit = ["sh", "-c", 'ulimit -f 0 && exec "$@"', "sh"]  # Then no folder takes a file.
    result = subprocess.run([*limit, *COMMAND, *words], cwd=tmp_path, capture_output=True, text=True)
    (line,) = result.stderr.splitlines()
    assert (result.returncode, line.startswith("error: ")) == (1, True)
    assert "No usable temporary directory found in " in line
    assert os.listdir(tmp_path) == ["run"]


@pytest.mark.parametrize("name", REPLACING)
def test_a_full_disk_leaves_what_was_there(tmp_path, capsys, name):
    folder = tmp_path / "folder"
    folder.mkdir()
    words = words_of(name, tmp_path, folder)
    assert main(words) == 0
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    largest = max(before, key=lambda path: len(before[path]))
    with file_size_limit(len(before[largest]) - 1):
        assert main(words) == 1
    assert "File too large" in error_of(capsys)
    assert {path for path in folder.rglob("*") if path.is_file()} == before.keys()
    assert largest.read_bytes() == before[largest]
