"""The speed of jobs that learn."""

import time

from walker_rl.experiments.sweep.job import Job
from walker_rl.terminal.rates import Rates


class LearningSpeed:
    """Environment steps per second of a job, or of jobs that are trained one after another."""

    def __init__(self) -> None:
        """Starts without readings."""
        self._rates = Rates()
        self._steps: dict[str, int] = {}

    def add(self, job: Job, actor_steps: int) -> None:
        """Adds a reading of one job; steps before learning are faster, and do not count."""
        before = self._steps.get(job.name, 0)
        self._steps[job.name] = actor_steps
        if actor_steps != before and before >= job.config.agent.min_steps_to_learn:
            self._rates.add(time.monotonic(), {"actor_steps": actor_steps})

    @property
    def steps_per_second(self) -> float:
        """Speed over the last minute; 0 while unknown."""
        return self._rates.rate("actor_steps")
