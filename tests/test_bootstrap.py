"""The set-up that `make train` and `make test` do on first use: finding a Python, making `.venv`."""

import os
import shutil
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import setuptools

from tests.tiny import wait_for

ROOT = Path(__file__).parents[1]


def python_of(version: str) -> str:
    """A script that is this Python, and takes itself for another version."""
    major, minor = version.split(".")
    pretend = f"import sys; sys.version_info = ({major}, {minor}, 0); code = sys.argv.pop(2); exec(code)"
    return f'#!/bin/sh\nexec "{sys.executable}" -c "{pretend}" "$@"\n'


GOOD_PYTHON = python_of("3.10")
BAD_PYTHON = "#!/bin/sh\necho 'pyenv: python3.10: command not found' >&2\nexit 127\n"
TOOLS = ("awk", "cat", "cksum", "dirname", "flock", "grep", "mkdir", "rm", "sh", "touch", "uname")


# --- finding a Python 3.10


class Machine:
    """A PATH with a few tools and no Python, and a home."""

    def __init__(self, folder: Path):
        self.bin, self.home = folder / "bin", folder / "home"
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

    def run(self, tree: Path, *arguments: str) -> subprocess.CompletedProcess:
        command = [tree / "scripts/bootstrap.sh", *arguments]
        environment = {"PATH": str(self.bin), "HOME": str(self.home)}
        return subprocess.run(command, env=environment, capture_output=True, text=True)

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
    environment = {"PATH": str(machine.bin), "HOME": str(machine.home), "CDPATH": str(tmp_path / "others")}
    command = ["scripts/bootstrap.sh", "--find-python", "3.10"]
    process = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (process.returncode, process.stdout) == (0, f"{python}\n")


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


def test_uv_downloads_one_when_there_is_no_other(machine, tmp_path):
    python = tmp_path / "downloaded"
    machine.add(
        machine.bin / "uv",
        "#!/bin/sh\n"
        f'if [ "$2" = install ]; then {shutil.which("cp")} "{tmp_path}/template" "{python}"; exit; fi\n'
        f'if [ -e "{python}" ]; then echo "{python}"; else exit 2; fi\n',
    )
    machine.add(tmp_path / "template", GOOD_PYTHON)
    assert machine.found() == str(python)


# --- setting up .venv, with real venvs and a project that installs in a moment

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


def start(tree: Path, *version: str) -> subprocess.Popen:
    """The set-up in a process group of its own, as with the tree's `.venv` activated from that of these tests."""
    path = [str(tree / ".venv/bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
    environment = os.environ | {"PATH": ":".join(path)}
    command = [tree / "scripts/bootstrap.sh", "tiny.lock", *(version or [THIS])]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True)


def set_up(tree: Path, *version: str) -> tuple[int, str]:
    process = start(tree, *version)
    _, stderr = process.communicate()
    return process.returncode, stderr


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


# --- installing pybulletgym from an archive beside the checkout


@pytest.fixture
def checkout(tmp_path):
    """A checkout with a real `.venv`, and the folder beside it where the archive may be."""
    tree = tmp_path / "checkout"
    (tree / "scripts").mkdir(parents=True)
    (tmp_path / "shared/third_party").mkdir(parents=True)
    shutil.copy(ROOT / "scripts/install_pybulletgym.sh", tree / "scripts")
    subprocess.run([sys.executable, "-m", "venv", tree / ".venv"], check=True)
    (packages,) = tree.glob(".venv/lib/*/site-packages")
    installed = Path(setuptools.__file__).parents[1]
    for folder in (installed / "_distutils_hack", *installed.glob("setuptools*")):  # As the set-up leaves them.
        shutil.copytree(folder, packages / folder.name, dirs_exist_ok=True)
    return tree


def install_pybulletgym(tree: Path) -> tuple[int, str, bool]:
    """Exit status, what was said, and whether there is a pybulletgym then."""
    process = subprocess.run([tree / "scripts/install_pybulletgym.sh"], capture_output=True, text=True)
    imported = subprocess.run([tree / ".venv/bin/python", "-c", "import pybulletgym"], stderr=subprocess.DEVNULL)
    return process.returncode, process.stdout + process.stderr, imported.returncode == 0


def test_pybulletgym_is_installed_once_from_the_archive_if_there_is_one(checkout, tmp_path):
    assert install_pybulletgym(checkout) == (0, "", False)
    archive = tmp_path / "shared/third_party/pybullet-gym-bc68201.tar.gz"
    archive.write_text("half an archive")
    status, said, is_there = install_pybulletgym(checkout)
    assert (status, said.count("\n"), is_there) == (0, 1, False)
    assert said.startswith("set-up: no pybulletgym from ../shared/") and said.endswith("; its tests are skipped\n")

    source = tmp_path / "pybullet-gym"
    (source / "pybulletgym").mkdir(parents=True)
    (source / "pybulletgym/__init__.py").touch()
    (source / "setup.py").write_text(
        "import setuptools; setuptools.setup(name='pybulletgym', packages=['pybulletgym'])"
    )
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(source, source.name)
    assert install_pybulletgym(checkout) == (0, "", True)
    archive.write_text("half an archive")
    assert install_pybulletgym(checkout) == (0, "", True)
