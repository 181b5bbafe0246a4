"""Pictures of third-party environments."""

import functools
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from walker_rl.errors import RunError, kind_and_message
from walker_rl.processes.search_path import CURRENT_FOLDER_LAST
from walker_rl.stack import HAS_ACME

TRIAL = "import tensorflow, mujoco; mujoco.GLContext(64, 64).make_current()"


def draw_plainly(model: Any) -> None:
    """Turns off a MuJoCo model's shadows and reflections, which take most of the drawing time without a GPU."""
    model.vis.quality.shadowsize = 0
    model.mat_reflectance[:] = 0


def picture(draw: Callable[[], Any], width: int, height: int, *, is_mujoco: bool) -> np.ndarray:
    """Returns what `draw` returns, scaled to fit into `[height, width, 3]`, uint8, on a white background.

    Raises:
        RunError: if `draw` raises anything, would crash, or does not return uint8 `[height, width, 3]`.
    """
    if is_mujoco and (crash := crash_beside_tensorflow()) is not None:
        raise RunError(
            f"no film: MuJoCo's drawing crashes beside TensorFlow on this machine ({crash.name}); "
            "walker-rl render, which does without TensorFlow, films the run"
        )
    try:
        answer = draw()
        drawn = np.asarray(answer)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise RunError(f"no film: {kind_and_message(error)}") from error
    if answer is None:
        raise RunError("no film: render() returned None, as Gymnasium's does unless made with render_mode='rgb_array'")
    if drawn.dtype != np.uint8 or drawn.ndim != 3 or drawn.shape[2] != 3:
        raise RunError(f"no film: render() must return uint8 [height, width, 3], not {drawn.dtype} {drawn.shape}")

    from PIL import Image, ImageOps

    return np.asarray(ImageOps.pad(Image.fromarray(drawn), (width, height), color="white"))


def crash_beside_tensorflow() -> signal.Signals | None:
    """Signal that kills a process which draws beside TensorFlow; None if none does, or TensorFlow is not loaded.

    MuJoCo crashes with Mesa's software driver, for example, whose LLVM conflicts with TensorFlow's.
    """
    return _crash_of_trial() if not HAS_ACME and "tensorflow" in sys.modules else None


@functools.cache
def _crash_of_trial() -> signal.Signals | None:
    status = subprocess.run([sys.executable, "-c", CURRENT_FOLDER_LAST + TRIAL], capture_output=True).returncode
    return signal.Signals(-status) if status < 0 else None
