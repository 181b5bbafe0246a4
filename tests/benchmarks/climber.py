"""A contestant of `learning` that needs no training.

`train FOLDER SEED RETURN ...` writes an evaluation of each return and then waits. It ends at the word `end`, fails
at the word `fail` and kills itself at the word `crash`. `play FOLDER` prints two episodes, 50 above and below the last
return; after an odd one both are 0.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

if sys.argv[1] == "play":
    last = float((Path(sys.argv[2]) / "evaluations.csv").read_text().split(",")[-1])
    returns = [last - 50.0, last + 50.0] if last % 2 == 0 else [0.0, 0.0]
    time.sleep(1.0)
    print(json.dumps({"episode_returns": returns, "episode_lengths": [1_000, 999]}))
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
        if word == "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.3)
        file.write(f"climber{seed},{index * 10_000},{word}\n")
time.sleep(1_000)
