"""A file that grows by whole writes, on a disk that fills up."""

import pytest

from tests.fakes import file_size_limit
from walker_rl.logging.append_only import AppendOnlyFile


def test_what_still_waits_is_written_at_the_end_or_complained_of(tmp_path):
    path = tmp_path / "log"
    file = AppendOnlyFile(path)
    with file_size_limit(0):
        for action in (lambda: file.write(b"late"), file.close):
            with pytest.raises(OSError, match=str(path)):
                action()
    file.close()
    assert path.read_bytes() == b"late"


def test_what_is_written_is_in_the_file_at_once(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"old ")
    file = AppendOnlyFile(path)
    file.write(b"new")
    assert path.read_bytes() == b"old new"
    assert file.position == 7
    file.truncate(5)
    file.write(b"!")
    assert path.read_bytes() == b"old n!"
    file.close()


@pytest.mark.parametrize("room", [0, 1, 9], ids=["none", "one byte", "all but one"])
def test_a_full_disk_leaves_no_part_of_a_write(tmp_path, room):
    path = tmp_path / "log"
    file = AppendOnlyFile(path)
    file.write(b"first")
    with file_size_limit(5 + room), pytest.raises(OSError) as caught:
        file.write(b"0123456789")
    assert caught.value.filename == str(path)
    assert caught.value.strerror
    assert path.read_bytes() == b"first"
    file.write(b"more")
    assert path.read_bytes() == b"first0123456789more", "what did not fit goes there with the next"
    file.close()
