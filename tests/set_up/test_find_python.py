"""The Python that the set-up takes: `scripts/bootstrap.sh --find-python`."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.package_copy import ROOT


def python_of(version: str) -> str:
    """A script that is this Python, and takes itself for another version."""
    major, minor = version.split(".")
    pretend = f"import sys; sys.version_info = ({major}, {minor}, 0); code = sys.argv.pop(2); exec(code)"
    return f'#!/bin/sh\nexec "{sys.executable}" -c "{pretend}" "$@"\n'


GOOD_PYTHON = python_of("3.10")
BAD_PYTHON = "#!/bin/sh\necho 'pyenv: python3.10: command not found' >&2\nexit 127\n"
TOOLS = ("awk", "cat", "cksum", "dirname", "flock", "grep", "mkdir", "rm", "sh", "touch", "uname")


class Machine:
    """A PATH with a few tools and no Python, and a home."""

    def __init__(self, folder: Path):
        self.bin, self.home = folder / "bin", folder / "home"
        self.environment = {"PATH": str(self.bin), "HOME": str(self.home)}
        self.bin.mkdir()
        self.home.mkdir()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool))

    def add(self, path: Path, script: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script)
        path.chmod(0o755)
        return path

    def be(self, system: str) -> None:
        """Is another system from now on."""
        (self.bin / "uname").unlink()
        self.add(self.bin / "uname", f"#!/bin/sh\necho {system}\n")

    def activate(self, virtual: Path) -> None:
        """Activates a virtual environment, as its `activate` does."""
        self.environment |= {"PATH": f"{virtual}/bin:{self.bin}", "VIRTUAL_ENV": str(virtual)}

    def run(self, tree: Path, *arguments: str) -> subprocess.CompletedProcess:
        command = [tree / "scripts/bootstrap.sh", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True)

    def found(self, *version: str) -> str:
        process = self.run(ROOT, "--find-python", *version)
        assert process.returncode == 0, process.stderr
        return process.stdout.strip()

    def refusal(self, *version: str) -> str:
        process = self.run(ROOT, "--find-python", *version)
        assert process.returncode == 1
        assert process.stderr.count("\n") == 1
        return process.stderr


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_without_any_python_one_line_says_how_to_get_it_and_nothing_is_made(machine, tmp_path):
    machine.add(machine.bin / "python3", BAD_PYTHON)
    tree = tmp_path / "tree"
    (tree / "scripts").mkdir(parents=True)
    for name in ("scripts/bootstrap.sh", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tree / name)
    before = sorted(tree.rglob("*"))
    process = machine.run(tree, "requirements.lock")
    assert process.returncode == 1
    found = "error: no Python 3.10 3.11 3.12 3.13 found; get one with 'pyenv install 3.10'"
    assert process.stderr.startswith(found)
    assert process.stderr.count("\n") == 1
    assert sorted(tree.rglob("*")) == before


def test_python3_10_on_the_path_comes_first(machine):
    machine.add(machine.bin / "python3", GOOD_PYTHON)
    python = machine.add(machine.bin / "python3.10", GOOD_PYTHON)
    assert machine.found() == str(python)


def test_folders_that_cd_searches_lead_nowhere_else(machine, tmp_path):
    (tmp_path / "others" / "scripts").mkdir(parents=True)
    python = machine.add(machine.bin / "python3.10", GOOD_PYTHON)
    environment = machine.environment | {"CDPATH": str(tmp_path / "others")}
    command = ["scripts/bootstrap.sh", "--find-python", "3.10"]
    process = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (process.returncode, process.stdout) == (0, f"{python}\n")


def test_the_python_of_an_activated_environment_is_passed_over(machine, tmp_path):
    active = tmp_path / "active environment"
    machine.add(active / "bin/python3.10", GOOD_PYTHON)
    python = machine.add(machine.bin / "python3.10", GOOD_PYTHON)
    machine.activate(active)
    assert machine.found() == str(python)


def test_a_shim_that_fails_is_passed_over(machine):
    machine.add(machine.bin / "python3.10", BAD_PYTHON)
    python = machine.add(machine.bin / "python3", GOOD_PYTHON)
    assert machine.found() == str(python)


def test_a_python_of_an_unknown_version_is_passed_over(machine):
    machine.add(machine.bin / "python3", python_of("3.9"))
    python = machine.add(machine.bin / "python", GOOD_PYTHON)
    assert machine.found() == str(python)


def test_without_3_10_the_newest_is_taken(machine):
    for version in ("3.11", "3.13", "3.12"):
        machine.add(machine.bin / f"python{version}", python_of(version))
    assert machine.found() == str(machine.bin / "python3.13")
    machine.add(machine.bin / "python3", GOOD_PYTHON)
    assert machine.found() == str(machine.bin / "python3")


def test_a_version_that_is_asked_for_is_taken_or_missed(machine):
    machine.add(machine.bin / "python3.10", GOOD_PYTHON)
    machine.add(machine.home / ".pyenv/versions/3.12.4/bin/python3.12", python_of("3.12"))
    assert machine.found("3.12") == str(machine.home / ".pyenv/versions/3.12.4/bin/python3.12")
    assert machine.refusal("3.13").startswith("error: no Python 3.13 found; get one with 'pyenv install 3.13'")
    allowed = "error: PYTHON = 3.9: must be one of 3.10 3.11 3.12 3.13 on Linux x86_64\n"
    assert machine.refusal("3.9") == allowed


def test_a_mac_has_the_newer_versions(machine):
    machine.be("Darwin arm64")
    machine.add(machine.bin / "python3.10", GOOD_PYTHON)
    machine.add(machine.bin / "python3", python_of("3.12"))
    assert machine.found() == str(machine.bin / "python3")
    assert "must be one of 3.11 3.12 3.13 on Darwin arm64" in machine.refusal("3.10")


@pytest.mark.parametrize(
    ("system", "reason"),
    [
        ("Linux aarch64", "Bullet has no wheels for Linux aarch64"),
        ("Darwin x86_64", "TensorFlow has no wheels for Darwin x86_64"),
        ("MINGW64_NT-10.0 x86_64", "on Windows run this in WSL"),
    ],
)
def test_other_systems_are_refused(machine, system, reason):
    machine.be(system)
    assert reason in machine.refusal()


def test_pyenvs_versions_are_found_with_nothing_on_the_path(machine):
    python = machine.add(machine.home / ".pyenv/versions/3.10.4/bin/python3.10", GOOD_PYTHON)
    assert machine.found() == str(python)


@pytest.fixture
def downloaded(machine, tmp_path) -> Path:
    """The Python that the program `uv` of a test downloads."""
    machine.add(tmp_path / "template", GOOD_PYTHON)
    return tmp_path / "downloaded"


def uv_for(downloaded: Path) -> str:
    """A script that acts as uv does when it installs one Python and finds it."""
    copying = f'{shutil.which("cp")} "{downloaded.with_name("template")}" "{downloaded}"'
    return (
        "#!/bin/sh\n"
        f'if [ "$2" = install ]; then {copying}; exit; fi\n'
        f'if [ -e "{downloaded}" ]; then echo "{downloaded}"; else exit 2; fi\n'
    )


def test_uv_downloads_one_when_there_is_no_other(machine, downloaded):
    machine.add(machine.bin / "uv", uv_for(downloaded))
    assert machine.found() == str(downloaded)


def test_the_uv_of_an_activated_environment_is_used_though_its_python_is_not(machine, downloaded, tmp_path):
    active = tmp_path / "active environment"
    machine.add(active / "bin/python3.10", GOOD_PYTHON)
    machine.add(active / "bin/uv", uv_for(downloaded))
    machine.activate(active)
    assert machine.found() == str(downloaded)
