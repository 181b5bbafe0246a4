"""Pictures, of which the first beside TensorFlow is drawn in a child process."""

import os
import signal

import numpy as np
import pytest
import tensorflow  # noqa: F401  # Beside it, and only beside it, there is a trial.

from walker_rl.environments.drawing import Drawing
from walker_rl.errors import RunError

GREY = np.full((48, 64, 3), 128, np.uint8)


def test_what_ends_its_process_ends_a_child_alone():
    drawing = Drawing()
    for _ in range(2):
        with pytest.raises(RunError) as error:
            drawing.picture(lambda: os.kill(os.getpid(), signal.SIGSEGV), 64, 48)
        assert str(error.value).startswith("no film: drawing beside TensorFlow ends a process here (SIGSEGV); ")


def test_one_picture_is_drawn_on_trial(tmp_path):
    def draw():
        with (tmp_path / "processes").open("a") as file:
            file.write(f"{os.getpid()}\n")
        return GREY

    drawing = Drawing()
    for _ in range(2):
        np.testing.assert_array_equal(drawing.picture(draw, 64, 48), GREY)
    first, *others = map(int, (tmp_path / "processes").read_text().split())
    assert first != os.getpid()
    assert others == [os.getpid()] * 2


def test_what_cannot_be_drawn_is_no_film():
    def fail():
        raise ValueError("no display")

    with pytest.raises(RunError, match=r"^no film: ValueError: no display$"):
        Drawing().picture(fail, 64, 48)
    with pytest.raises(RunError, match=r"^no film: render\(\) must return uint8 \[height, width, 3\], not float64 "):
        Drawing().picture(lambda: np.zeros((2, 2, 3)), 64, 48)
