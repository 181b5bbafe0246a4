"""Pictures of environments that other people wrote."""

import subprocess
import sys

import numpy as np
import pytest

from tests.tiny import AGENT, TINY_RUN, run_command, set_options
from walker_rl.environments.drawing import TRIAL, picture
from walker_rl.errors import RunError
from walker_rl.stack import HAS_ACME

CRASH = "warning: no film: MuJoCo's drawing crashes beside TensorFlow on this machine ("


@pytest.mark.slow
def test_a_training_survives_the_drawing_of_mujoco(tmp_path):
    """Also where it crashes beside TensorFlow; this machine may or may not be one of these."""
    pytest.importorskip("mujoco")
    crashes = not HAS_ACME and subprocess.run([sys.executable, "-c", TRIAL], capture_output=True).returncode < 0
    run = tmp_path / "run"
    result = run_command(
        *("train", AGENT, "--task", "gymnasium:Hopper-v5", "--run-dir", run, *set_options(TINY_RUN), "--steps", "300")
    )
    assert result.returncode == 0, result.stderr
    assert (CRASH in result.stdout + result.stderr) == crashes
    assert run_command("render", run, "--output", tmp_path / "film.gif").returncode == 0


def test_it_is_scaled_onto_white():
    drawn = picture(lambda: np.zeros((10, 10, 3), np.uint8), 40, 20, is_mujoco=False)
    assert drawn.shape == (20, 40, 3)
    assert (drawn[:, 10:30] == 0).all()
    assert (drawn[:, :10] == 255).all()
    assert (drawn[:, 30:] == 255).all()


def test_what_cannot_be_drawn_is_no_film():
    def fail():
        raise ValueError("no display")

    with pytest.raises(RunError, match=r"^no film: ValueError: no display$"):
        picture(fail, 64, 48, is_mujoco=False)
    with pytest.raises(RunError, match=r"^no film: render\(\) must return uint8 \[height, width, 3\], not float64 "):
        picture(lambda: np.zeros((2, 2, 3)), 64, 48, is_mujoco=False)
    with pytest.raises(RunError, match=r"^no film: render\(\) returned None, .* with render_mode='rgb_array'$"):
        picture(lambda: None, 64, 48, is_mujoco=False)
