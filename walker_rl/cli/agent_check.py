"""Checks that agents can play their tasks, before anything is written."""

import json
import signal
import subprocess
import sys
from collections.abc import Sequence

from walker_rl.errors import UserError
from walker_rl.experiments.config import ExperimentConfig, to_dict


def check_agents(configs: Sequence[ExperimentConfig]) -> None:
    """Makes the policies of experiments once, to check them.

    Uses a child process, because the imports are heavy and include Launchpad, which needs its log folder set first.

    Raises:
        UserError: if an agent can't play its task.
    """
    command = [sys.executable, "-m", __name__]
    given = json.dumps([to_dict(config) for config in configs])
    problems = subprocess.run(command, input=given, stdout=subprocess.PIPE, text=True, check=True).stdout
    if problems:
        raise UserError(json.loads(problems))


def main() -> None:
    """Reads configurations from standard input and prints the first error, if any, as JSON."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The parent handles it and ends this process.

    from walker_rl.experiments.config_loading import config_from_dict
    from walker_rl.runtime import set_environment

    set_environment()

    from walker_rl.experiments.parts import check_agent

    try:
        for fields in json.load(sys.stdin):
            check_agent(config_from_dict(fields))
    except UserError as error:
        print(json.dumps(str(error)))


if __name__ == "__main__":
    main()
