"""Tasks that Gymnasium registers: gymnasium:ID, as in gymnasium:HalfCheetah-v5."""

from typing import Any

from walker_rl.environments.foreign import (
    ForeignFamily,
    ForeignSimulation,
    Refused,
    adapted,
    import_module,
    prepare,
    require_package,
)
from walker_rl.environments.simulation import Arguments
from walker_rl.errors import did_you_mean
from walker_rl.quiet import quiet

PREFIX = "gymnasium:"


def _construct(name: str, arguments: Arguments) -> ForeignSimulation:
    """Constructs the task with a registered id by `gymnasium.make` with `arguments`; imports Gymnasium."""
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
        environment = gymnasium.make(registered, **{**_draws(registered), **arguments})
        return adapted(GymnasiumSimulation, environment)


def _draws(registered: str) -> dict[str, Any]:
    """Options of `make`: no checks, because they are slow, and pictures if the task can draw them."""
    import gymnasium

    entry_point = gymnasium.registry[registered].entry_point
    creator = gymnasium.envs.registration.load_env_creator(entry_point) if isinstance(entry_point, str) else entry_point
    modes = getattr(creator, "metadata", {}).get("render_modes", ())
    return {"disable_env_checker": True, **({"render_mode": "rgb_array"} if "rgb_array" in modes else {})}


_FAMILY = ForeignFamily("gymnasium", lambda name: name.startswith(PREFIX), _construct)
tasks, find_task, make = _FAMILY.tasks, _FAMILY.find_task, _FAMILY.make
