"""Pictures, looked at."""

import numpy as np


def robot_pixels(picture: np.ndarray) -> np.ndarray:
    """Where `picture` `[height, width, 3]` is strongly coloured: robots are, floor and sky are not, bool `[h, w]`."""
    darkest, brightest = picture.min(axis=2).astype(float), picture.max(axis=2).astype(float)
    return brightest - darkest > 0.45 * brightest
