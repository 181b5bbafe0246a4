"""Files that are whole or not there."""

import os
import shutil
from pathlib import Path

import pytest

from tests.fakes import file_size_limit
from walker_rl.files.whole_file import is_part, part_of, remove_parts, whole_file, write_whole_text, write_whole_texts


@pytest.fixture
def path(tmp_path):
    return tmp_path / "notes.txt"


def test_the_file_before_stays_until_the_new_one_is_whole(path):
    write_whole_text(path, "old")
    with whole_file(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


def test_a_users_file_with_the_name_of_a_half_written_one_stays(path):
    users = path.with_name("notes.txt.part")
    users.write_text("mine")
    write_whole_text(path, "new")
    with pytest.raises(ValueError), whole_file(path):
        raise ValueError
    assert sorted(path.parent.iterdir()) == [path, users]
    assert users.read_text() == "mine"


def test_two_writers_of_a_file_do_not_meet(path):
    with whole_file(path) as first:
        first.write(b"first")
        write_whole_text(path, "second")
    assert path.read_text() == "first"
    assert list(path.parent.iterdir()) == [path]


def test_what_a_killed_writer_left_is_removed_and_a_users_file_stays(tmp_path):
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "notes.txt", tmp_path / "folder" / "notes.txt"):
        part_of(path).write_text("half")
        path.with_name("notes.txt.part").write_text("mine")
    remove_parts(tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*.part")) == ["notes.txt.part"] * 2


def test_what_another_process_writes_meanwhile_stays(path):
    with whole_file(path) as file:
        file.write(b"new")
        remove_parts(path.parent)
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


def test_a_half_written_folder_is_removed_with_what_is_in_it(tmp_path):
    part = part_of(tmp_path / "folder")
    (part / "inside").mkdir(parents=True)
    (part / "inside" / "notes.txt").write_text("half")
    remove_parts(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_text_is_written_in_utf_8(path):
    write_whole_text(path, "1 ± 2\n")
    assert path.read_bytes() == b"1 \xc2\xb1 2\n"


def test_a_full_disk_leaves_the_file_before_and_nothing_else(path):
    write_whole_text(path, "old")
    with file_size_limit(10), pytest.raises(OSError):
        write_whole_text(path, "new" * 10)
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_a_block_that_raises_leaves_the_file_before_and_nothing_else(path, error):
    write_whole_text(path, "old")
    with pytest.raises(error), whole_file(path) as file:
        file.write(b"new")
        raise error
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_the_first_error_is_the_one_that_is_raised(tmp_path, error):
    """Both the buffered rest and the temporary file are beyond reach when it is raised."""
    path = tmp_path / "folder" / "notes.txt"
    path.parent.mkdir()
    with file_size_limit(10), pytest.raises(error), whole_file(path) as file:
        file.write(b"new" * 10)
        shutil.rmtree(path.parent)
        path.parent.touch()
        raise error


def test_what_is_no_file_stays_what_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    for path in map(Path, (".", "/", "..", "pipe")):
        with pytest.raises(OSError), whole_file(path):
            pass
    assert [(path.name, path.is_fifo()) for path in tmp_path.iterdir()] == [("pipe", True)]


def test_a_file_that_is_not_there_stays_so(path):
    with pytest.raises(ValueError), whole_file(path):
        raise ValueError
    assert list(path.parent.iterdir()) == []


def test_a_file_may_have_the_longest_name_that_the_system_allows(tmp_path):
    path = tmp_path / f"{'é' * 125}.gif"
    assert len(os.fsencode(path.name)) == 254
    part = part_of(path)
    assert is_part(part)
    write_whole_text(path, "new")
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("texts", [("new", "new" * 10), ("new" * 10, "new")])
def test_a_full_disk_leaves_all_of_several_files_as_they_were(tmp_path, texts):
    paths = [tmp_path / name for name in ("a.csv", "b.csv")]
    write_whole_texts(dict.fromkeys(paths, "old"))
    with file_size_limit(10), pytest.raises(OSError):
        write_whole_texts(dict(zip(paths, texts, strict=True)))
    assert sorted(tmp_path.iterdir()) == paths
    assert [path.read_text() for path in paths] == ["old", "old"]
