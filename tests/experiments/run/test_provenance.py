"""The commit that a run records: that of this project's checkout, never that of a repository around it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import walker_rl

PACKAGE = Path(walker_rl.__file__).parent
SCRIPT = "from walker_rl.experiments.run.provenance import provenance; print(provenance()['commit'])"


class Repository:
    """A git repository with the package in its folder `site`, as a virtual environment has it, ignored."""

    def __init__(self, folder: Path):
        self.folder, self.package = folder, folder / "site" / "walker_rl"
        shutil.copytree(PACKAGE, self.package, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / ".gitignore").write_text("site/\n__pycache__/\n")
        self.git("init", "--quiet")
        self.git("add", ".")
        self.commit()

    def git(self, *words: str) -> str:
        identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@localhost"]
        return subprocess.run(
            ["git", *identity, *words], cwd=self.folder, capture_output=True, text=True, check=True
        ).stdout.strip()

    def commit(self) -> str:
        self.git("commit", "--quiet", "--message", "Say something")
        return self.git("rev-parse", "--short=12", "HEAD")

    def recorded(self, **variables: str) -> str:
        environment = {**os.environ, "PYTHONPATH": str(self.folder / "site"), **variables}
        result = subprocess.run(
            [sys.executable, "-c", SCRIPT], cwd=self.folder, env=environment, capture_output=True, text=True
        )
        assert result.stderr == ""
        return result.stdout.strip()


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path / "[1]")


def test_only_a_repository_that_tracks_the_package_counts(repository):
    assert repository.recorded() == "unknown"
    repository.git("add", "--force", "site")
    commit = repository.commit()
    assert repository.recorded() == commit
    (repository.folder / "untracked").touch()
    assert repository.recorded(GIT_DIR=str(repository.folder / "nowhere")) == commit
    (repository.package / "__init__.py").write_text(f"{(repository.package / '__init__.py').read_text()}\n")
    assert repository.recorded() == f"{commit}-dirty"


def test_nothing_is_locked_or_written(repository):
    """A start must not get into the way of a commit, nor wait for one."""
    repository.git("add", "--force", "site")
    commit = repository.commit()
    index, lock = repository.folder / ".git" / "index", repository.folder / ".git" / "index.lock"
    os.utime(repository.package / "types.py")  # `git status` would store the new time.
    before = index.read_bytes()
    lock.touch()
    assert repository.recorded() == commit
    lock.unlink()
    assert repository.recorded() == commit
    assert index.read_bytes() == before
