"""The table at the head of each preset: its fields, their values there and their defaults."""

import itertools
import re
from pathlib import Path

import pytest

from walker_rl.experiments.config import flatten
from walker_rl.experiments.config_loading import default_fields, read_yaml

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))
PRESETS = [path for path in CONFIGS if re.search(r"^# field .* default ", path.read_text(), re.MULTILINE)]


def table(path: Path) -> list[tuple[str, str, str]]:
    """The field, the value and the default of each row."""
    lines = path.read_text().splitlines()
    (head,) = (index for index, line in enumerate(lines) if line.startswith("# field"))
    places = [0, *(lines[head].index(name) for name in ("here", "default", "unit"))]
    rows = [line for line in lines[head + 1 :] if line.startswith("# ")]
    return [tuple(row[start:end].strip("# ") for start, end in itertools.pairwise(places)) for row in rows]


def value_of(cell: str) -> float | None:
    """The number at the beginning of a cell."""
    return None if cell == "null" else float(re.match(r"[\d.,e-]*\d", cell)[0].replace(",", ""))


def assert_shows(cell: str, value: object) -> None:
    """Asserts that a cell is of a field's value, as in "128: an update every 2 steps" or "0, to -6 at 1,000 steps"."""
    if not isinstance(value, list):
        assert value_of(cell) == value
        return
    first, _, change = cell.rpartition("to ")
    last, _, end = change.partition(" at ")
    assert [float(last), value_of(end)] == [value[1], value[3]]
    assert first == "" or value_of(first) == value[0]


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_the_table_of_a_preset_has_its_values_and_the_defaults(path):
    fields = flatten(read_yaml(path))
    agent_name = fields.pop("agent_name", "d4pg")
    defaults = default_fields(agent_name)
    rows = table(path)
    assert {name for name, _, _ in rows} <= fields.keys()
    for name, here, default in rows:
        assert_shows(here, fields[name])
        assert_shows(default, defaults[name])


def test_there_are_presets():
    assert {path.stem for path in PRESETS} >= {"fast", "steady", "dmpo", "sac", "td3"}
