"""The parts of a gait."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from walker_rl.agents.gait.acting import CandidatePolicy, GaitActor
from walker_rl.agents.gait.config import Config
from walker_rl.agents.gait.start import Start, make_start
from walker_rl.agents.gait.trial import TrialLayout
from walker_rl.agents.queue_builder import QueueBuilder
from walker_rl.errors import UserError
from walker_rl.interfaces import VariableSource
from walker_rl.policies.sinusoids import SinusoidArchitecture
from walker_rl.replay.item_adder import ItemAdder

if TYPE_CHECKING:
    from walker_rl.agents.gait.learning import GaitLearner


class Builder(QueueBuilder[Config]):
    """A formula set by hand, and a search that may improve it."""

    item_name = "episode"

    @property
    def items_per_step(self) -> int:
        """Trials in one population."""
        return self.config.population_size

    @property
    def architecture(self) -> SinusoidArchitecture:
        """The formula.

        Raises:
            UserError: if an index lies outside the observation, or a list has more values than joints.
        """
        observation_size, action_size = self.sizes
        architecture = SinusoidArchitecture(
            action_size,
            is_symmetric=self.config.is_symmetric and action_size % 2 == 0,
            feedback_index=self.config.feedback_index if self.config.feedback else None,
            servo_index=self.config.servo_index if self.config.servo else None,
        )
        for name, num_entries in (("feedback_index", 1), ("servo_index", 2 * action_size)):
            index = getattr(architecture, name)
            if index is not None and index + num_entries > observation_size:
                left = f"must leave {num_entries} of the {observation_size} entries that this task observes"
                raise UserError(f"agent.{name} = {index}: {left}")
        for name in ("amplitudes", "phases", "offsets", "gains"):
            if len(values := getattr(self.config, name)) > architecture.num_joints:
                most = f"must be at most {architecture.num_joints} values for this task"
                raise UserError(f"agent.{name} = {list(values)}: {most}")
        return architecture

    def make_networks(self, seed: int) -> Start:
        """The parameters set by hand."""
        return make_start(self.config, self.architecture, seed)

    def make_learner(self, networks: Start, dataset: Iterator[np.ndarray], seed: int) -> GaitLearner:
        """A learner that runs the search."""
        from walker_rl.agents.gait.learning import GaitLearner

        return GaitLearner(self.config, networks, dataset)

    def make_policy(self, seed: int, noise_scale: float = 1.0) -> CandidatePolicy:
        """A policy that plays candidates of the search."""
        return CandidatePolicy(self.architecture, seed, noise_scale)

    @property
    def layout(self) -> TrialLayout:
        """Layout of a trial in a row of floats."""
        return TrialLayout(self.architecture.num_parameters)

    def make_actor(
        self, policy: CandidatePolicy, adder: ItemAdder, variable_source: VariableSource, seed: int
    ) -> GaitActor:
        """An actor that takes its weights from `variable_source`."""
        return GaitActor(policy, adder, variable_source, self.config.step_cost)
