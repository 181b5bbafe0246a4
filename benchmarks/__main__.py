"""Runs the benchmarks: `python -m benchmarks [PART ...]`, or `make benchmark PARTS="training start"`."""

import argparse
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks import breakdown, contests, efficiency, learning, memory, needs, report, scaling, start
from benchmarks.report import Line
from benchmarks.turns import ROOT, BenchmarkError
from walker_rl.cli.writable import make_writable
from walker_rl.errors import LineError

PARTS: dict[str, Callable[[int], Iterator[Line]]] = {
    "environment": contests.part(contests.environment_contests),
    "acting": contests.part(contests.acting_contests),
    "training": contests.part(contests.training_contests),
    "stacks": contests.part(contests.stacks_contests),
    "peers": contests.part(contests.peers_contests),
    "distributed": contests.part(contests.distributed_contests),
    "scaling": scaling.measure,
    "learner": efficiency.measure,
    "memory": memory.measure,
    "start": start.measure,
    "breakdown": breakdown.measure,
    "learning": learning.measure,
}
ONLY_IF_NAMED = "learning"
"""Part that takes hours, and so runs only if named."""


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = f"{', '.join(PARTS)}; if none is named, all but {ONLY_IF_NAMED}"
    parser.add_argument("parts", nargs="*", metavar="PART", help=names)
    parser.add_argument(
        "--rounds", type=int, default=5, help="turns of each contestant, or its seeds in learning (default: 5)"
    )
    parser.add_argument(
        "--output", type=Path, default=ROOT / "runs/benchmark", help="folder of table.md and table.json"
    )
    options = parser.parse_args(arguments)
    options.parts = list(dict.fromkeys(options.parts or [name for name in PARTS if name != ONLY_IF_NAMED]))
    for name in options.parts:
        if name not in PARTS:
            parser.error(f"PART = {name}: must be one of {', '.join(PARTS)}")
    if options.rounds < 1:
        parser.error(f"--rounds = {options.rounds}: must be at least 1")
    try:
        make_writable(options.output, "--output")
    except LineError as error:
        parser.error(str(error))
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse_arguments(arguments)
    # An exit, unlike a signal, also ends the contestants.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    names, notes = needs.split_parts(options.parts)
    status = 0
    measured: dict[str, list[Line]] = {}
    for name in names:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        measured[name] = []
        try:
            for row in PARTS[name](options.rounds):
                measured[name].append(row)
        except BenchmarkError as error:
            notes.append(f"{name} was not measured{' in full' if measured[name] else ''}: {error}")
            status = 1
        report.write(options.output, measured, notes, options.rounds)
    print(report.to_text(measured, notes, options.rounds), end="")
    return status


if __name__ == "__main__":
    sys.exit(main())
