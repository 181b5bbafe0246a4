"""What `evaluate` and `render` take: a run directory, or a policy file alone."""

from pathlib import Path

from walker_rl.networks.policy_file import SavedPolicy, load_policy


def load_run_or_policy(path: Path) -> SavedPolicy:
    """The best policy of a run directory, or the policy in a file.

    Raises:
        UserError: if `path` is neither.
    """
    return load_policy(path / "policy" / "best.npz" if path.is_dir() else path)
