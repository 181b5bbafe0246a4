"""Reads files that a run or a sweep has written; any other content is a `NotWholeError` of one line."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from walker_rl.errors import NotWholeError, reason_of, text_of
from walker_rl.field_values import to_record
from walker_rl.files.yaml_file import read_yaml_file

RecordT = TypeVar("RecordT")


@contextlib.contextmanager
def reading(path: Path, contents: str) -> Iterator[None]:
    """Turns any error of a block that reads a file into one line.

    Args:
        path: the file.
        contents: the contents that it must hold, as in "the final evaluations".

    Raises:
        NotWholeError: if the block raises anything.
    """
    try:
        yield
    except OSError as error:
        raise NotWholeError(f"{path}: must be a file that can be read ({reason_of(error)})") from None
    except Exception as error:  # Parsers and checks of values have no common error.
        raise NotWholeError(f"{path}: must hold {contents} ({text_of(error)})") from None


def read_json_record(path: Path, record: type[RecordT]) -> RecordT:
    """Reads a JSON file as a dataclass.

    Raises:
        NotWholeError: if it can't be read, or holds something else.
    """
    with reading(path, "what was written to it"):
        return to_record(json.loads(path.read_text()), record)


def read_yaml_mapping(path: Path) -> dict[str, Any]:
    """Reads a YAML file of a mapping as JSON could hold it: no dates, sets or bytes.

    Raises:
        NotWholeError: if it can't be read, or holds something else.
    """
    with reading(path, "a configuration as it was written"):
        values: dict[str, Any] = json.loads(json.dumps(read_yaml_file(path)))
        if not isinstance(values, dict):
            raise ValueError("it is no mapping")
        return values
