"""The container image is made of files that there are, installed as a checkout is, and runs as an ordinary user."""

import re
import shutil
import subprocess
from pathlib import Path

from tests.dockerfile import DEPLOY, image_lines


def options(line: str) -> set[str]:
    """Its options, without those that only quieten pip."""
    return {word for word in line.split() if word.startswith("--")} - {"--disable-pip-version-check"}


def test_the_image_is_made_of_files_that_there_are():
    sources = {source for line in image_lines("COPY") for source in line.split()[:-1]}
    assert all((DEPLOY.parent / source).exists() for source in sources), sources
    project = (DEPLOY.parent / "pyproject.toml").read_text()
    named = re.findall(r"^(?:readme|license-files) = \[?\"(.*?)\"", project, re.MULTILINE)
    assert {"walker_rl", "pyproject.toml", *named} <= sources


def test_the_image_is_installed_as_bootstrap_does(tmp_path):
    """Build tools from the lock first, then all packages by their hashes, with nothing unpinned in between."""
    script = (DEPLOY.parent / "scripts" / "bootstrap.sh").read_text()
    extraction, *installations = image_lines("RUN")[0].split(" && ")
    (expression,) = re.findall(r"awk ('.*?')", script)
    assert extraction == f"awk {expression} requirements.lock >build.lock"
    shutil.copy(DEPLOY.parent / "requirements.lock", tmp_path)
    subprocess.run(["sh", "-c", extraction], cwd=tmp_path, check=True)
    tools = re.findall(r"^(\w+)==.*\n +--hash=sha256:", (tmp_path / "build.lock").read_text(), re.MULTILINE)
    assert tools == ["setuptools", "wheel"]
    (shared,) = re.findall(r"-m pip install (.*) \"\$@\"", script)
    theirs = [
        options(f"{line} {shared}") - {"--editable"} for line in re.findall(r"^ +pip_install (-.*)", script, re.M)
    ]
    assert [options(line) - {"--no-cache-dir"} for line in (*installations, image_lines("RUN")[1])] == theirs
    assert [line.split()[-1] for line in installations] == ["build.lock", "requirements.lock"]


def test_the_image_runs_as_a_user_whose_folders_it_may_write_to():
    text = (DEPLOY / "Dockerfile").read_text()
    made = image_lines("RUN")[-1]
    (name,) = re.findall(r"useradd --uid 1000 .* (\w+) && ", made)
    assert f"install -d -o {name} -g {name} {image_lines('WORKDIR')[-1]}" in made
    assert image_lines("USER") == ["1000:1000"]
    assert text.index("useradd") < text.rindex("WORKDIR") < text.index("USER ")
    places = dict(re.findall(r"(\w+)=(\S+)", " ".join(image_lines("ENV"))))
    assert places.keys() == {"HOME", "MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"}
    assert all(Path(place).is_relative_to("/tmp") for place in places.values())
