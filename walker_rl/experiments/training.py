"""A whole training: from a run directory to a trained policy and its final evaluation."""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from types import FrameType

from walker_rl.experiments.components import Components
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.evaluation import Evaluation
from walker_rl.experiments.evaluator import Evaluator
from walker_rl.experiments.local import LocalRunner
from walker_rl.experiments.recorder import Recorder
from walker_rl.experiments.run_directory import RunDirectory, update_config
from walker_rl.experiments.summary import write_summary
from walker_rl.logging.terminal import Display

STOPPING = b"\nStopping; Ctrl-C again stops at once, without a checkpoint.\n"


def train(
    config: ExperimentConfig, components: Components, run: RunDirectory, *, resume: bool
) -> dict[str, Evaluation] | None:
    """Trains, and evaluates what came of it.

    Args:
        config: of the experiment.
        components: its parts, as new; they are not closed.
        run: a run directory that exists.
        resume: go on from its newest checkpoint; `config` takes the place of the run's then.

    Returns:
        The final evaluations of the "best" and the "last" policy, or None if the training was interrupted.

    Raises:
        RunError: if the numbers run away, or no checkpoint can be read; what there is of them is left.
        OSError: if the disk takes no more; the checkpoints are left.
        UserError: if `resume` finds the checkpoint of another configuration.
        KeyboardInterrupt: on Ctrl-C where nothing is left to be saved.
    """
    display = Display()
    with (
        contextlib.closing(Evaluator(config, components.architecture, run, display)) as evaluator,
        contextlib.closing(Recorder(config, run, display)) as recorder,
    ):
        with display:
            runner = LocalRunner(config, components, evaluator, recorder, run, display)
            with _interruption() as stop_requested:
                if resume:
                    runner.restore_newest()
                    update_config(run, config)
                complete = runner.train(stop_requested)
            if not complete:
                return None
            display.message(
                "Training is complete; now the choice and video of the best policy, and the final evaluation."
            )
        evaluations = evaluator.finish(display.message)
        recorder.finish({name: one.mean for name, one in evaluations.items()}, evaluator.last_actor_steps)
        write_summary(run, evaluations)  # Last: with it, the run is complete.
        return evaluations


@contextlib.contextmanager
def _interruption() -> Iterator[Callable[[], bool]]:
    """Gives a function that says whether Ctrl-C or SIGTERM has come; a second Ctrl-C raises KeyboardInterrupt."""
    requested = []

    def request(number: int, frame: FrameType | None) -> None:
        requested.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.write(2, STOPPING)  # print could be in the middle of another line

    before = {number: signal.signal(number, request) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(requested)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
