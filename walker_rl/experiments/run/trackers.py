"""Makes the trackers that a configuration asks for: the services that show a run besides its CSV files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from walker_rl.errors import UserError
from walker_rl.experiments.config import ExperimentConfig, flatten, to_dict
from walker_rl.extras import require_extra

if TYPE_CHECKING:
    from walker_rl.experiments.run.directory import RunDirectory
    from walker_rl.logging.tracker import Tracker


def check_trackers(config: ExperimentConfig, *, has_network: bool) -> None:
    """Checks that the configured trackers can work; imports neither them nor Acme.

    Args:
        config: the run's configuration.
        has_network: True if the recording process can reach other machines.

    Raises:
        UserError: if a tracker is not installed, or needs a network that is missing.
    """
    asked_for = {"wandb": config.logging.wandb, "mlflow": "true" if config.logging.mlflow else None}
    for name, value in asked_for.items():
        if value is not None:
            require_extra(name, f"logging.{name} = {value}")
    if config.logging.wandb == "online" and not has_network:
        raise UserError(
            "logging.wandb = online: must be offline in the private network of launch; "
            "`wandb sync` sends the run later, or --open-ports does without that network"
        )


def make_trackers(config: ExperimentConfig, run: RunDirectory, warn: Callable[[str], None]) -> list[Tracker]:
    """Makes all trackers of a run; a resumed run continues in the same ones.

    Args:
        config: the run's configuration.
        run: the run directory.
        warn: function that prints a warning about a service that fails.
    """
    from walker_rl.logging.fallible_tracker import FallibleTracker
    from walker_rl.logging.mlflow_store import MLflowLogger
    from walker_rl.logging.tensorboard import TensorBoardLogger
    from walker_rl.logging.tracker import About
    from walker_rl.logging.weights_and_biases import WandbLogger

    about = About(run.provenance.run_id, run.path.absolute().name, config.task, flatten(to_dict(config)))
    trackers: list[Tracker] = []
    if config.logging.wandb is not None:
        is_online = config.logging.wandb == "online"
        trackers.append(
            FallibleTracker("Weights & Biases", lambda: WandbLogger(run.path, about, is_online=is_online), warn)
        )
    if config.logging.mlflow:
        trackers.append(FallibleTracker("MLflow", lambda: MLflowLogger(run.mlflow, about), warn))
    return [*trackers, TensorBoardLogger(run.tensorboard, about)]  # Last: it is no service, so its errors propagate.
