"""The command that makes a recorded run."""

import shlex
from typing import Any

from walker_rl.analysis.run_contents import Settings
from walker_rl.errors import UserError
from walker_rl.experiments.config import changed_fields
from walker_rl.experiments.config_loading import as_overrides, default_fields, load_config
from walker_rl.experiments.sections import have_dots


def command_of(settings: Settings) -> str:
    """Returns the command for a run with these settings, with all fields that differ from today's defaults.

    A field of the agent that the run's version lacked is set to null if it may be null, which keeps the behaviour of
    that version.
    """
    agent_name = settings.identity.agent_name
    defaults = default_fields(agent_name)
    absent = [name for name in defaults if name.startswith("agent.") and name not in settings.fields]
    added: dict[str, Any] = {name: None for name in absent if _may_be_null(agent_name, name)}
    changed = changed_fields(settings.fields | added, defaults)
    if have_dots(settings.arguments):
        changed = {name: value for name, value in changed.items() if not name.startswith("environment.")}
        changed["environment"] = settings.arguments
    options = [word for override in as_overrides(changed) for word in ("--set", override)]
    return shlex.join(["walker-rl", settings.provenance.runner, agent_name, *options])


def _may_be_null(agent_name: str, field: str) -> bool:
    try:
        load_config(agent_name, overrides=[f"{field}=null"])
    except UserError:
        return False
    return True
