"""`walker-rl train AGENT`: one process, one loop."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from walker_rl.cli.experiment import make_agent_app, see_through
from walker_rl.cli.request import Request, load_request, resume_command
from walker_rl.cli.watch import Watch, page_listener
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.processes.exit_statuses import COMPLETE
from walker_rl.processes.signals import StopSignals

if TYPE_CHECKING:
    from walker_rl.experiments.parts import Parts

RUNNER = "train"


def make_train_app() -> typer.Typer:
    """Makes the group `train` with a command per agent."""
    return make_agent_app("Train an agent; `walker-rl train AGENT --help` lists its hyperparameters.", _train)


def _train(request: Request, watch: Watch = False) -> int:
    listener = page_listener(watch)
    with StopSignals(raises=True) as signals:  # Before slow imports, which may swallow a KeyboardInterrupt.
        from walker_rl.experiments.run.directory import create_run_directory, default_path, locked

        config, run = load_request(request, RUNNER)
        with _parts(config) as parts:  # Before the directory, so that an error leaves nothing behind.
            run = run or create_run_directory(request.run_dir or default_path(config), config, RUNNER)
            again = resume_command(RUNNER, config.agent_name, run.path)

            def work() -> int:
                from walker_rl.experiments.forecast import forecast
                from walker_rl.experiments.local import train

                if request.resume is None and (line := forecast(config)):
                    print(line)
                with contextlib.suppress(KeyboardInterrupt):
                    if train(config, parts, run, signals, resume=request.resume is not None):
                        return COMPLETE
                return signals.exit_status

            with locked(run):
                return see_through(config, run, again, work, listener=listener)


@contextlib.contextmanager
def _parts(config: ExperimentConfig) -> Iterator[Parts]:
    from rich.console import Console

    from walker_rl.runtime import configure_process

    with Console().status("Setting up"):  # Prints nothing without a terminal.
        configure_process(config.threads.intra_op, config.threads.inter_op)

        from walker_rl.experiments.parts import make_parts

        made = make_parts(config)
    with contextlib.closing(made) as parts:
        yield parts
