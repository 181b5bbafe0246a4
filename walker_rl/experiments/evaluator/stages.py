"""The stages of a run: policies from its beginning to its end, for a side-by-side film."""

from pathlib import Path

from walker_rl.experiments.step_files import delete, step_file, step_files
from walker_rl.policies.policy_file import SavedPolicy, load_policy, save_policy

NUM_STAGES = 5


class Stages:
    """Keeps files `step_*.npz` of five policies, spread over a training as evenly as its evaluations allow."""

    def __init__(self, folder: Path, first: int, last: int):
        """Keeps policies in `folder`, which `add` creates.

        Args:
            folder: folder for the stages alone.
            first: environment steps desired for the first stage.
            last: environment steps desired for the last stage.
        """
        self._folder = folder
        self._wanted = [first + (last - first) * index / (NUM_STAGES - 1) for index in range(NUM_STAGES)]

    def add(self, saved: SavedPolicy) -> None:
        """Adds a policy, and drops those that are no longer nearest to any desired stage.

        Raises:
            OSError: if the policy can't be written.
        """
        self._folder.mkdir(exist_ok=True)
        save_policy(step_file(self._folder, saved.actor_steps), saved)
        files = step_files(self._folder)
        known = [step for step in files if step <= saved.actor_steps]  # Later ones were lost with a checkpoint.
        kept = {min(known, key=lambda step: abs(step - wanted)) for wanted in self._wanted}
        delete(files[step] for step in files.keys() - kept)

    def load(self, actor_steps: int) -> list[SavedPolicy]:
        """Loads the policies up to `actor_steps`, the earliest first; later ones were lost with a checkpoint."""
        return [load_policy(path) for step, path in step_files(self._folder).items() if step <= actor_steps]
