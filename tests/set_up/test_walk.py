"""`make walk`: a film of a trained policy, from an environment that only plays."""

import os
import re
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest
from PIL import Image

from tests.analysis.made_runs import make_run
from tests.package_copy import ROOT
from tests.tiny import lines_until


def add_program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def environment(folder: Path, **variables: str) -> dict[str, str]:
    """This environment without a display, but with a program `xdg-open` that says what it opens."""
    add_program(folder / "bin/xdg-open", 'echo "opened $1"')
    without = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return without | {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}"} | variables


def walk(tree: Path, env: dict[str, str]) -> str:
    process = subprocess.run(
        ["make", "--silent", "walk"], cwd=tree, env=env, capture_output=True, text=True, timeout=900
    )
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


def test_a_venv_that_is_set_up_plays_and_a_desktop_shows_the_film(tmp_path):
    tree = tmp_path / "tree"
    (tree / "scripts").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", tree)
    shutil.copy(ROOT / "scripts/walk.sh", tree / "scripts")
    add_program(tree / ".venv/bin/walker-rl", 'echo "$@"')
    filmed = "render --pretrained d4pg --output walk.gif\n"
    assert walk(tree, environment(tmp_path)) == filmed
    assert walk(tree, environment(tmp_path, DISPLAY=":0")) == f"{filmed}opened walk.gif\n"


@pytest.mark.slow
def test_a_fresh_clone_shows_a_walk_and_plays_policies_but_trains_none(tmp_path):
    tree, env = tmp_path / "clone", environment(tmp_path)
    subprocess.run(["git", "clone", "--quiet", ROOT, tree], check=True)
    assert "walk.gif: " in walk(tree, env)
    with Image.open(tree / "walk.gif") as film:
        assert (film.size, film.n_frames > 400) == ((480, 360), True)
    (packages,) = tree.glob(".venv-walk/lib/*/site-packages")
    assert not list(packages.glob("tensorflow*")) and not (tree / ".venv").exists()
    assert subprocess.run(["git", "status", "--porcelain"], cwd=tree, capture_output=True, text=True).stdout == ""

    def run(*words: str) -> subprocess.CompletedProcess:
        return subprocess.run([tree / ".venv-walk/bin/walker-rl", *words], cwd=tree, capture_output=True, text=True)

    assert run("evaluate", "--pretrained", "d4pg", "--episodes", "1").returncode == 0
    assert "render, evaluate, watch and list work" in run("list").stdout
    make_run(tmp_path / "run", [1.0], final=(1.0, 1.0))
    command = [tree / ".venv-walk/bin/walker-rl", "watch", tmp_path / "run", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
        (address,) = re.findall(r"http://\S+", lines_until(watching, "Watching ")[-1])
        for page in ("", "/runs", "/run/run"):
            with urllib.request.urlopen(f"{address.rstrip('/')}{page}") as answer:
                assert answer.status == 200
        watching.kill()
    for words in (["train", "d4pg"], ["tune", "d4pg"], ["sweep", "d4pg"], ["probe"], ["doctor"]):
        refused = run(*words)
        assert (refused.returncode, refused.stderr.count("\n"), refused.stdout) == (2, 1, "")
        assert refused.stderr.startswith(f"error: {words[0]}: needs ") and "`make setup`" in refused.stderr
    assert not (tree / "runs").exists()
