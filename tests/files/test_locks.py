"""The folder of a sweep or a search, as its user names it."""

from pathlib import Path

import pytest

from walker_rl.errors import UserError
from walker_rl.files.locks import locked_output


def refusal(output: Path) -> str:
    with pytest.raises(UserError) as caught, locked_output(output, "sweep"):
        pass
    return str(caught.value)


def test_a_link_means_what_it_names(tmp_path):
    target = tmp_path / "disk" / "sweep"
    (tmp_path / "output").symlink_to(target)
    with locked_output(tmp_path / "output", "sweep"):
        assert target.is_dir()
        assert refusal(target) == f"output = {target}: must not be in use by another sweep"


def test_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    assert refusal(tmp_path / "file") == f"output = {tmp_path / 'file'}: must be writable (File exists)"
