"""The runs of a sweep, as data: agents x tasks x seeds x the values of a grid."""

import dataclasses
import itertools
import math
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from walker_rl.agents import agent_names, config_class
from walker_rl.errors import UserError
from walker_rl.experiments.config import ExperimentConfig, flatten
from walker_rl.experiments.config_loading import (
    SWEEP_FIELDS,
    OtherAgentsFieldError,
    as_overrides,
    load_config,
    naming_source,
    read_override,
    read_yaml,
)
from walker_rl.experiments.sections import nest
from walker_rl.experiments.sweep.job import Job, log_file
from walker_rl.field_values import shown
from walker_rl.files.whole_file import MAX_NAME_SIZE
from walker_rl.files.yaml_file import as_text
from walker_rl.printable import file_name

MAX_RUNS = 10_000
"""Maximum number of runs of a sweep."""

SEEDS_ADVICE = "set seeds with --seeds"
"""Advice on a seed that is set as a field."""


@dataclasses.dataclass(frozen=True)
class SweepSpec:
    """A requested sweep; an empty field takes the default of `walker-rl train`.

    Attributes:
        agents: names of the agents.
        tasks: names of the tasks.
        seeds: seeds of the runs.
        configs: YAML files of fields, by agent.
        overrides: strings "field=value", for all runs.
        grid: values as text, by field; each combination has its runs.
    """

    agents: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    seeds: tuple[int, ...] = ()
    configs: Mapping[str, tuple[Path, ...]] = dataclasses.field(default_factory=dict)
    overrides: tuple[str, ...] = ()
    grid: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)


def read_spec(path: Path) -> SweepSpec:
    """Reads a sweep from a YAML file with the fields agents, tasks, seeds, configs, set and grid.

    The files in `configs` are relative to the folder of `path`.

    Raises:
        UserError: if it can't be read, or has an unknown field or a value of a wrong type.
    """
    fields = read_yaml(path, "spec")
    with naming_source(f"spec = {path}: "):
        return _parse_spec(fields, path.parent)


def parse_seeds(text: str) -> tuple[int, ...]:
    """Parses seeds like "0-4" or "0,2,5-7".

    Raises:
        UserError: if the text has another form, or a seed twice.
    """
    seeds: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,12})(?:-(\d{1,12}))?\s*", part)
        if not match:
            raise UserError(f"seeds = {shown(text)}: must be integers or ranges of them, as in 0-4 or 0,2,5")
        first, last = int(match[1]), int(match[2] or match[1])
        if first > last:
            raise UserError(f"seeds = {text}: {first}-{last} must have its lower end first, as in {last}-{first}")
        if len(seeds) + last - first >= MAX_RUNS:
            raise UserError(f"seeds = {text}: must be at most {MAX_RUNS:,} seeds")
        seeds += range(first, last + 1)
    _check_once("seeds", text, seeds)
    return tuple(seeds)


def parse_grid(options: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Parses the grid from options like "agent.n_step=1,3"; values are YAML, and options of one field add up.

    Raises:
        UserError: if an option has another form.
    """
    grid: dict[str, tuple[str, ...]] = {}
    for option in options:
        field, equals, values = option.partition("=")
        if not equals or not field or not values.strip():
            raise UserError(f"grid = {option or repr(option)}: must be field=value,value, as in agent.n_step=1,3")
        for key, value in flatten(read_override(f"{field}=[{values}]", "grid")).items():
            grid[key] = (*grid.get(key, ()), *_grid_values(key, value))
    return grid


def plan(spec: SweepSpec, output: Path) -> dict[str, Job]:
    """Returns all runs of a sweep by name, in their order of training: all agents with the first seed come first.

    Raises:
        UserError: if a run's configuration is wrong, its name too long, two runs are the same, or there are too many.
    """
    if not spec.agents:
        raise UserError(f"agents = []: must be one or more of {', '.join(agent_names())}")
    for agent in spec.agents:
        config_class(agent)
    given = {**fields_of(spec.overrides), **{field: ",".join(values) for field, values in spec.grid.items()}}
    check_not_set("task", "set tasks with --task", given)
    check_not_set("seed", SEEDS_ADVICE, given)
    grid = {f"grid.{field}": values for field, values in spec.grid.items()}
    for name, values in {"agents": spec.agents, "tasks": spec.tasks, "seeds": spec.seeds, **grid}.items():
        _check_once(name, ",".join(map(str, values)), values)
    counts = (len(one) or 1 for one in (spec.agents, spec.tasks, spec.seeds, *spec.grid.values()))
    if (num_runs := math.prod(counts)) > MAX_RUNS:
        raise UserError(f"runs = {num_runs:,}: must be at most {MAX_RUNS:,} runs")
    jobs: dict[str, Job] = {}
    names: dict[ExperimentConfig, str] = {}
    for job in _jobs(spec, output):
        if job.name in jobs:
            raise UserError(f"run = {job.name}: must be unique; two tasks or values give the same name")
        if len(os.fsencode(job.log.name)) > MAX_NAME_SIZE:
            raise UserError(f"run = {job.name}: must have a shorter name; put long values into a --config file")
        if (same := names.setdefault(job.config, job.name)) != job.name:
            raise UserError(f"run = {job.name}: must differ from {same}, which has equal values")
        jobs[job.name] = job
    return jobs


def _parse_spec(fields: dict[str, Any], folder: Path) -> SweepSpec:
    for key, value in fields.items():
        if key not in SWEEP_FIELDS:
            raise UserError(f"{key} = {shown(value)}: unknown field; must be one of {', '.join(SWEEP_FIELDS)}")
    for key in ("configs", "set", "grid"):
        if not isinstance(fields.get(key, {}), dict):
            raise UserError(f"{key} = {shown(fields[key])}: must be a mapping")
    configs = {agent: _names("configs", files) for agent, files in fields.get("configs", {}).items()}
    for agent in configs:
        config_class(str(agent))
    grid, given = (flatten(nest(fields.get(key, {}), section=f"{key}.")) for key in ("grid", "set"))
    for field in grid:
        check_not_set(field, "is also in grid; give it once", given)
    return SweepSpec(
        agents=_names("agents", fields.get("agents", [])),
        tasks=_names("tasks", fields.get("tasks", [])),
        seeds=parse_seeds(",".join(map(_seeds_text, _as_list(fields["seeds"])))) if "seeds" in fields else (),
        configs={agent: tuple(folder / file for file in files) for agent, files in configs.items()},
        overrides=_overrides(fields.get("set", {})),
        grid={field: _grid_values(field, values) for field, values in grid.items()},
    )


def _overrides(fields: dict[str, Any]) -> tuple[str, ...]:
    """Returns an override for each field, but one for all arguments of the environment, whose names may have dots."""
    arguments = {name: value for name, value in fields.items() if name == "environment"}
    others = {name: value for name, value in fields.items() if name != "environment"}
    return (*as_overrides(flatten(nest(others, section="set."))), *as_overrides(arguments))


def _jobs(spec: SweepSpec, output: Path) -> Iterator[Job]:
    tasks: list[tuple[str, ...]] = [(f"task={as_text(task)}",) for task in spec.tasks] or [()]
    points = list(itertools.product(*([f"{field}={value}" for value in values] for field, values in spec.grid.items())))
    without_seed = [
        _job(agent, spec, (*task, *point), point, output)
        for task, agent, point in itertools.product(tasks, spec.agents, points)
    ]
    for seed in spec.seeds:
        for job in without_seed:  # Does not read its configuration again, which would take a millisecond.
            yield _sweep_job(dataclasses.replace(job.config, seed=seed), job.values, output)
    if not spec.seeds:
        yield from without_seed


def _job(agent: str, spec: SweepSpec, own: tuple[str, ...], point: tuple[str, ...], output: Path) -> Job:
    try:
        config = load_config(agent, spec.configs.get(agent, ()), (*spec.overrides, *own))
    except OtherAgentsFieldError as error:
        advice = "" if len(spec.agents) == 1 else "; `configs` of a --spec FILE gives an agent fields of its own"
        raise UserError(f"{agent}: {error}{advice}") from None
    except UserError as error:
        raise UserError(f"{agent}: {error}") from None
    return _sweep_job(config, tuple(re.sub(r'[]["]', "", text).replace("/", "_") for text in point), output)


def _sweep_job(config: ExperimentConfig, values: tuple[str, ...], output: Path) -> Job:
    name = "_".join([config.agent_name, file_name(config.task), *values, f"seed{config.seed}"])
    return Job(config, output / name, log_file(output, name), values)


def fields_of(overrides: Iterable[str]) -> dict[str, Any]:
    """Returns the fields that overrides, strings "field=value", set, by names with dots."""
    return {name: value for override in overrides for name, value in flatten(nest(read_override(override))).items()}


def check_not_set(field: str, advice: str, fields: Mapping[str, Any]) -> None:
    """Checks that `fields` leave a field to the option that has a list of its values.

    Args:
        field: name of the field.
        advice: end of the error's line.
        fields: values by names with dots.

    Raises:
        UserError: if they have it.
    """
    if field in fields:
        raise UserError(f"{field} = {shown(fields[field])}: {advice}")


def _check_once(name: str, text: str, values: Iterable[Any]) -> None:
    for value, number in Counter(values).items():
        if number > 1:
            times = "twice" if number == 2 else f"{number} times"
            raise UserError(f"{name} = {text}: {value} is given {times}")


def _grid_values(field: str, values: Any) -> tuple[str, ...]:
    if not isinstance(values, list) or not values:
        raise UserError(f"grid.{field} = {shown(values)}: must be a list of one or more values")
    return tuple(map(as_text, values))


def _names(field: str, value: Any) -> tuple[str, ...]:
    names = _as_list(value)
    if not all(isinstance(name, str) for name in names):
        raise UserError(f"{field} = {shown(value)}: must be a list of names")
    return tuple(names)


def _seeds_text(value: Any) -> str:
    return value if isinstance(value, str) else as_text(value)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
