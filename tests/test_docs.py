"""The pages that people read: their links lead somewhere, and their commands are ones that exist."""

import re
import shlex
import subprocess

import pytest
import typer

from tests.package_copy import ROOT
from walker_rl.cli.app import app

PAGES = sorted(
    page
    for pattern in ("*.md", "docs/*.md", "*/README.md", "walker_rl/**/README.md")
    for page in ROOT.glob(pattern)
    if page.parent.name != "runs"
)
COMMAND_LINES = [
    pytest.param(line, id=f"{page.relative_to(ROOT)}: {line}")
    for page in PAGES
    if page.name != "adding_an_agent.md"  # Its commands are of an agent that its own test makes.
    for block in re.findall(r"^```sh\n(.+?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
    for line in block.replace("\\\n", " ").splitlines()
    if line.split("#")[0].strip()
]


def anchors(page):
    """Of its headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_within_the_project_lead_to_a_file_and_a_heading(page):
    broken = []
    for target in re.findall(
        r"\]\((?!https?://)([^)]+)\)", re.sub(r"```.+?```", "", page.read_text(), flags=re.DOTALL)
    ):
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        if not linked.exists() or (anchor and anchor not in anchors(linked)):
            broken.append(target)
    assert not broken


def test_the_first_page_is_short():
    assert len((ROOT / "README.md").read_text().split()) < 900


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_a_command_of_a_page_is_one_that_can_be_given(line):
    words = [word for word in shlex.split(line, comments=True) if word != "--help"]
    if words[0] == "walker-rl":
        command, context = typer.main.get_command(app), None
        while isinstance(command, typer.core.TyperGroup):
            words = words[1:]
            if words[0].startswith("-"):
                assert any(words[0] in option.opts for option in command.params), words[0]
                return
            command = command.get_command(context, words[0])
            assert command is not None, words[0]
        command.make_context(words[0], words[1:])
    elif words[0] == "make":
        targets = [word for word in words[1:] if "=" not in word]
        text = (ROOT / "Makefile").read_text()
        assert all(re.search(rf"^{target}:", text, re.MULTILINE) for target in targets)
    elif words[0] == "python":
        assert words[1] == "-m" or (ROOT / words[1]).exists()
    else:
        assert subprocess.run(["bash", "-n", "-c", line], check=False).returncode == 0
