"""A GIF or MP4, written frame by frame, whole or not at all."""

import contextlib
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

import imageio_ffmpeg
import numpy as np
from PIL import Image

from walker_rl.errors import RunError, text_of
from walker_rl.files.outputs import failing_as_run_error, writing
from walker_rl.files.whole_file import whole_file
from walker_rl.processes.child import Ending

# Without these, ffmpeg takes odd paths, as in a folder `12:30`, for a protocol, an option or a sequence of files.
PROTOCOL = "file:"
PALETTE_OPTIONS = ["-f", "png_pipe"]
GIF_OPTIONS = ["-lavfi", "[0][1]paletteuse=dither=none", "-f", "gif"]
MP4_OPTIONS = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart", "-f", "mp4"]

_MODULE = re.compile(r"\[[^]\n]* @ 0x[0-9a-f]+\] *")
"""Prefix of ffmpeg's messages, as in `[out#0/gif @ 0x55ec3cf2fc40]`."""


def is_gif(path: Path) -> bool:
    """True if the path names a GIF; all others are MP4s."""
    return path.suffix.lower() == ".gif"


@contextlib.contextmanager
def video_file(
    path: Path, size: tuple[int, int], frame_rate: int, sample: Image.Image
) -> Iterator[Callable[[Image.Image], None]]:
    """Yields a function that appends a frame; the file gets its name at the end, or never if anything fails.

    A GIF takes its colours from `sample`.

    Raises:
        UserError: if `path` can't be written to.
        RunError: if the disk is full, or ffmpeg fails or is missing.
    """
    with contextlib.ExitStack() as stack:
        with writing("output", path):
            path.parent.mkdir(parents=True, exist_ok=True)
            part = stack.enter_context(whole_file(path)).name
        with failing_as_run_error(path):
            options = MP4_OPTIONS
            if is_gif(path):
                palette = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "palette.png"
                _save_palette(sample, palette)
                options = [*PALETTE_OPTIONS, "-i", f"{PROTOCOL}{palette}", *GIF_OPTIONS]
            encoder = stack.enter_context(contextlib.closing(_Encoder(path, part, size, frame_rate, options)))
        yield encoder.write
        encoder.finish()
        with writing("output", path):
            stack.close()


class _Encoder:
    """An ffmpeg process that writes a temporary file; frames stream, so a long video takes no more memory."""

    def __init__(self, path: Path, part: str, size: tuple[int, int], frame_rate: int, options: list[str]):
        source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-r", str(frame_rate), "-i", "-"]
        command = [_encoder_program(path), "-y", "-loglevel", "error", *source, *options, f"{PROTOCOL}{part}"]
        self._path = path
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            restore_signals=False,  # A limit on the size of files is then an error of ffmpeg's, with the reason.
            start_new_session=True,  # Keeps Ctrl-C on the terminal from it.
        )
        self._frames = cast(IO[bytes], self._process.stdin)
        self._errors = cast(IO[bytes], self._process.stderr)

    def write(self, image: Image.Image) -> None:
        """Appends a frame."""
        try:
            self._frames.write(image.tobytes())
        except BrokenPipeError:
            self.finish()

    def finish(self) -> None:
        """Waits until the file is complete; raises `RunError` with ffmpeg's first message if it fails."""
        with contextlib.suppress(BrokenPipeError):
            self._frames.close()
        reason, _, _ = _MODULE.sub("", self._errors.read().decode(errors="replace")).strip().partition("\n")
        if (status := self._process.wait()) != 0:
            raise RunError(f"{self._path}: not written: {reason or f'ffmpeg ended, {Ending(status, reason)}'}")

    def close(self) -> None:
        """Ends the process if it still runs."""
        self._process.kill()
        self._process.wait()
        self._errors.close()
        with contextlib.suppress(BrokenPipeError):
            self._frames.close()


def _encoder_program(path: Path) -> str:
    """Finds ffmpeg for the video at `path`."""
    try:
        program: str = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        raise RunError(f"{path}: not written: {text_of(error)}") from error
    return program


def _save_palette(sample: Image.Image, path: Path) -> None:
    """Writes 255 colours that suit `sample` and a transparent one, as the 16x16 picture that ffmpeg wants."""
    colours = np.array(sample.quantize(255).getpalette("RGBA"), np.uint8).reshape(-1, 4)
    palette = np.repeat(colours[:1], 256, axis=0)
    palette[: len(colours)] = colours
    palette[255] = 0
    Image.fromarray(palette.reshape(16, 16, 4)).save(path)
