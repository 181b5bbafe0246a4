"""A short, small copy of a GIF, and its first frame."""

import base64
import io
from pathlib import Path

from PIL import Image, ImageSequence

from walker_rl.experiments.stored import reading

SECONDS = 6.0
WIDTH = 240
MIN_MILLISECONDS = 60
"""Time between frames: 16 per second are enough to see a gait."""


def excerpt(path: Path) -> tuple[str, str]:
    """Returns the beginning of a GIF and a still of it, both as data URIs.

    Raises:
        NotWholeError: if it is damaged.
    """
    with reading(path, "a film"):
        frames = _frames(path)
        moving, still = io.BytesIO(), io.BytesIO()
        small = [frame.quantize(64, dither=Image.Dither.NONE) for frame in frames]
        small[0].save(
            moving, "GIF", save_all=True, append_images=small[1:], duration=MIN_MILLISECONDS, loop=0, optimize=True
        )
        frames[len(frames) // 2].save(still, "PNG", optimize=True)
        return data_uri(moving.getvalue(), "image/gif"), data_uri(still.getvalue(), "image/png")


def data_uri(content: bytes, kind: str) -> str:
    """Encodes content as a data URI."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _frames(path: Path) -> list[Image.Image]:
    """Small frames of the first seconds."""
    frames: list[Image.Image] = []
    elapsed = due = 0.0
    with Image.open(path) as film:
        size = (WIDTH, round(WIDTH * film.height / film.width))
        for frame in ImageSequence.Iterator(film):
            if elapsed >= due:
                frames.append(frame.convert("RGB").resize(size))
                due += MIN_MILLISECONDS
            elapsed += frame.info.get("duration", MIN_MILLISECONDS)
            if elapsed >= SECONDS * 1000:
                break
    return frames
