"""Rendering of a policy in an environment, as a GIF or MP4 that plays in real time."""

import dataclasses
import functools
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from walker_rl.environments import Environment
from walker_rl.errors import UserError
from walker_rl.files.outputs import check_suffix
from walker_rl.files.video_file import is_gif, video_file
from walker_rl.printable import format_return
from walker_rl.types import Act

FORMATS = (".gif", ".mp4")
FRAME_RATES = (30, 60)
MAX_GIF_FRAME_RATE = 50  # a GIF counts time in 10 ms, and browsers play delays under 20 ms as 100 ms
MAX_SIZE = 4096  # pixels
LEFT_MARGIN, TOP_MARGIN = 7, 5  # pixels, of a caption


@dataclasses.dataclass(frozen=True)
class RenderedEpisode:
    """A rendered episode.

    Attributes:
        path: file that was written.
        episode_return: undiscounted sum of rewards up to the last frame.
        episode_length: environment steps up to the last frame.
        num_frames: pictures in the file.
    """

    path: Path
    episode_return: float
    episode_length: int
    num_frames: int


class _Frame(NamedTuple):
    """A picture `[height, width, 3]`, the episode's step and return at that moment, and how often it is shown."""

    picture: np.ndarray
    step: int
    episode_return: float
    num_times: int


def render_episode(
    environment: Environment,
    policy: Act,
    path: Path,
    *,
    episode_seed: int,
    size: tuple[int, int] = (480, 360),
    frames_per_second: int = 30,
    caption: str = "",
    max_seconds: float | None = None,
    report: Callable[[int], object] = lambda num_frames: None,
) -> RenderedEpisode:
    """Plays one episode and writes it to `path`, as a GIF or MP4 according to its suffix.

    Each frame shows the environment step nearest to its time; the last one always shows the end. A GIF has at most 50
    frames/s, the most that browsers play in real time. The file gets its name only when it is complete.

    Args:
        environment: environment that plays the episode; its count of episodes does not change.
        policy: function from an observation to an action.
        path: file to write; a missing folder is created.
        episode_seed: seed of the episode.
        size: width and height, pixels; even numbers.
        frames_per_second: frame rate, 30 or 60.
        caption: text in the corner, above step and return.
        max_seconds: simulated seconds after which to stop; None plays to the episode's end.
        report: function that takes the number of frames so far, after each frame.

    Raises:
        UserError: if the suffix, size, rate or length is not allowed, or `path` can't be written to.
        RunError: if the disk is full, or ffmpeg fails.
    """
    _check(path, size, frames_per_second, max_seconds)
    frame_rate = min(frames_per_second, MAX_GIF_FRAME_RATE) if is_gif(path) else frames_per_second
    frames = _play(environment, policy, episode_seed, size, frame_rate, max_seconds)
    first, num_frames = next(frames), 0
    with video_file(path, size, frame_rate, sample=_captioned(first.picture, _counts(caption, first))) as write:
        for frame in itertools.chain([first], frames):
            image = _captioned(frame.picture, _counts(caption, frame))
            for _ in range(frame.num_times):
                write(image)
                num_frames += 1
                report(num_frames)
    return RenderedEpisode(path, frame.episode_return, frame.step, num_frames)


def render_side_by_side(
    environment: Environment,
    policies: Sequence[tuple[Act, str]],
    path: Path,
    *,
    episode_seed: int,
    size: tuple[int, int],
    max_seconds: float,
) -> None:
    """Plays the same episode with several policies and writes them to `path`, side by side.

    A policy whose episode is over stands still until all are.

    Args:
        environment: environment that plays the episodes in turn.
        policies: policies to play, at least one, each with its caption.
        path: file to write; a missing folder is created.
        episode_seed: seed of the episode.
        size: width and height of each policy's part, pixels; even numbers.
        max_seconds: simulated seconds after which to stop.

    Raises:
        UserError: if the suffix, size or length is not allowed, or `path` can't be written to.
        RunError: if the disk is full, or ffmpeg fails.
    """
    whole_size, frames_per_second = (size[0] * len(policies), size[1]), FRAME_RATES[0]
    _check(path, whole_size, frames_per_second, max_seconds)
    films = []
    for policy, caption in policies:
        frames = _play(environment, policy, episode_seed, size, frames_per_second, max_seconds)
        films.append([image for frame in frames for image in [_captioned(frame.picture, caption)] * frame.num_times])
    with video_file(path, whole_size, frames_per_second, sample=_beside(films, 0)) as write:
        for index in range(max(map(len, films))):
            write(_beside(films, index))


def _play(
    environment: Environment,
    policy: Act,
    episode_seed: int,
    size: tuple[int, int],
    frame_rate: int,
    max_seconds: float | None,
) -> Iterator[_Frame]:
    """Yields the frames of one episode, each the environment step nearest to its time; the last one is the end."""
    steps_per_frame = 1 / (frame_rate * environment.frame_seconds)
    # Rounded, since the seconds of a whole number of steps may be a little short of it.
    max_steps = math.inf if max_seconds is None else round(max_seconds / environment.frame_seconds, 6)
    last_frame = math.inf if max_seconds is None else math.ceil(max_seconds * frame_rate)
    episode_return, step, num_frames = 0.0, 0, 0
    timestep = environment.reset(episode_seed)
    while True:
        is_last = timestep.last() or step + 1 > max_steps
        # Frame i shows the step nearest to i / frame_rate; those up to this step are due.
        num_due = int(min((step + 0.5) / steps_per_frame, last_frame)) + 1 - num_frames
        if num_due > 0 or is_last:
            num_times = max(num_due, 1)
            yield _Frame(environment.render(*size), step, episode_return, num_times)
            num_frames += num_times
        if is_last:
            return
        timestep = environment.step(policy(timestep.observation))
        episode_return += float(timestep.reward)
        step += 1


def _check(path: Path, size: tuple[int, int], frames_per_second: int, max_seconds: float | None) -> None:
    check_suffix(path, *FORMATS)
    if frames_per_second not in FRAME_RATES:
        raise UserError(f"fps = {frames_per_second}: must be one of {', '.join(map(str, FRAME_RATES))}")
    if not all(16 <= pixels <= MAX_SIZE and pixels % 2 == 0 for pixels in size):
        raise UserError(f"size = {size[0]}x{size[1]}: width and height must be even numbers in [16, {MAX_SIZE}]")
    if max_seconds is not None and not max_seconds > 0:
        raise UserError(f"max_seconds = {max_seconds:g}: must be greater than 0")


def _beside(films: Sequence[Sequence[Image.Image]], index: int) -> Image.Image:
    """Frame `index` of each film in one picture; a film that is over shows its last."""
    pictures = [film[min(index, len(film) - 1)] for film in films]
    return Image.fromarray(np.concatenate([np.asarray(picture) for picture in pictures], axis=1))


def _counts(caption: str, frame: _Frame) -> str:
    text = f"step {frame.step}   return {format_return(frame.episode_return)}"
    return f"{caption}\n{text}" if caption else text


def _captioned(picture: np.ndarray, text: str) -> Image.Image:
    """A picture with a text in its corner, black with a white rim."""
    image = Image.fromarray(picture)
    font_size = max(10, image.height // 24)
    for index, line in enumerate(text.splitlines()):
        rim, letters = _line_masks(line, font_size)
        place = (LEFT_MARGIN, TOP_MARGIN + index * round(1.5 * font_size))
        image.paste("white", place, mask=rim)
        image.paste("black", place, mask=letters)
    return image


@functools.lru_cache(maxsize=16)  # All frames of a film share a line.
def _line_masks(line: str, font_size: int) -> tuple[Image.Image, Image.Image]:
    """The rim of a line's letters, and the letters; Pillow's own rim takes twice the time."""
    font = ImageFont.load_default(size=font_size)
    _, _, right, bottom = map(math.ceil, font.getbbox(line))
    letters = Image.new("L", (right + 2, bottom + 2))
    ImageDraw.Draw(letters).text((1, 1), line, fill=255, font=font)
    return letters.filter(ImageFilter.MaxFilter(3)), letters
