"""A time limit for every wait, in a process that it may end."""

import subprocess
import sys

from walker_rl.processes.exit_statuses import UNANSWERED

PATIENCE = "import time\nfrom walker_rl.experiments.distributed.wire.patience import Patience\n"

UNHEARD = f"{PATIENCE}Patience('nothing heard', 2.0, lambda: None)\ntime.sleep(300)"

HEARD = f"""{PATIENCE}
renewed, paused, closed = (Patience(name, 2.0, lambda: None) for name in ("renewed", "paused", "closed"))
paused.pause()
closed.close()
end = time.monotonic() + 4.0
while time.monotonic() < end:
    renewed.renew()
    time.sleep(0.01)
print("alive", flush=True)
renewed.close()
paused.renew(1.0)
time.sleep(300)
"""


def run(code):
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return process.returncode, process.stdout, process.stderr


def test_a_wait_that_is_too_long_ends_the_process_in_one_line():
    assert run(UNHEARD) == (UNANSWERED, "", "error: nothing heard for 2 s\n")


def test_a_wait_that_is_renewed_paused_or_closed_ends_nothing_until_it_counts_again():
    assert run(HEARD) == (UNANSWERED, "alive\n", "error: paused for 1 s\n")
