"""Settings of this process: threads, oneDNN, no display, no log messages."""

import contextlib
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

INTRA_OP_THREADS = 1
INTER_OP_THREADS = 2

ENVIRONMENT = {
    "TF_ENABLE_ONEDNN_OPTS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""Environment variables that libraries read once, at import; values that the user has set stay."""


def configure_process(intra_op_threads: int = INTRA_OP_THREADS, inter_op_threads: int = INTER_OP_THREADS) -> None:
    """Sets this process up for small networks on few cores; call it before anything imports NumPy or TensorFlow.

    One D4PG update of 256x256 networks (batch 256, 51 atoms, 2 cores) went from 125 to 183 a second with
    oneDNN, which TensorFlow 2.8 has built in but switched off, and from 192 to 236 with one intra-op and two
    inter-op threads: policy and critic work side by side and no small matrix product is split. One intra-op
    thread also fixes the order of every sum, which a run that repeats bit for bit needs. An actor's matrix
    products are too small to gain from BLAS threads, which would take cores from the learner.

    Imports TensorFlow. The variables in `ENVIRONMENT` count only for libraries that are not imported yet.

    Args:
        intra_op_threads: threads that share one operation.
        inter_op_threads: operations that run at the same time, capped at the cores that this process may use.

    Raises:
        RuntimeError: if TensorFlow has already run an operation, with other numbers of threads.
    """
    set_environment()
    with _not_installed("jax"):  # TensorFlow Lite would import it, at a tenth of each start and 56 MB.
        import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(intra_op_threads)
    tf.config.threading.set_inter_op_parallelism_threads(min(inter_op_threads, len(os.sched_getaffinity(0))))


def set_environment() -> None:
    """Sets `ENVIRONMENT`, all that a process without TensorFlow needs of `configure_process`."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def machine_memory() -> float:
    """Bytes of memory of this machine, or of this process's container."""
    known = [float(re.findall(r"^MemTotal: +(\d+) kB$", Path("/proc/meminfo").read_text(), re.MULTILINE)[0]) * 1024]
    for path in (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes")):
        if path.is_file() and (text := path.read_text().strip()) != "max":
            known.append(float(text))
    return min(known)


@contextlib.contextmanager
def _not_installed(package: str) -> Iterator[None]:
    """Makes imports of a package fail in the block, unless it is already loaded."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[package]
