"""A whole training: from a run directory to a trained policy and its final evaluation."""

import contextlib

from walker_rl.experiments.components import Components
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.evaluation import Evaluation
from walker_rl.experiments.evaluator import Evaluator
from walker_rl.experiments.local import LocalRunner
from walker_rl.experiments.run.directory import RunDirectory, update_config
from walker_rl.experiments.run.recorder import Recorder
from walker_rl.experiments.run.summary import write_summary
from walker_rl.processes.signals import StopSignals
from walker_rl.terminal.display import Display


def train(
    config: ExperimentConfig, components: Components, run: RunDirectory, signals: StopSignals, *, resume: bool
) -> dict[str, Evaluation] | None:
    """Trains, and evaluates what came of it.

    Args:
        config: of the experiment.
        components: its parts, as new; they are not closed.
        run: a run directory that exists.
        signals: requests to stop.
        resume: go on from its newest checkpoint; `config` takes the place of the run's then.

    Returns:
        The final evaluations of the "best" and the "last" policy, or None if the training was interrupted.

    Raises:
        RunError: if the numbers run away, or no checkpoint can be read; what there is of them is left.
        OSError: if the disk takes no more; the checkpoints are left.
        UserError: if `resume` finds the checkpoint of another configuration.
        KeyboardInterrupt: on a request to stop where nothing is left to be saved.
    """
    display = Display()
    with (
        contextlib.closing(Evaluator(config, components.builder.architecture, run, display)) as evaluator,
        contextlib.closing(Recorder(config, run, display)) as recorder,
    ):
        with display:
            runner = LocalRunner(config, components, evaluator, recorder, run, display)
            if resume:
                runner.restore_newest()
                update_config(run, config)
            if not runner.train(signals.stop_requested):
                return None
            signals.raise_at_once()
            display.message(
                "Training is complete; now the choice and video of the best policy, and the final evaluation."
            )
        evaluations = evaluator.finish(display.message)
        recorder.finish({name: one.mean for name, one in evaluations.items()}, evaluator.last_actor_steps)
        write_summary(run, evaluations)  # Last: with it, the run is complete.
        return evaluations
