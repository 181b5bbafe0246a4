"""Trials, from which a gait's search learns: a candidate and the score of its episode."""

import dataclasses
from typing import Any, NamedTuple

import numpy as np

from walker_rl.replay.layout import Layout


class Trial(NamedTuple):
    """One episode.

    Attributes:
        parameters: parameters of the candidate, `[..., P]`.
        score: return of its episode minus the step costs, `[...]`.
    """

    parameters: Any
    score: Any


@dataclasses.dataclass(frozen=True)
class TrialLayout(Layout):
    """One trial as a row of `P + 1` floats."""

    num_parameters: int

    @property
    def row_size(self) -> int:
        """Floats in a row."""
        return self.num_parameters + 1

    def unpack(self, rows: np.ndarray) -> Trial:
        """Views of `rows` as the fields of trials."""
        return Trial(rows[..., :-1], rows[..., -1])
