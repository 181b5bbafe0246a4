"""The search for a gait by CMA-ES (Hansen 2016), from the package `cma`."""

from collections.abc import Iterator
from typing import Any

import cma
import numpy as np

from walker_rl.agents.gait.config import Config
from walker_rl.agents.gait.start import Start
from walker_rl.agents.gait.trial import Trial, TrialLayout
from walker_rl.agents.learner import Learner
from walker_rl.types import Metrics, State

MAX_CONDITION = 1e10
"""Ratio of the widest to the narrowest variance at which the search ends; cma would soon rotate its coordinates."""


class GaitLearner(Learner):
    """Moves the candidates' mean and spread towards higher scores; one trial is one learner step.

    Actors draw the candidates themselves. In a distributed run, some may come from the previous distribution.
    """

    def __init__(self, config: Config, start: Start, dataset: Iterator[np.ndarray]) -> None:
        """Starts the search at `start`; `dataset` yields `config.population_size` packed trials at a time."""
        super().__init__(start.architecture)
        self._config = config
        self._start = start
        self._dataset = dataset
        self._layout = TrialLayout(start.architecture.num_parameters)
        self._trials: list[Trial] = []  # All trials so far; the search is a function of them.
        self._search = self._begin()

    def step(self) -> Metrics:
        """Learns from the next population; returns metrics."""
        trials = Trial(*(np.array(field, np.float64) for field in self._layout.unpack(next(self._dataset))))
        self._tell(trials)
        return {
            "mean_score": float(trials.score.mean()),
            "best_score": float(trials.score.max()),
            "spread": float(self._search.sigma),
        }

    @property
    def learner_steps(self) -> int:
        """Trials learned from."""
        return len(self._trials) * self._config.population_size

    @property
    def policy_weights(self) -> np.ndarray:
        """The candidates' mean, and their deviation matrix; it is zero without a search."""
        search, deviation = self._search, np.zeros((self._search.N, self._search.N))
        if self._config.search:  # `D` `[P, P]`: `D z` has the candidates' covariance for a normal `z` `[P]`.
            scale = search.sigma * search.sigma_vec.scaling
            deviation = scale[:, np.newaxis] * (search.sm.B * search.sm.D)
        return np.concatenate([search.mean, deviation.ravel()]).astype(np.float32)

    def save(self) -> State:
        """All trials so far."""
        num_parameters = len(self._start.parameters)
        parameters = np.reshape([trials.parameters for trials in self._trials], (-1, num_parameters))
        return {"parameters": parameters, "scores": np.ravel([trials.score for trials in self._trials])}

    def restore(self, state: State) -> None:
        """Repeats the search with the trials that `save` returned."""
        self._search, self._trials = self._begin(), []
        num_populations = len(state["scores"]) // self._config.population_size
        if num_populations:
            parameters, scores = (np.split(state[name], num_populations) for name in ("parameters", "scores"))
            for population in zip(parameters, scores, strict=True):
                self._tell(Trial(*population))

    def _begin(self) -> Any:
        options = {
            "seed": self._start.seed % (2**32 - 1) + 1,  # cma takes 0 for the time of day
            "popsize": self._config.population_size,
            "CMA_stds": self._start.scale,
            "CMA_mirrors": 0,  # They would be among the discarded candidates.
            "verbose": -9,
        }
        return cma.CMAEvolutionStrategy(self._start.parameters, 1.0, options)

    def _tell(self, trials: Trial) -> None:
        self._trials.append(trials)
        if self._config.search and self._search.sm.condition_number < MAX_CONDITION:
            self._search.ask()  # `tell` requires it; the candidates it returns are discarded.
            # Unchecked: cma would shorten candidates that it did not draw, and believe a score that nobody measured.
            self._search.tell(list(trials.parameters), (-trials.score).tolist(), check_points=False)
            self._search.sm.update_now(-1)  # Otherwise its axes are those of the previous population.
