"""The page beside a training: `train --watch` and `launch --watch`."""

import http.client
import json
import re
import socket
import time
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.browser import BROWSER_LIMIT, needs_chromium
from tests.stacks import acme_stack
from tests.tiny import AGENT, TINY_RUN, metrics_of, press_ctrl_c, run_command, set_options, start_command
from walker_rl.cli import main
from walker_rl.cli.run_page import PORT, page_listener
from walker_rl.errors import UserError
from walker_rl.watch.beside import served_beside
from walker_rl.watch.server import listen

OPTIONS = set_options((*TINY_RUN, "seed=3"))


def page_of(process) -> str:
    """The page's address, as the training prints it."""
    line = next(line for line in process.stdout if line.startswith("To watch: "))
    return re.match(r"To watch: (http://127\.0\.0\.1:\d+/), or ", line)[1]


def ask(address: str):
    with urllib.request.urlopen(address, timeout=30) as answer:
        return json.loads(answer.read())


def is_refused(page: str) -> bool:
    try:
        ask(f"{page}runs")
    except urllib.error.URLError as error:
        return isinstance(error.reason, ConnectionRefusedError)
    return False


@pytest.fixture
def default_port_is_taken():
    """Else a test that runs beside this one could take it as soon as its training has ended."""
    try:
        taken = listen(PORT)
    except UserError:  # By somebody else.
        taken = socket.socket()
    with taken:
        yield


def test_a_page_that_cannot_be_served_is_a_warning(tmp_path, capsys):
    (tmp_path / "logs").touch()
    with served_beside(listen(0), tmp_path, tmp_path / "logs" / "watch.log"):
        assert capsys.readouterr().out == f"warning: there is no page: {tmp_path / 'logs'}: File exists\n"


@pytest.mark.slow
@pytest.mark.usefixtures("default_port_is_taken")
def test_the_page_changes_no_number_and_ends_with_the_training(tmp_path):
    words = ("train", AGENT, "--steps", "900", *OPTIONS)
    assert run_command(*words, "--run-dir", tmp_path / "alone").returncode == 0
    process = start_command(*words, "--run-dir", tmp_path / "watched", "--watch")
    page = page_of(process)
    assert ask(f"{page}runs")["runs"][0]["name"] == "watched"
    num_answers = 0
    while process.poll() is None:
        try:
            assert ask(f"{page}run/watched")["max_steps"] == 900
            num_answers += 1
        except urllib.error.HTTPError:
            raise
        except (OSError, http.client.HTTPException):  # It may have just ended, amid its answer.
            pass
        time.sleep(0.1)
    assert num_answers > 0
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    assert is_refused(page)
    assert metrics_of(tmp_path / "watched") == metrics_of(tmp_path / "alone")


@pytest.mark.slow
@needs_chromium
@pytest.mark.usefixtures("default_port_is_taken")
@pytest.mark.parametrize(
    "words",
    [
        ("train", "--set", "evaluation.film_period=2"),
        pytest.param(("launch", "--num-actors", "1"), marks=acme_stack),
    ],
    ids=["train", "launch"],
)
def test_a_browser_follows_the_training_until_it_is_stopped(chromium, words, tmp_path):
    command, *more = words
    process = start_command(
        command, AGENT, "--watch", "--steps", "1000000", "--run-dir", tmp_path / "run", *OPTIONS, *more
    )
    try:
        page = chromium.new_page()
        page.goto(address := page_of(process))
        expect(page.locator("#facts")).to_contain_text(f"{AGENT} on Walker2DBulletEnv-v0, seed 3, training")
        before = page.locator("#facts").inner_text()
        expect(page.locator("#facts")).not_to_have_text(before, timeout=180_000)
        expect(page.locator("#learner")).to_contain_text("critic loss", timeout=180_000)
        if command == "train":
            expect(page.locator("#film p")).to_contain_text("A recent policy", timeout=2 * BROWSER_LIMIT)
            assert page.locator("#film img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 320
        page.close()
    finally:
        press_ctrl_c(process)
        output, _ = process.communicate(timeout=180)
    assert process.returncode == 130, output
    assert is_refused(address)
    assert [path.name for path in (tmp_path / "run" / "logs").glob("watch*")] == ["watch.log"]
    assert command == "launch" or (tmp_path / "run" / "curve.png").exists()


def test_another_port_is_taken_where_the_default_is_not_free(default_port_is_taken):
    assert page_listener(False) is None
    with page_listener(True) as other:
        assert other.getsockname()[1] != PORT


@acme_stack
def test_a_machine_that_only_joins_has_no_page(capsys):
    assert main(["launch", AGENT, "--role", "actors", "--join", "localhost:1", "--watch"]) == 2
    assert capsys.readouterr().err == "error: watch = true: must not be given with --role actors\n"
