"""Packages that come with an extra of this project, as in `pip install 'walker-rl[onnx]'`."""

from walker_rl.errors import UserError
from walker_rl.stack import is_installed


def require_extra(package: str, extra: str, what: str) -> None:
    """Checks that a package is installed, without importing it.

    Args:
        package: name of the package in Python.
        extra: name of the extra that installs it.
        what: field that needs it, as in "format = onnx", or the package.

    Raises:
        UserError: if it is not installed.
    """
    if not is_installed(package):
        raise UserError(f"{what}: must be installed: {how_to_install(extra)}")


def how_to_install(extra: str) -> str:
    """Returns the command that installs an extra."""
    return f"pip install 'walker-rl[{extra}]'"
