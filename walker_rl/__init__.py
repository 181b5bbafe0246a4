"""A research training suite for PyBullet's walkers, with the interfaces of Acme."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from walker_rl.api import Run, evaluate, load_policy, load_run, make_environment, train

__version__ = "0.2.0"

__all__ = ["Run", "evaluate", "load_policy", "load_run", "make_environment", "train"]

if not TYPE_CHECKING:  # A type checker would take every name for one that exists.

    def __getattr__(name: str) -> Any:
        """Imports the Python API when one of its names is first used (PEP 562)."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from walker_rl.runtime import set_environment

        set_environment()  # Before NumPy is imported.
        from walker_rl import api

        return getattr(api, name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
