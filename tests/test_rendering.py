"""Real videos, written and opened again."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import psutil
import pytest
from PIL import Image, ImageSequence

from walker_rl.environments import Environment, make_environment
from walker_rl.errors import RunError, UserError
from walker_rl.rendering import RenderedEpisode, render_episode, render_side_by_side

SMALL = (96, 72)


@pytest.fixture(scope="module")
def cheetah():
    """Never terminates: one second is 60 steps of 0.0165 s."""
    environment = make_environment("HalfCheetahBulletEnv-v0", seed=0)
    yield environment
    environment.close()


def wave(observation: np.ndarray) -> np.ndarray:
    return np.sin(2 * observation[8:14])


def gif_frames(path) -> list[tuple[np.ndarray, int]]:
    """Pictures `[height, width, 3]` and durations in milliseconds."""
    with Image.open(path) as image:
        return [(np.asarray(frame.convert("RGB")), frame.info["duration"]) for frame in ImageSequence.Iterator(image)]


# Frame i shows the step nearest to i / rate; 60 steps last 0.99 s. At 30/s frame 29 is step 59, so the end is one more
# frame; at 60/s frame 59 is step 60; at the 50/s that a GIF can do frame 49 is step 59, and the end one more.
@pytest.mark.parametrize("rate, num_frames, durations", [(30, 31, {30, 40}), (60, 51, {20})])
def test_a_gif_plays_in_real_time(cheetah, tmp_path, rate, num_frames, durations):
    path = tmp_path / "new" / "cheetah.GIF"
    rendered = render_episode(cheetah, wave, path, episode_seed=1, size=SMALL, frames_per_second=rate, max_seconds=1.0)
    frames = gif_frames(path)
    assert (rendered.num_frames, len(frames), rendered.episode_length) == (num_frames, num_frames, 60)
    assert {duration for _, duration in frames} == durations
    assert sum(duration for _, duration in frames) == pytest.approx(1000 * num_frames / min(rate, 50), abs=10)
    assert frames[0][0].shape == (72, 96, 3)


def test_seconds_of_a_number_of_steps_are_so_many_steps(cheetah, tmp_path):
    lengths = []
    for num_steps in (61, 122, 127):  # For these, (n * seconds) / seconds is a little less than n.
        seconds = num_steps * cheetah.frame_seconds
        film = render_episode(cheetah, wave, tmp_path / "a.gif", episode_seed=1, size=(16, 16), max_seconds=seconds)
        lengths.append(film.episode_length)
    assert lengths == [61, 122, 127]


@pytest.mark.parametrize("rate, num_frames", [(30, 31), (60, 60)])
def test_an_mp4_plays_in_real_time(cheetah, tmp_path, rate, num_frames):
    path = tmp_path / "cheetah.mp4"
    rendered = render_episode(cheetah, wave, path, episode_seed=1, size=SMALL, frames_per_second=rate, max_seconds=1.0)
    reader = imageio_ffmpeg.read_frames(str(path))
    properties = next(reader)
    assert sum(1 for _ in reader) == rendered.num_frames == num_frames
    assert (properties["size"], properties["fps"], properties["pix_fmt"][:7]) == (SMALL, rate, "yuv420p")
    assert properties["codec"] == "h264"


def test_a_slow_simulation_repeats_frames(tmp_path):
    # 200 steps of 0.05 s: 10 s, frames 0 to 300.
    environment = make_environment("Pendulum-v1", seed=0)
    path = tmp_path / "pendulum.gif"
    rendered = render_episode(environment, lambda _: np.zeros(1), path, episode_seed=0, size=SMALL)
    assert (rendered.num_frames, rendered.episode_length) == (301, 200)
    assert sum(duration for _, duration in gif_frames(path)) == pytest.approx(10_033, abs=10)


def test_policies_side_by_side_play_the_same_episode_each_as_if_alone(cheetah, tmp_path):
    policies = [(wave, "wave"), (lambda observation: np.zeros(6), "still")]
    path, alone = tmp_path / "both.gif", tmp_path / "alone.mp4"
    render_side_by_side(cheetah, policies, path, episode_seed=1, size=SMALL, max_seconds=0.5)
    frames = [frame for frame, _ in gif_frames(path)]
    assert len(frames) == render_episode(cheetah, wave, alone, episode_seed=1, size=SMALL, max_seconds=0.5).num_frames
    assert {frame.shape for frame in frames} == {(72, 2 * 96, 3)}
    first, last = frames[0], frames[-1]
    below = slice(24, None)  # The captions differ.
    assert np.abs(first[below, :96].astype(int) - first[below, 96:]).max() < 60, "the palette is for both"
    assert (np.abs(last[below, :96].astype(int) - last[below, 96:]) > 60).any()


def test_one_that_falls_stands_still_until_the_others_are_done(tmp_path):
    environment = make_environment("Walker2DBulletEnv-v0", seed=0)
    policies = [(lambda observation: np.ones(6), "falls"), (lambda observation: np.zeros(6), "stands longer")]
    lengths = [
        render_episode(environment, policy, tmp_path / "a.gif", episode_seed=0, size=SMALL, max_seconds=2.0).num_frames
        for policy, _ in policies
    ]
    path = tmp_path / "both.gif"
    render_side_by_side(environment, policies, path, episode_seed=0, size=SMALL, max_seconds=2.0)
    environment.close()
    frames = [frame for frame, _ in gif_frames(path)]
    assert len(frames) == max(lengths) > min(lengths)
    place = slice(0, 96) if lengths[0] < lengths[1] else slice(96, None)
    fallen = frames[min(lengths) - 1][:, place]
    assert all((frame[:, place] == fallen).all() for frame in frames[min(lengths) :])


@pytest.mark.parametrize(("seconds", "num_frames"), [(0.3, 14), (1.0, 16), (3_600.0, 16)])
def test_a_long_step_makes_no_long_film(cheetah, tmp_path, monkeypatch, seconds, num_frames):
    monkeypatch.setattr(Environment, "frame_seconds", seconds)
    film = render_episode(cheetah, wave, tmp_path / "a.gif", episode_seed=1, size=SMALL, max_seconds=0.5)
    assert film.num_frames == num_frames


def test_the_episode_is_the_one_of_the_seed_as_if_nobody_watched(cheetah, tmp_path):
    timestep, episode_return = cheetah.reset(7), 0.0
    for _ in range(30):
        timestep = cheetah.step(wave(timestep.observation))
        episode_return += float(timestep.reward)
    path = tmp_path / "cheetah.gif"
    rendered = render_episode(cheetah, wave, path, episode_seed=7, size=SMALL, max_seconds=0.5)
    assert rendered == RenderedEpisode(path, episode_return, 30, 16)


def test_a_fall_ends_the_video_with_the_last_step(tmp_path):
    environment = make_environment("Walker2DBulletEnv-v0", seed=0)
    rendered = render_episode(environment, lambda _: np.ones(6), tmp_path / "fall.gif", episode_seed=0, size=SMALL)
    timestep, num_steps = environment.reset(0), 0
    while not timestep.last():
        timestep = environment.step(np.ones(6))
        num_steps += 1
    assert rendered.episode_length == num_steps


def test_caption_step_and_return_stand_in_the_corner(cheetah, tmp_path):
    corners = {}
    for caption in ("", "an agent on HalfCheetah"):
        path = tmp_path / "cheetah.gif"
        render_episode(cheetah, wave, path, episode_seed=1, size=(480, 360), caption=caption, max_seconds=0.1)
        corners[caption] = gif_frames(path)[-1][0][:45, :240].max(axis=2) < 80
    without = cheetah.render(480, 360)[:45, :240].max(axis=2) < 80
    assert not without.any()
    assert corners[""].sum() > 50
    assert corners["an agent on HalfCheetah"].sum() > 2 * corners[""].sum()


def test_colours_survive_the_palette(cheetah, tmp_path):
    path = tmp_path / "cheetah.gif"
    render_episode(cheetah, wave, path, episode_seed=1, size=(480, 360), max_seconds=0.2)
    shown = gif_frames(path)[-1][0][60:].astype(float)
    assert np.abs(shown - cheetah.render(480, 360)[60:]).mean() < 2


@pytest.mark.parametrize(
    "options, message",
    [
        ({"path": "episode.avi"}, "output = episode.avi: must end in .gif or .mp4"),
        ({"frames_per_second": 25}, "fps = 25: must be one of 30, 60"),
        ({"size": (481, 360)}, "size = 481x360: width and height must be even numbers in [16, 4096]"),
        ({"size": (480, 0)}, "size = 480x0: width and height must be even numbers in [16, 4096]"),
        ({"max_seconds": 0.0}, "max_seconds = 0: must be greater than 0"),
    ],
)
def test_bad_options_are_named(cheetah, tmp_path, monkeypatch, options, message):
    monkeypatch.chdir(tmp_path)
    path = Path(options.pop("path", "episode.gif"))
    with pytest.raises(UserError) as error:
        render_episode(cheetah, wave, path, episode_seed=0, **options)
    assert str(error.value) == message
    assert list(tmp_path.iterdir()) == []


def test_a_policy_that_fails_leaves_no_file_and_the_older_video(cheetah, tmp_path):
    path = tmp_path / "cheetah.mp4"
    path.write_bytes(b"older")

    def failing(observation: np.ndarray) -> np.ndarray:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        render_episode(cheetah, failing, path, episode_seed=0, size=SMALL)
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("cheetah.mp4", b"older")]


def test_a_folder_that_cannot_be_made_is_reported(cheetah, tmp_path):
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "cheetah.gif"
    with pytest.raises(UserError) as error:
        render_episode(cheetah, wave, path, episode_seed=0, size=SMALL)
    assert str(error.value) == f"output = {path}: must be writable (File exists)"


def test_a_temporary_folder_that_takes_nothing_is_reported(cheetah, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(RunError) as error:
        render_episode(cheetah, wave, tmp_path / "cheetah.gif", episode_seed=0, size=SMALL)
    assert str(error.value).startswith(f"{tmp_path / 'cheetah.gif'}: not written: {tmp_path / 'none'}")


def test_running_out_of_space_is_reported_and_leaves_nothing(tmp_path):
    # A limit on the size of files, in a process of its own, stands for a full disk.
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from walker_rl.environments import make_environment; from walker_rl.rendering import render_episode\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))\n"
        "environment = make_environment('HalfCheetahBulletEnv-v0', seed=0)\n"
        "render_episode(environment, lambda o: o[8:14], Path(sys.argv[1]), episode_seed=0, max_seconds=3)"
    )
    path = tmp_path / "cheetah.gif"
    result = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True)
    assert re.search(f"RunError: {path}: not written: Error .*: File too large\n$", result.stderr)
    assert list(tmp_path.iterdir()) == []


def test_an_encoder_that_is_killed_is_reported_with_its_signal(cheetah, tmp_path):
    path = tmp_path / "cheetah.mp4"

    def kill(num_frames: int) -> None:
        for child in psutil.Process().children():
            if "ffmpeg" in child.name():
                child.kill()

    with pytest.raises(RunError) as error:
        render_episode(cheetah, wave, path, episode_seed=0, size=SMALL, max_seconds=1.0, report=kill)
    assert str(error.value) == f"{path}: not written: ffmpeg ended, killed by SIGKILL"
    assert list(tmp_path.iterdir()) == []


ODD_NAMES = (
    "12:30.gif",
    "-x.gif",
    "pipe:1.gif",
    "%03d.gif",
    "12:30/[1] it's.mp4",
    "é\n%s.mp4",
    os.fsdecode(b"\xff.gif"),
)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_name_means_a_file_whatever_ffmpeg_would_take_it_for(cheetah, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    rendered = render_episode(cheetah, wave, Path(name), episode_seed=1, size=SMALL, max_seconds=0.1)
    assert [path for path in Path().rglob("*") if path.is_file()] == [Path(name)] == [rendered.path]
    content = Path(name).read_bytes()
    assert content.startswith(b"GIF89a") if name.endswith("gif") else content[4:8] == b"ftyp"


def test_a_temporary_folder_may_have_any_name(cheetah, tmp_path, monkeypatch):
    folder = tmp_path / "12:30 %03d"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    path = tmp_path / "cheetah.gif"
    assert len(gif_frames(render_episode(cheetah, wave, path, episode_seed=1, size=SMALL, max_seconds=0.1).path)) == 4
