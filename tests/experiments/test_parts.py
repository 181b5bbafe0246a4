"""From a configuration to parts, with several environments in one process."""

import contextlib
import dataclasses
import re
import tracemalloc

import numpy as np
import pytest

from tests.one_copy import MODULE
from tests.stacks import acme_stack
from tests.tiny import AGENT, run_command
from walker_rl.agents import agent_names, config_class
from walker_rl.errors import UserError
from walker_rl.experiments.config import flatten, to_dict
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.parts import builder_of, check_memory, make_parts
from walker_rl.runtime import machine_memory

NAMES = ("agent.prior.policy", "agent.prior.dataset", "logging.wandb")
"""Fields whose default is null, and that take no number."""


def several_environments():
    """The agents that play several environments in one process."""
    return [name for name in agent_names() if hasattr(config_class(name)(), "num_environments")]


def test_each_environment_has_episodes_and_an_actor_of_its_own():
    assert several_environments()
    for agent_name in several_environments():
        config = load_config(agent_name, (), ("agent.num_environments=3", "task=Pendulum-v1"))
        with contextlib.closing(make_parts(config)) as parts:
            assert len(parts.loops) == 3
            starts = [loop.environment.reset() for loop in parts.loops]
            assert len({tuple(timestep.observation) for timestep in starts}) == 3
            actions = [loop.actor.select_action(starts[0].observation) for loop in parts.loops]
            assert len({tuple(np.atleast_1d(action)) for action in actions}) == 3
        with contextlib.closing(make_parts(load_config(agent_name, (), ("task=Pendulum-v1",)))) as more:
            np.testing.assert_array_equal(more.loops[1].environment.reset().observation, starts[1].observation)


LICENSED = """
class Licensed(Server):
    num_open = 0

    def __init__(self):
        if Licensed.num_open:
            raise OSError("the only licence is taken")
        Licensed.num_open += 1

    def close(self):
        Licensed.num_open -= 1
"""


def test_parts_that_cannot_all_be_made_are_freed(tmp_path, monkeypatch):
    (tmp_path / "single_copy.py").write_text(MODULE + LICENSED)
    monkeypatch.syspath_prepend(tmp_path)
    (agent_name, *_) = several_environments()
    config = load_config(agent_name, (), ("agent.num_environments=2", "task=single_copy:Licensed"))
    with pytest.raises(UserError, match="the only licence is taken"):
        make_parts(config)
    one = dataclasses.replace(config, agent=dataclasses.replace(config.agent, num_environments=1))
    with contextlib.closing(make_parts(one)) as parts:
        assert len(parts.loops) == 1


@pytest.mark.parametrize(("limit", "length"), [("50", 50), ("null", 200), ("1000", 200)])
def test_a_training_episode_is_cut_off_where_the_configuration_says(limit, length):
    config = load_config(AGENT, (), ("task=Pendulum-v1", f"training_episode_steps={limit}"))
    with contextlib.closing(make_parts(config)) as parts:
        (loop,) = parts.loops
        episodes = [loop.step() for _ in range(2 * length)]
        ended = [step for step, episode in enumerate(episodes, start=1) if episode is not None]
        assert ended == [length, 2 * length]
        saved = loop.save()
        assert saved["environment"]["actions"].shape == (length, 1)
        assert loop.environment.restore(saved["environment"]).discount == 1.0


def numbers(agent_name: str) -> list[str]:
    """Names of all fields that take a number or a list of them."""
    fields = flatten(to_dict(load_config(agent_name)))
    return [name for name, value in fields.items() if not isinstance(value, (str, bool)) and name not in NAMES]


@pytest.mark.parametrize("agent_name", agent_names())
def test_every_number_has_an_end(agent_name):
    """A number where a list is wanted has another line, of its own."""
    for name in numbers(agent_name):
        for value in (f"{10**13}", f"[{10**13}]", f"[{10**13}, 0, 0, 5]", f"[0, 0, 0, {10**13}]"):
            with pytest.raises(UserError, match=rf"^{re.escape(name)} = .*{10**13}"):
                load_config(agent_name, (), (f"{name}={value}",))


@pytest.mark.parametrize("agent_name", agent_names())
def test_what_a_run_needs_is_known_before_anything_is_allocated(agent_name):
    """For 1e9 in any field: refused, or it takes no more than this machine has."""
    tracemalloc.start()
    for name in numbers(agent_name):
        for value in (f"{10**9}", f"[{10**9}]", f"[{10**9}, {10**9}]"):
            try:
                config = load_config(
                    agent_name, (), (f"{name}={value}", "agent.prior.policy=gait")[: 1 + (".prior." in name)]
                )
                check_memory(config, builder := builder_of(config))
                assert builder.num_bytes <= machine_memory()
            except UserError as error:
                assert str(error).startswith(f"{name} = ") or "at most agent." in str(error)
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("agent_name", "override", "shown"),
    [
        ("sac", "agent.policy_hidden_sizes=[1000000,1000000]", "[1000000, 1000000]"),
        ("td3", "agent.critic_hidden_sizes=[256,100000000]", "[256, 100000000]"),
        ("ddpg", "agent.max_replay_size=1000000000000", "1000000000000"),
        ("d4pg", "agent.prior.num_steps=1000000000000", "1000000000000"),
        ("ppo", "agent.unroll_length=1000000000", "1000000000"),
    ],
)
def test_the_field_that_asks_for_too_much_memory_is_named(agent_name, override, shown):
    config = load_config(agent_name, (), (override, "agent.prior.policy=gait")[: 1 + (".prior." in override)])
    with pytest.raises(UserError) as caught:
        make_parts(config)
    name, _, _ = override.partition("=")
    assert str(caught.value) == f"{name} = {shown}: must fit into this machine's memory"


def test_a_field_that_asks_for_no_memory_is_never_named(monkeypatch):
    """As on a machine that the defaults are too large for."""
    monkeypatch.setattr("walker_rl.experiments.parts.machine_memory", lambda: 1.0)
    config = load_config("ddpg", (), ("agent.sigma=0.2", "agent.tau=0.01"))
    check_memory(config, builder_of(config))
    larger = load_config("ddpg", (), ("agent.sigma=0.2", "agent.max_replay_size=2000000"))
    with pytest.raises(UserError, match=r"^agent\.max_replay_size = 2000000: must fit into this machine's memory$"):
        check_memory(larger, builder_of(larger))


LAUNCH = pytest.param(("launch", "--num-actors", "1"), marks=acme_stack)


@pytest.mark.parametrize("words", [("train",), LAUNCH, ("sweep",)])
def test_a_command_refuses_it_in_a_line_and_leaves_nothing(tmp_path, words):
    where = ("--output" if words[0] == "sweep" else "--run-dir", tmp_path / "run")
    result = run_command(*words[:1], "d4pg", *words[1:], "--set", "agent.policy_hidden_sizes=[1000000,1000000]", *where)
    assert result.returncode == 2, result.stderr
    line = "agent.policy_hidden_sizes = [1000000, 1000000]: must fit into this machine's memory"
    assert result.stderr == f"error: {line}\n"
    assert not (tmp_path / "run").exists()
