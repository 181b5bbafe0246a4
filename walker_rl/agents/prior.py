"""A policy that plays before training, or recorded episodes, so that learning starts from their experience.

NumPy only. (Demonstrations beside the replay: Vecerik et al. 2017, https://arxiv.org/abs/1707.08817; half of each batch
from a data set: Ball et al. 2023, https://arxiv.org/abs/2302.02948, section 4.1.)
"""

from collections.abc import Callable
from pathlib import Path

import dm_env
import numpy as np

from walker_rl.agents.config import PriorConfig
from walker_rl.agents.exploration import OrnsteinUhlenbeckNoise
from walker_rl.agents.memory import FLOAT
from walker_rl.agents.policies import BehaviourPolicy
from walker_rl.errors import UserError
from walker_rl.minari_file import read_episodes, read_metadata
from walker_rl.policies.policy_file import SavedPolicy
from walker_rl.printable import describe_sizes
from walker_rl.replay.interface import Sink
from walker_rl.replay.layout import TransitionLayout
from walker_rl.replay.n_step import NStepAdder
from walker_rl.replay.queue import Queue
from walker_rl.runtime import machine_memory
from walker_rl.types import State, Variables

THETA = 0.15
"""Pull of the noise on the prior's actions to zero, per step."""

NUM_COPIES = 3
"""Peak copies of a dataset's transitions in memory while it is read, overhead included."""


def check_dataset(path: Path, sizes: tuple[int, int], row_size: int) -> None:
    """Opens a Minari dataset and checks its first episode, and that its transitions fit into this machine's memory.

    Args:
        path: folder of the dataset.
        sizes: sizes of an observation and of an action.
        row_size: floats in a transition.

    Raises:
        UserError: if it can't be read, is of another task or is too large.
    """
    next(read_episodes(path, *sizes), None)
    num_bytes = NUM_COPIES * FLOAT * row_size * read_metadata(path)["total_steps"]
    if num_bytes > machine_memory():
        raise UserError(f"agent.prior.dataset = {path}: must fit into this machine's memory")


def recorded_transitions(path: Path, layout: TransitionLayout, make_adder: Callable[[Sink], NStepAdder]) -> np.ndarray:
    """The transitions of a Minari dataset, float32 `[n, row_size]`, as the agent's own adder makes them.

    Raises:
        UserError: if `check_dataset` raises it, or the dataset has no steps.
    """
    sizes = layout.observation_size, layout.action_size
    check_dataset(path, sizes, layout.row_size)
    transitions = Queue(layout.row_size)
    adder = make_adder(transitions)
    for episode in read_episodes(path, *sizes):
        adder.add_first(dm_env.restart(episode.observations[0]))
        last = len(episode.rewards) - 1
        for step, (action, reward) in enumerate(zip(episode.actions, episode.rewards, strict=True)):
            step_type = dm_env.StepType.LAST if step == last else dm_env.StepType.MID
            discount = 0.0 if step == last and episode.terminated else 1.0
            adder.add(action, dm_env.TimeStep(step_type, reward, discount, episode.observations[step + 1]))
    if not transitions.size:
        raise UserError(f"agent.prior.dataset = {path}: must have at least one step")
    rows: np.ndarray = transitions.save()["rows"]
    return rows


class PriorThenPolicy:
    """Plays a saved policy with noise that differs from episode to episode, then a policy that learns."""

    def __init__(
        self,
        config: PriorConfig,
        saved: SavedPolicy,
        sizes: tuple[int, int],
        policy: BehaviourPolicy,
        seed: int,
        actor_index: int,
    ):
        """Begins with `saved`; `policy` acts from step `config.num_steps` on.

        The first episode of actor `i` (from 0) takes `config.sigmas[i + 1]`, and each later one the next, in a cycle.

        Raises:
            UserError: if `saved` can't play a task of these sizes of an observation and of an action.
        """
        if not saved.architecture.plays(*sizes):
            must_be = f"must play a task of {describe_sizes(*sizes)}"
            raise UserError(f"agent.prior.policy = {config.policy}: {must_be}")
        self._config = config
        self._policy = policy
        self._prior = saved.make_policy()
        (noise_seed,) = np.random.SeedSequence(seed).spawn(1)
        self._noise = OrnsteinUhlenbeckNoise(sizes[1], THETA, int(noise_seed.generate_state(1)[0]))
        self._actor_index = actor_index
        self._num_episodes = 0
        self._step = 0

    def update(self, variables: Variables) -> None:
        """Replaces the learning policy's weights."""
        self._policy.update(variables)

    def begin_episode(self) -> None:
        """Resets both policies and the noise, whose sigma becomes the next one of `config.sigmas`."""
        self._policy.begin_episode()
        self._prior.begin_episode()
        self._noise.reset()
        self._num_episodes += 1
        self._step = 0

    def action(self, observation: np.ndarray, actor_steps: int) -> np.ndarray:
        """An action in [-1, 1], float32 `[A]`, for `observation` `[O]`, after `actor_steps` steps of training."""
        if actor_steps >= self._config.num_steps:
            return self._policy.action(observation, actor_steps)
        self._step += 1
        index = (self._actor_index + self._num_episodes) % len(self._config.sigmas)
        sigma = np.float32(self._config.sigmas[index])
        return np.clip(self._prior.action(observation) + sigma * self._noise.sample(), -1.0, 1.0)

    def save(self) -> State:
        """The state of the learning policy and the noise, and the saved policy's step in its episode."""
        return {
            "policy": self._policy.save(),
            "noise": self._noise.save(),
            "num_episodes": self._num_episodes,
            "step": self._step,
        }

    def restore(self, state: State) -> None:
        """Restores the state that `save` returned."""
        self._policy.restore(state["policy"])
        self._noise.restore(state["noise"])
        self._num_episodes, self._step = state["num_episodes"], state["step"]
        self._prior.begin_episode(self._step)
