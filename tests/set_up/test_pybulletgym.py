"""The installation of pybulletgym from an archive beside the checkout."""

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import setuptools

from tests.package_copy import ROOT


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


@pytest.mark.slow
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
