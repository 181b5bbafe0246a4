"""Joining a run: finds it, and checks that this program speaks its protocol."""

import base64
import contextlib
import io
import re
import time
from collections.abc import Iterator

from walker_rl import __version__
from walker_rl.environments import imported_module
from walker_rl.errors import UserError
from walker_rl.experiments.config import ExperimentConfig, to_dict
from walker_rl.experiments.config_loading import config_from_dict
from walker_rl.experiments.distributed.wire.channel import Channel
from walker_rl.experiments.distributed.wire.codec import protocol
from walker_rl.experiments.distributed.wire.messages import Experiment
from walker_rl.experiments.distributed.wire.patience import Patience
from walker_rl.experiments.distributed.wire.reverb_client import RETRY_PERIOD, NoTableError, ReverbClient
from walker_rl.experiments.distributed.wire.trust import TRUSTED, is_trusted
from walker_rl.experiments.prior import PriorPolicy, has_prior_policy, parse_prior_policy
from walker_rl.experiments.run.provenance import RUN_ID_SIZE

MUST_BE = "must be the address of a run started with --role central --listen"


def introduction(config: ExperimentConfig, prior_policy: PriorPolicy | None) -> Experiment:
    """The message with which the central process introduces a run of this configuration."""
    contents = prior_policy.contents if prior_policy else b""
    return Experiment(__version__, to_dict(config), protocol(), base64.b64encode(contents).decode())


@contextlib.contextmanager
def in_run(address: str, run_id: str) -> Iterator[None]:
    """Speaks to the server at `address` as a member of the run `run_id`.

    Raises:
        UserError: if the server is another run's, at once or from some time on.
    """
    try:
        yield
    except NoTableError:
        raise UserError(f"run_id = {run_id}: must be that of the run at {address}") from None


def take_part(channel: Channel) -> ExperimentConfig:
    """Returns the configuration of the run on `channel`; waits for its central process.

    Raises:
        UserError: if the server is another run's, the run uses another version of the program or of its messages, or
            its task imports a module that nobody on this machine has named.
    """
    with in_run(channel.address, channel.run_id):
        experiment = channel.read(Experiment)
    if experiment.version != __version__:
        raise UserError(f"version = {__version__}: must be {experiment.version}, the run's version")
    if experiment.protocol != protocol():
        must_be = f"must be {experiment.protocol or 'an older one'}, the run's protocol"
        raise UserError(f"protocol = {protocol()}: {must_be}; check out the run's commit")
    config = config_from_dict(experiment.config)
    if (module := imported_module(config.task)) and not is_trusted(config.task):
        how = f"--task {config.task} with --join, or {TRUSTED} in a node's environment"
        raise UserError(f"task = {config.task}: must be allowed on this machine to import {module}, by {how}")
    return config


def prior_policy_at(channel: Channel, config: ExperimentConfig) -> PriorPolicy | None:
    """Returns the policy that the actors of the run on `channel` play first; None if its configuration has none."""
    return channel.read(Experiment, _sent_policy) if has_prior_policy(config) else None


def _sent_policy(experiment: Experiment) -> PriorPolicy:
    """Raises ValueError if the message has no policy."""
    try:
        return parse_prior_policy(io.BytesIO(base64.b64decode(experiment.prior_policy)), "prior_policy")
    except UserError as error:
        raise ValueError(str(error)) from None


def connect(address: str, run_id: str, seconds: float = 300.0) -> tuple[Channel, ExperimentConfig, Patience]:
    """Connects to the run `run_id` at `address`; waits `seconds` for its central process.

    Returns:
        A channel to the run, its configuration, and a time limit for further waits, of the configured length.

    Raises:
        UserError: if `take_part` raises it.
    """
    channel = Channel(address, run_id)
    patience = Patience(f"nothing heard from the run at {address}", seconds, channel.ping)
    try:
        config = take_part(channel)
    except UserError:
        patience.close()
        raise
    patience.renew(config.distributed.patience)
    return channel, config, patience


def find_run(address: str, seconds: float) -> tuple[str, ExperimentConfig]:
    """Returns the id and configuration of the run at `address`; waits `seconds` for its central process.

    Raises:
        UserError: if nobody answers there, or it is no run or one of another version.
    """
    client = ReverbClient(address)
    end = time.monotonic() + seconds
    while True:
        try:
            tables = client.describe_tables(timeout=2.0)
            break
        except TimeoutError:
            if time.monotonic() > end:
                raise UserError(f"join = {address}: {MUST_BE}; no run answers there") from None
            time.sleep(RETRY_PERIOD)  # Another kind of server refuses at once.
    found = re.search(rb"experiment-([0-9a-f]{%d})" % RUN_ID_SIZE, tables)  # The next byte may look like a digit.
    if found is None:
        raise UserError(f"join = {address}: {MUST_BE}; this is another Reverb server")
    run_id = found[1].decode()
    _, config, patience = connect(address, run_id, seconds)
    patience.close()
    return run_id, config
