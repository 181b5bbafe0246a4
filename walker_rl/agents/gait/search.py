"""The middle and spread of candidates that a search begins with; the formula set by hand."""

import dataclasses

import numpy as np

from walker_rl.agents.gait.config import Config
from walker_rl.networks.sinusoids import SinusoidArchitecture


@dataclasses.dataclass(frozen=True)
class Start:
    """Where a search begins.

    Attributes:
        architecture: of the formula.
        parameters: set by hand, float64 `[P]`.
        scale: standard deviation of the first candidates around each, float64 `[P]`.
        seed: of the search.
    """

    architecture: SinusoidArchitecture
    parameters: np.ndarray
    scale: np.ndarray
    seed: int


def make_start(config: Config, architecture: SinusoidArchitecture, seed: int) -> Start:
    """What `config` asks for."""
    by_joint = {
        "amplitude": config.amplitudes,
        "phase": config.phases,
        "offset": config.offsets,
        "gain": config.gains,
    }
    parameters, scale = [1 / config.period], [config.frequency_sigma]
    for name, (size,) in architecture.parameter_shapes().items():
        if name in by_joint:
            parameters += [by_joint[name][joint % len(by_joint[name])] for joint in range(size)]
            scale += [config.sigma] * size
    return Start(architecture, np.array(parameters), np.array(scale), seed)
