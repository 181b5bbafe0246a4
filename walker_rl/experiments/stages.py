"""The stages of a run: policies from its beginning to its end, to be seen side by side."""

from pathlib import Path

from walker_rl.policies.policy_file import SavedPolicy, load_policy, save_policy

NUM_STAGES = 5


class Stages:
    """Keeps files `step_*.npz` of five policies, as evenly spread over a training as its evaluations allow."""

    def __init__(self, folder: Path, first: int, last: int):
        """Keeps policies in `folder`, which `add` creates.

        Args:
            folder: the stages' own.
            first: environment steps of the first stage that is wanted.
            last: environment steps of the last.
        """
        self._folder = folder
        self._wanted = [first + (last - first) * index / (NUM_STAGES - 1) for index in range(NUM_STAGES)]

    def add(self, saved: SavedPolicy) -> None:
        """Keeps a policy, and drops those that are nearest to no stage that is wanted any more.

        Raises:
            OSError: if the policy can't be written.
        """
        self._folder.mkdir(exist_ok=True)
        save_policy(self._folder / f"step_{saved.actor_steps:012d}.npz", saved)
        steps = {int(path.stem.removeprefix("step_")): path for path in self._paths()}
        known = [step for step in steps if step <= saved.actor_steps]  # Later ones were lost with a checkpoint.
        kept = {min(known, key=lambda step: abs(step - wanted)) for wanted in self._wanted}
        for step in steps.keys() - kept:
            steps[step].unlink()

    def load(self) -> list[SavedPolicy]:
        """The policies, the earliest first."""
        return [load_policy(path) for path in self._paths()]

    def _paths(self) -> list[Path]:
        return sorted(path for path in self._folder.glob("step_*.npz") if path.stem.removeprefix("step_").isdecimal())
