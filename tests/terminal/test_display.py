"""What a person sees: plain lines in a file, a live block on a terminal."""

import os
import re
import subprocess
import sys

import pytest

from tests.terminal.terminals import on_a_terminal
from walker_rl.run_states import Status
from walker_rl.terminal import live
from walker_rl.terminal.display import Display

TRAINING = """
from walker_rl import run_states
from walker_rl.terminal import display, live

elapsed = 0.0
display.time.monotonic = lambda: elapsed
live.PLAIN_PERIOD = 0.6
with display.Display() as shown:
    shown.message("Hello [bold] of markup")
    shown.show_history([-200.0, 0.0, 1234.6])
    while elapsed < 2.0:
        steps = round(10_000 * elapsed)
        shown.update(run_states.Status(steps, 100_000, steps // 2, 812.4, None if elapsed < 0.4 else 1234.6))
        elapsed += 0.002
    shown.message("Bye")
"""
"""A run of 10,000 environment steps and 5,000 learner steps a second, by a clock of its own."""


def test_without_a_terminal_a_plain_line_comes_now_and_then():
    process = subprocess.run([sys.executable, "-c", TRAINING], capture_output=True, text=True, check=True)
    hello, *lines, bye = process.stdout.splitlines()
    assert (hello, bye, process.stderr) == ("Hello [bold] of markup", "Bye", "")
    assert len(lines) == 2
    pattern = (
        r"([\d,]+) / 100,000 steps \((\d+) %\), (\d+) s to go, (\d+) environment steps/s, "
        r"([\d,]+) learner steps, training return 812, evaluation return 1,235"
    )
    for line in lines:
        found = re.fullmatch(pattern, line)
        assert found, line
        steps, percentage, seconds, speed, learner_steps = (int(text.replace(",", "")) for text in found.groups())
        assert learner_steps == steps // 2
        assert percentage == pytest.approx(steps / 1_000, abs=0.5)
        assert speed == pytest.approx(10_000, abs=1)
        assert seconds == pytest.approx((100_000 - steps) / speed, abs=0.6)


def test_a_terminal_that_cannot_redraw_gets_the_plain_lines():
    assert on_a_terminal(TRAINING, 200, "dumb").replace("\r\n", "\n") == without_a_terminal()


def test_a_file_gets_no_codes_even_if_colours_are_forced():
    assert without_a_terminal(FORCE_COLOR="1", TTY_COMPATIBLE="1") == without_a_terminal()


def without_a_terminal(**variables: str) -> str:
    environment = {**os.environ, **variables}
    return subprocess.run([sys.executable, "-c", TRAINING], stdout=subprocess.PIPE, text=True, env=environment).stdout


def test_on_a_terminal_a_live_block_is_redrawn():
    written = on_a_terminal(TRAINING)
    assert "\x1b[" in written
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written)
    assert len(re.findall(r"/ 100,000 steps", text)) >= 3
    assert re.search(r"environment \d+ steps/s", text)
    assert re.search(r"[\d,]+ learner steps, \d+/s", text)
    assert "training return 812" in text
    assert "evaluation return -" in text
    assert "evaluation return 1,235" in text
    assert re.search(r"▁▂█ +evaluations, -200 to 1,235", text)
    assert re.search(r"\d+ s to go", text)
    assert "\u2501" in text  # the bar
    assert "Hello [bold] of markup" in text
    assert text.rstrip().endswith("1,235")  # the last block stays


@pytest.mark.parametrize("columns", [25, 40, 60])
def test_a_terminal_too_narrow_for_the_block_shows_the_plain_line(columns):
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", on_a_terminal(TRAINING, columns)).splitlines()
    assert max(map(len, lines)) <= columns
    last = " ".join(" ".join(lines).split()).rpartition(" / 100,000 steps ")[2]
    pattern = r"\(\d+ %\), \d+ s to go, \d+ environment steps/s, [\d,]+ learner steps, training return 812, "
    assert re.fullmatch(pattern + "evaluation return 1,235", last)


def test_the_last_block_is_up_to_date():
    code = """
from walker_rl.terminal.display import Display
from walker_rl.run_states import Status
with Display() as shown:
    shown.update(Status(10, 5_000, 0, None, None))
    shown.update(Status(5_000, 5_000, 1, None, 321.0), at_once=True)
"""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", on_a_terminal(code))
    assert "100 %  5,000 / 5,000 steps" in text
    assert text.rstrip().endswith("evaluation return 321")


def test_small_returns_have_decimals(capsys, monkeypatch):
    monkeypatch.setattr(live, "PLAIN_PERIOD", 0.0)
    with Display() as shown:
        shown.update(Status(1_000, 2_000, 10, -0.3, 0.87), at_once=True)
    assert capsys.readouterr().out.endswith("training return -0.3, evaluation return 0.87\n")


def test_a_message_after_a_request_to_stop_has_a_line_of_its_own():
    """Before the first status as well, when nothing but an empty line is reserved for the request."""
    code = """
import os, signal
from walker_rl.processes.signals import StopSignals
from walker_rl.terminal.display import Display
with StopSignals(), Display() as shown:
    os.kill(os.getpid(), signal.SIGINT)
    shown.message("warning: nothing is saved")
"""
    before, _, after = on_a_terminal(code).partition("warning: nothing is saved")
    assert before.endswith("without a checkpoint.\r\x1b[2K")
    assert after.startswith("\r\n")


def test_before_anything_is_known_nothing_is_made_up():
    display = Display()
    status = Status(0, 1_000, 0, None, None)
    assert display.seconds_left(status) is None
    display.update(status)
    assert display.seconds_left(status) is None


def test_before_the_first_update_it_says_when_that_comes():
    display = Display(min_steps_to_learn=500)
    display._rates.add(0.0, {"actor_steps": 0})
    display._rates.add(1.0, {"actor_steps": 400})
    line = display._line(Status(400, 3_000, 0, None, None))
    assert ", ? to go, 400 environment steps/s, first update after 500 steps, " in line
    assert ", 5 s to go, 400 environment steps/s, 1 learner step, " in display._line(
        Status(1_000, 3_000, 1, None, None)
    )


def test_steps_beyond_the_end_are_not_shown():
    display = Display()
    assert display._line(Status(3_001, 3_000, 10, None, None)).startswith("3,000 / 3,000 steps (100 %), 0 s to go")


@pytest.mark.parametrize(("actor_steps", "left"), [(299, "? to go"), (300, "0 s to go")])
def test_a_training_without_an_update_is_complete_at_its_last_step(actor_steps, left):
    display = Display(min_steps_to_learn=5_001)
    assert f", {left}, " in display._line(Status(actor_steps, 300, 0, None, None))


@pytest.mark.parametrize(("seconds_allowed", "seconds_left"), [(30.0, 30.0), (-2.0, 0.0)])
def test_a_limit_of_time_bounds_the_time_to_go(seconds_allowed, seconds_left):
    status = Status(0, 100_000, 0, None, None, seconds_allowed=seconds_allowed)
    assert Display().seconds_left(status) == seconds_left


def test_a_path_is_printed_as_it_is(capsys):
    Display().message("Resumed runs/:x:/[1]/a:b:c at 5 steps.")
    assert capsys.readouterr().out == "Resumed runs/:x:/[1]/a:b:c at 5 steps.\n"
