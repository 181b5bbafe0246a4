"""`walker-rl launch AGENT`: a central process, an evaluator and actors, as processes on this machine."""

from __future__ import annotations

import enum
from typing import Annotated

import typer

from walker_rl.cli.agent_app import make_agent_app
from walker_rl.cli.launching import Placement, join_run, launch_run
from walker_rl.cli.quantities import integer_option
from walker_rl.cli.request import Request
from walker_rl.cli.run_page import Watch, page_listener
from walker_rl.errors import UserError
from walker_rl.processes.slots import usable_cpus
from walker_rl.stack import require_acme


class LaunchRole(str, enum.Enum):
    """The processes of a run that this machine starts."""

    ALL = "all"
    CENTRAL = "central"
    ACTORS = "actors"


IMPOSSIBLE: dict[LaunchRole, tuple[str, ...]] = {
    LaunchRole.ALL: (),
    LaunchRole.CENTRAL: ("num_actors", "threads"),
    LaunchRole.ACTORS: ("resume", "listen", "open_ports", "threads", "watch"),
}
"""Options that can't be combined with a role."""

NumActors = Annotated[
    int | None,
    integer_option(
        min=1, max=1_000, metavar="NUMBER", help="Processes that act.  [default: CPUs - 2; with --join, CPUs]"
    ),
]
OpenPorts = Annotated[
    bool, typer.Option("--open-ports", help="Let any machine that reaches this one connect, without a password.")
]
Threads = Annotated[bool, typer.Option("--threads", help="Run everything in this one process, for debugging.")]
RoleOption = Annotated[
    LaunchRole,
    typer.Option(
        "--role",
        metavar="ROLE",
        help="central: learner and evaluator, for actors that --join; actors: only actors, for a run elsewhere.",
    ),
]
Listen = Annotated[
    str | None,
    typer.Option(metavar="HOST:PORT", help="Address for other machines that join the run; implies --open-ports."),
]
Join = Annotated[
    str | None, typer.Option(metavar="HOST:PORT", help="Address of the run that this machine's actors join.")
]


def make_launch_app() -> typer.Typer:
    """Makes the group `launch` with a command per agent."""
    text = "Train an agent with many processes: a learner, an evaluator and actors."
    return make_agent_app(text, _launch)


def _launch(
    request: Request,
    num_actors: NumActors = None,
    role: RoleOption = LaunchRole.ALL,
    listen: Listen = None,
    join: Join = None,
    open_ports: OpenPorts = False,
    threads: Threads = False,
    watch: Watch = False,
) -> int:
    require_acme("launch")
    given = {
        "num_actors": num_actors,
        "resume": request.resume,
        "listen": listen,
        "open_ports": open_ports,
        "threads": threads,
        "watch": watch,
    }
    if (join is not None) != (role is LaunchRole.ACTORS):
        raise UserError(f"join{f' = {join}' if join else ''}: must be given with --role actors, and only then")
    for name in IMPOSSIBLE[role]:
        if given[name]:
            shown = "true" if given[name] is True else given[name]
            raise UserError(f"{name} = {shown}: must not be given with --role {role.value}")
    if join is not None:
        return join_run(request, join, num_actors or usable_cpus())
    usable = max(1, usable_cpus() - 2)  # The learner and the evaluator take two.
    num_actors = 0 if role is LaunchRole.CENTRAL else num_actors or usable
    placement = Placement(num_actors, listen, open_ports or listen is not None, threads)
    return launch_run(request, placement, page_listener(watch))
