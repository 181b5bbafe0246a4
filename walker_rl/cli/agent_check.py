"""Checks that agents can play their tasks, before anything is written."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from walker_rl.errors import RunError, UserError
from walker_rl.experiments.config import ExperimentConfig, to_dict
from walker_rl.processes.child import Ending
from walker_rl.processes.exit_statuses import COMPLETE
from walker_rl.processes.search_path import CURRENT_FOLDER_LAST

CHILD = f"{CURRENT_FOLDER_LAST}from {__name__} import main; main()"


def check_agents(configs: Sequence[ExperimentConfig]) -> None:
    """Makes the policies of experiments once, to check them.

    Uses a child process, because the imports are heavy and include Launchpad, which needs its log folder set first.

    Raises:
        UserError: if an agent can't play its task.
        RunError: if the child process crashes.
    """
    command = [sys.executable, "-c", CHILD]
    given = json.dumps([to_dict(config) for config in configs])
    process = subprocess.run(command, input=given, stdout=subprocess.PIPE, text=True)
    if process.returncode != COMPLETE:
        raise RunError(f"the check of the agents and their tasks has ended, {Ending(process.returncode, '')}")
    if process.stdout:
        raise UserError(json.loads(process.stdout))


def main() -> None:
    """Reads configurations from standard input and prints the first error, if any, as JSON."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The parent handles it and ends this process.
    answer = os.dup(1)
    os.dup2(2, 1)  # A third-party task may print when it is imported.

    from walker_rl.experiments.config_loading import config_from_dict
    from walker_rl.experiments.parts import check_agent

    try:
        for fields in json.load(sys.stdin):
            check_agent(config_from_dict(fields))
    except UserError as error:
        os.write(answer, json.dumps(str(error)).encode())
