"""The two forms of a field's section: a mapping, `agent: {n_step: 3}`, and a dotted key, `agent.n_step: 3`."""

from collections.abc import Collection, Mapping
from typing import Any

from walker_rl.errors import UserError
from walker_rl.field_values import shown
from walker_rl.files.yaml_file import MAX_DEPTH


def nest(fields: Mapping[Any, Any], free_keys: Collection[str] = (), section: str = "") -> dict[str, Any]:
    """Returns fields as nested mappings, with every dotted key split.

    Args:
        fields: values by key, in either form.
        free_keys: fields that are mappings with keys of the user's own, which are not split.
        section: beginning of the fields' names in errors.

    Raises:
        UserError: if a field is given twice, or a key has too many dots.
    """
    tree: dict[str, Any] = {}
    for key, value in fields.items():
        name = section + (key if isinstance(key, str) else shown(key))
        if name.count(".") >= MAX_DEPTH:
            raise UserError(f"{name} = {shown(value)}: must have fewer than {MAX_DEPTH} dots")
        if isinstance(value, dict) and name.partition(".")[0] not in free_keys:
            value = nest(value, free_keys, f"{name}.")
        for part in reversed(name.removeprefix(section).split(".")):
            value = {part: value}
        _add(tree, value, section)
    return tree


def have_dots(arguments: Mapping[str, Any]) -> bool:
    """Returns True if `nest` would split a key of these mappings, which are the user's own."""
    inner = (value for value in arguments.values() if isinstance(value, Mapping))
    return any("." in str(key) for key in arguments) or any(map(have_dots, inner))


def _add(tree: dict[str, Any], more: dict[str, Any], section: str) -> None:
    for key, value in more.items():
        if key not in tree:
            tree[key] = value
        elif isinstance(tree[key], dict) and isinstance(value, dict):
            _add(tree[key], value, f"{section}{key}.")
        else:
            raise UserError(f"{section}{key} = {shown(value)}: is given twice, also as {shown(tree[key])}")
