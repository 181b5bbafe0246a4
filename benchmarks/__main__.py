"""Runs the benchmarks: `python -m benchmarks [PART ...]`, or `make benchmark PARTS="training start"`."""

import argparse
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks import breakdown, contests, efficiency, memory, report, scaling, start
from benchmarks.report import Row
from benchmarks.turns import ROOT, BenchmarkError

PARTS: dict[str, Callable[[int], Iterator[Row]]] = {
    "environment": contests.part(contests.environment_contests),
    "acting": contests.part(contests.acting_contests),
    "training": contests.part(contests.training_contests),
    "peers": contests.part(contests.peers_contests),
    "distributed": contests.part(contests.distributed_contests),
    "scaling": scaling.measure,
    "learner": efficiency.measure,
    "memory": memory.measure,
    "start": start.measure,
    "breakdown": breakdown.measure,
}


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all if none is named")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each contestant (default: 5)")
    parser.add_argument(
        "--output", type=Path, default=ROOT / "runs/benchmark", help="folder of table.md and table.json"
    )
    options = parser.parse_args(arguments)
    for name in options.parts:
        if name not in PARTS:
            parser.error(f"PART = {name}: must be one of {', '.join(PARTS)}")
    if options.rounds < 1:
        parser.error(f"--rounds = {options.rounds}: must be at least 1")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse_arguments(arguments)
    # Contestants end with this process, however it is ended.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    names, notes = list(dict.fromkeys(options.parts or PARTS)), []
    if "peers" in names and not contests.has_peers():
        names = [name for name in names if name != "peers"]
        notes.append(contests.HOW_TO_MAKE_PEERS)
    measured: dict[str, list[Row]] = {}
    for name in names:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        try:
            measured[name] = list(PARTS[name](options.rounds))
        except BenchmarkError as error:
            notes.append(f"{name} was not measured: {error}")
        report.write(options.output, measured, notes, options.rounds)
    print(report.to_text(measured, notes, options.rounds), end="")
    return 1 if len(measured) < len(names) else 0


if __name__ == "__main__":
    sys.exit(main())
