"""A requested experiment: the options that `train`, `launch` and `cluster submit` share."""

import dataclasses
import inspect
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from walker_rl.cli.completion import complete_tasks
from walker_rl.cli.quantities import integer_option, parse_duration, steps_parser
from walker_rl.errors import UserError, did_you_mean
from walker_rl.experiments.config import default_experiment, prior_of

ConfigFiles = Annotated[
    list[Path] | None, typer.Option("--config", metavar="FILE", help="YAML file of fields; may be repeated.")
]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="Set one field; may be repeated.")
]
Task = Annotated[
    str | None,
    typer.Option(metavar="TASK", help="Short for --set task=...; see walker-rl list.", autocompletion=complete_tasks),
]
Seed = Annotated[int | None, integer_option(metavar="SEED", help="Short for --set seed=...")]
Steps = Annotated[
    int | None,
    typer.Option(
        parser=steps_parser("steps"), metavar="STEPS", help="Short for --set max_actor_steps=..., as in 1e5, 300k, 1M."
    ),
]
Duration = Annotated[
    float | None,
    typer.Option(
        "--for", parser=parse_duration, metavar="TIME", help="End after this time of training, as in 90s, 30m, 1h30m."
    ),
]
Until = Annotated[
    float | None,
    typer.Option(metavar="RETURN", help="End at the first evaluation with at least this mean return."),
]
Prior = Annotated[
    str | None,
    typer.Option(
        metavar="PRIOR",
        help="Policy to play before training, or Minari dataset to learn from. "
        "The name of a pretrained policy takes precedence over a file; write ./NAME for the file.",
    ),
]
RunDir = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Run directory, new or empty.  [default: runs/AGENT_TASK_seedSEED_TIME]"),
]
Resume = Annotated[
    Path | None, typer.Option(metavar="RUN", help="Resume an interrupted run, or lengthen a complete one.")
]
MoreSteps = Annotated[
    int | None,
    typer.Option(
        parser=steps_parser("more_steps"),
        metavar="STEPS",
        help="Environment steps by which --resume lengthens the run.",
    ),
]


@dataclasses.dataclass(frozen=True)
class Request:
    """A request for a new run, or for a run to resume.

    Attributes:
        agent_name: name of the agent.
        files: YAML files of fields.
        overrides: strings "field=value", applied after the files.
        run_dir: directory of a new run; None for the default.
        resume: directory of the run to resume; None for a new one.
        more_steps: environment steps by which the run to resume is lengthened.
    """

    agent_name: str
    files: tuple[Path, ...]
    overrides: tuple[str, ...]
    run_dir: Path | None
    resume: Path | None
    more_steps: int


def request_command(agent_name: str, run: Callable[..., int]) -> Callable[..., int]:
    """Makes a command with the options of a `Request` and those of `run`.

    Typer reads the options in its signature: those of `make_request`, such as `seed`, and those of `run`, such as
    `num_actors` of `launch`.

    Args:
        agent_name: name of the agent.
        run: function that takes the request, and its own options by name, and returns the exit status.
    """
    shared = list(inspect.signature(make_request, eval_str=True).parameters.values())[1:]
    own = list(inspect.signature(run, eval_str=True).parameters.values())[1:]

    def command(**options: Any) -> int:
        request = make_request(agent_name, **{option.name: options.pop(option.name) for option in shared})
        return run(request, **options)

    parameters = [option.replace(kind=inspect.Parameter.KEYWORD_ONLY) for option in [*own, *shared]]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return command


def make_request(
    agent_name: str,
    config: ConfigFiles = None,
    overrides: Overrides = None,
    task: Task = None,
    seed: Seed = None,
    steps: Steps = None,
    duration: Duration = None,
    until: Until = None,
    prior: Prior = None,
    run_dir: RunDir = None,
    resume: Resume = None,
    more_steps: MoreSteps = None,
) -> Request:
    """Makes the request from the options that all commands share.

    Raises:
        UserError: if two options exclude each other.
    """
    if resume is not None and run_dir is not None:
        raise UserError(f"run_dir = {run_dir}: must not be given with --resume {resume}")
    if more_steps is not None and (resume is None or steps is not None):
        raise UserError(f"more_steps = {more_steps}: must be given with --resume, and without --steps")
    if more_steps is not None and more_steps < 1:
        raise UserError(f"more_steps = {more_steps}: must be at least 1")
    short_forms = {
        "task": task,
        "seed": seed,
        "max_actor_steps": steps,
        "max_walltime": duration,
        "target_return": until,
    }
    changes = (*all_overrides(overrides, **short_forms), *prior_override(agent_name, prior))
    return Request(agent_name, tuple(config or ()), changes, run_dir, resume, more_steps or 0)


def all_overrides(overrides: list[str] | None, **short_forms: object) -> list[str]:
    """Returns the overrides, followed by those from the given short forms, by field; a text is taken as it is."""
    from walker_rl.files.yaml_file import as_text

    given = {name: value for name, value in short_forms.items() if value is not None}
    texts = {name: as_text(value) if isinstance(value, str) else str(value) for name, value in given.items()}
    return [*(overrides or []), *(f"{name}={text}" for name, text in texts.items())]


def prior_override(agent_name: str, prior: str | None) -> list[str]:
    """Returns the override for `--prior`.

    Raises:
        UserError: if the name is empty, there is no such agent, it takes no prior, or there is none of that name.
    """
    from walker_rl.minari_file import is_dataset
    from walker_rl.pretrained import pretrained_names

    if prior is None:
        return []
    if not prior:
        raise UserError("prior = '': must not be empty")
    if prior_of(default_experiment(agent_name)) is None:
        raise UserError(f"prior = {prior}: must not be given with {agent_name}, which does not learn from replay")
    names = pretrained_names()
    is_name = prior in names
    if not is_name and not os.path.exists(prior):
        must_be = f"must be one of {', '.join(names)}, a run directory, a policy file or a dataset"
        raise UserError(f"prior = {prior}: {must_be}{did_you_mean(prior, names)}")
    field = "dataset" if not is_name and is_dataset(Path(prior)) else "policy"
    return [f"agent.prior.{field}={json.dumps(prior)}"]
