"""What a process must know to take part in a run."""

from walker_rl import __version__
from walker_rl.errors import UserError
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.config_loading import config_from_dict
from walker_rl.experiments.distributed.channel import Channel
from walker_rl.experiments.distributed.messages import Experiment


def take_part(channel: Channel) -> ExperimentConfig:
    """The configuration of the run that is spoken of on `channel`; waits for its central process.

    Raises:
        UserError: if the server is another run's, or the run is of another version.
    """
    try:
        experiment = channel.read(Experiment)
    except RuntimeError:
        raise UserError(f"run_id = {channel.run_id}: must be that of the run at {channel.address}") from None
    if experiment.version != __version__:
        raise UserError(f"version = {__version__}: must be {experiment.version}, as that of the run")
    return config_from_dict(experiment.config)
