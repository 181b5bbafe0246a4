"""Memory of a replay, and growth of a run with a full one; `python -m benchmarks.memory PART` prints one part."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Row
from benchmarks.turns import run_module

NUM_TRANSITIONS = 1_000_000
FIRST_READING, LAST_READING = 8_100, 16_100
RUN_SETTINGS = (
    "agent.min_replay_size=1000",
    "agent.max_replay_size=4000",
    "evaluation.period=2000",
    "checkpoint.steps_period=2000",
)


def measure(rounds: int) -> Iterator[Row]:
    """Measures each part once, since memory does not vary from round to round."""
    replay = measure_elsewhere("replay")
    yield Row("replay of 1M Walker2D transitions, empty", "MB", [replay["empty"]], target=5, at_most=True)
    yield Row("the same, half full", "MB", [replay["half"]], target=125, at_most=True)
    yield Row("the same, full", "MB", [replay["full"]], target=250, at_most=True)
    yield Row("the same, after 200,000 more", "MB", [replay["more"]], target=250, at_most=True)
    run = measure_elsewhere("run")
    yield Row("a run's growth over 8,000 steps with a full replay", "MB", [run["growth"]], target=10, at_most=True)


def measure_elsewhere(part: str) -> dict[str, float]:
    """Measures a part in a separate process."""
    return dict(json.loads(run_module("benchmarks.memory", part)))


def resident_megabytes() -> float:
    """Resident memory of this process, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024 / 1e6


def watch_replay() -> dict[str, float]:
    """Measures the resident memory that a replay adds, in MB, as it fills."""
    import numpy as np

    from walker_rl.replay.arrays import ArrayReplay
    from walker_rl.replay.layout import TransitionLayout

    base = resident_megabytes()
    rows = np.ones((1, TransitionLayout(22, 6).row_size), np.float32)
    replay = ArrayReplay(rows.shape[1], NUM_TRANSITIONS, seed=0)
    dataset = replay.make_dataset(256)
    reading = {"empty": resident_megabytes() - base}
    for name, number in (("half", NUM_TRANSITIONS // 2), ("full", NUM_TRANSITIONS // 2), ("more", 200_000)):
        for _ in range(number):
            replay.insert(rows)
        next(dataset)
        reading[name] = resident_megabytes() - base
    return reading


def watch_run() -> dict[str, float]:
    """Measures the growth of a run, in MB, long after its replay is full, including checkpoints and evaluations."""
    from walker_rl.runtime import configure_process

    configure_process()
    from benchmarks.local_run import run_locally
    from walker_rl.experiments.config_loading import load_config
    from walker_rl.experiments.parts import make_parts

    config = load_config("ddpg", overrides=RUN_SETTINGS)
    readings = []

    def read(num_steps: int) -> bool:
        if num_steps in (FIRST_READING, LAST_READING):
            readings.append(resident_megabytes())
        return num_steps == LAST_READING

    run_locally(config, make_parts(config), read)
    return {"growth": readings[-1] - readings[0]}


if __name__ == "__main__":
    print(json.dumps({"replay": watch_replay, "run": watch_run}[sys.argv[1]]()))
