"""The candidates of a run: the policies from which its best is chosen."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from walker_rl.errors import UserError
from walker_rl.evaluation import Evaluation
from walker_rl.experiments.step_files import delete, step_file
from walker_rl.policies.policy_file import SavedPolicy, load_policy, save_policy


class Rank(NamedTuple):
    """A policy's rank among the candidates.

    Attributes:
        actor_steps: environment steps at its evaluation.
        steady_return: mean minus standard deviation of that evaluation's returns.
    """

    actor_steps: int
    steady_return: float


class Candidates:
    """Keeps the policies with the highest steady returns as files `step_*.npz`."""

    def __init__(self, folder: Path, num_kept: int):
        """Keeps `num_kept` policies in `folder`, which `add` creates."""
        self._folder = folder
        self._num_kept = num_kept
        self._ranks: list[Rank] = []

    @property
    def paths(self) -> list[Path]:
        """Files of the kept policies, the highest rank first."""
        return [self._path(rank) for rank in self._ranks]

    def add(self, saved: SavedPolicy, evaluation: Evaluation) -> bool:
        """Keeps a policy if it ranks high enough, and drops the one that it displaces; one may be added again.

        Returns:
            True if the policy has the highest rank; of equal ranks, the earlier is higher.

        Raises:
            OSError: if the policy can't be written.
        """
        rank = Rank(saved.actor_steps, evaluation.steady_return)
        others = [other for other in self._ranks if other.actor_steps != rank.actor_steps]
        ranks = self._highest([*others, rank])
        if rank in ranks:
            self._folder.mkdir(exist_ok=True)
            save_policy(self._path(rank), saved)
        self._ranks = ranks
        delete({*self._folder.glob("step_*")} - {*self.paths})
        return ranks[0] == rank

    def save(self) -> list[Rank]:
        """Returns the ranks of the kept policies, for `restore`."""
        return self._ranks

    def restore(self, ranks: Iterable[tuple[int, float]]) -> None:
        """Restores the ranks of a run's evaluations; drops those whose policy has no file."""
        known = [Rank(int(actor_steps), float(steady_return)) for actor_steps, steady_return in ranks]
        self._ranks = self._highest([rank for rank in known if self._path(rank).exists()])

    def _highest(self, ranks: list[Rank]) -> list[Rank]:
        return sorted(ranks, key=lambda rank: (-rank.steady_return, rank.actor_steps))[: self._num_kept]

    def _path(self, rank: Rank) -> Path:
        return step_file(self._folder, rank.actor_steps)


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
