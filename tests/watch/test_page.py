"""The page in a real browser, Debian's Chromium, beside runs that are made up and one that trains."""

import contextlib
import itertools
import os
import re
import threading

import pytest
from playwright.sync_api import expect

from tests.analysis.made_runs import make_film, make_run
from tests.browser import BROWSER_LIMIT, needs_chromium
from walker_rl.watch.server import WatchServer, address_of, listen

pytestmark = needs_chromium

HOSTILE = "<img src=x onerror=alert(1)>"


@contextlib.contextmanager
def opened(chromium, path, **options):
    """A page of the run, or the folder of runs, at `path`; it must complain of nothing, and ask nobody else."""
    with WatchServer(path, listen(0)) as server:
        address = address_of(server.socket)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        context = chromium.new_context(**options)
        context.set_default_timeout(BROWSER_LIMIT)
        page = context.new_page()
        complaints, requests = [], []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(address)
        yield page
        context.close()
        server.shutdown()
    assert complaints == []
    assert [url for url in requests if not url.startswith((address, "data:"))] == []


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    """Three runs; the first has an alarm and films, and HTML wherever a file can have text."""
    folder = tmp_path_factory.mktemp("sweep")
    for index in range(3):
        make_run(folder / f"run {index} & {HOSTILE.replace('/', '')}", [10.0, 80.0 + index], "max_actor_steps=4000")
    first = make_run(folder / "a film", [10.0, 80.0])
    rows = "".join(f"{step},{step},0.5,{step / 2}\n" for step in range(1_000, 4_000, 50))
    (first.metrics / "learner.csv").write_text(f"actor_steps,learner_steps,kl,{HOSTILE}\n{rows}")
    first.config.write_text(f"agent_name: {HOSTILE}\ntask: {HOSTILE}\nagent:\n  policy_learning_rate: {HOSTILE}\n")
    make_film(first.latest_video)
    make_film(first.progress_video)
    return folder


def test_a_sweep_is_a_grid_of_curves_and_each_leads_to_its_run(chromium, sweep):
    with opened(chromium, sweep) as page:
        cards = page.locator("#grid a")
        expect(cards).to_have_count(4)
        assert page.locator("#grid svg polyline").count() == 4
        assert page.title() == str(sweep)
        cards.nth(1).click()
        expect(page.locator("h1")).to_have_text(f"run 0 & {HOSTILE}")
        expect(page.locator("#curve polyline").nth(1)).to_have_attribute("points", re.compile(r"^[\d., -]+$"))
        page.get_by_role("link", name="All runs").click()
        expect(cards).to_have_count(4)


def test_any_name_and_any_address_leave_the_others(chromium, tmp_path):
    for name in (os.fsdecode(b"caf\xe9"), "plain"):
        make_run(tmp_path / name, [10.0, 80.0])
    with opened(chromium, tmp_path) as page:
        cards = page.locator("#grid a")
        expect(cards).to_have_count(2)
        page.evaluate("location.hash = '%'")
        expect(cards).to_have_count(2)
        cards.nth(0).click()
        expect(page.locator("h1")).to_have_text(re.compile("^caf"))
        expect(page.locator("#curve polyline").nth(1)).to_be_visible()


def test_a_late_answer_does_not_bring_back_the_run_that_was_left(chromium, sweep):
    with opened(chromium, sweep) as page:
        held = []
        page.route("**/run/**", lambda route: held.append(route))
        page.evaluate(
            "titles = []; new MutationObserver(() => titles.push(document.title)).observe("
            "document.querySelector('title'), { childList: true })"
        )
        with page.expect_request("**/run/**"):
            page.locator("#grid a").nth(1).click()
        page.evaluate("location.hash = ''")
        with page.expect_response("**/runs"):
            pass
        with page.expect_response("**/run/**"):
            held[0].continue_()
        with page.expect_response("**/runs"):  # The next time that the page asks.
            pass
        expect(page.locator("#grid")).to_be_visible()
        assert set(page.evaluate("titles")) <= {str(sweep)}


def test_the_axis_ends_at_the_exact_step(chromium, sweep):
    with opened(chromium, sweep) as page:
        lines = "[{ curve: { steps: [0, 51148], values: [1, 2] }, kind: 'mean' }]"
        text = page.evaluate(f"chart('', {{ width: 300, height: 100, lines: {lines} }}).textContent")
        assert text.endswith("51,148 steps")


def test_what_comes_from_files_is_text_and_nothing_else(chromium, sweep):
    with opened(chromium, sweep / "a film") as page:
        expect(page.locator("#alarms li")).to_have_text(re.compile(f"^KL too high: .*{re.escape(HOSTILE)}"))
        expect(page.locator("#facts")).to_contain_text(f"{HOSTILE} on {HOSTILE}")
        expect(page.locator("#learner figcaption").nth(1)).to_contain_text(HOSTILE.replace("_", " "))
        assert page.locator("img").count() == 2, "the films, and no other"
        assert all(
            page.locator("img").nth(index).evaluate("image => image.decode().then(() => true)") for index in (0, 1)
        )


@pytest.mark.parametrize(
    ("options", "width"),
    [
        ({"viewport": {"width": 1_400, "height": 900}}, 1_400),
        ({"viewport": {"width": 400, "height": 800}}, 400),
        ({"viewport": {"width": 400, "height": 800}, "color_scheme": "dark"}, 400),
    ],
)
def test_it_is_as_wide_as_the_window_and_stands_out_in_light_and_dark(chromium, sweep, options, width):
    for path in (sweep, sweep / "a film"):
        with opened(chromium, path, **options) as page:
            expect(page.locator("#status")).to_contain_text("As of")
            assert page.evaluate("document.documentElement.scrollWidth") == width
            contrasts = [page.evaluate(CONTRAST, selector) for selector in ("h1", "#status", "#facts", "#grid a span")]
            assert min(contrast for contrast in contrasts if contrast is not None) >= 4.5


CONTRAST = """(selector) => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[0-9]+/g).map((part) => {
      const value = part / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const element = document.querySelector(selector);
  if (element === null) return null;
  const below = element.closest("#grid a") ?? document.body;
  const [page, text] = [light(getComputedStyle(below).backgroundColor), light(getComputedStyle(element).color)];
  return (Math.max(page, text) + 0.05) / (Math.min(page, text) + 0.05);
}"""


@pytest.mark.slow
def test_texts_of_charts_keep_their_size_and_their_distance_when_the_window_narrows(chromium, sweep):
    for path in (sweep, sweep / "a film"):
        with opened(chromium, path, viewport={"width": 1_400, "height": 900}) as page:
            chart = page.locator("svg").first
            expect(chart).to_be_visible()
            for width in (1_400, 900, 500):
                before = chart.get_attribute("viewBox")
                page.set_viewport_size({"width": width, "height": 900})
                if width < 1_400:
                    expect(chart).not_to_have_attribute("viewBox", before)
                for scale, frame, texts in page.evaluate(CHARTS):
                    assert scale == pytest.approx(1.0, abs=0.01)
                    assert len(texts) >= 3, "a constant curve has one label at its height"
                    assert not any(overlap(*pair) for pair in itertools.combinations(texts, 2))
                    assert all(frame[0] <= left and right <= frame[2] for left, _, right, _ in texts)


def overlap(one, other) -> bool:
    """True if two boxes (left, top, right, bottom) overlap."""
    return all(max(one[i], other[i]) < min(one[i + 2], other[i + 2]) for i in (0, 1))


CHARTS = """() => {
  const box = (element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return [left, top, right, bottom];
  };
  return [...document.querySelectorAll("svg")].map((svg) =>
    [svg.clientWidth / svg.viewBox.baseVal.width, box(svg), [...svg.querySelectorAll("text")].map(box)]);
}"""


def test_who_wants_no_motion_opens_the_films(chromium, sweep):
    with opened(chromium, sweep / "a film", reduced_motion="reduce") as page:
        expect(page.locator("#film summary")).to_be_visible()
        assert not page.locator("#film img").is_visible()
        page.locator("#film summary").press("Enter")
        expect(page.locator("#film img")).to_be_visible()


def test_a_folder_without_runs_says_so_until_there_is_one(chromium, tmp_path):
    with opened(chromium, tmp_path) as page:
        expect(page.locator("#status")).to_have_text("There is no run here yet.")
        make_run(tmp_path / "one", [10.0, 80.0])
        expect(page.locator("#curve polyline").nth(1)).to_be_visible()
