"""From a configuration to what shows its run besides the CSV files."""

from walker_rl.experiments.config import ExperimentConfig, flatten, to_dict
from walker_rl.experiments.run_directory import RunDirectory
from walker_rl.logging.tensorboard import TensorBoardLogger
from walker_rl.logging.tracker import About, Tracker


def make_trackers(config: ExperimentConfig, run: RunDirectory) -> list[Tracker]:
    """All that the run is to be shown in; a resumed run goes on in the same."""
    about = About(run.id, run.path.absolute().name, config.task, flatten(to_dict(config)))
    return [TensorBoardLogger(run.tensorboard, about)]
