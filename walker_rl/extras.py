"""Packages that come with an extra of this project, as in `pip install 'walker-rl[onnx]'`."""

from walker_rl.errors import UserError
from walker_rl.stack import is_installed


def require_extra(name: str, needed_by: str | None = None) -> None:
    """Checks that the package of an extra is installed, without importing it.

    Args:
        name: name of both the package and the extra.
        needed_by: field that needs it, as in "logging.wandb = online"; None names the package in the message.

    Raises:
        UserError: if it is not installed.
    """
    if not is_installed(name):
        raise UserError(f"{needed_by or name}: must be installed: {how_to_install(name)}")


def how_to_install(extra: str) -> str:
    """Returns the command that installs an extra."""
    return f"pip install 'walker-rl[{extra}]'"
