"""Lines that a user sees."""

from typing import Any


def describe(status: dict[str, Any]) -> str:
    """Describes a run's progress in one line."""
    share = 100 * status["actor_steps"] / status["max_actor_steps"]
    evaluation = status["evaluation_return"]
    steps = f"{status['actor_steps']:,} / {status['max_actor_steps']:,} steps ({share:.0f} %), "
    if status["phase"] == "ending":
        return f"{steps}training is complete; now the choice and video of the best policy, and the final evaluation"
    return (
        f"{steps}"
        f"{status['num_actors']} actors, {status['learner_steps']:,} learner steps, "
        f"evaluation return {'-' if evaluation is None else f'{evaluation:,.0f}'}"
    )


def last_line(text: str) -> str:
    """The last non-empty line of a text; "" if there is none."""
    return (text.strip().splitlines() or [""])[-1]


def tell(text: str) -> None:
    """Prints a line."""
    print(text, flush=True)
