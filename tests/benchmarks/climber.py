"""A contestant of `learning` that needs no training.

`train FOLDER SEED RETURN ...` writes an evaluation of each return and then waits. It ends at the word `end` and fails
at the word `fail`. `play` prints two episodes.
"""

import json
import sys
import time
from pathlib import Path

if sys.argv[1] == "play":
    print(json.dumps({"episode_returns": [2_000.0, 2_100.0], "episode_lengths": [1_000, 999]}))
    sys.exit()

folder, seed, *returns = sys.argv[2:]
Path(folder).mkdir()
with (Path(folder) / "evaluations.csv").open("w", buffering=1) as file:
    file.write("run,actor_steps,mean_return\n")
    for index, word in enumerate(returns, start=1):
        if word == "end":
            sys.exit()
        if word == "fail":
            sys.exit("Traceback of sorts\nValueError: no such thing")
        time.sleep(0.3)
        file.write(f"climber{seed},{index * 10_000},{word}\n")
time.sleep(1_000)
