"""YAML of plain values, read without trust: a small file can demand more memory and time than there is."""

import functools
import json
import math
import re
from pathlib import Path
from typing import Any

import yaml

MAX_SIZE = 50_000
"""Most characters of a file; a run's `config.yaml` has 4,000."""

MAX_VALUES = 10_000
"""Most values in a file, with every alias expanded."""

MAX_DEPTH = 20

MAX_DIGITS = 50

_TOO_DEEP = f"more than {MAX_DEPTH} values inside each other"
_PLAIN = {f"tag:yaml.org,2002:{name}" for name in ("bool", "float", "int", "map", "merge", "null", "seq", "str")}


class _Loader(yaml.SafeLoader):
    """Reads 1e-3 and 2.5e3 as numbers and a date as text, as people do, and refuses duplicate keys."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.YAMLError(_TOO_DEEP)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def compose_mapping_node(self, anchor: Any) -> Any:
        node = super().compose_mapping_node(anchor)
        lines: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
                continue
            line = key.start_mark.line + 1
            if (first := lines.get(key.value)) is not None:
                where = f"line {line}" if line == first else f"lines {first} and {line}"
                raise yaml.YAMLError(f"{key.value or repr(key.value)} is given twice, in {where}")
            lines[key.value] = line
        return node

    def construct_scalar(self, node: Any) -> Any:
        """Joins the surrogate pairs that JSON writes for characters such as emoji; refuses a lone surrogate."""
        text: str = super().construct_scalar(node).encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        text.encode(errors="surrogateescape")  # Raises a ValueError for a lone surrogate, as in "\ud800".
        return text


class _Dumper(yaml.SafeDumper):
    """Quotes what `_Loader` would take for another value, as the text 1e3."""


for _side in (_Loader, _Dumper):
    _side.add_implicit_resolver(
        "tag:yaml.org,2002:float",
        re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+$"),
        list("-+.0123456789"),
    )
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}


def read_yaml_file(path: Path) -> Any:
    """The values in a file.

    Raises:
        OSError: if it can't be read.
        yaml.YAMLError: if it is not YAML of plain values, or larger than any file of ours.
    """
    try:
        return parse_yaml(_read_pipe(path) if path.is_fifo() else _read(path))
    except ValueError as error:  # Bytes of another encoding, or a null character in the path.
        raise yaml.YAMLError(str(error)) from None


def _read(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return file.read(MAX_SIZE + 1)


@functools.cache
def _read_pipe(path: Path) -> str:
    """Reads a pipe, as in `--config <(...)`, which has its contents only once."""
    return _read(path)


def parse_yaml(text: str) -> Any:
    """The values in a text.

    Raises:
        yaml.YAMLError: if it is not YAML of plain values, or larger than any file of ours.
    """
    if len(text) > MAX_SIZE:
        raise yaml.YAMLError(f"more than {MAX_SIZE:,} characters")
    try:
        return _values(text)
    except (yaml.MarkedYAMLError, yaml.reader.ReaderError) as error:
        raise yaml.YAMLError(_described(error)) from None
    except RecursionError:  # An alias that contains itself.
        raise yaml.YAMLError(_TOO_DEEP) from None
    except (ValueError, LookupError) as error:  # such as `!!int x` and `!!bool x`
        raise yaml.YAMLError(f"a value that can't be read ({error})") from None


def _values(text: str) -> Any:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        num_values, depth = _measure(node, {})
        if num_values > MAX_VALUES:
            raise yaml.YAMLError(f"more than {MAX_VALUES:,} values")
        if depth > MAX_DEPTH:
            raise yaml.YAMLError(_TOO_DEEP)
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _described(error: yaml.MarkedYAMLError | yaml.reader.ReaderError) -> str:
    """Describes an error of PyYAML with its places, but without the parsed text and PyYAML's name of it."""
    if isinstance(error, yaml.reader.ReaderError):
        return str(error).replace(f'in "{error.name}", ', "at ")
    parts = ((error.context, error.context_mark), (error.problem, error.problem_mark))
    return ": ".join(f"{what}{_place(mark)}" for what, mark in parts if what)


def _place(mark: yaml.Mark | None) -> str:
    return "" if mark is None else f" in line {mark.line + 1}, column {mark.column + 1}"


def write_yaml(values: dict[str, Any]) -> str:
    """Returns plain values as YAML that `parse_yaml` reads as they are."""
    text: str = yaml.dump(values, Dumper=_Dumper, sort_keys=False)
    return text


def as_text(value: Any) -> str:
    """Writes a value as YAML for the command line, after "field="."""
    if isinstance(value, str) and re.fullmatch(r"[\w./+-]+", value) and _means_itself(value):
        return value
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    except ValueError:  # JSON has no form for nan and inf.
        flow: str = yaml.dump([value], Dumper=_Dumper, default_flow_style=True, width=math.inf)
        return flow.strip()[1:-1]


def _means_itself(text: str) -> bool:
    """False for a text that YAML takes for another value, as "on", "010" or "-"."""
    try:
        return bool(parse_yaml(text) == text)
    except yaml.YAMLError:
        return False


def _measure(node: yaml.Node, known: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """The number of values in a node and its depth, with every alias expanded.

    Args:
        node: YAML node, which aliases may put in many places, and in itself.
        known: measures of nodes by their `id`.
    """
    if node.tag not in _PLAIN:
        raise yaml.YAMLError(f"{node.tag} is no plain value")
    if node.tag.endswith((":int", ":float")) and len(node.value) > MAX_DIGITS:
        raise yaml.YAMLError(f"a number of more than {MAX_DIGITS} digits")
    if node.tag.endswith(":int") and re.match("[-+]?0[0-9]", str(node.value)):
        raise yaml.YAMLError(f"{node.value} begins with 0, which YAML 1.1 reads as octal")
    if node.tag.endswith((":int", ":float")) and ":" in node.value:
        raise yaml.YAMLError(f"{node.value} has a colon, which YAML 1.1 reads as base 60")
    if id(node) not in known:
        parts = [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value
        inside = [] if isinstance(node, yaml.ScalarNode) else [_measure(part, known) for part in parts]
        known[id(node)] = 1 + sum(size for size, _ in inside), 1 + max((depth for _, depth in inside), default=0)
    return known[id(node)]
