"""The agents, found by listing this folder: each sub-package with a `config.py` is one."""

import importlib
import inspect
from pathlib import Path
from typing import Any

from walker_rl.search_space import SearchSpace


def agent_names() -> list[str]:
    """Names of all agents, sorted."""
    return sorted(path.parent.name for path in Path(__file__).parent.glob("*/config.py"))


def config_class(agent_name: str) -> type:
    """The frozen dataclass of an agent's hyperparameters; imports nothing heavy."""
    return importlib.import_module(f"{__name__}.{agent_name}.config").Config


def display_name(agent_name: str) -> str:
    """An agent's name as papers write it, for figures."""
    config: Any = config_class(agent_name)
    return str(config.display_name)


def agent_summary(agent_name: str) -> str:
    """The agent in one line: the first of its configuration's docstring."""
    return (inspect.getdoc(config_class(agent_name)) or "").splitlines()[0]


def search_space(agent_name: str) -> SearchSpace:
    """Ranges of the agent's hyperparameters for a search; imports nothing heavy."""
    return importlib.import_module(f"{__name__}.{agent_name}.search_space").SEARCH_SPACE


def make_builder(agent_name: str, config: Any, spec: Any) -> Any:
    """The agent's builder for environments of `spec`, a `walker_rl.interfaces.EnvironmentSpec`."""
    return importlib.import_module(f"{__name__}.{agent_name}.builder").Builder(config, spec)
