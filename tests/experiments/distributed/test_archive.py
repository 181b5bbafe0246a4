"""A run directory that is fetched from a cluster, over an earlier copy of it."""

import contextlib
import io
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.tiny import wait_until
from walker_rl.experiments.distributed.on_ray.archive import pack, unpack
from walker_rl.experiments.run.directory import RunDirectory, restore_folders

LIMIT = 100_000
"""Bytes of a file that an interrupted fetch can write."""

EARLIER = {
    "candidates/step_1.npz": "earlier policy",
    "checkpoints/step_1.npz": "earlier checkpoint",
    "metrics/training.csv": "row\n" * 10,
    "stages/step_1.npz": "earlier stage",
    "status.json": "earlier status",
    "tensorboard/events.out.tfevents.0.hparams": "earlier hyperparameters",
    "tensorboard/events.out.tfevents.1": "event ",
}

LATER = {
    "candidates/step_2.npz": "later policy",
    "checkpoints/step_2.npz": "later checkpoint",
    "metrics/training.csv": "row\n" * LIMIT,
    "stages/step_2.npz": "later stage",
    "status.json": "later status",
    "summary.json": "{}",
    "tensorboard/events.out.tfevents.0.hparams": "later hyperparameters",
    "tensorboard/events.out.tfevents.1": "event later event ",
}

FETCH = """
import resource, signal, sys
from pathlib import Path
from walker_rl.experiments.distributed.on_ray.archive import unpack
if sys.argv[3] == "killed":
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it, so that the write fails instead.
content = Path(sys.argv[1]).read_bytes()
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), resource.RLIM_INFINITY))
unpack(content, Path(sys.argv[2]))
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def files_of(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def run(tmp_path):
    return write(tmp_path / "run", EARLIER)


@pytest.fixture
def later(tmp_path):
    return pack(write(tmp_path / "later", LATER))


def test_a_fetched_run_is_as_on_the_cluster(run, later):
    unpack(later, run)
    assert files_of(run) == LATER


REPLACE = """
import itertools, sys
from pathlib import Path
from walker_rl.files.whole_file import write_whole_text
for number in itertools.count():
    write_whole_text(Path(sys.argv[1]), "x" * (number % 5_000) + "!")
"""


def test_a_file_that_is_replaced_while_it_is_packed_is_whole(run):
    status = run / "status.json"
    with subprocess.Popen([sys.executable, "-c", REPLACE, status]) as writer, contextlib.ExitStack() as ending:
        ending.callback(writer.kill)
        wait_until(lambda: status.read_text().endswith("!"))
        for _ in range(200):
            with tarfile.open(fileobj=io.BytesIO(pack(run))) as archive:
                assert archive.extractfile("status.json").read().endswith(b"!")


def test_checkpoints_stay_if_each_was_replaced_while_the_run_was_packed(run, tmp_path):
    without = {name: text for name, text in LATER.items() if not name.startswith("checkpoints/")}
    unpack(pack(write(tmp_path / "without", without)), run)
    assert files_of(run) == {**without, "checkpoints/step_1.npz": "earlier checkpoint"}


@pytest.mark.parametrize("fate", ["failed", "killed"])
def test_an_interrupted_fetch_leaves_the_earlier_copy(tmp_path, run, later, fate):
    (tmp_path / "archive").write_bytes(later)
    words = (sys.executable, "-c", FETCH, tmp_path / "archive", run, fate, str(LIMIT))
    result = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert result.returncode == {"failed": 1, "killed": -signal.SIGXFSZ}[fate]
    assert "File too large" in result.stderr or fate == "killed"
    if fate == "killed":
        assert any(path.startswith(".fetched.") for path in files_of(run))
        restore_folders(RunDirectory(run))
    assert files_of(run) == EARLIER
    unpack(later, run)
    assert files_of(run) == LATER


def test_checkpoints_are_replaced_after_metrics_and_before_the_status(run, later):
    (run / "checkpoints" / "step_2.npz").mkdir()  # In the way, which interrupts the fetch there.
    with pytest.raises(OSError, match=r"step_2\.npz"):
        unpack(later, run)
    found = files_of(run)
    assert found["metrics/training.csv"] == LATER["metrics/training.csv"]
    for name in ("candidates/step_1.npz", "checkpoints/step_1.npz", "stages/step_1.npz", "status.json"):
        assert found[name] == EARLIER[name]
    assert not {"summary.json", "checkpoints/step_2.npz"} & found.keys()


def test_a_reader_of_an_event_file_gets_what_is_new(run, later):
    """As TensorBoard, which opens an event file once."""
    with (run / "tensorboard" / "events.out.tfevents.1").open() as events:
        assert events.read() == "event "
        unpack(later, run)
        assert events.read() == "later event "
