"""Meaning of each number of an observation and of an action."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Dimension:
    """One number.

    Attributes:
        name: name, as in `thigh_joint_angle`.
        unit: unit of the number, unscaled, or what an action is scaled to; "" if unknown.
        low: least value that the task allows.
        high: greatest value that the task allows.
        kind: "angle", "speed" or "contact" of a joint or foot; else "".
    """

    name: str
    unit: str
    low: float
    high: float
    kind: str = ""


@dataclasses.dataclass(frozen=True)
class Dimensions:
    """The numbers of an observation `[O]` and of an action `[A]`, in their order.

    Attributes:
        observation: O dimensions.
        action: A dimensions, each in [-1, 1].
    """

    observation: tuple[Dimension, ...]
    action: tuple[Dimension, ...]


def numbered(name: str, size: int, low: float, high: float) -> tuple[Dimension, ...]:
    """Dimensions of unknown meaning: `name_0`, `name_1` and so on."""
    return named(name, np.full(size, low), np.full(size, high))


def named(name: str, low: np.ndarray, high: np.ndarray) -> tuple[Dimension, ...]:
    """Dimensions with these bounds, called `name` if the bounds are scalars, else `name_0`, `name_1` and so on."""
    lows, highs = np.ravel(low).tolist(), np.ravel(high).tolist()
    names = [name] if np.ndim(low) == 0 else [f"{name}_{index}" for index in range(len(lows))]
    return tuple(Dimension(*one) for one in zip(names, [""] * len(names), lows, highs, strict=True))
