"""What a person sees of a distributed run."""

import re
import subprocess
import sys

from tests.terminal.test_display import on_a_terminal

RUN = """
from walker_rl.experiments.run.status import LaunchStatus
from walker_rl.terminal import display, fleet, live

elapsed = 0.0
display.time.monotonic = lambda: elapsed
live.PLAIN_PERIOD = 0.6
with fleet.FleetDisplay(min_steps_to_learn=0) as shown:
    shown.describe(
        target_samples_per_insert=256.0,
        num_restarts={"actor_0": 2, "central": 1},
        memory={"actor_0": 140.2, "actor_1": 141.0, "evaluator": 145.0, "central": 501.4},
    )
    while elapsed < 2.0:
        steps = round(10_000 * elapsed)
        shown.update(LaunchStatus(
            actor_steps=steps,
            max_actor_steps=100_000,
            learner_steps=steps // 2,
            training_return=812.4,
            evaluation_return=None,
            samples_per_insert=255.9,
            replay_size=steps,
            num_actors=4,
            actor_steps_by_index={"0": steps // 4, "1": steps // 2, "7": 5, "8": steps // 8, "9": steps // 8},
            written_at=0.0,
            phase="training",
            walltime=elapsed,
            roster={},
        ))
        elapsed += 0.002
"""
"""10,000 steps a second, a quarter of them by actor 0, by a clock of its own.

Actor 7 has left, 8 and 9 have joined from elsewhere.
"""


def test_without_a_terminal_a_plain_line_comes_now_and_then():
    process = subprocess.run([sys.executable, "-c", RUN], capture_output=True, text=True, check=True)
    lines = process.stdout.splitlines()
    assert len(lines) == 2
    for line in lines:
        assert "/ 100,000 steps" in line
        assert "samples per insert 255.9 of 256, replay " in line
        assert line.endswith(", 3 restarts, 928 MB")


def test_on_a_terminal_every_process_has_a_row():
    last = on_a_terminal(RUN).rpartition("process")[2]
    rows = [line.split() for line in last.splitlines() if line.strip()]
    table = {row[0]: row[1:] for row in rows if row[0] in ("actor_0", "actor_1", "evaluator", "central")}
    steps, speed, restarts, memory, unit = table["actor_0"]
    assert 4_300 < int(steps.replace(",", "")) <= 5_000
    assert abs(int(speed) - 2_500) < 30
    assert (restarts, memory, unit) == ("2", "140", "MB")
    assert abs(int(table["actor_1"][1]) - 5_000) < 60
    assert table["evaluator"] == ["0", "145", "MB"]
    assert table["central"] == ["1", "501", "MB"]
    (joined,) = (row for row in rows if row[1:3] == ["actors", "elsewhere"])
    assert joined[0] == "2" and 4_300 < int(joined[3].replace(",", "")) <= 5_005
    assert abs(int(joined[4]) - 2_500) < 60


def test_a_narrow_terminal_shows_the_plain_line():
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", on_a_terminal(RUN, columns=40)).splitlines()
    assert max(map(len, lines)) <= 40
    assert " ".join(" ".join(lines).split()).endswith(", 3 restarts, 928 MB")
