"""YAML files and `field=value` overrides to a checked configuration; one line for whatever is wrong with them."""

import dataclasses
import typing
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from walker_rl.errors import UserError, did_you_mean
from walker_rl.experiments.config import ExperimentConfig, experiment_class, flatten
from walker_rl.field_values import to_field_value
from walker_rl.hyperparameters import problems
from walker_rl.yaml_file import parse_yaml, read_yaml_file

PROVENANCE = "provenance"
"""The part of a run's config.yaml that says what made it; no field of the configuration."""


def load_config(agent_name: str, files: Sequence[Path] = (), overrides: Sequence[str] = ()) -> ExperimentConfig:
    """The defaults of an agent, then each file, then each override, checked.

    Args:
        agent_name: one of `agent_names()`.
        files: YAML of overrides; a run's own config.yaml works too.
        overrides: `"field=value"`, with dots into sections, as in `"agent.n_step=3"`.

    Raises:
        UserError: for an unknown field, a wrong type, a value out of range, or a file whose `agent_name` is another.
    """
    return _load(agent_name, _layers(files, overrides))


def config_from_dict(
    fields: dict[str, Any], files: Sequence[Path] = (), overrides: Sequence[str] = ()
) -> ExperimentConfig:
    """The inverse of `to_dict`, with changes as in `load_config`.

    Raises:
        UserError: if it was made by a version with other fields, or a change is wrong.
    """
    return _load(str(fields.get("agent_name")), [("", fields), *_layers(files, overrides)])


def read_yaml(path: Path, name: str = "config") -> dict[str, Any]:
    """The fields in a file, without its provenance; `name` is that of the option.

    Raises:
        UserError: if it can't be read or is no mapping.
    """
    import yaml

    try:
        values = read_yaml_file(path)
    except OSError as error:
        raise UserError(f"{name} = {path}: cannot be read ({error.strerror})") from None
    except yaml.YAMLError as error:
        raise UserError(f"{name} = {path}: must be YAML ({' '.join(str(error).split())})") from None
    if not isinstance(values, dict) and values is not None:
        raise UserError(f"{name} = {path}: must be a mapping of fields to values")
    return {key: value for key, value in (values or {}).items() if key != PROVENANCE}


def read_override(override: str, name: str = "set") -> dict[str, Any]:
    """The one field of "field=value", nested; `name` is that of the option.

    Raises:
        UserError: if it is nothing of that form.
    """
    import yaml

    field, _, text = override.partition("=")
    if not field or not text.strip("="):
        raise UserError(f"{name} = {override}: must be field=value, as in agent.n_step=3")
    try:
        values = parse_yaml(text)
    except yaml.YAMLError as error:
        raise UserError(f"{name} = {override}: must be field=value ({' '.join(str(error).split())})") from None
    for part in reversed(field.split(".")):
        values = {part: values}
    return typing.cast(dict[str, Any], values)


def _layers(files: Sequence[Path], overrides: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
    """The fields of each file and of each override, with the beginning of an error line that names where they are."""
    return [
        *((f"config = {path}: ", read_yaml(path)) for path in files),
        *(("", read_override(override)) for override in overrides),
    ]


def _load(agent_name: str, layers: Iterable[tuple[str, dict[str, Any]]]) -> ExperimentConfig:
    config_type = experiment_class(agent_name)
    types, values = _field_types(config_type), {}
    for source, layer in layers:
        if layer.get("agent_name", agent_name) != agent_name:
            raise UserError(f"{source}agent_name = {layer['agent_name']}: must be {agent_name}, the agent asked for")
        values.update(_field_values(layer, types))
    config: ExperimentConfig = _build(config_type, values)
    for problem in problems(config):
        raise UserError(problem)
    return config


def _field_values(layer: dict[str, Any], types: dict[str, Any]) -> dict[str, Any]:
    """The values in a layer by the full names of their fields."""
    values = {}
    for key, value in flatten(layer).items():
        if value == {} and _is_section(key, types):
            continue
        if key not in types:
            raise UserError(_unknown_field(key, value, list(types)))
        try:
            values[key] = to_field_value(value, types[key])
        except ValueError as error:
            raise UserError(f"{key} = {value}: {error}") from None
    return values


def _build(config_type: type, values: dict[str, Any], prefix: str = "") -> Any:
    """A dataclass with these values in it and its sections, and the defaults elsewhere."""
    fields = {}
    for name, annotation in typing.get_type_hints(config_type).items():
        if dataclasses.is_dataclass(annotation):
            fields[name] = _build(typing.cast(type, annotation), values, f"{prefix}{name}.")
        elif f"{prefix}{name}" in values:
            fields[name] = values[f"{prefix}{name}"]
    return config_type(**fields)


def _unknown_field(key: str, value: Any, known: list[str]) -> str:
    if _is_section(key, known):
        return f"{key} = {value}: must be a mapping of fields to values"
    return f"{key} = {value}: unknown field{did_you_mean(key, known) or '; --help lists the fields'}"


def _is_section(key: str, known: Iterable[str]) -> bool:
    return any(name.startswith(f"{key}.") for name in known)


def _field_types(config_type: type, prefix: str = "") -> dict[str, Any]:
    types: dict[str, Any] = {}
    for name, annotation in typing.get_type_hints(config_type).items():
        if dataclasses.is_dataclass(annotation):
            types.update(_field_types(typing.cast(type, annotation), f"{prefix}{name}."))
        elif typing.get_origin(annotation) is not typing.ClassVar:
            types[prefix + name] = annotation
    return types
