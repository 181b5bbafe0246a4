"""Builds a checked configuration from YAML files and `field=value` overrides; every error is one line."""

import contextlib
import json
import typing
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from walker_rl.agents import agent_names, calling, check_members
from walker_rl.counts import parse_count
from walker_rl.errors import UserError, did_you_mean, reason_of, text_of
from walker_rl.experiments.config import (
    ExperimentConfig,
    changed_fields,
    default_experiment,
    flatten,
    to_dict,
    with_absolute_paths,
)
from walker_rl.experiments.sections import nest
from walker_rl.field_values import shown, to_field_value
from walker_rl.files.yaml_file import as_text, parse_yaml, read_yaml_file
from walker_rl.hyperparameters import Leaf, allowed, leaves, problems, replaced
from walker_rl.schedules import Linear

PROVENANCE = "provenance"
"""Key of the provenance in a run's config.yaml; not a field of the configuration."""

ARGUMENTS = dict[str, Any]
"""Type of a field whose values have names that the user chooses."""


SWEEP_FIELDS = ("agents", "tasks", "seeds", "configs", "set", "grid")
"""Fields of a sweep's file, which `walker-rl sweep --spec` takes."""


class OtherAgentsFieldError(UserError):
    """A field that the agent lacks and others have."""


def load_config(agent_name: str, files: Sequence[Path] = (), overrides: Sequence[str] = ()) -> ExperimentConfig:
    """Applies each file, then each override, to the defaults of an agent, and checks the result.

    Args:
        agent_name: name from `agent_names()`.
        files: YAML files of fields, such as a run's config.yaml.
        overrides: strings `"field=value"`, with dots for sections, as in `"agent.n_step=3"`.

    Raises:
        UserError: if a field is unknown, a value has a wrong type or is out of range, or a file names another agent.
    """
    return _load(agent_name, _layers(files, overrides))


def default_fields(agent_name: str) -> dict[str, Any]:
    """Returns all fields of an agent's default configuration, by names with dots."""
    return flatten(to_dict(load_config(agent_name)))


def changed_overrides(config: ExperimentConfig) -> list[str]:
    """Returns overrides with which `load_config` returns `config`: the fields that differ from the defaults."""
    fields = to_dict(config)
    arguments = {"environment": fields.pop("environment")} if config.environment else {}  # Their names may have dots.
    return as_overrides(changed_fields(flatten(fields), default_fields(config.agent_name)) | arguments)


def config_from_dict(
    fields: dict[str, Any], files: Sequence[Path] = (), overrides: Sequence[str] = ()
) -> ExperimentConfig:
    """Inverts `to_dict`, with changes as in `load_config`.

    Raises:
        UserError: if the fields are another version's, or a change is wrong.
    """
    return _load(str(fields.get("agent_name")), [("", fields), *_layers(files, overrides)])


def read_yaml(path: Path, name: str = "config") -> dict[str, Any]:
    """Reads the fields in a file, without its provenance; `name` is the option's name.

    Raises:
        UserError: if the file can't be read or is no mapping.
    """
    import yaml

    try:
        values = read_yaml_file(path)
    except OSError as error:
        raise UserError(f"{name} = {path}: cannot be read ({reason_of(error)})") from None
    except yaml.YAMLError as error:
        raise UserError(f"{name} = {path}: must be YAML ({text_of(error)})") from None
    if not isinstance(values, dict) and values is not None:
        raise UserError(f"{name} = {path}: must be a mapping of fields to values")
    return {key: value for key, value in (values or {}).items() if key != PROVENANCE}


def read_override(override: str, name: str = "set") -> dict[str, Any]:
    """Parses "field=value" to a mapping of one key, which may have dots; `name` is the option's name.

    Raises:
        UserError: if the override has another form.
    """
    import yaml

    field, _, text = override.partition("=")
    if not field or not text.strip("="):
        raise UserError(f"{name} = {shown(override)}: must be field=value, as in agent.n_step=3")
    try:
        return {field: parse_yaml(text)}
    except yaml.YAMLError as error:
        raise UserError(f"{name} = {override}: must be field=value ({text_of(error)})") from None


def as_overrides(fields: dict[str, Any]) -> list[str]:
    """Returns flat fields as overrides, "field=value", which `load_config` takes."""
    return [f"{name}={as_text(value)}" for name, value in fields.items()]


@contextlib.contextmanager
def naming_source(source: str) -> Iterator[None]:
    """Begins a UserError's line with its source."""
    try:
        yield
    except UserError as error:
        raise type(error)(f"{source}{error}") from None


def _layers(files: Sequence[Path], overrides: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
    """Returns the fields of each file and each override, with a prefix for error lines that names their source."""
    return [
        *((f"config = {path}: ", read_yaml(path)) for path in files),
        *(("", read_override(override)) for override in overrides),
    ]


def _load(agent_name: str, layers: Iterable[tuple[str, dict[str, Any]]]) -> ExperimentConfig:
    defaults, values, sources = default_experiment(agent_name), {}, {}
    known = _leaves_by_name(defaults)
    of_user = [leaf.name for leaf in known.values() if leaf.annotation == ARGUMENTS]
    for source, fields in layers:
        with naming_source(source):
            layer = nest(fields, of_user)
            if layer.get("agent_name", agent_name) != agent_name:
                other = shown(layer["agent_name"])
                raise UserError(f"agent_name = {other}: must be {agent_name}, the agent asked for")
            stored = {name: as_stored(name, layer.pop(name)) for name in of_user if name in layer}
            given = _field_values(layer, known)
        values.update(given)
        values.update({name: _merged(values.get(name, {}), one) for name, one in stored.items()})
        sources.update(dict.fromkeys(given, source))
    with calling(agent_name):
        config: ExperimentConfig = replaced(defaults, with_absolute_paths(values))
        for problem in problems(config):
            raise UserError(sources.get(problem.partition(" = ")[0], "") + problem)
        check_members(config.agent)
    return config


def _leaves_by_name(config: ExperimentConfig) -> dict[str, Leaf]:
    return {leaf.name: leaf for leaf in leaves(config)}


def _field_values(layer: dict[str, Any], known: dict[str, Leaf]) -> dict[str, Any]:
    """Returns the values in a layer by full field name."""
    values = {}
    for key, value in flatten(layer).items():
        if value == {} and _is_section(key, known):
            continue
        if key not in known:
            raise _unknown_field(key, value, list(known))
        annotation = known[key].annotation
        try:
            values[key] = to_field_value(_as_typed(value, annotation), annotation)
        except ValueError as error:
            raise UserError(f"{key} = {shown(value)}: {_choices(known[key]) or error}") from None
    return values


def _choices(leaf: Leaf) -> str:
    """Returns the allowed values of a field with choices in words; "" for any other field."""
    rule = allowed(leaf.field)
    or_null = " or null" if type(None) in typing.get_args(leaf.annotation) else ""
    return f"must be {rule.describe()}{or_null}" if rule is not None and rule.choices else ""


def _as_typed(value: Any, annotation: Any) -> Any:
    """Returns the number that a user means by 1e5 or 300k where an integer belongs, as at the ends of a schedule."""
    if annotation in (int, int | None):
        return _as_count(value)
    if Linear in typing.get_args(annotation) and isinstance(value, list):
        return [*value[:2], *map(_as_count, value[2:])]
    return value


def _as_count(value: Any) -> Any:
    """Returns a count that YAML reads as a float or a text; any other value unchanged."""
    if isinstance(value, float | str):
        with contextlib.suppress(ValueError):
            return parse_count(str(value))
    return value


def as_stored(name: str, given: Any) -> dict[str, Any]:
    """Returns arguments as a run's config.yaml stores them, with text for the keys of nested mappings.

    Raises:
        UserError: if they are no mapping of names, or have a number that is not finite.
    """
    if not isinstance(given, dict) or not all(isinstance(key, str) for key in given):
        raise UserError(f"{name} = {shown(given)}: must be a mapping of arguments to values")
    try:
        stored: dict[str, Any] = json.loads(json.dumps(given, allow_nan=False))
    except ValueError:
        raise UserError(f"{name} = {shown(given)}: must have finite numbers") from None
    return stored


def _merged(earlier: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """Returns the later values, and the earlier ones that they leave, in nested mappings, too."""
    nested = {
        key: _merged(earlier[key], value)
        for key, value in later.items()
        if isinstance(value, dict) and isinstance(earlier.get(key), dict)
    }
    return {**earlier, **later, **nested}


def _unknown_field(key: str, value: Any, known: list[str]) -> UserError:
    if _is_section(key, known):
        return UserError(f"{key} = {shown(value)}: must be a mapping of fields to values")
    if key.partition(".")[0] in SWEEP_FIELDS:
        return UserError(f"{key} = {shown(value)}: unknown field; only a file for walker-rl sweep --spec has it")
    if owners := [name for name in agent_names() if _has_field(name, key)]:
        return OtherAgentsFieldError(
            f"{key} = {shown(value)}: unknown field of this agent, only of {', '.join(owners)}"
        )
    return UserError(f"{key} = {shown(value)}: unknown field{did_you_mean(key, known) or '; --help lists the fields'}")


def _has_field(agent_name: str, key: str) -> bool:
    try:
        return key in _leaves_by_name(default_experiment(agent_name))
    except UserError:  # An agent of another package that can't be imported.
        return False


def _is_section(key: str, known: Iterable[str]) -> bool:
    return any(name.startswith(f"{key}.") for name in known)
