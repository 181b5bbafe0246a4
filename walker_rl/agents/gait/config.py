"""Parameters of a gait and of the search for better ones."""

import dataclasses
from typing import ClassVar

from walker_rl.hyperparameters import hyperparameter

BY_JOINT = "entry j is that of joint j, and the list repeats"


@dataclasses.dataclass(frozen=True)
class Config:
    """Gait: each joint follows a sine wave, with parameters set by hand or found by CMA-ES."""

    display_name: ClassVar[str] = "Gait"
    paper: ClassVar[str] = "Raffin et al. 2023, https://arxiv.org/abs/2310.05808"

    period: float = hyperparameter(40.0, "length of a cycle", unit="steps", above=1)
    amplitudes: tuple[float, ...] = hyperparameter((0.4,), f"swing of each joint; {BY_JOINT}", unit="action units")
    phases: tuple[float, ...] = hyperparameter((0.0,), f"start of each joint's swing; {BY_JOINT}", unit="cycles")
    offsets: tuple[float, ...] = hyperparameter(
        (0.0,), f"middle of each joint's swing; {BY_JOINT}", unit="action units"
    )
    is_symmetric: bool = hyperparameter(
        True, "the second half of the joints does what the first half did half a cycle before, if their number is even"
    )
    feedback: bool = hyperparameter(
        False, "one entry of the observation is added to each joint's action, times its gain"
    )
    feedback_index: int = hyperparameter(7, "index of the entry fed back; 7 is a walker's torso pitch", minimum=0)
    gains: tuple[float, ...] = hyperparameter(
        (0.0,), f"gains of the feedback; {BY_JOINT}", unit="action units per unit of the observation"
    )
    servo: bool = hyperparameter(
        False, "the formula gives target angles, which a spring and a damper at each joint follow"
    )
    servo_index: int = hyperparameter(
        8, "entry of the observation with the first joint's angle; its speed follows, then the next joint", minimum=0
    )
    stiffness: float = hyperparameter(2.0, "stiffness of the servo", unit="action units per unit of the angle", above=0)
    damping: float = hyperparameter(1.0, "damping of the servo", unit="action units per unit of the speed", above=0)
    search: bool = hyperparameter(
        True, "search for better parameters, starting from these; false: play these unchanged"
    )
    step_cost: float = hyperparameter(
        0.0,
        "cost per step, subtracted from the score that the search maximises; 1: standing earns nothing",
        unit="reward",
    )
    population_size: int = hyperparameter(
        16, "candidates between updates, each played for one episode", unit="episodes", minimum=4, maximum=10_000
    )
    sigma: float = hyperparameter(
        0.3,
        "initial standard deviation of the search; relative for stiffness and damping",
        unit="action units, cycles",
        minimum=1e-9,
    )
    frequency_sigma: float = hyperparameter(
        0.005,
        "initial standard deviation of the frequency, 1 / period, in the search",
        unit="cycles per step",
        minimum=1e-9,
    )

    @property
    def target_samples_per_insert(self) -> float:
        """Target number of samples per trial."""
        return 1.0

    @property
    def min_steps_to_learn(self) -> int:
        """Environment steps before which the search can't learn, at least one per candidate; 0 without a search."""
        return self.population_size if self.search else 0
