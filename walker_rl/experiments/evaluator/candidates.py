"""The candidates of a run: the policies from which its best is chosen."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from walker_rl.errors import UserError
from walker_rl.evaluation import Evaluation
from walker_rl.experiments.run.metrics import RecordedEvaluation
from walker_rl.experiments.step_files import delete, step_file
from walker_rl.policies.policy_file import SavedPolicy, load_policy, save_policy


class Candidates:
    """Keeps the policies with the highest steady returns as files `step_*.npz`."""

    def __init__(self, folder: Path, num_kept: int):
        """Keeps `num_kept` policies in `folder`, which `add` creates."""
        self._folder = folder
        self._num_kept = num_kept
        self._kept: list[RecordedEvaluation] = []

    @property
    def paths(self) -> list[Path]:
        """Files of the kept policies, the highest rank first."""
        return [self._path(one) for one in self._kept]

    def add(self, saved: SavedPolicy, evaluation: Evaluation) -> bool:
        """Keeps a policy if it ranks high enough, and drops the one that it displaces; one may be added again.

        Returns:
            True if the policy has the highest rank; of equal ranks, the earlier is higher.

        Raises:
            OSError: if the policy can't be written.
        """
        new = RecordedEvaluation(saved.actor_steps, evaluation.mean_return, evaluation.stddev_return)
        others = [other for other in self._kept if other.actor_steps != new.actor_steps]
        kept = self._highest([*others, new])
        if new in kept:
            self._folder.mkdir(exist_ok=True)
            save_policy(self._path(new), saved)
        self._kept = kept
        delete({*self._folder.glob("step_*")} - {*self.paths})
        return kept[0] == new

    def restore(self, evaluations: Iterable[RecordedEvaluation]) -> None:
        """Ranks a run's recorded evaluations; drops those whose policy has no file."""
        self._kept = self._highest([one for one in evaluations if self._path(one).exists()])

    def _highest(self, evaluations: list[RecordedEvaluation]) -> list[RecordedEvaluation]:
        return sorted(evaluations, key=lambda one: (-one.steady_return, one.actor_steps))[: self._num_kept]

    def _path(self, evaluation: RecordedEvaluation) -> Path:
        return step_file(self._folder, evaluation.actor_steps)


def choose_best(
    paths: Sequence[Path], play: Callable[[SavedPolicy], Evaluation], tell: Callable[[str], None]
) -> SavedPolicy | None:
    """Plays the same fresh episodes with each candidate; returns the first with the highest steady return.

    A single candidate is not played. `tell` receives a line about each candidate played, and about each file that is
    torn or missing. Without any intact one, returns None.
    """
    policies = list(_intact(paths, tell))
    if len(policies) < 2:
        return next(iter(policies), None)
    played = []
    for saved in policies:
        evaluation = play(saved)
        played.append((saved, evaluation.steady_return))
        tell(f"Candidate at {saved.actor_steps:,} steps: {evaluation}.")
    best, _ = max(played, key=lambda pair: pair[1])
    return best


def _intact(paths: Sequence[Path], tell: Callable[[str], None]) -> Iterator[SavedPolicy]:
    for path in paths:
        try:
            yield load_policy(path)
        except UserError as error:
            tell(f"warning: {error}; it is no candidate")
