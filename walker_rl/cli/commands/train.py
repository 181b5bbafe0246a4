"""`walker-rl train AGENT`: one process, one loop."""

import typer

from walker_rl.cli.agent_app import make_agent_app
from walker_rl.cli.request import Request
from walker_rl.cli.run_page import Watch, page_listener
from walker_rl.cli.training import train


def make_train_app() -> typer.Typer:
    """Makes the group `train` with a command per agent."""
    return make_agent_app("Train an agent; `walker-rl train AGENT --help` lists its hyperparameters.", _train)


def _train(request: Request, watch: Watch = False) -> int:
    _, status = train(request, page_listener(watch))
    return status
