"""The locks, the wheel and the entry points."""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest
import yaml
from packaging.requirements import Requirement

from tests.package_copy import ROOT
from tests.tiny import COMMAND
from walker_rl import __version__
from walker_rl.pretrained import pretrained_policies

LOCKS = ("requirements.lock", "requirements.portable.lock")
DEV_LOCKS = ("requirements-dev.lock", "requirements-dev.portable.lock")
WALK_LOCKS = ("requirements-walk.lock", "requirements-walk.portable.lock")


# --- the locks


def environment(python: str, platform: str, machine: str) -> dict[str, str]:
    """The environment for which the markers of requirements are evaluated."""
    names = {"python_version": python, "python_full_version": f"{python}.9"}
    return {**names, "sys_platform": platform, "platform_machine": machine, "extra": ""}


ACME = environment("3.10", "linux", "x86_64")
PORTABLE = [environment(python, "linux", "x86_64") for python in ("3.11", "3.12", "3.13")]
PORTABLE += [environment(python, "darwin", "arm64") for python in ("3.11", "3.12", "3.13")]


def locked_versions(lock: str, where: dict[str, str]) -> dict[str, str]:
    """Versions of the packages that a lock has for an environment."""
    lines = re.findall(r"^[\w.-]+==.*(?= \\$)", (ROOT / lock).read_text(), re.MULTILINE)
    chosen = [one for one in map(Requirement, lines) if one.marker is None or one.marker.evaluate(where)]
    versions = {one.name: str(one.specifier).removeprefix("==") for one in chosen}
    assert len(versions) == len(chosen) > 20
    return versions


@pytest.mark.parametrize("where", [ACME, *PORTABLE], ids=lambda where: "-".join([*where.values()][1:4]))
@pytest.mark.parametrize("extra", ["", "dev", "docs"])
def test_the_lock_meets_every_requirement(where, extra):
    lock = (DEV_LOCKS if extra else LOCKS)[where is not ACME]
    locked = locked_versions(lock, where)
    requirements = [Requirement(text) for text in importlib.metadata.requires("walker-rl") or ()]
    given = where | {"extra": extra}
    wanted = [one for one in requirements if one.marker is None or one.marker.evaluate(given)]
    assert len(wanted) > 20
    for requirement in wanted:
        assert requirement.specifier.contains(locked[requirement.name.lower()]), requirement
    assert {"tensorflow", "tensorflow-cpu"} & locked.keys() and {"pybullet", "pybullet-arm64"} & locked.keys()


def test_acme_launchpad_and_reverb_are_in_one_stack():
    names = {"dm-acme", "dm-launchpad", "dm-reverb"}
    assert names < locked_versions(LOCKS[0], ACME).keys()
    for where in PORTABLE:
        assert not names & locked_versions(LOCKS[1], where).keys()


@pytest.mark.parametrize("where", [ACME, PORTABLE[0]])
def test_development_only_adds_packages(where):
    runtime, development = (locked_versions(locks[where is not ACME], where) for locks in (LOCKS, DEV_LOCKS))
    assert runtime.items() < development.items()
    assert {"pytest", "ruff", "mypy", "uv"} <= development.keys() - runtime.keys()


@pytest.mark.parametrize("where", [ACME, *PORTABLE], ids=lambda where: "-".join([*where.values()][1:4]))
def test_what_plays_is_a_small_part_of_the_lock(where):
    walk, runtime = (locked_versions(locks[where is not ACME], where) for locks in (WALK_LOCKS, LOCKS))
    assert walk.items() < runtime.items()
    assert len(walk) < 30 and {"tensorflow", "tensorflow-cpu", "matplotlib"}.isdisjoint(walk)


@pytest.mark.parametrize("lock", [*LOCKS, *DEV_LOCKS, *WALK_LOCKS])
def test_a_lock_has_hashes_and_names_its_command_and_no_index(lock):
    text = (ROOT / lock).read_text()
    packages = re.findall(r"^[\w.-]+==\S+ .*(?:\n    .*)*", text, re.MULTILINE)
    assert len(packages) == len(re.findall(r"^[\w.-]+==", text, re.MULTILINE)) > 20
    assert all("--hash=sha256:" in package for package in packages)
    assert "make lock" in text.splitlines()[1]
    assert not re.search(r"://|index|--find-links|file:", text)


# --- the version


def test_changelog_and_citation_name_the_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert __version__ == citation["version"] == newest.group(1)


# --- what is built


def test_the_wheel_holds_every_module_the_type_marker_and_the_policies_which_play(tmp_path):
    tree = tmp_path / "tree"
    shutil.copytree(ROOT / "walker_rl", tree / "walker_rl", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tree)
    wanted = {str(path.relative_to(tree)) for path in tree.rglob("*.py")} | {"walker_rl/py.typed"}
    wanted |= {f"walker_rl/pretrained/{name}" for name in ("README.md", "table.csv")} | {
        "walker_rl/experiments/forecast.csv"
    }
    wanted |= {f"walker_rl/pretrained/{policy.name}.npz" for policy in pretrained_policies()}
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", tmp_path, tree]
    subprocess.run(build, check=True)
    (wheel,) = tmp_path.glob("walker_rl-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert wanted <= names
    assert not [name for name in names if name.startswith("tests")]
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    words = ("evaluate", "--pretrained", pretrained_policies()[0].name, "--episodes", "1", "--json")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    played = subprocess.run(
        [*COMMAND, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    in_tree = subprocess.run([*COMMAND, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(played.stdout)["episode_returns"] == json.loads(in_tree.stdout)["episode_returns"]


@pytest.mark.parametrize("script", sorted(ROOT.glob("scripts/train_*.py")), ids=lambda path: path.stem)
def test_a_script_runs_its_agent(script):
    run = subprocess.run([sys.executable, script, "--help"], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith(f"Usage: walker-rl train {script.stem.removeprefix('train_')} ")
