"""`walker-rl launch`: `COUNTER NUM_ACTORS AGENT field=value ...`; counts `actor_steps` or `learner_steps`."""

import itertools
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.conditions import ENDLESS
from benchmarks.meter import Meter
from walker_rl.experiments.run.status import read_status

WARM_UP = 1_000
"""Steps before the count begins."""

POLL_PERIOD = 0.02  # seconds


def main() -> None:
    counter, num_actors, agent, *overrides = sys.argv[1:]
    meter = Meter()
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        settings = (*ENDLESS, "agent.num_random_steps=500", *overrides)
        options = itertools.chain.from_iterable(("--set", setting) for setting in settings)
        command = (sys.executable, "-m", "walker_rl", "launch", agent, "--num-actors", num_actors, "--run-dir", run)
        process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL)
        while process.poll() is None:
            status = read_status(run / "status.json")
            if status is not None and getattr(status, counter) > WARM_UP:
                meter.set(getattr(status, counter) - WARM_UP)
            time.sleep(POLL_PERIOD)
    sys.exit("the launched run has ended")


if __name__ == "__main__":
    main()
