"""Datasets from which an agent learns: turned into its transitions, and the same on each resume."""

import contextlib
import json
import shutil

import numpy as np
import pytest

from tests.agents.learners import make_config
from tests.datasets.pendulum import SAVED, needs_minari
from tests.tiny import AGENT
from walker_rl.agents.config import PriorConfig
from walker_rl.environments import make_environment
from walker_rl.errors import UserError
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.parts import builder_of, check_agent, make_parts
from walker_rl.experiments.prior import check_same_dataset, prior_record
from walker_rl.hyperparameters import problems
from walker_rl.replay.queue import Queue

pytestmark = needs_minari


def test_what_is_no_dataset_of_the_task_is_refused_before_a_launch(dataset, tmp_path):
    for path, task in ((dataset, "Walker2DBulletEnv-v0"), (tmp_path, "Pendulum-v1")):
        sizes = "22 observations and 6 actions" if path == dataset else "3 observations and 1 action"
        config = load_config(AGENT, (), (f"task={task}", f"agent.prior.dataset='{path}'"))
        with pytest.raises(UserError, match=f"^agent.prior.dataset = {path}: must be a Minari dataset of {sizes}"):
            check_agent(config)


def test_transitions_are_those_of_the_agents_own_steps(dataset):
    """As if its actors had played the episodes; they are held from the start and are no inserted transitions."""
    overrides = ("task=Pendulum-v1", "agent.n_step=3", f"agent.prior.dataset='{dataset}'", "agent.batch_size=64")
    builder = builder_of(load_config(AGENT, (), overrides))
    replay, expected = builder.make_replay("arrays", 0), Queue(builder.layout.row_size)
    adder = builder.make_adder(expected)
    with contextlib.closing(make_environment("Pendulum-v1", 0)) as environment:
        timestep, act = environment.reset(5), SAVED.make_act()
        adder.add_first(timestep)
        while not timestep.last():
            action = act(timestep.observation)
            timestep = environment.step(action)
            adder.add(action, timestep)
    assert (replay.num_inserted, replay.size) == (0, 250)
    np.testing.assert_array_equal(replay.save()["prior"]["rows"][:200], expected.save()["rows"])
    replay.insert(np.zeros((100, builder.layout.row_size), np.float32))
    assert (replay.num_inserted, replay.size) == (100, 350)
    batch = next(builder.make_dataset(replay))
    is_prior = (batch != 0).any(axis=1)
    np.testing.assert_array_equal(is_prior, np.arange(64) < 31)  # The share has begun to fall from a half.


@pytest.mark.parametrize("file", ["metadata.json", "main_data.hdf5"])
def test_a_run_is_resumed_with_the_same_dataset(dataset, tmp_path, file):
    """The bounds of its actions are in the metadata."""
    path = shutil.copytree(dataset, tmp_path / "dataset")
    config = load_config(AGENT, (), ("task=Pendulum-v1", f"agent.prior.dataset='{path}'"))
    record = prior_record(config, None)
    check_same_dataset(config, record)
    with (path / "data" / file).open("ab") as changed:
        changed.write(b"\n")
    with pytest.raises(UserError, match=f"^agent.prior.dataset = {path}: must be the one that the run began with "):
        check_same_dataset(config, record)


def test_with_a_dataset_nothing_is_played_first(dataset):
    config = make_config(AGENT, prior=PriorConfig(dataset=str(dataset)), min_replay_size=10)
    assert (config.num_prior_steps, config.num_steps_before_updates) == (0, 10)
    both = make_config(AGENT, prior=PriorConfig(dataset="one", policy="gait"))
    assert list(problems(both)) == ["prior.dataset = one: must be null with agent.prior.policy = gait"]


def test_a_dataset_beyond_the_memory_is_refused_before_it_is_read(dataset, tmp_path):
    copy = shutil.copytree(dataset, tmp_path / "dataset")
    metadata = copy / "data" / "metadata.json"
    metadata.write_text(json.dumps({**json.loads(metadata.read_text()), "total_steps": 10**12}))
    config = load_config(AGENT, (), ("task=Pendulum-v1", f"agent.prior.dataset='{copy}'"))
    for make in (check_agent, make_parts):
        with pytest.raises(UserError) as caught:
            make(config)
        assert str(caught.value) == f"agent.prior.dataset = {copy}: must fit into this machine's memory"
