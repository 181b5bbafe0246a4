"""A policy in an environment, as a GIF or an MP4 that plays in real time."""

import contextlib
import dataclasses
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

import imageio_ffmpeg
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from walker_rl.environments import Environment
from walker_rl.errors import RunError, UserError

Policy = Callable[[np.ndarray], np.ndarray]
"""Observation `[O]` -> action `[A]`."""

FORMATS = (".gif", ".mp4")
FRAME_RATES = (30, 60)
MAX_GIF_FRAME_RATE = 50  # a GIF counts time in 10 ms, and browsers play delays under 20 ms as 100 ms
MAX_SIZE = 4096  # pixels
# Names in a folder of an odd name, as in `12:30`, would be taken for a protocol, an option or a sequence of files.
PROTOCOL = "file:"
PALETTE_OPTIONS = ["-f", "png_pipe"]
GIF_OPTIONS = ["-lavfi", "[0][1]paletteuse=dither=none", "-f", "gif"]
MP4_OPTIONS = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart", "-f", "mp4"]


@dataclasses.dataclass(frozen=True)
class RenderedEpisode:
    """What was written.

    Attributes:
        path: the file.
        episode_return: undiscounted sum of rewards up to the last frame.
        episode_length: environment steps up to the last frame.
        num_frames: pictures in the file.
    """

    path: Path
    episode_return: float
    episode_length: int
    num_frames: int


def render_episode(
    environment: Environment,
    policy: Policy,
    path: Path,
    *,
    episode_seed: int,
    size: tuple[int, int] = (480, 360),
    frames_per_second: int = 30,
    caption: str = "",
    max_seconds: float | None = None,
) -> RenderedEpisode:
    """Plays one episode and writes it to `path`, whose ending says whether as a GIF or an MP4.

    Frames show the environment step nearest to their time, and the last one always the end. A GIF of 60 frames/s gets
    50, the most that browsers play in real time. The file appears under its name only when it is whole.

    Args:
        environment: plays the episode; its own count of episodes stays as it is.
        policy: chooses an action for an observation.
        path: the file to write; its folder is made if it is missing.
        episode_seed: the episode to play.
        size: width and height, pixels; even numbers.
        frames_per_second: 30 or 60.
        caption: drawn in the corner above step and return.
        max_seconds: simulated seconds after which to stop; None plays to the episode's end.

    Raises:
        UserError: a bad ending, size, rate or length.
        RunError: the file could not be written.
    """
    _check(path, size, frames_per_second, max_seconds)
    frame_rate = min(frames_per_second, MAX_GIF_FRAME_RATE) if _is_gif(path) else frames_per_second
    steps_per_frame = 1 / (frame_rate * environment.frame_seconds)
    max_steps = float("inf") if max_seconds is None else max_seconds / environment.frame_seconds
    episode_return, step, num_frames = 0.0, 0, 0
    timestep = environment.reset(episode_seed)
    picture = _captioned(environment.render(*size), caption, step, episode_return)
    with _video(path, size, frame_rate, sample=picture) as write:
        while True:
            is_last = timestep.last() or step + 1 > max_steps
            # Frame i is due at i / frame_rate; those to which this step or an earlier one is the nearest are due.
            num_due = int((step + 0.5) / steps_per_frame) + 1 - num_frames
            if num_due > 0 or is_last:
                picture = _captioned(environment.render(*size), caption, step, episode_return)
                for _ in range(max(num_due, 1)):
                    write(picture)
                    num_frames += 1
            if is_last:
                break
            timestep = environment.step(policy(timestep.observation))
            episode_return += float(timestep.reward)
            step += 1
    return RenderedEpisode(path, episode_return, step, num_frames)


def _check(path: Path, size: tuple[int, int], frames_per_second: int, max_seconds: float | None) -> None:
    if path.suffix.lower() not in FORMATS:
        raise UserError(f"output = {path}: must end in {' or '.join(FORMATS)}")
    if frames_per_second not in FRAME_RATES:
        raise UserError(f"fps = {frames_per_second}: must be one of 30, 60")
    if not all(16 <= pixels <= MAX_SIZE and pixels % 2 == 0 for pixels in size):
        raise UserError(f"size = {size[0]}x{size[1]}: width and height must be even numbers in [16, {MAX_SIZE}]")
    if max_seconds is not None and not max_seconds > 0:
        raise UserError(f"max_seconds = {max_seconds:g}: must be greater than 0")


def _captioned(picture: np.ndarray, caption: str, step: int, episode_return: float) -> Image.Image:
    image = Image.fromarray(picture)
    font = ImageFont.load_default(size=max(10, image.height // 24))
    text = f"step {step}   return {episode_return:.0f}"
    lines = "\n".join(line for line in (caption, text) if line)
    ImageDraw.Draw(image).multiline_text((8, 6), lines, fill="black", font=font)
    return image


class _Encoder:
    """An ffmpeg that writes `path` aside; frames stream through it, so that a long video takes no more memory."""

    def __init__(self, path: Path, size: tuple[int, int], frame_rate: int, options: list[str]):
        source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-r", str(frame_rate), "-i", "-"]
        self.part = path.with_name(path.name + ".part")
        output = f"{PROTOCOL}{self.part}"
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", *source, *options, output]
        self._path = path
        # In a session of its own, so that Ctrl-C on the terminal does not reach it.
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        self._frames = cast(IO[bytes], self._process.stdin)
        self._errors = cast(IO[bytes], self._process.stderr)

    def write(self, image: Image.Image) -> None:
        """Appends a frame."""
        try:
            self._frames.write(image.tobytes())
        except BrokenPipeError:
            self.finish()

    def finish(self) -> None:
        """Waits until the file is whole, or raises `RunError` with what ffmpeg said."""
        with contextlib.suppress(BrokenPipeError):
            self._frames.close()
        reason = " ".join(self._errors.read().decode(errors="replace").split())
        if self._process.wait() != 0:
            raise RunError(f"{self._path}: not written: {reason or f'ffmpeg gave {self._process.returncode}'}")

    def close(self) -> None:
        """Ends the process if it still runs."""
        self._process.kill()
        self._process.wait()
        self._errors.close()
        with contextlib.suppress(BrokenPipeError):
            self._frames.close()


@contextlib.contextmanager
def _video(
    path: Path, size: tuple[int, int], frame_rate: int, sample: Image.Image
) -> Iterator[Callable[[Image.Image], None]]:
    """Gives a function that appends a frame; the file gets its name at the end, or never if anything fails.

    A GIF takes its colours from `sample`.
    """
    with contextlib.ExitStack() as temporary:
        with _failing_as_run_error(path):
            options = MP4_OPTIONS
            if _is_gif(path):
                palette = Path(temporary.enter_context(tempfile.TemporaryDirectory())) / "palette.png"
                _save_palette(sample, palette)
                options = [*PALETTE_OPTIONS, "-i", f"{PROTOCOL}{palette}", *GIF_OPTIONS]
            path.parent.mkdir(parents=True, exist_ok=True)
            encoder = _Encoder(path, size, frame_rate, options)
        try:
            yield encoder.write
            encoder.finish()
            with _failing_as_run_error(path):
                os.replace(encoder.part, path)
        finally:
            encoder.close()
            encoder.part.unlink(missing_ok=True)


@contextlib.contextmanager
def _failing_as_run_error(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError) as error:  # The latter is imageio_ffmpeg's, where there is no ffmpeg.
        raise RunError(f"{path}: not written: {getattr(error, 'strerror', error)}") from error


def _save_palette(sample: Image.Image, path: Path) -> None:
    """Writes 255 colours that suit `sample` and a transparent one, as the 16x16 picture that ffmpeg wants."""
    colours = np.array(sample.quantize(255).getpalette("RGBA"), np.uint8).reshape(-1, 4)
    palette = np.repeat(colours[:1], 256, axis=0)
    palette[: len(colours)] = colours
    palette[255] = 0
    Image.fromarray(palette.reshape(16, 16, 4)).save(path)


def _is_gif(path: Path) -> bool:
    return path.suffix.lower() == ".gif"
