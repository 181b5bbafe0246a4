"""What came of a run: the final evaluations, in a file that only runs have that are complete."""

import json
from collections.abc import Mapping

from walker_rl.experiments.evaluation import Evaluation
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.whole_file import write_whole_text


def write_summary(run: RunDirectory, evaluations: Mapping[str, Evaluation]) -> None:
    """Writes the final evaluations of the "best" and the "last" policy.

    Raises:
        OSError: if the disk takes no more.
    """
    summary = {
        name: {
            "mean_return": evaluation.mean,
            "stddev_return": evaluation.stddev,
            "episode_returns": evaluation.episode_returns,
            "episode_lengths": evaluation.episode_lengths,
            "episode_falls": evaluation.episode_falls,
        }
        for name, evaluation in evaluations.items()
    }
    write_whole_text(run.summary, json.dumps(summary, indent=2) + "\n")


def read_final_returns(run: RunDirectory) -> dict[str, float]:
    """The mean returns in the summary, by the name of the policy."""
    return {name: final["mean_return"] for name, final in json.loads(run.summary.read_text()).items()}
