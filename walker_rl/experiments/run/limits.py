"""The limits of a training: environment steps, time, and a target return."""

from walker_rl.experiments.config import ExperimentConfig

LIMITS = {"return": "target_return", "steps": "max_actor_steps", "time": "max_walltime"}
"""The field of each limit, by its name in a run's summary."""


def seconds_allowed(config: ExperimentConfig, walltime: float) -> float | None:
    """Returns the training time left until the time limit after `walltime` seconds; None without a limit."""
    return None if config.max_walltime is None else config.max_walltime - walltime


def limit_reached(config: ExperimentConfig, actor_steps: int, walltime: float, best_return: float) -> str | None:
    """Returns the limit that a training has reached, one of `LIMITS`, or None.

    Args:
        config: the experiment's configuration.
        actor_steps: environment steps so far; the time limit needs at least one.
        walltime: seconds of training so far.
        best_return: highest mean return of its evaluations; -inf before the first.
    """
    if config.target_return is not None and best_return >= config.target_return:
        return "return"
    if actor_steps >= config.max_actor_steps:
        return "steps"
    if config.max_walltime is not None and actor_steps > 0 and walltime >= config.max_walltime:
        return "time"
    return None
