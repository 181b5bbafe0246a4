"""The start of a search: the formula set by hand, and the spread of the first candidates around it."""

import dataclasses

import numpy as np

from walker_rl.agents.gait.config import Config
from walker_rl.policies.sinusoids import SinusoidArchitecture


@dataclasses.dataclass(frozen=True)
class Start:
    """The start of a search.

    Attributes:
        architecture: architecture of the formula.
        parameters: values set by hand, float64 `[P]`.
        scale: standard deviation of the first candidates around each value, float64 `[P]`.
        seed: seed of the search.
    """

    architecture: SinusoidArchitecture
    parameters: np.ndarray
    scale: np.ndarray
    seed: int


def make_start(config: Config, architecture: SinusoidArchitecture, seed: int) -> Start:
    """The start of a search, from `config`."""
    by_hand = {
        "frequency": ((1 / config.period,), config.frequency_sigma),
        "stiffness": ((config.stiffness,), config.sigma * config.stiffness),
        "damping": ((config.damping,), config.sigma * config.damping),
        "amplitude": (config.amplitudes, config.sigma),
        "phase": (config.phases, config.sigma),
        "offset": (config.offsets, config.sigma),
        "gain": (config.gains, config.sigma),
    }
    parameters: list[float] = []
    scale: list[float] = []
    for name, (size,) in architecture.parameter_shapes().items():
        values, sigma = by_hand[name]
        parameters += [values[joint % len(values)] for joint in range(size)]
        scale += [sigma] * size
    return Start(architecture, np.array(parameters), np.array(scale), seed)
