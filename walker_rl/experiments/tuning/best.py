"""The result of a search: a configuration file for `walker-rl train`."""

from pathlib import Path
from typing import Any

from optuna.trial import FrozenTrial

from walker_rl.experiments.config import changed_fields, flatten, to_dict
from walker_rl.experiments.config_loading import default_fields
from walker_rl.experiments.tuning.plan import Plan
from walker_rl.experiments.tuning.study import overrides_of, score_of
from walker_rl.files.whole_file import write_whole_text
from walker_rl.files.yaml_file import write_yaml
from walker_rl.printable import format_score

BEST = "best.yaml"


def write_best(trial: FrozenTrial, plan: Plan, path: Path) -> None:
    """Writes the agent's name, and a trial's task and agent fields that differ from the defaults.

    Writes atomically.
    """
    config = plan.trial_config(plan.seeds[0], overrides_of(trial))
    defaults = default_fields(config.agent_name)
    changed: dict[str, Any] = {"agent_name": config.agent_name}
    for name, value in changed_fields(flatten(to_dict(config)), defaults).items():
        if name == "task" or name.startswith("agent."):
            section, _, field = name.rpartition(".")
            (changed.setdefault(section, {}) if section else changed)[field] = value
    if config.environment:
        changed["environment"] = config.environment
    seeds = ", ".join(map(str, plan.seeds))
    header = (
        f"# {config.agent_name}, trial {trial.number} of a search: score {format_score(score_of(trial))} after "
        f"{config.max_actor_steps:,} steps, seeds {seeds}.\n"
        "# The score is the mean return of the evaluations in the last quarter of a run. Only settings of the task\n"
        "# and the agent are listed.\n"
    )
    write_whole_text(path, header + write_yaml(changed))
