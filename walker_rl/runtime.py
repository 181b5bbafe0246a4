"""Settings of this process: threads, oneDNN, no display, no log messages."""

import contextlib
import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from walker_rl.errors import RunError, UserError, reason_of
from walker_rl.processes.control_groups import memory_limit
from walker_rl.processes.slots import usable_cores
from walker_rl.quiet import quiet
from walker_rl.stack import HAS_ACME

INTRA_OP_THREADS = 1
INTER_OP_THREADS = 2

ENVIRONMENT = {
    "TF_ENABLE_ONEDNN_OPTS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "no_grpc_proxy": ",",  # gRPC compares the ends of names: its empty entries are that of any of Reverb's servers.
}
"""Environment variables that libraries read, most of them once, at import; values that the user has set stay."""


def configure_process(intra_op_threads: int = INTRA_OP_THREADS, inter_op_threads: int = INTER_OP_THREADS) -> None:
    """Sets this process up for small networks on few cores; call it before anything imports NumPy or TensorFlow.

    One intra-op thread fixes the order of every sum, which exact resuming needs.

    Imports TensorFlow, and keeps Python's collector off what that makes. The variables in `ENVIRONMENT` count only for
    libraries that are not imported yet.

    Args:
        intra_op_threads: threads that share one operation.
        inter_op_threads: operations that run at the same time, `capped`.

    Raises:
        UserError: if TensorFlow has already run an operation, with other numbers of threads.
        RunError: if there is no temporary folder, which TensorFlow needs.
    """
    set_environment()
    _check_temporary_folder()
    # TensorFlow 2.21 logs about oneDNN on import, before its log level applies.
    chatter = contextlib.nullcontext() if HAS_ACME else quiet()
    # TensorFlow Lite would import JAX, at a tenth of each start and 56 MB.
    with _not_installed("jax"), chatter, _import_uncollected("tensorflow"):
        import tensorflow as tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(intra_op_threads)
        tf.config.threading.set_inter_op_parallelism_threads(capped(inter_op_threads))
    except RuntimeError:
        numbers = f"threads = {{intra_op: {intra_op_threads}, inter_op: {inter_op_threads}}}"
        raise UserError(
            f"{numbers}: must be those that TensorFlow already uses in this process; restart Python to change them"
        ) from None


def capped(inter_op_threads: int) -> int:
    """Caps the operations that run at the same time at the cores that this process may use."""
    return min(inter_op_threads, len(usable_cores()))


def _check_temporary_folder() -> None:
    try:
        tempfile.gettempdir()
    except FileNotFoundError as error:
        raise RunError(f"TMPDIR: {reason_of(error)}") from None


def set_environment() -> None:
    """Sets those environment variables of `configure_process` that matter without TensorFlow."""
    for name, value in {**ENVIRONMENT, **_matrix_kernels(), **_display()}.items():
        os.environ.setdefault(name, value)


def _display() -> dict[str, str]:
    """Has MuJoCo draw without a display where there is none."""
    is_headless = sys.platform == "linux" and not {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()
    return {"MUJOCO_GL": "egl"} if is_headless else {}


def _matrix_kernels() -> dict[str, str]:
    """Has NumPy multiply as the Acme stack's does, to the last digit.

    On AMD processors with AVX-512, NumPy 2's OpenBLAS uses its kernels for Intel's; NumPy 1.23's does not.
    """
    cpuinfo = Path("/proc/cpuinfo")  # Linux has it.
    is_concerned = not HAS_ACME and cpuinfo.exists() and "AuthenticAMD" in cpuinfo.read_text()
    return {"OPENBLAS_CORETYPE": "Zen"} if is_concerned else {}


def machine_memory() -> float:
    """Bytes of memory of this machine, or of the control groups around this process, such as a batch job's."""
    return min(float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")), memory_limit())


@contextlib.contextmanager
def _import_uncollected(package: str) -> Iterator[None]:
    """Keeps the collector off what is imported in the block, then and later, unless `package` is already loaded.

    It would pass over 300,000 objects again and again.
    """
    if package in sys.modules or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


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
