"""Warnings about configurations that are allowed but hardly meant."""

import dataclasses
from collections.abc import Iterator

from walker_rl.experiments.config import ExperimentConfig, prior_of, why_nothing_is_learned
from walker_rl.hyperparameters import allowed
from walker_rl.schedules import Linear


def config_warnings(config: ExperimentConfig) -> Iterator[str]:
    """Yields a line for each setting that opens a port, prevents learning, ends a part of it, or disables others."""
    if config.replay == "reverb":
        yield "replay = reverb: its server listens on every network interface, and requires no password"
    if reason := why_nothing_is_learned(config):
        yield f"{reason}; nothing will be learned"
    for field in dataclasses.fields(config.agent):
        value, rule = getattr(config.agent, field.name), allowed(field)
        ends = isinstance(value, Linear) and rule is not None and value.last == rule.above
        if ends and value.end < config.max_actor_steps:
            steps = f"step {value.end:,} of {config.max_actor_steps:,}"
            yield f"agent.{field.name} falls to {value.last:g} at {steps} and stays there"
    prior = prior_of(config)
    if prior is not None and not prior.is_given and prior != type(prior)():
        yield "the settings of agent.prior have no effect without a prior, such as --prior gait"
