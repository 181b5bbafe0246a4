"""The film of a report: which frames of a run's film it has."""

import base64
import io

import pytest
from PIL import Image, ImageSequence

from walker_rl.analysis.report.excerpt import excerpt


def opened(uri, kind):
    head, _, content = uri.partition(";base64,")
    assert head == f"data:{kind}"
    return Image.open(io.BytesIO(base64.b64decode(content)))


@pytest.mark.parametrize(
    ("milliseconds", "numbers"),
    [
        (20, [*range(0, 300, 3)]),
        (30, [*range(0, 200, 2)]),
        (50, [number for number in range(120) if number % 6 != 1]),
    ],
)
def test_six_seconds_of_a_film_in_frames_60_ms_apart_on_average(tmp_path, milliseconds, numbers):
    frames = [Image.new("L", (12, 8), number % 251) for number in range(400)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=milliseconds)
    moving, still = excerpt(tmp_path / "a.gif")
    film, picture = opened(moving, "image/gif"), opened(still, "image/png")
    shown = [(f.convert("RGB").getpixel((0, 0))[0], f.info["duration"]) for f in ImageSequence.Iterator(film)]
    assert shown == [(number % 251, 60) for number in numbers]
    assert film.size == picture.size == (240, 160)
    assert picture.convert("RGB").getpixel((0, 0))[0] == numbers[50] % 251
