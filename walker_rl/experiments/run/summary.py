"""The outcome of a run, in a file that only complete runs have: final evaluations, and the limit that ended it."""

import dataclasses
import json
from collections.abc import Mapping

from walker_rl.errors import NotWholeError
from walker_rl.evaluation import Evaluation
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.limits import LIMITS
from walker_rl.experiments.stored import read_json_record
from walker_rl.files.whole_file import write_whole_text


@dataclasses.dataclass(frozen=True)
class FinalReturns:
    """The final evaluation of a policy.

    Attributes:
        mean_return: mean over the episodes.
        stddev_return: standard deviation over the episodes.
        episode_returns: return of each episode.
        episode_lengths: environment steps of each episode.
        episode_falls: True for each episode that terminated; None in files of older versions.
    """

    mean_return: float
    stddev_return: float
    episode_returns: tuple[float, ...]
    episode_lengths: tuple[int, ...]
    episode_falls: tuple[bool, ...] | None = None


@dataclasses.dataclass(frozen=True)
class Summary:
    """The final evaluations of the best and the last policy, on the same episodes."""

    best: FinalReturns
    last: FinalReturns


@dataclasses.dataclass(frozen=True)
class _Ending:
    ended_by: str = "steps"  # The default is for files of older versions.

    def __post_init__(self) -> None:
        if self.ended_by not in LIMITS:
            raise ValueError(f"ended_by = {self.ended_by}: must be one of {', '.join(LIMITS)}")


def write_summary(run: RunDirectory, evaluations: Mapping[str, Evaluation], ended_by: str) -> None:
    """Writes the final evaluations of the "best" and the "last" policy, and the limit that ended the run.

    Raises:
        OSError: if the disk is full.
    """
    finals = {
        name: dataclasses.asdict(
            FinalReturns(
                one.mean_return, one.stddev_return, one.episode_returns, one.episode_lengths, one.episode_falls
            )
        )
        for name, one in evaluations.items()
    }
    write_whole_text(run.summary, json.dumps({"ended_by": ended_by, **finals}, indent=2) + "\n")


def read_summary(run: RunDirectory) -> Summary:
    """Reads the final evaluations.

    Raises:
        NotWholeError: if the summary is missing or damaged.
    """
    return read_json_record(run.summary, Summary)


def ending(run: RunDirectory) -> str | None:
    """Returns the limit, one of `LIMITS`, that ended a run; None if it has no summary that is whole."""
    try:
        return read_ended_by(run)
    except NotWholeError:
        return None


def read_ended_by(run: RunDirectory) -> str:
    """Returns the limit, one of `LIMITS`, that ended a complete run.

    Raises:
        NotWholeError: if the summary is missing or damaged.
    """
    return read_json_record(run.summary, _Ending).ended_by
