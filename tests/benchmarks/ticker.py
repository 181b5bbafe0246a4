"""A contestant that ticks every so many seconds and writes down when (`SECONDS FILE`), or one that fails (`fail`).

With a third word, a child in a session of its own ticks, as the processes of a launched run do.
"""

import sys
import time
from pathlib import Path

from benchmarks.meter import Meter
from walker_rl.processes.child import start_child

if sys.argv[1] == "fail":
    sys.exit("Traceback of sorts\nValueError: no such thing")
if len(sys.argv) > 3:
    child = start_child([sys.executable, "-m", "tests.benchmarks.ticker", *sys.argv[1:3]], Path(f"{sys.argv[2]}.log"))
    while child.exit_status is None:
        time.sleep(0.05)
    sys.exit("the child has ended")

meter = Meter()
with open(sys.argv[2], "w", buffering=1) as file:
    while True:
        time.sleep(float(sys.argv[1]))
        file.write(f"{time.monotonic()}\n")
        meter.tick()  # Last, since it may be stopped as soon as this is seen.
