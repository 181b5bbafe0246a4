"""Pictures of environments that other people wrote."""

import os
import signal
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from walker_rl.errors import RunError

TRIAL_LIMIT = 60
"""Seconds that the first picture may take beside TensorFlow."""


def draw_plainly(model: Any) -> None:
    """Turns off a MuJoCo model's shadows and reflections, which take most of the drawing time without a GPU."""
    model.vis.quality.shadowsize = 0
    model.mat_reflectance[:] = 0


class Drawing:
    """Draws pictures, the first one in a child process on trial.

    Mesa's software driver and TensorFlow 2.21 both contain LLVM, and the process that uses the two ends.
    """

    def __init__(self) -> None:
        """Starts without a trial."""
        self._is_tried = "tensorflow" not in sys.modules or sys.platform != "linux"

    def picture(self, draw: Callable[[], Any], width: int, height: int) -> np.ndarray:
        """Returns what `draw` returns, scaled to fit into `[height, width, 3]`, uint8, on a white background.

        Raises:
            RunError: if `draw` raises anything, ends its process, or does not return uint8 `[height, width, 3]`.
        """
        try:
            if not self._is_tried:
                _try(draw)
                self._is_tried = True
            return _fitted(draw(), width, height)
        except RunError:
            raise
        except Exception as error:
            raise RunError(f"no film: {type(error).__name__}: {error}") from error


def _try(draw: Callable[[], Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of forks beside threads.
        child = os.fork()
    if child == 0:
        signal.alarm(TRIAL_LIMIT)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        try:
            draw()
        finally:
            os._exit(0)  # What `draw` raises, it raises again in the parent.
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        ending = signal.Signals(os.WTERMSIG(status)).name
        raise RunError(
            f"no film: drawing beside TensorFlow ends a process here ({ending}); walker-rl render, which does without "
            "TensorFlow, films the run"
        )


def _fitted(picture: Any, width: int, height: int) -> np.ndarray:
    from PIL import Image, ImageOps

    picture = np.asarray(picture)
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise RunError(f"no film: render() must return uint8 [height, width, 3], not {picture.dtype} {picture.shape}")
    return np.asarray(ImageOps.pad(Image.fromarray(picture), (width, height), color="white"))
