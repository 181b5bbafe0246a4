"""The documentation as a site: built as `make docs` builds it, and opened as files in Debian's Chromium."""

import contextlib
import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import BROWSER_LIMIT, needs_chromium
from tests.package_copy import ROOT
from walker_rl.agents import agent_names
from walker_rl.cli.hyperparameter_table import hyperparameter_rows
from walker_rl.experiments.config import default_experiment

WIDE, NARROW = 1400, 360

pytestmark = [
    pytest.mark.slow,
    needs_chromium,
]


@dataclasses.dataclass
class Opened:
    """A page as the browser has it: addresses it names, ids in it, its text, and its width in two windows."""

    addresses: set[str]
    ids: set[str]
    text: str
    widths: list[int]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(build, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return folder


@contextlib.contextmanager
def quiet_page(chromium, **options):
    """A page in a context of its own that must neither complain nor ask the network for anything."""
    context = chromium.new_context(viewport={"width": WIDE, "height": 900}, **options)
    context.set_default_timeout(BROWSER_LIMIT)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("request", lambda asked: asked.url.startswith(("file:", "data:")) or complaints.append(asked.url))
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def page(chromium, site, request):
    with quiet_page(chromium, **getattr(request, "param", {})) as page:
        page.goto((site / "index.html").as_uri())
        yield page


@pytest.fixture(scope="module")
def opened(chromium, site):
    """Every page of the site, by its address."""
    paths = [path for path in site.rglob("*.html") if path.name != "404.html"]  # its links begin with a slash
    with quiet_page(chromium) as page:
        return {path.as_uri(): open_page(page, path) for path in paths}


def open_page(page: Page, path: Path) -> Opened:
    page.set_viewport_size({"width": WIDE, "height": 900})
    page.goto(path.as_uri())
    named = "[...document.querySelectorAll('[href], [src]')].map((element) => element.href || element.src)"
    opened = Opened(
        set(page.evaluate(named)),
        set(page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")),
        page.locator("article").inner_text(),
        [page.evaluate("document.documentElement.scrollWidth")],
    )
    page.set_viewport_size({"width": NARROW, "height": 640})
    opened.widths.append(page.evaluate("document.documentElement.scrollWidth"))
    return opened


def test_every_link_within_the_site_leads_to_a_file_and_an_anchor(opened):
    broken = []
    for address, one in opened.items():
        inside = [target.partition("#") for target in one.addresses if not target.startswith(("http:", "https:"))]
        assert len(inside) > 20
        for target, _, anchor in inside:
            is_there = Path(target.removeprefix("file://")).is_file()
            if not is_there or (anchor and anchor not in opened[target].ids):
                broken.append(f"{address}: {target}#{anchor}")
    assert not broken


def test_no_page_is_wider_than_the_window(opened):
    assert {tuple(one.widths) for one in opened.values()} == {(WIDE, NARROW)}


@pytest.mark.parametrize("agent", agent_names())
def test_the_reference_has_every_field(opened, site, agent):
    pages = [site / f"reference/fields/{name}.html" for name in ("index", agent)]
    words = {word for page in pages for word in opened[page.as_uri()].text.split()}
    assert {name for name, _, _ in hyperparameter_rows(default_experiment(agent))} <= words


def test_the_site_has_every_page_that_github_shows(site):
    sources = [*ROOT.glob("docs/*.md"), *ROOT.glob("walker_rl/**/README.md")]
    names = [str(source.relative_to(ROOT)).removeprefix("docs/").removesuffix(".md") for source in sources]
    assert len(names) > 25
    assert [name for name in names if not (site / f"{name}.html").exists()] == []


def test_search_works_without_a_server(page):
    page.locator("input.md-search__input").click()
    page.keyboard.type("n_step")
    found = page.locator("a.md-search-result__link[href*='/reference/fields/d4pg.html']")
    expect(found).not_to_have_count(0)


@pytest.mark.parametrize(
    ("page", "is_dark"), [({"color_scheme": "light"}, False), ({"color_scheme": "dark"}, True)], indirect=["page"]
)
def test_it_is_dark_where_the_reader_wants_that(page, is_dark):
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") is not is_dark
    page.locator("label[title^='Switch to']:visible").click()
    expect(page.locator("body")).not_to_have_css("background-color", background)
