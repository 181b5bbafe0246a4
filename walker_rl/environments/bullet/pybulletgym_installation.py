"""Checks of the installed pybulletgym."""

import importlib.util
import sys
from pathlib import Path

from walker_rl.errors import kind_and_message

ADVICE = (
    "install it from source: git clone https://github.com/benelot/pybullet-gym && git -C pybullet-gym checkout bc68201 "
    "&& pip install --no-deps -e pybullet-gym"
)
"""Commands that install the commit that the tests run with; without `-e`, pip leaves the models out."""


def find_problem() -> str | None:
    """The fault of its files, as in "is not installed", or None; does not import the package."""
    spec = importlib.util.find_spec("pybulletgym")
    if spec is None:
        return "is not installed"
    for folder in [Path(path) / "envs" for path in spec.submodule_search_locations or ()]:
        if (folder / "__init__.py").is_file():
            has_models = (folder / "assets" / "mjcf" / "walker2d.xml").is_file()
            return None if has_models else f"has no models in {folder / 'assets'}"
    return f"has no environments in {spec.origin or 'its folder'}"


def check_tasks() -> None:
    """Resets each of its tasks once; exits with the reason if one fails."""
    from walker_rl.environments.bullet.registry import make_gym_environment
    from walker_rl.environments.bullet.tasks import PACKAGES

    problem = find_problem()
    if problem is not None:
        sys.exit(f"{problem}; {ADVICE}")
    for task in PACKAGES["pybulletgym"].values():
        try:
            environment = make_gym_environment(task)
            environment.reset()
            environment.close()
        except Exception as error:
            sys.exit(f"cannot make {task.name} ({kind_and_message(error)}); {ADVICE}")
