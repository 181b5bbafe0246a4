"""Standard output and error of real processes: lost, full, unread."""

import fcntl
import os
import resource
import subprocess
import sys
import time

import pytest

from tests.tiny import wait_for

PRINT = """
import sys
from walker_rl.terminal.streams import take_streams
outputs = take_streams(may_block={may_block})
with open(sys.argv[1], "w") as kept:
    for number in range({num_lines}):
        print(f"line {{number:05}} " + "-" * 88)
        print("error", file=sys.stderr)
    kept.write("whole")
for output in outputs:
    output.finish()
"""

LINE_SIZE = 100


def start(path, num_lines=3, may_block=False, **streams):
    command = [sys.executable, "-c", PRINT.format(may_block=may_block, num_lines=num_lines), path]
    return subprocess.Popen(command, **streams)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "kept"


def closed():
    os.close(1)


def all_closed():
    os.closerange(0, 3)


def full_disk():
    os.dup2(os.open("/dev/full", os.O_WRONLY), 1)
    os.dup2(1, 2)


def pipe_without_reader():
    reader, writer = os.pipe()
    os.close(reader)
    os.dup2(writer, 1)
    os.dup2(writer, 2)


def read_only():
    os.dup2(os.open("/dev/null", os.O_RDONLY), 1)


@pytest.mark.parametrize("may_block", [True, False])
@pytest.mark.parametrize("lose", [closed, all_closed, full_disk, pipe_without_reader, read_only])
def test_lost_output_costs_the_text_and_nothing_else(path, lose, may_block):
    process = start(path, may_block=may_block, preexec_fn=lose, stderr=subprocess.PIPE)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert path.read_text() == "whole", "the file might have got the number of a closed descriptor"


def test_both_streams_of_one_file_keep_their_order_and_what_was_there(path, tmp_path):
    log = tmp_path / "log"
    log.write_text("before\n")
    with log.open("a") as file:
        assert start(path, num_lines=2, stdout=file, stderr=file).wait() == 0
    before, *lines = log.read_text().splitlines()
    assert before == "before"
    assert [line[:10] for line in lines] == ["line 00000", "error", "line 00001", "error"]


def test_a_reader_who_rests_holds_nothing_up_and_gets_the_newest_lines(path):
    process = start(path, num_lines=3_000, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    while not path.exists() or path.read_text() != "whole":
        assert process.poll() is None
        time.sleep(0.01)
    output = process.stdout.read()
    assert process.wait(timeout=60) == 0
    assert output.startswith(b"line 00000 ")
    assert output[-LINE_SIZE:].startswith(b"line 02999 ")
    assert len(output) < 3_000 * LINE_SIZE


def test_a_reader_who_never_comes_back_costs_some_seconds(path):
    process = start(path, num_lines=3_000, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.wait(timeout=60) == 0


def test_where_the_text_is_the_work_a_slow_reader_gets_all_of_it(path):
    process = start(path, num_lines=3_000, may_block=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    wait_for(path, process)
    time.sleep(1)
    assert path.read_text() == ""
    assert process.communicate()[0].count(b"\n") == 3_000


def test_other_processes_that_write_to_the_same_pipe_may_still_wait(path):
    reader, writer = os.pipe()
    assert start(path, stdout=writer, stderr=writer).wait() == 0
    assert not fcntl.fcntl(writer, fcntl.F_GETFL) & os.O_NONBLOCK
    os.close(writer)
    with open(reader) as file:
        assert len(file.readlines()) == 6


def test_lines_wait_for_room_on_a_full_disk(tmp_path):
    """The limit on the size of a file stands for the disk."""
    code = """
import resource
from walker_rl.terminal.streams import take_streams
output, _ = take_streams(may_block=False)
print("first")
print("second")
assert output.failure
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print("third")
assert not output.failure
"""
    log = tmp_path / "log"
    limit = (8, resource.RLIM_INFINITY)
    with log.open("w") as file:
        options = {"stdout": file, "preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit)}
        subprocess.run([sys.executable, "-c", code], check=True, **options)
    assert log.read_text() == "first\nsecond\nthird\n"


def test_characters_that_the_encoding_lacks_are_escaped(path):
    code = "from walker_rl.terminal.streams import take_streams; take_streams(may_block=True); print('ä')"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    assert subprocess.check_output([sys.executable, "-c", code], env=environment) == b"\\xe4\n"
