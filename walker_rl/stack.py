"""The stack of libraries under this process: Acme's, or the portable one.

Acme, Launchpad and Reverb have packages for Python 3.10 on Linux x86-64 only, with TensorFlow 2.8. The portable stack
is a newer TensorFlow without the three. `pyproject.toml` chooses by the same markers.
"""

import importlib.util
import platform

from walker_rl.errors import UserError

HAS_ACME = importlib.util.find_spec("acme") is not None

NAME = "acme" if HAS_ACME else "portable"

NEEDS_ACME = ("launch", "node", "cluster submit", "replay=reverb")
"""Commands and settings that the portable stack lacks."""


def require_acme(what: str) -> None:
    """Checks that this is the Acme stack.

    Args:
        what: command or setting that needs it.

    Raises:
        UserError: on the portable stack.
    """
    if not HAS_ACME:
        here = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
        raise UserError(
            f"{what}: needs Launchpad and Reverb, which Python 3.10 on Linux x86-64 has, and not {here}; "
            "`make train PYTHON=3.10` sets .venv up with it, and `train`, `sweep` and `tune` need neither"
        )
