"""Ranges that `walker-rl tune ars` searches."""

from walker_rl.search_space import Floats, SearchSpace

SEARCH_SPACE: SearchSpace = {"sigma": Floats(0.01, 0.5, log=True), "step_size": Floats(0.01, 0.5, log=True)}
