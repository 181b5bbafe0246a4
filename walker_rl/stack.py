"""The stack of libraries in this environment: Acme's or the portable one.

Acme, Launchpad and Reverb have packages for Python 3.10 on Linux x86-64 only, with TensorFlow 2.8. The portable stack
has a newer TensorFlow and none of the three. `pyproject.toml` chooses the stack by Python and system. `make walk`
installs only the part of a stack that plays policies, without TensorFlow.
"""

import importlib.util
import platform

from walker_rl.errors import UserError


def is_installed(package: str) -> bool:
    """True if Python finds a package, without importing it; a folder of its name, as W&B's `wandb`, is not enough."""
    spec = importlib.util.find_spec(package)
    return spec is not None and spec.origin is not None


HAS_ACME = is_installed("acme")

HAS_TENSORFLOW = is_installed("tensorflow")

NAME = "acme" if HAS_ACME else "portable"

ABILITIES = "everything works" if HAS_ACME else "everything except launch, node, cluster submit and replay=reverb"

if not HAS_TENSORFLOW:
    NAME, ABILITIES = "walk", "render, evaluate, watch and list work"

HERE = f"{platform.system()} {platform.machine()}"


def require_acme(what: str) -> None:
    """Checks that Acme, Launchpad and Reverb are installed.

    Args:
        what: command or setting that needs them.

    Raises:
        UserError: if they are not installed.
    """
    if not HAS_TENSORFLOW:
        raise UserError(lacks(what, "TensorFlow"))
    if not HAS_ACME:
        raise UserError(
            f"{what}: needs Launchpad and Reverb, which exist only for Python 3.10 on Linux x86_64, not for "
            f"Python {platform.python_version()} on {HERE}; `train`, `sweep` and `tune` need neither, and "
            "`make setup PYTHON=3.10` sets up both where they exist"
        )


def require_package(what: str, package: str) -> None:
    """Checks that a package of both stacks is installed, which `.venv-walk` may lack, before `what` begins.

    Raises:
        UserError: if it is not.
    """
    if not is_installed(package):
        raise UserError(lacks(what, package))


def lacks(what: str, package: str) -> str:
    """Returns the error message of a command that needs `package`, in an environment that only plays policies."""
    remedy = "`make setup` sets up .venv, which has everything: `. .venv/bin/activate`"
    return f"{what}: needs {package}, which this environment lacks; {remedy}"


def platform_problem(here: str = HERE) -> str:
    """Returns the reason why walker_rl can't run on a system, or "" if it can.

    Args:
        here: system and processor, as in "Linux x86_64".
    """
    if here in ("Linux x86_64", "Darwin arm64"):
        return ""
    if here.startswith("Windows"):
        return "walker-rl needs Linux or macOS; on Windows run it in WSL, which `wsl --install` sets up"
    lacking = "Bullet" if here.startswith("Linux") else "TensorFlow"
    return f"walker-rl needs Linux on x86_64 or macOS on arm64; {lacking} has no wheels for {here}"
