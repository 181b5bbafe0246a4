"""Compares the steadiness of runs in their first environment steps and later: evaluations and the critic's loss."""

import argparse
import math

from walker_rl.analysis.compared_run import by_task
from walker_rl.analysis.early_steps import describe
from walker_rl.analysis.runs import read_runs
from walker_rl.errors import UserError

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", metavar="RUN", help="as `walker-rl compare` takes them")
    parser.add_argument("--until", type=float, default=80_000, help="last of the first steps (default: %(default)s)")
    arguments = parser.parse_args()
    if not 0 <= arguments.until < math.inf:
        parser.error(f"until = {arguments.until}: must be a number of at least 0")
    try:
        runs = read_runs(arguments.runs)
    except UserError as error:
        parser.error(str(error))
    for task, groups in by_task(runs).items():
        print(task)
        for line in describe(groups, arguments.until):
            print(f"  {line}")
