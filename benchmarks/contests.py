"""The contestants of each part, and the ratios to reach."""

import dataclasses
from collections.abc import Callable, Iterator

from benchmarks.report import Row
from benchmarks.turns import ROOT, Contestant, take_turns

PEERS_PYTHON = ROOT / ".venv-peers/bin/python"
PORTABLE_PYTHON = ROOT / ".venv-portable/bin/python"
TASKS = (
    "Walker2DBulletEnv-v0",
    "HopperBulletEnv-v0",
    "HalfCheetahBulletEnv-v0",
    "AntBulletEnv-v0",
    "HumanoidBulletEnv-v0",
)
PLAIN = ("agent.layer_norm=false", "agent.activation=relu")
"""Overrides for the networks of SB3 and SBX."""

PPO_ROUNDS = ("agent.num_environments=16", "agent.unroll_length=128", "agent.num_epochs=10", "agent.batch_size=128")
"""Overrides with which a turn of 10 seconds has several rounds of 2,048 steps, each followed by its updates."""

ONEDNN_ON, ONEDNN_OFF = ("TF_ENABLE_ONEDNN_OPTS", "1"), ("TF_ENABLE_ONEDNN_OPTS", "0")


@dataclasses.dataclass(frozen=True)
class Contest:
    """Contestants that take turns together.

    Attributes:
        unit: unit of the rates.
        seconds: length of a turn.
        contestants: all contestants.
        pairs: names of ours and theirs, and the ratio to reach.
    """

    unit: str
    seconds: float
    contestants: tuple[Contestant, ...]
    pairs: tuple[tuple[str, str, float | None], ...]


def ours(name: str, *arguments: str) -> Contestant:
    return Contestant(name, ("benchmarks.contestants.ours", *arguments), environment=(ONEDNN_ON,))


def stock(name: str, *arguments: str, onednn: bool = False) -> Contestant:
    """Makes a contestant of stock libraries, by default with TensorFlow's oneDNN off."""
    variable = ONEDNN_ON if onednn else ONEDNN_OFF
    return Contestant(name, ("benchmarks.contestants.stock", *arguments), environment=(variable,))


def peer(name: str) -> Contestant:
    """Makes a contestant from a library and an algorithm, as in "SBX TD3"."""
    library, algorithm = name.split()
    return Contestant(name, ("benchmarks.contestants.peer", library.lower(), algorithm), python=PEERS_PYTHON)


def launched(name: str, counter: str, num_actors: int, agent: str, *overrides: str) -> Contestant:
    """Makes a launched contestant, which counts `actor_steps` or `learner_steps`."""
    command = ("benchmarks.contestants.launched", counter, str(num_actors), agent, *overrides)
    return Contestant(name, command, environment=(ONEDNN_ON,))


def environment_contests() -> Iterator[Contest]:
    for task in TASKS:
        name, stock_name = task.removesuffix("BulletEnv-v0"), f"gym {task.removesuffix('BulletEnv-v0')}"
        yield Contest(
            unit="steps/s",
            seconds=1.0,
            contestants=(ours(name, "environment", task), stock(stock_name, "environment", task)),
            pairs=((name, stock_name, 2.0 if task == TASKS[0] else None),),
        )


def acting_contests() -> Iterator[Contest]:
    yield Contest(
        unit="steps/s",
        seconds=2.0,
        contestants=(ours("D4PG", "acting", "d4pg"), stock("Acme D4PG", "acting", "d4pg")),
        pairs=(("D4PG", "Acme D4PG", 5.0),),
    )


def training_contests() -> Iterator[Contest]:
    yield Contest(
        unit="steps/s",
        seconds=4.0,
        contestants=(
            ours("D4PG", "training", "d4pg"),
            stock("Acme D4PG", "training", "d4pg"),
            stock("Acme D4PG, oneDNN on", "training", "d4pg", onednn=True),
            ours("DMPO", "training", "dmpo"),
            stock("Acme DMPO", "training", "dmpo"),
            stock("Acme DMPO, oneDNN on", "training", "dmpo", onednn=True),
        ),
        pairs=(
            ("D4PG", "Acme D4PG", 3.0),
            ("D4PG", "Acme D4PG, oneDNN on", None),
            ("DMPO", "Acme DMPO", 2.0),
            ("DMPO", "Acme DMPO, oneDNN on", None),
        ),
    )


def stacks_contests() -> Iterator[Contest]:
    """Yields contests of an agent's training with itself, on the portable stack and on this one."""
    for agent in ("d4pg", "dmpo", "sac", "ppo"):
        seconds, fields = (10.0, PPO_ROUNDS) if agent == "ppo" else (4.0, ())
        acme = ours(f"{agent.upper()}, Acme stack", "training", agent, *fields)
        portable = dataclasses.replace(acme, name=f"{agent.upper()}, portable stack", python=PORTABLE_PYTHON)
        yield Contest("steps/s", seconds, (portable, acme), pairs=((portable.name, acme.name, None),))


def peers_contests() -> Iterator[Contest]:
    """Yields contests with plain networks on both sides, and D4PG with its defaults."""
    yield Contest(
        unit="steps/s",
        seconds=4.0,
        contestants=(
            ours("DDPG, plain", "training", "ddpg", "agent.samples_per_insert=256", *PLAIN),
            ours("D4PG, plain", "training", "d4pg", *PLAIN),
            ours("D4PG", "training", "d4pg"),
            ours("TD3, plain", "training", "td3", *PLAIN),
            ours("SAC, plain", "training", "sac", *PLAIN),
            *(peer(f"{library} {algorithm}") for library in ("SBX", "SB3") for algorithm in ("DDPG", "TD3", "SAC")),
        ),
        pairs=(
            ("DDPG, plain", "SBX DDPG", 1.0),
            ("DDPG, plain", "SBX TD3", 1.0),
            ("D4PG, plain", "SBX DDPG", 1.0),
            ("D4PG, plain", "SBX TD3", 1.0),
            ("D4PG, plain", "SBX SAC", None),
            ("TD3, plain", "SBX TD3", 1.0),
            ("SAC, plain", "SBX SAC", 1.0),
            ("D4PG", "SBX TD3", None),
            ("DDPG, plain", "SB3 DDPG", None),
            ("D4PG, plain", "SB3 TD3", None),
            ("D4PG, plain", "SB3 SAC", None),
            ("TD3, plain", "SB3 TD3", None),
            ("SAC, plain", "SB3 SAC", None),
        ),
    )
    yield Contest(
        unit="steps/s",
        seconds=10.0,
        contestants=(ours("PPO", "training", "ppo", *PPO_ROUNDS, "agent.activation=tanh"), peer("SB3 PPO")),
        pairs=(("PPO", "SB3 PPO", 1.0),),
    )


def distributed_contests() -> Iterator[Contest]:
    two, local = "D4PG, learner and 2 actors", "D4PG, local runner"
    yield Contest(
        unit="updates/s",
        seconds=5.0,
        contestants=(
            launched(two, "learner_steps", 2, "d4pg", "agent.min_replay_size=1000"),
            ours(local, "training", "d4pg"),
        ),
        pairs=((two, local, 1.0),),
    )
    yield Contest(
        unit="steps/s",
        seconds=5.0,
        contestants=tuple(
            launched(name, "actor_steps", number, "d4pg", "agent.min_replay_size=1000000", "agent.num_random_steps=0")
            for number, name in ((2, "acting, 2 actors"), (1, "acting, 1 actor"))
        ),
        pairs=(("acting, 2 actors", "acting, 1 actor", 1.7),),
    )


def part(contests: Callable[[], Iterator[Contest]]) -> Callable[[int], Iterator[Row]]:
    """Makes the measurement of a part from its contests."""

    def measure(rounds: int) -> Iterator[Row]:
        for contest in contests():
            rates = take_turns(contest.contestants, rounds, contest.seconds)
            for our_name, their_name, target in contest.pairs:
                yield Row(our_name, contest.unit, rates[our_name], their_name, rates[their_name], target)

    return measure
