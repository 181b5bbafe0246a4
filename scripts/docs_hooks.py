"""MkDocs hooks: the site has docs/, the files that its pages link to, and a reference generated from the code.

A page keeps its path in the tree, so the same relative links work on GitHub and in the site.
"""

import json
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docs_reference import API, reference_pages
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from walker_rl.agents import agent_names

ROOT = Path(__file__).parents[1]
COPIED = {".csv", ".gif", ".json", ".png", ".svg"}
RELATIVE_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


class QuotedFile(File):
    """A page that quotes a linked file, or the files of a linked folder."""

    def is_documentation_page(self) -> bool:
        """Returns True, although the path does not end in `.md`."""
        return True


def on_config(config: MkDocsConfig) -> None:
    """Adds the pages of each agent and of the Python API to the navigation."""
    sections = _sections(config.nav)
    reference = _sections(sections["Reference"])
    for name in agent_names():
        sections["Agents"].append(f"walker_rl/agents/{name}/README.md")
        reference["Fields"].append({name: f"reference/fields/{name}.md"})
    reference["Python API"].extend(f"reference/api/{package}.md" for package in API)


def _sections(nav: list[Any]) -> dict[str, Any]:
    return {title: pages for entry in nav if isinstance(entry, dict) for title, pages in entry.items()}


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Names the pages of docs/ by their paths in the tree, and adds linked files and generated pages."""
    for page in files.documentation_pages():
        files.remove(page)
    paths = [path for path in _nav_paths(config.nav) if (ROOT / path).exists()]
    for path in paths:  # Grows by the pages' links.
        files.append(_make_file(path, config))
        if path.endswith(".md"):
            paths.extend(linked for linked in _links(path) if linked not in paths)
    for path, content in reference_pages().items():
        files.append(File.generated(config, path, content=content))


def _nav_paths(nav: list[Any]) -> Iterator[str]:
    for entry in nav:
        for pages in entry.values() if isinstance(entry, dict) else [entry]:
            yield from _nav_paths(pages) if isinstance(pages, list) else [pages]


def _links(path: str) -> Iterator[str]:
    for link in dict.fromkeys(RELATIVE_LINK.findall((ROOT / path).read_text())):
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
        if (ROOT / target).exists():  # MkDocs reports the others.
            yield target


def _make_file(path: str, config: MkDocsConfig) -> File:
    source = ROOT / path
    if source.suffix in COPIED:
        return File.generated(config, path, abs_src_path=str(source))
    if source.suffix == ".md":
        file = File.generated(config, path, abs_src_path=str(source))
    else:
        file = QuotedFile.generated(config, path, content=_quote(source))
    file.dest_uri = f"{path.removeprefix('docs/').removesuffix('.md')}.html"
    return file


def _quote(source: Path) -> str:
    files = sorted(path for path in source.glob("*") if path.is_file()) if source.is_dir() else [source]
    if source.suffix == ".ipynb":
        return "\n\n".join(_cells(source))
    quotes = [f"## {path.name}\n\n````{path.suffix[1:]}\n{path.read_text()}\n````\n" for path in files]
    return "\n".join([f"# {source.relative_to(ROOT)}\n", *quotes])


def _cells(notebook: Path) -> Iterator[str]:
    """Yields the Markdown of each cell; the first begins with the title."""
    for cell in json.loads(notebook.read_text())["cells"]:
        source = "".join(cell["source"])
        yield source if cell["cell_type"] == "markdown" else f"```python\n{source}\n```"
