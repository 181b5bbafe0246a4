"""A contestant that ticks every so many seconds and writes down when (`SECONDS FILE`), or one that fails (`fail`)."""

import sys
import time

from benchmarks.meter import Meter

if sys.argv[1] == "fail":
    sys.exit("Traceback of sorts\nValueError: no such thing")

meter = Meter()
with open(sys.argv[2], "w", buffering=1) as file:
    while True:
        time.sleep(float(sys.argv[1]))
        file.write(f"{time.monotonic()}\n")
        meter.tick()  # Last, since it may be stopped as soon as this is seen.
