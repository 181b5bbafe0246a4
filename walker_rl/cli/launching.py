"""The work of `walker-rl launch`: starts a run on this machine, or joins one elsewhere."""

from __future__ import annotations

import contextlib
import dataclasses
import ipaddress
import os
import re
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from walker_rl.cli.agent_check import check_agents
from walker_rl.cli.program import resume_command
from walker_rl.cli.request import Request
from walker_rl.cli.requested_run import load_request
from walker_rl.cli.see_through import see_through
from walker_rl.errors import ResumableError, RunError, UserError, reason_of
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.distributed.wire.trust import trust
from walker_rl.field_values import shown
from walker_rl.files.outputs import writing
from walker_rl.printable import counted, file_name
from walker_rl.processes.exit_statuses import COMPLETE
from walker_rl.processes.signals import StopSignals

if TYPE_CHECKING:
    from walker_rl.experiments.run.directory import RunDirectory

RUNNER = "launch"

JOIN_PATIENCE = 300.0
"""Seconds for which joining actors wait for the run to listen."""


@dataclasses.dataclass(frozen=True)
class Placement:
    """The actors and the server on this machine, and who may connect."""

    num_actors: int
    listen: str | None
    is_open: bool
    in_threads: bool

    @property
    def options(self) -> list[str]:
        """Command-line options of this placement."""
        actors = ["--num-actors", str(self.num_actors)] if self.num_actors else ["--role", "central"]
        ports = ["--listen", self.listen] if self.listen else ["--open-ports"] if self.is_open else []
        return [*actors, *ports, *(["--threads"] if self.in_threads else [])]


def launch_run(request: Request, placement: Placement, listener: socket.socket | None) -> int:
    """Trains a new run, or the one to resume; returns the exit status.

    Args:
        request: the user's request.
        placement: processes that this machine starts.
        listener: socket on which the run's page is served, opened outside the private network; None for no page.

    Raises:
        UserError: if the request is impossible; nothing is then left behind.
        RunError: if the run can't continue.
    """
    from walker_rl.experiments.run.directory import updated_config

    if placement.num_actors == 0 and placement.listen is None:
        raise UserError("listen: must be given with --role central, as in --listen HOST:PORT")
    if not placement.is_open:
        _enter_private_network()
    port = _port(placement.listen)
    config, run = experiment_of(request, RUNNER, placement.options, has_network=placement.is_open)
    trust(config.task)
    again = resume_command(RUNNER, config.agent_name, run.path, *placement.options)
    num_actors = placement.num_actors
    whose = counted(num_actors, "actor") if num_actors else f"the actors that --join {placement.listen}"
    logs = "" if placement.in_threads else f"; each process writes to {run.logs}"
    details = f" with {whose}{logs}"

    def work() -> int:
        with contextlib.nullcontext() if request.resume is None else updated_config(run, config):
            try:
                with StopSignals() as signals:  # Before slow imports, which may swallow a KeyboardInterrupt.
                    return _train(config, run, placement, port, signals)
            except RunError as error:
                raise ResumableError(str(error)) from None

    def attempt() -> int:
        return see_through(config, run, again, work, details, listener)

    if placement.in_threads:  # Threads that are blocked in Reverb would delay the exit for minutes.
        from walker_rl.experiments.distributed.roles.node import run_and_exit

        run_and_exit(attempt, run.path)
    return attempt()


def experiment_of(
    request: Request, command: str, options: Sequence[str], *, has_network: bool = True
) -> tuple[ExperimentConfig, RunDirectory]:
    """Returns the requested experiment and its run directory, which is made if the run is new.

    Args:
        request: the user's request.
        command: the user's command, as in "cluster submit".
        options: the command's options about processes and machines.
        has_network: True if the central process can reach other machines.

    Raises:
        UserError: if the request is impossible; nothing is then left behind.
        RunIsComplete: if the run to resume is complete.
    """
    from walker_rl.experiments.run.creation import create_run_directory

    config, run = load_request(request, RUNNER, (command, *options), has_network=has_network)
    if run is None:
        if config.replay != "arrays":
            raise UserError(f"replay = {config.replay}: must be arrays with launch, which keeps replay in the learner")
        check_agents([config])
        run = create_run_directory(request.run_dir, config, RUNNER)
    return config, run


def join_run(request: Request, address: str, num_actors: int) -> int:
    """Runs actors on this machine for a run elsewhere; returns the exit status.

    Raises:
        UserError: if there is no such run, or it differs from the request.
        RunError: if the actors can't continue.
    """
    from walker_rl.experiments.config import differences, to_dict
    from walker_rl.experiments.config_loading import config_from_dict
    from walker_rl.experiments.distributed.launch.launcher import join
    from walker_rl.experiments.distributed.wire.membership import find_run
    from walker_rl.experiments.run.directory import RunDirectory, locked, time_now

    port = port_of(address, "join")
    _check_resolves(address, port)
    for override in request.overrides:
        if override.startswith("task="):
            trust(override.removeprefix("task="))
    print(f"Waiting up to {JOIN_PATIENCE / 60:.0f} minutes for a run to listen at {address}", flush=True)
    run_id, config = find_run(address, JOIN_PATIENCE)
    if request.agent_name != config.agent_name:
        raise UserError(f"agent_name = {request.agent_name}: must be {config.agent_name}, as in the run at {address}")
    wanted = config_from_dict(to_dict(config), request.files, request.overrides)
    for difference in differences(to_dict(wanted), to_dict(config), free_to_change=()):
        raise UserError(f"{difference}: must be as in the run at {address}, or not be given")
    here = f"{file_name(socket.gethostname())}_{os.getpid()}"  # Others on the same disk may join in the same second.
    run = RunDirectory(request.run_dir or Path("runs") / f"{config.agent_name}_actors_{run_id}_{time_now()}_{here}")
    with writing("run_dir", run.path):
        if run.config.exists():
            raise UserError(f"run_dir = {run.path}: must not be a run's; actors that join leave nothing but logs")
        run.logs.mkdir(parents=True, exist_ok=True)
    with locked(run):
        joining = f"{counted(num_actors, 'actor')} {'joins' if num_actors == 1 else 'join'}"
        print(f"{joining} the run at {address}; each process writes to {run.logs}", flush=True)
        status = join(config, address, run_id, num_actors, run)
        print("The run has ended" if status == COMPLETE else "Stopped; the run continues without these actors")
        return status


def _enter_private_network() -> None:
    from walker_rl.experiments.distributed.launch.isolation import enter_private_network

    try:
        enter_private_network()
    except OSError as error:
        raise UserError(
            f"open_ports = false: must be true on this system, which allows no private network ({reason_of(error)}); "
            "--open-ports lets a Reverb server listen on every interface without a password"
        ) from None


def _port(listen: str | None) -> int:
    from walker_rl.experiments.distributed.wire.ports import free_port, is_free, is_local

    if listen is None:
        return free_port()
    port = port_of(listen, "listen")
    if not is_local(listen.rpartition(":")[0]):
        raise UserError(f"listen = {listen}: must be an address of this machine")
    try:
        if is_free(port):
            return port
    except PermissionError:
        raise UserError(f"listen = {listen}: port must be 1024 or above for this user") from None
    raise UserError(f"listen = {listen}: port must be free; another server listens there")


def port_of(address: str, name: str) -> int:
    """Returns the port of an address "HOST:PORT".

    Args:
        address: the user's value.
        name: name of the option, for the error.

    Raises:
        UserError: if it is no such address.
    """
    match = re.fullmatch(r"[^:\s]+:(\d{1,5})", address)
    if match is None or not 0 < int(match[1]) < 2**16:
        raise UserError(f"{name} = {shown(address)}: must be HOST:PORT, as in localhost:8000")
    host = address.rpartition(":")[0]
    if re.fullmatch(r"[\d.]+", host):
        try:
            ipaddress.IPv4Address(host)
        except ValueError:
            raise UserError(f"{name} = {address}: {host} must be a name or an IPv4 address, as 192.168.0.7") from None
    return int(match[1])


def _check_resolves(address: str, port: int) -> None:
    host = address.rpartition(":")[0]
    try:
        socket.getaddrinfo(host, port)
    except (OSError, UnicodeError) as error:
        raise UserError(f"join = {address}: must be a host that this machine finds ({why_not_found(error)})") from None


def why_not_found(error: OSError | UnicodeError) -> str:
    """Returns the reason why a host isn't reached; no host can have a name that raises UnicodeError."""
    return reason_of(error) if isinstance(error, OSError) else "not a valid host name"


def _train(config: ExperimentConfig, run: RunDirectory, placement: Placement, port: int, signals: StopSignals) -> int:
    if not placement.in_threads:
        from walker_rl.experiments.distributed.launch.launcher import launch

        return launch(config, run, placement.num_actors, port, placement.is_open, signals)
    from walker_rl.runtime import configure_process

    configure_process(config.threads.intra_op, config.threads.inter_op)

    from walker_rl.experiments.distributed.launch.threads import run_in_threads

    return run_in_threads(config, run, placement.num_actors, port, signals)
