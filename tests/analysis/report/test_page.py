"""The page in a real browser: Debian's Chromium, without a window."""

import contextlib
import re

import pytest
from playwright.sync_api import Page

from tests.analysis.made_runs import make_film, make_run
from tests.browser import BROWSER_LIMIT, needs_chromium
from walker_rl.agents import agent_names
from walker_rl.cli import main

pytestmark = needs_chromium

AGENTS = agent_names()[:2]
"""Names that HTML must escape are in the title."""

TITLE = "Walkers & <b>others</b>"


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    for agent in AGENTS:
        for seed, best in enumerate((90.0, 1_200.0, None)):
            name = f"{agent}_Walker2DBulletEnv-v0_seed{seed}"
            final = None if best is None else (best, best / 2)
            run = make_run(folder / name, [10, 80 + seed, 70], f"seed={seed}", agent=agent, final=final, falls=(1, 2))
            make_film(run.best_video)
    path = folder / "report.html"
    runs = sorted(map(str, folder.glob("*_seed[0-9]")), reverse=True)
    assert main(["report", *runs, "-o", str(path), "--title", TITLE]) == 0
    return path


class Browser:
    """A page, and what it has complained about or asked the network for."""

    def __init__(self, page: Page, path):
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(path.as_uri())

    def column(self, name: str) -> list[str]:
        table = self.page.locator("table.sortable")
        place = [text.strip() for text in table.locator("thead th").all_inner_texts()].index(name)
        return [row.locator("th, td").nth(place).inner_text() for row in table.locator("tbody tr").all()]


@pytest.fixture
def opened(chromium, report, request):
    context = chromium.new_context(**getattr(request, "param", {}))
    context.set_default_timeout(BROWSER_LIMIT)
    browser = Browser(context.new_page(), report)
    yield browser
    context.close()
    assert browser.complaints == []
    assert [url for url in browser.requests if not url.startswith("data:")] == [report.as_uri()]


def test_it_shows_figures_films_and_every_run(opened):
    page = opened.page
    assert page.title() == TITLE
    assert page.locator("h1").inner_text() == TITLE
    assert page.evaluate("[...document.images].every((image) => image.complete && image.naturalWidth > 0)")
    assert page.locator("#figures figure").count() == 8
    assert page.locator("img.film").count() == len(AGENTS)
    assert page.locator("table.sortable tbody tr").count() == 3 * len(AGENTS)
    assert "1 run not complete" in page.locator("#summary").inner_text()
    captions = page.locator("#figures").inner_text()
    assert "of its seeds with the interval from lowest to highest" in captions
    assert "returns more than tau with the 95 % interval." in captions
    assert f"walker-rl train {AGENTS[1]} --set seed=2" in page.locator("#commands").inner_text()
    assert "machine.processor" in page.locator("#origins").text_content()


def test_falls_stand_next_to_returns(opened):
    assert opened.column("last falls") == ["50%", "50%", "-"] * len(AGENTS)
    assert opened.column("best falls") == ["25%", "25%", "-"] * len(AGENTS)
    assert opened.column("last std") == ["0", "0", "-"] * len(AGENTS)
    assert opened.column("best std") == ["0", "0", "-"] * len(AGENTS)
    assert "25.0%" in opened.page.locator("#summary").inner_text()


def test_a_figure_hands_out_its_numbers(opened):
    link = opened.page.locator("#figures a").first
    with opened.page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "overview.csv"
    assert download.value.path().read_text().startswith("task,group,series,actor_steps,return,low,high,num_seeds\n")


def test_the_table_sorts_by_number_by_name_and_back(opened):
    page = opened.page
    page.get_by_role("button", name="best return").click()
    ordered = ["90", "90", "1,200", "1,200", "-", "-"]
    assert opened.column("best return") == ordered
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    page.get_by_role("button", name="best return").click()
    assert opened.column("best return") == ["1,200", "1,200", "90", "90", "-", "-"]
    assert page.get_by_role("status").inner_text() == "Sorted by best return, descending"
    page.get_by_role("button", name="run", exact=True).click()
    assert opened.column("run") == sorted(opened.column("run"))
    assert page.locator("th[aria-sort]").count() == 1


def test_the_keyboard_is_enough(opened):
    page = opened.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the figures"
    page.get_by_role("button", name="seed").focus()
    page.keyboard.press("Enter")
    assert opened.column("seed") == ["0", "0", "1", "1", "2", "2"]
    page.keyboard.press("Space")
    assert opened.column("seed") == ["2", "2", "1", "1", "0", "0"]
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details[open]").count() == 1


def test_a_screen_reader_finds_names(opened):
    page = opened.page
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.evaluate("[...document.images].every((image) => image.alt.length > 10)")
    assert page.evaluate("[...document.querySelectorAll('table')].every((table) => table.caption)")
    assert page.evaluate("[...document.querySelectorAll('th')].every((header) => header.scope)")
    assert page.evaluate(
        "[...document.querySelectorAll('[aria-labelledby]')].every((part) => "
        "document.getElementById(part.getAttribute('aria-labelledby')))"
    )
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map((heading) => Number(heading.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1


def test_runs_and_commands_are_in_the_order_of_group_and_seed(opened):
    assert list(zip(opened.column("group"), opened.column("seed"), strict=True)) == [
        (agent, str(seed)) for agent in AGENTS for seed in range(3)
    ]
    assert opened.page.locator("#commands dt").all_inner_texts() == opened.column("run")


@pytest.mark.slow
def test_runs_of_the_same_name_are_named_apart(chromium, tmp_path):
    for folder in ("old", "new"):
        make_run(tmp_path / folder / "one", [1, 2])
    path = tmp_path / "report.html"
    assert main(["report", str(tmp_path / "old" / "one"), str(tmp_path / "new" / "one"), "-o", str(path)]) == 0
    with contextlib.closing(chromium.new_page()) as page:
        assert Browser(page, path).column("run") == ["new/one", "old/one"]


CUT = """() => [...document.querySelectorAll("body *")].filter((element) => {
  const box = element.getBoundingClientRect();
  return box.width > 1 && box.right > window.innerWidth + 1 && !element.closest(".scroll");
}).map((element) => element.outerHTML.slice(0, 80))"""

SCROLLED = """() => [...document.querySelectorAll(".scroll")].filter((one) => one.scrollWidth > one.clientWidth)
  .map((one) => one.getAttribute("aria-label"))"""


@pytest.mark.parametrize(
    "opened",
    [
        {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
        for width in (390, 768, 1400)
        for scheme in ("light", "dark")
    ],
    ids=lambda options: f"{options['viewport']['width']} {options['color_scheme']}",
    indirect=True,
)
def test_nothing_is_cut_and_wide_tables_scroll_by_themselves(opened):
    page = opened.page
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(CUT) == []
    assert width < 1400 or page.evaluate(SCROLLED) == []


def test_the_names_of_runs_stay_in_sight_while_a_table_scrolls(chromium, report):
    with contextlib.closing(chromium.new_page(viewport={"width": 390, "height": 900})) as page:
        Browser(page, report)
        table = page.locator("#runs .scroll")
        table.evaluate("table => { table.scrollLeft = table.scrollWidth }")
        assert page.locator("#runs tbody th").first.bounding_box()["x"] == table.bounding_box()["x"]


@pytest.mark.parametrize("opened", [{"viewport": {"width": 360, "height": 640}}], indirect=True)
def test_a_phone_scrolls_tables_and_not_the_page(opened):
    widths = opened.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths == [360, 360]
    assert opened.page.evaluate("[...document.images].every((image) => image.getBoundingClientRect().right <= 360)")


INJECTED = """() => {
  const script = document.createElement("script");
  script.textContent = "document.title = 'taken over'";
  const image = Object.assign(new Image(), { src: "https://example.invalid/spy.png" });
  document.body.append(script, image);
  document.body.setAttribute("style", "display: none");
  return [document.title, getComputedStyle(document.body).display];
}"""


def test_nothing_but_its_own_script_and_style_is_let_in(opened):
    assert opened.page.evaluate(INJECTED) == [TITLE, "block"]
    opened.page.wait_for_function("document.images[document.images.length - 1].complete")
    refused = [re.search(r"directive:? ['\"]([a-z-]+) ", complaint)[1] for complaint in opened.complaints]
    assert sorted(refused) == ["img-src", "script-src", "style-src"]
    opened.complaints.clear()
    opened.requests.remove("https://example.invalid/spy.png")


CONTRAST = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[0-9]+/g).map((part) => {
      const value = part / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const page = light(getComputedStyle(document.body).backgroundColor);
  return ["p", "td", "a", "figcaption", "dt", "caption"].map((name) => {
    const text = light(getComputedStyle(document.querySelector(`main ${name}`)).color);
    return (Math.max(page, text) + 0.05) / (Math.min(page, text) + 0.05);
  });
}"""


@pytest.mark.parametrize(
    ("opened", "is_dark"), [({"color_scheme": "light"}, False), ({"color_scheme": "dark"}, True)], indirect=["opened"]
)
def test_text_stands_out_in_light_and_in_dark(opened, is_dark):
    background = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") is not is_dark
    assert min(opened.page.evaluate(CONTRAST)) >= 4.5


@pytest.mark.parametrize("opened", [{"reduced_motion": "reduce"}], indirect=True)
def test_who_wants_no_motion_gets_a_still(opened):
    sources = opened.page.evaluate("[...document.querySelectorAll('img.film')].map((image) => image.currentSrc)")
    assert {source.partition(";")[0] for source in sources} == {"data:image/png"}
