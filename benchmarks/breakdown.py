"""Breakdown of the time of an environment step; `python -m benchmarks.breakdown AGENT` prints one agent's parts."""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from benchmarks.report import Row
from benchmarks.turns import run_module

AGENTS = ("d4pg", "ddpg", "dmpo")
NUM_WARM_UP_STEPS = 1_200
NUM_STEPS = 500
PARTS = ("environment", "policy", "insertion", "sampling", "update", "weights", "logging", "rest")


def measure(rounds: int) -> Iterator[Row]:
    """Measures milliseconds of wall-clock time per environment step with one update."""
    for agent in AGENTS:
        readings = [parts_elsewhere(agent) for _ in range(rounds)]
        for part in PARTS:
            yield Row(f"{agent}: {part}", "ms", [reading[part] for reading in readings])


def parts_elsewhere(agent: str) -> dict[str, float]:
    """Runs `parts_of` in a separate process."""
    return dict(json.loads(run_module("benchmarks.breakdown", agent)))


class Clock:
    """Sums the time within timed methods, between `start` and `stop`.

    Attributes:
        seconds: time by part.
        total: time between `start` and `stop`, in seconds; 0 before.
    """

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.total = 0.0

    def start(self) -> None:
        self.seconds.clear()
        self._began = time.perf_counter()

    def stop(self) -> None:
        self.total = time.perf_counter() - self._began

    def around(self, owner: Any, method: str, part: str) -> None:
        """Replaces `owner.method` by a timed one."""
        untimed = getattr(owner, method)

        def timed(*arguments: Any, **keywords: Any) -> Any:
            began = time.perf_counter()
            try:
                return untimed(*arguments, **keywords)
            finally:
                self.seconds[part] += time.perf_counter() - began

        setattr(owner, method, timed)

    def along(self, iterator: Iterator[Any], part: str) -> Iterator[Any]:
        """Yields the items of `iterator`, and times the wait for each."""
        while True:
            began = time.perf_counter()
            item = next(iterator)
            self.seconds[part] += time.perf_counter() - began
            yield item


def parts_of(agent: str) -> dict[str, float]:
    """Measures milliseconds per step, by part."""
    from benchmarks.contestants.ours import benchmark_config
    from benchmarks.local_run import run_locally
    from walker_rl.experiments.episode_statistics import EpisodeStatistics
    from walker_rl.experiments.parts import make_parts
    from walker_rl.experiments.run.recorder import Recorder
    from walker_rl.terminal.display import Display

    clock = Clock()
    config = benchmark_config(agent, "training", ["agent.samples_per_insert=256"])
    parts = make_parts(config)
    parts.learner_side.learner._dataset = clock.along(parts.learner_side.learner._dataset, "sampling")
    for owner, method, part in (
        (parts.loops[0].environment, "step", "environment"),
        (parts.loops[0].environment, "reset", "environment"),
        (parts.loops[0].actor, "select_action", "policy"),
        (parts.loops[0].actor, "observe", "insertion"),
        (parts.learner_side.learner, "step", "update"),
        (parts.loops[0].actor, "update", "weights"),
        (EpisodeStatistics, "add", "logging"),
        (Recorder, "record_episode", "logging"),
        (Recorder, "record_update", "logging"),
        (Display, "update", "logging"),
    ):
        clock.around(owner, method, part)

    def watch(num_steps: int) -> bool:
        if num_steps == NUM_WARM_UP_STEPS:
            clock.start()
        elif num_steps == NUM_WARM_UP_STEPS + NUM_STEPS:
            clock.stop()
        return clock.total > 0

    run_locally(config, parts, watch)
    clock.seconds["update"] -= clock.seconds["sampling"]
    clock.seconds["rest"] = clock.total - sum(clock.seconds.values())
    return {part: clock.seconds[part] * 1e3 / NUM_STEPS for part in PARTS}


if __name__ == "__main__":
    print(json.dumps(parts_of(sys.argv[1])))
