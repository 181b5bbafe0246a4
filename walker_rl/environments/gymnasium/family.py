"""Tasks that Gymnasium registers: gymnasium:ID, as in gymnasium:HalfCheetah-v5."""

from typing import Any

from walker_rl.environments.foreign import (
    ForeignSimulation,
    Refused,
    described,
    import_module,
    prepare,
    require_package,
    trying,
)
from walker_rl.environments.simulation import Arguments, Simulation, Task
from walker_rl.errors import did_you_mean
from walker_rl.quiet import quiet

PREFIX = "gymnasium:"


def tasks() -> dict[str, Task]:
    """No tasks: a task's sizes are unknown until it is constructed."""
    return {}


def find_task(name: str, arguments: Arguments) -> Task | None:
    """The task with a registered id, constructed by `gymnasium.make` with `arguments`.

    Raises:
        UserError: if Gymnasium is not installed, registers no such id, or the task can't be played.
    """
    if not name.startswith(PREFIX):
        return None
    return described(name, "gymnasium", arguments, lambda: _construct(name, arguments))


def make(task: Task) -> Simulation:
    """Constructs a task; imports Gymnasium."""
    with trying(task.name):
        return _construct(task.name, task.arguments)


def _construct(name: str, arguments: Arguments) -> ForeignSimulation:
    require_package("gymnasium")
    prepare()
    with quiet():  # MuJoCo prints notes on its models, and Gymnasium on versions.
        import gymnasium

        from walker_rl.environments.gymnasium_simulation import GymnasiumSimulation

        identity = name.removeprefix(PREFIX)
        module, _, registered = identity.rpartition(":")
        if module:
            import_module(module)
        if registered not in gymnasium.registry:
            near = did_you_mean(registered, gymnasium.registry)
            raise Refused(f"must be an id that Gymnasium registers{near}")
        return GymnasiumSimulation(gymnasium.make(registered, **_draws(registered), **arguments))


def _draws(registered: str) -> dict[str, Any]:
    """Options of `make`: no checks, because they are slow, and pictures if the task can draw them."""
    import gymnasium

    entry_point = gymnasium.registry[registered].entry_point
    creator = gymnasium.envs.registration.load_env_creator(entry_point) if isinstance(entry_point, str) else entry_point
    modes = getattr(creator, "metadata", {}).get("render_modes", ())
    return {"disable_env_checker": True, **({"render_mode": "rgb_array"} if "rgb_array" in modes else {})}
