"""The generated pages of the documentation: fields, options and the Python API."""

import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

import walker_rl
from walker_rl.agents import agent_names, agent_summary, config_class
from walker_rl.cli.app import app
from walker_rl.cli.hyperparameter_table import hyperparameter_rows
from walker_rl.experiments.config import default_experiment

API = (
    "api",
    "environments",
    "policies",
    "evaluation",
    "networks",
    "losses",
    "replay",
    "agents",
    "experiments",
    "experiments.evaluator",
    "experiments.run",
    "analysis",
)
"""Modules and packages that the Python API documents."""


def reference_pages() -> dict[str, str]:
    """Returns the Markdown of each generated page, by its path in the site."""
    pages = {"fields/index": _common_fields(), "options": _options()}
    pages |= {f"fields/{name}": _agent_fields(name) for name in agent_names()}
    pages |= {f"api/{package}": _api(package) for package in API}
    return {f"reference/{name}.md": content for name, content in pages.items()}


def _common_fields() -> str:
    name = agent_names()[0]
    rows = [row for row in hyperparameter_rows(default_experiment(name)) if not row[0].startswith("agent.")]
    text = "Every run has these fields, whatever its agent. Set them with `--config FILE` or `--set FIELD=VALUE`."
    return f"# Fields of every run\n\n{text}\n\n{_field_table(rows)}"


def _agent_fields(name: str) -> str:
    rows = hyperparameter_rows(config_class(name)(), "agent.")
    page = f"[The agent's page](../../walker_rl/agents/{name}/README.md) has its equations."
    return f"# Fields of {name}\n\n{agent_summary(name)} {page}\n\n{_field_table(rows)}"


def _field_table(rows: Iterable[tuple[str, str, str]]) -> str:
    return _table(("field", "default", "meaning"), ((f"`{name}`", f"`{value}`", text) for name, value, text in rows))


def _options() -> str:
    commands = typer.main.get_command(app)
    return "\n\n".join(["# Options", *_options_of(commands, typer.Context(commands, info_name="walker-rl"))])


def _options_of(command: Any, context: typer.Context) -> Iterator[str]:
    """Yields a section for each command below `command`; all agents have the options of the first."""
    if isinstance(command, typer.core.TyperGroup):
        names = sorted(command.list_commands(context))
        agents = names == agent_names()
        for name in names[:1] if agents else names:
            child = command.get_command(context, name)
            yield from _options_of(child, typer.Context(child, context, info_name="AGENT" if agents else name))
    else:
        records = [record for parameter in command.params if (record := parameter.get_help_record(context))]
        yield f"## {context.command_path}"
        if context.info_name != "AGENT":
            yield inspect.cleandoc(command.help or "")
        yield _table(("option", "meaning"), ((f"`{name}`", text) for name, text in records))


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)


def _api(package: str) -> str:
    folder = Path(walker_rl.__file__).parent / package.replace(".", "/")
    name = f"walker_rl.{package}"
    modules = sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
    own = f"::: {name}\n    options:\n      show_root_heading: false"
    if folder.is_dir() and "__all__" in (folder / "__init__.py").read_text():  # Its modules document the same members.
        own += "\n      members: false"
    return "\n\n".join([f"# {name}", own, *(f"::: {name}.{module}" for module in modules)])
