"""`walker-rl probe`: a table, a picture and a GIF of what simple actions do."""

import os
import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image

from tests.experiments.test_own_environment import UNSEEDED
from tests.package_copy import ROOT
from tests.tiny import run_command
from walker_rl.analysis.probe import probe_figure
from walker_rl.environments import make_environment
from walker_rl.environments.probing import record, simple_actions


@pytest.mark.parametrize("task", ["Walker2DBulletEnv-v0", "Pendulum-v1"])
def test_a_newcomer_sees_what_there_is(tmp_path, task):
    result = run_command("probe", task, "--steps", "60", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    for text in ("seen here", "constant actions: ", "sinusoidal actions: ", "random actions: "):
        assert text in result.stdout
    folder = tmp_path / f"probe_{task}"
    with Image.open(folder / "probe.png") as picture:
        assert picture.width > 1000
    with Image.open(folder / "probe.gif") as film:
        assert film.n_frames > 5


WIDE = """
import dm_env
import numpy as np
from dm_env import specs


class Rail(dm_env.Environment):
    def __init__(self, size): self.size = size
    def action_spec(self): return specs.BoundedArray((1,), np.float32, -1.0, 1.0)
    def observation_spec(self): return specs.Array((self.size,), np.float32)
    def reset(self, seed): return dm_env.restart(np.zeros(self.size))
    def step(self, action): return dm_env.transition(1.0, np.arange(self.size))
"""


@pytest.mark.filterwarnings("error::UserWarning")
@pytest.mark.parametrize(("size", "is_named"), [(20, True), (21, False), (120, False)])
def test_a_legend_has_20_names_at_most(tmp_path, monkeypatch, size, is_named):
    (tmp_path / "wide.py").write_text(WIDE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    environment = make_environment("wide:Rail", 0, {"size": size})
    traces = {name: record(environment, act, 0, 5) for name, act in simple_actions(1, seed=0).items()}
    figure = probe_figure(traces, environment.dimensions.observation, "title")
    figure.savefig(tmp_path / "probe.png")
    assert len(figure.axes[0].get_lines()) == size
    assert (figure.axes[2].get_legend() is not None) == is_named
    assert figure.axes[5].get_legend() is not None


def test_git_ignores_what_it_writes_in_the_repository(tmp_path):
    shutil.copy(ROOT / ".gitignore", tmp_path)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    assert run_command("probe", "Pendulum-v1", "--steps", "2", cwd=tmp_path).returncode == 0
    status = subprocess.run(["git", "status", "--porcelain"], cwd=tmp_path, capture_output=True, text=True)
    assert status.stdout == "?? .gitignore\n"


def test_what_cannot_be_drawn_is_shown_without_a_film(tmp_path):
    (tmp_path / "rail.py").write_text(UNSEEDED.replace("np.uint8)", "float)"))
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    result = run_command("probe", "rail:Rail", "--steps", "60", cwd=tmp_path, env=environment)
    assert (result.returncode, result.stderr) == (0, "")
    assert "0       action_0  scaled to [-2, 2]  -1 to 1" in result.stdout.splitlines()
    assert "random actions: 40 steps" in result.stdout
    note = "note: no film: render() must return uint8 [height, width, 3], not float64 (48, 64, 3)"
    assert result.stdout.splitlines()[-2:] == ["probe_rail-Rail/probe.png", note]
    assert [path.name for path in (tmp_path / "probe_rail-Rail").iterdir()] == ["probe.png"]


def test_a_wrong_task_is_refused(tmp_path):
    result = run_command("probe", "Walker9D", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith(
        "error: task = Walker9D: must be one that walker-rl list shows; did you mean Walker2D"
    )
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    result = run_command("probe", "--output", tmp_path / "file", cwd=tmp_path)
    message = f"output = {tmp_path}/file: must be a folder that can be written to (File exists)"
    assert (result.returncode, result.stderr) == (2, f"error: {message}\n")
    assert result.stdout == "", "no episode was played"


def test_a_trace_is_the_episode():
    environment = make_environment("Walker2DBulletEnv-v0", seed=0)
    actions = simple_actions(6, seed=4)
    traces = [record(environment, actions["sinusoidal"], 7, max_steps=1000) for _ in range(2)]
    np.testing.assert_array_equal(traces[0].observations, traces[1].observations)
    timestep, rewards = environment.reset(7), []
    while not timestep.last():
        timestep = environment.step(actions["sinusoidal"](len(rewards)))
        rewards.append(float(timestep.reward))
    assert traces[0].episode_return == pytest.approx(sum(rewards), rel=1e-5)
    assert len(traces[0].seconds) == len(rewards)
    assert len(record(environment, actions["constant"], 7, max_steps=3).seconds) == 3
    environment.close()


def test_the_picture_has_the_angles_contacts_and_rewards_of_the_episode():
    environment = make_environment("Walker2DBulletEnv-v0", seed=0)
    trace = record(environment, simple_actions(6, seed=4)["random"], 7, max_steps=1000)
    figure = probe_figure({"random": trace}, environment.dimensions.observation, "title")
    environment.close()
    angles, contacts, rewards = (axes.get_lines() for axes in figure.axes)
    assert [line.get_label() for line in angles[:2]] == ["thigh_joint_angle", "leg_joint_angle"]
    for joint, line in enumerate(angles):
        np.testing.assert_array_equal(line.get_xdata(), trace.seconds)
        np.testing.assert_array_equal(line.get_ydata(), trace.observations[:, 8 + 2 * joint])
    assert len(angles) == 6
    for foot, line in enumerate(contacts):
        np.testing.assert_array_equal(np.isfinite(line.get_ydata()), trace.observations[:, 20 + foot] > 0)
    assert len(contacts) == 2
    drawn = {line.get_label(): line.get_ydata() for line in rewards}
    assert drawn.keys() == trace.reward_parts.keys()
    np.testing.assert_allclose(sum(drawn.values()).sum(), trace.episode_return, rtol=1e-5)
