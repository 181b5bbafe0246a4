"""Alarms: problems visible in a run's metrics, and the field to change. One function per alarm."""

import contextlib
import math
from collections.abc import Callable

import numpy as np

from walker_rl.experiments.run.metrics import Columns, RunRecord
from walker_rl.field_values import shown
from walker_rl.printable import format_return

MIN_UPDATES_JUDGED = 1_000
"""Updates before a critic is judged: an untrained one spreads its probability over all atoms."""

NUM_ROWS = 5
"""Newest rows of updates, or evaluations, that an alarm considers."""

NUM_EPISODES = 20
"""Newest training episodes that an alarm considers."""

MAX_END_ATOM_MASS = 0.01
MAX_KL = 0.15
"""KL divergence, in nats, between the policies before and after a round; healthy runs stay below 0.07."""

MAX_CLIPPED_SHARE = 0.35
MAX_SATURATED_SHARE = 0.9
MIN_STEPS_JUDGED, MIN_EVALUATIONS_JUDGED = 100_000, 10
"""Environment steps and evaluations after which something should have been learned."""

MAX_FALLS = 0.5
"""Share of evaluated episodes that may end in a fall if something has been learned."""

COLLAPSED_SHARE = 0.5
"""Share of the best evaluation's gain over the first that a run must keep."""

STANDING_LENGTH, STANDING_SHARE = 300, 0.2
"""Minimum length of an episode, and maximum progress per reward for being upright, that count as standing still.

Where `training_episode_steps` cuts episodes off earlier, the minimum is that, but at least `SHORT_STANDING_LENGTH`.
"""

SHORT_STANDING_LENGTH = 100


def alarms(recorded: RunRecord) -> dict[str, str]:
    """Returns the text of each raised alarm, by name; omits alarms that damaged files make undecidable."""
    every = (
        no_learning_yet,
        return_collapsed,
        standing_still,
        saturated_actions,
        end_atom_mass,
        kl_too_high,
        clipped_share_too_high,
    )
    raised = {}
    for alarm in every:
        with contextlib.suppress(ArithmeticError, LookupError, TypeError, ValueError):
            if (text := alarm(recorded)) is not None:
                raised[alarm.__name__] = text
    return raised


def no_learning_yet(recorded: RunRecord) -> str | None:
    """No evaluation is better than the first, which was not clearly better than the untrained policy."""
    steps, returns = _column(recorded.evaluation, "actor_steps"), _column(recorded.evaluation, "mean_return")
    if len(returns) < MIN_EVALUATIONS_JUDGED or steps[-1] < MIN_STEPS_JUDGED:
        return None
    spread = float(np.mean(_column(recorded.evaluation, "stddev_return")))
    if _is_better(returns.max(), returns[0], spread) or _learned_at_once(recorded, spread):
        return None
    change = _change(recorded, ("raise", "agent.policy_learning_rate"), ("raise", "agent.sigma"))
    first = f"the first ({format_return(returns[0])})"
    return f"no learning yet: no evaluation in {steps[-1]:,.0f} steps is better than {first}{change}"


def _learned_at_once(recorded: RunRecord, spread: float) -> bool:
    """True if the newest evaluations rarely fall and are better than the training episodes before the first update.

    An untrained walker that falls may be better, too: it acts without exploration.
    """
    updates = _column(recorded.training, "learner_steps")
    untrained = _column(recorded.training, "episode_return")[updates == 0]
    newest = _column(recorded.evaluation, "mean_return")[-NUM_ROWS:]
    falls = _column(recorded.conduct, "falls")[-NUM_ROWS:]
    if not len(untrained) or not len(falls) or falls.mean() > MAX_FALLS:
        return False
    return _is_better(newest.min(), untrained.mean(), spread)


def _is_better(value: float, than: float, spread: float) -> bool:
    return value - than > max(0.5 * abs(than), spread)


def return_collapsed(recorded: RunRecord) -> str | None:
    """The newest evaluations are far below the best."""
    returns = _column(recorded.evaluation, "mean_return")
    if len(returns) <= NUM_ROWS:
        return None
    best, newest = returns[:-NUM_ROWS].max(), returns[-NUM_ROWS:]
    gain, spread = best - returns[0], float(np.mean(_column(recorded.evaluation, "stddev_return")))
    if not _is_better(best, returns[0], spread) or (newest >= returns[0] + COLLAPSED_SHARE * gain).any():
        return None
    change = _change(recorded, ("lower", "agent.policy_learning_rate"), ("lower", "agent.sigma"))
    now, before = format_return(newest.mean()), format_return(best)
    return f"return collapsed: {now} in the last {NUM_ROWS} evaluations, {before} at best{change}"


def standing_still(recorded: RunRecord) -> str | None:
    """The robot earns the reward for being upright but hardly moves."""
    names = ("episode_length", "return_progress", "return_alive")
    newest = [_column(recorded.training, name)[-NUM_EPISODES:] for name in names]
    if min(map(len, newest)) < NUM_EPISODES:
        return None
    length, progress, alive = (values.mean() for values in newest)
    longest = recorded.fields.get("training_episode_steps") or STANDING_LENGTH
    if length < np.clip(longest, SHORT_STANDING_LENGTH, STANDING_LENGTH) or progress > STANDING_SHARE * alive:
        return None
    raised = [("raise", f"agent.{name}") for name in ("step_cost", "stddev", "init_stddev")]
    change = _change(recorded, ("set", "agent.prior.policy"), *raised)
    parts = f"{format_return(alive)} for being upright, {format_return(progress)} for progress"
    return f"standing still instead of walking: {parts}{change}"


def saturated_actions(recorded: RunRecord) -> str | None:
    """Nearly all actions of the evaluated policy are at their bounds."""
    shares = _column(recorded.conduct, "saturated_share")[-NUM_ROWS:]
    if len(shares) < NUM_ROWS or shares.min() <= MAX_SATURATED_SHARE:
        return None
    change = _change(recorded, ("lower", "agent.policy_learning_rate"), ("lower", "agent.amplitudes"))
    return f"saturated actions: {shares.mean():.0%} of the policy's actions lie at their bounds{change}"


def end_atom_mass(recorded: RunRecord) -> str | None:
    """The support of a distributional critic is too narrow."""
    mass = _newest_mean(recorded, "end_atom_mass")
    if mass is None or mass <= MAX_END_ATOM_MASS:
        return None
    fields = suggested_support(recorded).items()
    ends = ", ".join(f"{name}={value if isinstance(value, str) else format(value, 'g')}" for name, value in fields)
    return f"end atoms: {mass:.1%} of the probability in the critic's targets lies in them; in a new run set {ends}"


def suggested_support(recorded: RunRecord) -> dict[str, float | str]:
    """Fields of a wider support, by name, from the returns of the training's episodes.

    An episode of return `G` and length `L` suggests the discounted return `(G / L) (1 - discount^L) / (1 - discount)`,
    as if all its steps had the same reward. These and 0 span a range, to which half its width is added above and a
    quarter below. If that is no wider than the support, the support itself is widened so.
    """
    guessed = [_column(recorded.learner, f"support_{end}")[-1:] for end in ("min", "max")]
    fields = [recorded.fields[f"agent.{name}"] for name in ("vmin", "vmax")]
    vmin, vmax = (float(one[0]) if len(one) else field for one, field in zip(guessed, fields, strict=True))
    discount, length = recorded.fields["agent.discount"], _column(recorded.training, "episode_length")
    horizon = length if discount == 1 else (1 - discount**length) / (1 - discount)
    returns = [0.0, *(_column(recorded.training, "episode_return") / length * horizon)]
    low, high = _widened(min(returns), max(returns))
    if vmin <= low and high <= vmax:
        low, high = _widened(vmin, vmax)
    if len(guessed[0]):
        return {"agent.support": "fixed", "agent.vmin": min(low, vmin), "agent.vmax": max(high, vmax)}
    moved = {"agent.vmin": (low, low < vmin), "agent.vmax": (high, high > vmax)}
    return {name: end for name, (end, is_wider) in moved.items() if is_wider}


def _widened(low: float, high: float) -> tuple[float, float]:
    """The ends of a wider range, rounded away from its middle to two digits."""
    width = high - low
    return _rounded(low - width / 4, math.floor), _rounded(high + width / 2, math.ceil)


def _rounded(value: float, round_to: Callable[[float], int]) -> float:
    """`value` with two significant digits."""
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - 1) if value else 1.0
    return round_to(value / unit) * unit


def kl_too_high(recorded: RunRecord) -> str | None:
    """A round moves the policy too far from the one that acted."""
    kl = _newest_mean(recorded, "kl")
    if kl is None or kl <= MAX_KL:
        return None
    change = _change(recorded, ("lower", "agent.policy_learning_rate"), ("lower", "agent.num_epochs"))
    return f"KL too high: each round moves the policy by {kl:.2f} nats{change}"


def clipped_share_too_high(recorded: RunRecord) -> str | None:
    """Too many of a round's probability ratios are clipped."""
    share = _newest_mean(recorded, "clipped_share")
    if share is None or share <= MAX_CLIPPED_SHARE:
        return None
    change = _change(recorded, ("lower", "agent.num_epochs"))
    return f"clipped share too high: {share:.0%} of the probability ratios are clipped{change}"


def _column(columns: Columns, name: str) -> np.ndarray:
    return columns.get(name, np.empty(0))


def _newest_mean(recorded: RunRecord, name: str) -> float | None:
    """Mean over the newest rows of updates; None before `MIN_UPDATES_JUDGED`."""
    values = _column(recorded.learner, name)[-NUM_ROWS:]
    updates = _column(recorded.learner, "learner_steps")[-1:]
    return float(values.mean()) if len(values) and (updates >= MIN_UPDATES_JUDGED).any() else None


def _change(recorded: RunRecord, *remedies: tuple[str, str]) -> str:
    """The first remedy whose field exists, as in "; raise agent.vmax (now 150.0)"; empty if there is none.

    Null can be set to a value, but not raised or lowered.
    """
    for verb, field in remedies:
        if field in recorded.fields and (verb == "set" or recorded.fields[field] is not None):
            return f"; {verb} {field} (now {shown(recorded.fields[field])})"
    return ""
