"""`walker-rl node --role ROLE`: one process of a distributed run."""

import enum
import functools
import signal
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from walker_rl.cli.quantities import integer_option
from walker_rl.errors import UserError
from walker_rl.processes.child import tie_to_parent
from walker_rl.processes.signals import WARNINGS
from walker_rl.stack import require_acme

ValueT = TypeVar("ValueT")


class Role(str, enum.Enum):
    """The role of a process in a run."""

    CENTRAL = "central"
    ACTOR = "actor"
    EVALUATOR = "evaluator"


def run_node(
    role: Annotated[Role, typer.Option(metavar="ROLE", help="central: server, replay and learner; actor; evaluator.")],
    run_dir: Annotated[
        Path | None, typer.Option(metavar="RUN", help="An existing run directory; for central and evaluator.")
    ] = None,
    port: Annotated[
        int | None, integer_option(min=1, max=65535, metavar="PORT", help="Port on which the central process listens.")
    ] = None,
    num_actors: Annotated[
        int, integer_option(min=0, metavar="NUMBER", help="Indices that the central process keeps for --index.")
    ] = 0,
    connect: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Address of the central process; for actor and evaluator.")
    ] = None,
    run_id: Annotated[
        str | None, typer.Option(metavar="ID", help="run_id in the run's config.yaml; for an actor.")
    ] = None,
    index: Annotated[
        int | None, integer_option(min=0, metavar="INDEX", help="Index of the actor; by default a new one.")
    ] = None,
    parent: Annotated[int | None, integer_option(metavar="PID", help="End when this process does.")] = None,
) -> int:
    """Run one role of a distributed run; `walker-rl launch` starts these."""
    require_acme("node")

    from walker_rl.experiments.distributed.roles import node

    for number in (signal.SIGINT, *WARNINGS):  # A terminal or batch system sends them to all; the parent decides.
        signal.signal(number, signal.SIG_IGN)
    if parent is not None:
        tie_to_parent(parent)
    if role is Role.CENTRAL:
        run = functools.partial(
            node.run_central, _given(run_dir, "run_dir", role), _given(port, "port", role), num_actors
        )
    elif role is Role.ACTOR:
        run = functools.partial(node.run_actor, _given(connect, "connect", role), _given(run_id, "run_id", role), index)
    else:
        run = functools.partial(node.run_evaluator, _given(connect, "connect", role), _given(run_dir, "run_dir", role))
    return node.run_and_exit(run, run_dir or connect or "")


def _given(value: ValueT | None, name: str, role: Role) -> ValueT:
    if value is None:
        raise UserError(f"{name}: must be given with --role {role.value}")
    return value
