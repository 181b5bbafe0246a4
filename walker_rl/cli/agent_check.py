"""Checks that agents can play their tasks, before anything is written."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from typing import TYPE_CHECKING

from walker_rl.experiments.config import ExperimentConfig

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def check_agents(configs: Sequence[ExperimentConfig]) -> None:
    """Makes the policies of experiments once, to check them.

    Uses a child process, because the imports are heavy and include Launchpad, which needs its log folder set first.

    Raises:
        UserError: if an agent can't play its task.
    """
    import multiprocessing

    from walker_rl.errors import UserError
    from walker_rl.runtime import set_environment

    set_environment()
    context = multiprocessing.get_context("fork")  # A configuration can't be pickled.
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_tell_whether_agents_fit, args=(configs, sender), daemon=True)
    child.start()
    sender.close()
    problem = receiver.recv()
    child.join()
    if problem is not None:
        raise UserError(problem)


def _tell_whether_agents_fit(configs: Sequence[ExperimentConfig], sender: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The parent handles it and ends this process.

    from walker_rl.errors import UserError
    from walker_rl.experiments.parts import check_agent

    try:
        for config in configs:
            check_agent(config)
        sender.send(None)
    except UserError as error:
        sender.send(str(error))
