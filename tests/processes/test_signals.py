"""Signals that only note, sent to real processes."""

import os
import select
import signal
import subprocess
import sys
import time

import pytest

from walker_rl.processes.signals import GRACE, STOPPING, WARNINGS, StopSignals

pytestmark = pytest.mark.usefixtures("no_signal_is_ignored")

RUN = """
import signal, sys, time
from walker_rl.processes.signals import StopSignals
kept = open(sys.argv[1], "w")
with StopSignals({options}) as signals:
    print("ready", flush=True)
    while not signals.stop_requested():
        time.sleep(0.001)
    print("asked", flush=True)
    end = time.monotonic() + {saving}
    while time.monotonic() < end and not signals.is_urgent():
        time.sleep(0.001)
    print("urgent" if signals.is_urgent() else "saved", flush=True)
sys.exit(signals.exit_status)
"""


class Process:
    """A process that works until it is asked to stop, and then saves."""

    def __init__(self, path, options="", saving=0.0, before=(), **streams):
        command = [*before, sys.executable, "-c", RUN.format(options=options, saving=saving), path]
        self.popen = subprocess.Popen(command, stdout=subprocess.PIPE, **{"stderr": subprocess.PIPE, **streams})
        self.expect(b"ready\n")

    def expect(self, line):
        assert self.popen.stdout.readline() == line

    def send(self, number):
        self.popen.send_signal(number)

    def end(self):
        """Exit status, and the rest of standard output and error."""
        output, error = self.popen.communicate(timeout=60)
        return self.popen.returncode, output, error


@pytest.fixture
def path(tmp_path):
    return tmp_path / "kept"


def test_batch_systems_and_limits_warn_by_these_signals():
    assert {*WARNINGS} == {signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU}


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 75), *((number, 75) for number in WARNINGS)]
)
def test_a_request_is_noted_and_answered_in_a_line(path, number, status):
    process = Process(path)
    process.send(number)
    assert process.end() == (status, b"asked\nsaved\n", STOPPING.encode())


def test_a_handler_that_other_code_has_installed_is_replaced():
    code = (
        "import os, signal\n"
        "from walker_rl.processes.signals import StopSignals\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # Ignored where the tests run in the background.\n"
        "with StopSignals() as signals:\n"
        "    signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "    signals.listen()\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    print(signals.stop_requested(), signals.exit_status)\n"
        "print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "130", "True"]


def test_a_handler_that_a_library_in_c_has_installed_is_replaced():
    code = (
        "import ctypes, os, signal\n"
        "from walker_rl.processes.signals import StopSignals, same_handlers\n"
        "libc, handler = ctypes.CDLL(None), ctypes.CFUNCTYPE(None, ctypes.c_int)(print)\n"
        "with StopSignals() as signals:\n"
        "    with same_handlers():\n"
        "        libc.signal(signal.SIGTERM, handler)  # Python still shows its own handler.\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    print(signals.stop_requested(), signals.exit_status)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "75"]


def test_only_the_first_request_is_answered(path):
    process = Process(path, saving=0.5)
    process.send(signal.SIGTERM)
    process.expect(b"asked\n")
    process.send(signal.SIGTERM)
    process.send(signal.SIGHUP)
    assert process.end() == (75, b"saved\n", STOPPING.encode())


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_after_a_request_is_urgent(path, first):
    process = Process(path, saving=60)
    process.send(first)
    process.expect(b"asked\n")
    process.send(signal.SIGINT)
    assert process.end() == (130, b"urgent\n", STOPPING.encode())


def test_an_urgent_request_raises_where_that_is_wanted(path):
    process = Process(path, "raises=True", saving=60)
    process.send(signal.SIGTERM)
    process.expect(b"asked\n")
    process.send(signal.SIGINT)
    status, output, error = process.end()
    assert (status, output) == (-signal.SIGINT, b"")  # Python's own end after a KeyboardInterrupt.
    assert error.rstrip().endswith(b"KeyboardInterrupt")


DROPPED = """
import os, signal, sys, time
from walker_rl.processes.signals import StopSignals
hook = sys.unraisablehook

class HalfMade:
    def __init__(self):
        os.kill(os.getpid(), signal.SIGINT)
        self.made = True

    def __del__(self):
        print(self.made)

class Swallowing:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)

for kind in (HalfMade, Swallowing):
    with StopSignals() as signals:
        signals.raise_at_once()
        try:
            one = kind()
            del one
            while True:
                time.sleep(0.001)
        except KeyboardInterrupt:
            print(kind.__name__, signals.exit_status, flush=True)
    assert sys.unraisablehook == hook
HalfMade.__init__ = lambda self: None
HalfMade()
"""
"""Interrupts an object while it is made, as a second Ctrl-C may interrupt `zipfile.ZipFile`, and another as it ends."""


def test_an_interrupt_in_the_life_of_an_object_is_neither_lost_nor_printed():
    """After the context, Python prints again what a destructor raises."""
    process = subprocess.run([sys.executable, "-c", DROPPED], capture_output=True, text=True, timeout=60)
    assert process.stdout == "HalfMade 130\nSwallowing 75\n"
    assert process.stderr.count("Traceback") == 1
    assert "'HalfMade' object has no attribute 'made'" in process.stderr


def test_sighup_that_was_ignored_at_the_start_stays_so(path):
    process = Process(path, before=["nohup"])
    process.send(signal.SIGHUP)
    assert select.select([process.popen.stdout], [], [], 0.5)[0] == []
    process.send(signal.SIGTERM)
    status, output, _ = process.end()
    assert (status, output) == (75, b"asked\nsaved\n")


def test_signals_that_are_not_asked_for_are_left_alone(path):
    process = Process(path, "(signal.SIGTERM,)")
    process.send(signal.SIGTERM)
    assert process.end() == (75, b"asked\nsaved\n", b"")  # It could not be stopped by Ctrl-C, and does not say so.
    process = Process(path, "(signal.SIGTERM,)")
    process.send(signal.SIGHUP)
    assert process.end()[0] == -signal.SIGHUP


# --- standard error is lost


def closed():
    os.close(2)


def pipe_without_reader():
    reader, writer = os.pipe()
    os.close(reader)
    os.dup2(writer, 2)


def full_disk():
    os.dup2(os.open("/dev/full", os.O_WRONLY), 2)


@pytest.mark.parametrize("lose", [closed, pipe_without_reader, full_disk])
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 75), (signal.SIGHUP, 75)])
def test_a_lost_standard_error_costs_the_line_and_nothing_else(path, lose, number, status):
    process = Process(path, preexec_fn=lose, stderr=None)
    process.send(number)
    assert process.end()[:2] == (status, b"asked\nsaved\n")
    assert path.read_bytes() == b"", "the file that got the number of a closed standard error"


# --- in this process


def test_handlers_of_before_are_back_afterwards():
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    with StopSignals() as signals:
        assert signal.getsignal(signal.SIGINT) not in before
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signals.listen()
        signal.raise_signal(signal.SIGTERM)
        assert signals.stop_requested() and not signals.is_urgent()
        assert signals.exit_status == 75
    assert [signal.getsignal(number) for number in numbers] == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_request_raises_at_once_where_nothing_is_to_be_saved(number):
    with pytest.raises(KeyboardInterrupt), StopSignals() as signals:
        signals.raise_at_once()
        signal.raise_signal(number)
    with pytest.raises(KeyboardInterrupt), StopSignals() as signals:
        signal.raise_signal(number)
        signals.raise_at_once()


def test_a_request_right_after_an_interrupt_does_not_cut_off_the_end():
    with StopSignals() as signals:
        signals.raise_at_once()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        time.sleep(GRACE)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
