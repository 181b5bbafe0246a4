"""Load on one central process from 1 to 512 connections; `python -m benchmarks.scaling ROUNDS` prints it."""

import contextlib
import dataclasses
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks.conditions import ENDLESS
from benchmarks.meter import VARIABLE, Meter
from benchmarks.report import Row
from benchmarks.turns import ROOT, run_module

NUM_CONNECTIONS = (1, 2, 8, 32, 128, 512)
SECONDS = 5.0
START_LIMIT = 120.0

SETTINGS = (
    "agent.min_replay_size=100000000",  # No update: this measures the wire.
    "agent.max_replay_size=100000000",
    *ENDLESS,
)


def measure(rounds: int) -> Iterator[Row]:
    """Measures units per second, and the cost of each."""
    for row in json.loads(run_module("benchmarks.scaling", str(rounds))):
        yield Row(**row)


@dataclasses.dataclass(frozen=True)
class Reading:
    """Measurements over one interval."""

    units_per_second: float
    microseconds: float  # of the central process's CPU time, per unit
    bytes_per_unit: float  # on the wire
    megabytes: float  # resident, of the central process


def read_all(rounds: int) -> Iterator[Row]:
    """Measures in a private network, without other traffic."""
    with tempfile.TemporaryDirectory() as folder, central(Path(folder)) as (process, address, run_id):
        yield Row("central process that nobody speaks to", "ms of CPU a second", [idle(process) for _ in range(rounds)])
        for kind in ("reports", "fetches", "transitions"):
            by_number = {
                number: [read(kind, number, process, address, run_id) for _ in range(rounds)]
                for number in NUM_CONNECTIONS
            }
            for number, readings in by_number.items():
                yield row(f"{kind} of {number} connections", f"{kind}/s", readings, "units_per_second")
                yield row(f"central process's CPU time for each, {number} connections", "µs", readings, "microseconds")
            every = list(itertools.chain.from_iterable(by_number.values()))
            yield row(f"{kind}: on the wire, for each", "bytes", every, "bytes_per_unit")
            if kind == "reports":
                for number, readings in by_number.items():
                    yield row(f"central process's memory, {number} connections", "MB", readings, "megabytes")


def row(name: str, unit: str, readings: list[Reading], field: str) -> Row:
    """Makes a row of one field of all readings."""
    return Row(name, unit, [getattr(reading, field) for reading in readings])


@contextlib.contextmanager
def central(folder: Path) -> Iterator[tuple[psutil.Process, str, str]]:
    """Starts a central process; yields it with its address and its run's id."""
    from walker_rl.experiments.distributed.launch.isolation import enter_private_network
    from walker_rl.experiments.distributed.wire.ports import free_port
    from walker_rl.experiments.run.directory import open_run_directory

    enter_private_network()
    address, run = f"localhost:{free_port()}", folder / "run"
    options = itertools.chain.from_iterable(("--set", setting) for setting in SETTINGS)
    command = (sys.executable, "-m", "walker_rl", "launch", "d4pg", "--role", "central", "--listen", address)
    launcher = subprocess.Popen([*command, "--run-dir", run, *options], stdout=subprocess.DEVNULL)
    try:
        while not (run / "status.json").exists():
            if launcher.poll() is not None:
                sys.exit(f"the central process has ended with status {launcher.returncode}")
            time.sleep(0.1)
        nodes = psutil.Process(launcher.pid).children(recursive=True)
        central = next(node for node in nodes if "central" in node.cmdline())
        yield central, address, open_run_directory(run).provenance.run_id
    finally:
        launcher.terminate()
        launcher.wait()


def idle(process: psutil.Process) -> float:
    """Measures the process's milliseconds of CPU time per second."""
    before = process.cpu_times()
    time.sleep(SECONDS)
    after = process.cpu_times()
    return 1e3 * (after.user + after.system - before.user - before.system) / SECONDS


def read(kind: str, num_connections: int, process: psutil.Process, address: str, run_id: str) -> Reading:
    """Measures the load of `num_connections` of a kind on the central process."""
    with tempfile.NamedTemporaryFile() as file:
        meter = Meter(file.name)
        command = (sys.executable, "-m", "benchmarks.contestants.synthetic", kind, address, run_id)
        environment = {**os.environ, VARIABLE: file.name}
        contestant = subprocess.Popen([*command, str(num_connections)], cwd=ROOT, env=environment)
        try:
            end = time.monotonic() + START_LIMIT
            while meter.count == 0:  # Until every connection has worked.
                if contestant.poll() is not None or time.monotonic() > end:
                    sys.exit(f"{num_connections} connections could not be made")
                time.sleep(0.05)
            before = snapshot(meter, process)
            time.sleep(SECONDS)
            units, seconds, cpu_seconds, num_bytes = (
                after - value for after, value in zip(snapshot(meter, process), before, strict=True)
            )
        finally:
            contestant.kill()
            contestant.wait()
    return Reading(units / seconds, 1e6 * cpu_seconds / units, num_bytes / units, process.memory_info().rss / 1e6)


def snapshot(meter: Meter, process: psutil.Process) -> tuple[float, float, float, float]:
    """Returns units, seconds, seconds of CPU time and bytes on the wire so far."""
    times = process.cpu_times()
    num_bytes = psutil.net_io_counters(pernic=True)["lo"].bytes_sent
    return meter.count, time.monotonic(), times.user + times.system, num_bytes


if __name__ == "__main__":
    print(json.dumps([dataclasses.asdict(row) for row in read_all(int(sys.argv[1]))]))
