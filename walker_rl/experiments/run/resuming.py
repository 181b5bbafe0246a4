"""Whether a run can be gone on with, and as what; asked before anything of it is touched."""

from walker_rl.errors import UserError
from walker_rl.experiments.config import ExperimentConfig, differences, to_dict
from walker_rl.experiments.config_loading import read_yaml
from walker_rl.experiments.prior_record import check_same_prior
from walker_rl.experiments.run.directory import RunDirectory


def check_same_experiment(run: RunDirectory, config: ExperimentConfig) -> None:
    """Holds what is wanted to what the run was begun as.

    Raises:
        NotWholeError: if the run's configuration is damaged.
        UserError: if a field that decides numbers is another one, or was not there yet, or the prior is another policy.
    """
    prior = run.provenance.prior  # First: it finds what is damaged.
    for difference in differences(to_dict(config), read_yaml(run.config)):
        raise UserError(f"{difference}: must be as in {run.config} to resume that run")
    check_same_prior(config, prior)


def check_has_checkpoint(run: RunDirectory) -> None:
    """Makes sure that nothing of the run would be trained, and written, a second time.

    Raises:
        UserError: if it has metrics, and its checkpoints are gone or of the form that `launch` once wrote.
    """
    if any(run.checkpoints.glob("gen-*/manifest.json")):
        began = run.provenance
        version = f"walker_rl {began.walker_rl} (commit {began.commit})"
        raise UserError(f"run = {run.path}: must be resumed with {version}, which wrote its checkpoints")
    has_checkpoint = any(path.suffix != ".part" for path in run.checkpoints.glob("*"))
    if not has_checkpoint and any(path.stat().st_size for path in run.metrics.glob("*.csv")):
        raise UserError(f"run = {run.path}: must have a checkpoint to go on from; it has metrics alone")
