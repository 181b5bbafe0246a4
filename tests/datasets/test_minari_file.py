"""Minari datasets: opened by Minari, read back, and refused if they are damaged or hostile."""

import contextlib
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec

from tests.datasets.pendulum import BOUNDS, needs_minari
from tests.package_copy import ROOT
from tests.tiny import AGENT
from walker_rl.environments import make_environment
from walker_rl.episodes import Episode
from walker_rl.errors import UserError
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.parts import builder_of, check_agent
from walker_rl.experiments.prior import prior_record
from walker_rl.minari_file import is_dataset, new_dataset, read_episodes, read_metadata

pytestmark = needs_minari


def test_the_last_episode_ends_with_the_steps(played):
    assert [len(episode.rewards) for episode in played] == [200, 50]
    assert [episode.seed for episode in played] == [5, 6]
    assert not any(episode.terminated for episode in played)
    with contextlib.closing(make_environment("Pendulum-v1", 1)) as environment:
        timestep = environment.reset(6)
        for step in range(50):
            np.testing.assert_array_equal(played[1].observations[step], timestep.observation)
            timestep = environment.step(played[1].actions[step])
            assert played[1].rewards[step] == timestep.reward
        np.testing.assert_array_equal(played[1].observations[50], timestep.observation)


def test_minari_opens_it(dataset, played):
    import minari

    opened = minari.MinariDataset(dataset / "data")
    assert (opened.total_episodes, opened.total_steps) == (2, 250)
    assert (opened.observation_space.shape, opened.action_space.shape) == ((3,), (1,))
    assert opened.spec.dataset_id == "pendulum_played-v0"
    assert opened.storage.metadata["algorithm_name"] == "d4pg"
    assert opened.storage.metadata["task"] == "Pendulum-v1"
    assert [one["seed"] for one in opened.storage.get_episode_metadata(range(2))] == [5, 6]
    for expected, actual in zip(played, opened, strict=True):
        np.testing.assert_array_equal(actual.observations, expected.observations)
        np.testing.assert_array_equal(actual.actions, expected.actions)
        np.testing.assert_array_equal(actual.rewards, expected.rewards)
        assert not actual.terminations.any()
        np.testing.assert_array_equal(actual.truncations, np.arange(len(actual)) == len(actual) - 1)


def test_episodes_are_read_as_they_were(dataset, played, tmp_path):
    for expected, actual in zip(played, read_episodes(dataset, 3, 1), strict=True):
        for field in ("observations", "actions", "rewards", "terminated"):
            np.testing.assert_array_equal(getattr(actual, field), getattr(expected, field))
    with new_dataset(tmp_path / "fallen", BOUNDS, 1, {}) as add:
        add(played[1]._replace(terminated=True))
    assert [episode.terminated for episode in read_episodes(tmp_path / "fallen", 3, 1)] == [True]


def test_other_bounds_of_actions_become_ours(tmp_path):
    """The third action has one allowed value."""
    import minari
    from gymnasium.spaces import Box
    from minari.data_collector import EpisodeBuffer

    spaces = Box(-np.inf, np.inf, (3,)), Box(np.float32([-2, 0, 0.5]), np.float32([2, 1, 0.5]))
    storage = minari.dataset.minari_storage.MinariStorage.new(tmp_path, *spaces)
    storage.update_metadata({"dataset_id": "foreign-v0", "minari_version": minari.__version__})
    actions = np.float32([[-2, 1, 0.5], [1, 0.5, 0.5]])
    ends = np.array([False, True])
    storage.update_episodes([EpisodeBuffer(None, None, None, np.zeros((3, 3)), actions, np.ones(2), ends, ~ends)])
    (episode,) = read_episodes(tmp_path, 3, 3)
    np.testing.assert_array_equal(episode.actions, [[-1, 1, 0], [0.5, 0, 0]])


@pytest.mark.parametrize(
    ("name", "dataset_id"), [("walks", "walks-v0"), ("a walk-v12", "a_walk-v12"), ("-v3", "-v3-v0")]
)
def test_every_dataset_has_an_id_that_minari_parses(tmp_path, name, dataset_id):
    import minari

    with new_dataset(tmp_path / name, BOUNDS, 1, {}):
        pass
    assert minari.MinariDataset(tmp_path / name / "data").spec.dataset_id == dataset_id


@pytest.mark.parametrize("damage", ["nan", "longer", "flat"])
def test_a_damaged_dataset_is_refused_in_a_line(played, tmp_path, damage):
    path = tmp_path / "dataset"
    numbers = played[1]
    if damage == "nan":
        numbers = numbers._replace(rewards=np.where(numbers.rewards == numbers.rewards[3], np.nan, numbers.rewards))
    if damage == "longer":
        numbers = numbers._replace(observations=numbers.observations[:-1])
    if damage == "flat":
        numbers = numbers._replace(observations=numbers.observations[:, :1], rewards=numbers.rewards[:, None])
    with new_dataset(path, BOUNDS, 1, {}) as add:
        add(numbers)
    config = load_config(AGENT, (), ("task=Pendulum-v1", f"agent.prior.dataset='{path}'"))
    with pytest.raises(UserError, match=f"^agent.prior.dataset = {path}: must have whole episodes \\(.+\\)$"):
        check_agent(config)


@pytest.mark.parametrize(
    "changes", [{"total_steps": float("inf")}, {"actor_steps": [1]}, {"data_format": "arrow"}, {"data_format": "tape"}]
)
def test_strange_metadata_are_one_line(dataset, tmp_path, changes):
    copy = shutil.copytree(dataset, tmp_path / "dataset")
    metadata = copy / "data" / "metadata.json"
    metadata.write_text(json.dumps({**json.loads(metadata.read_text()), **changes}))
    config = load_config(AGENT, (), ("task=Pendulum-v1", f"agent.prior.dataset='{copy}'"))
    with pytest.raises(UserError, match=f"^agent.prior.dataset = {copy}: must be a Minari dataset"):
        check_agent(config)
        prior_record(config, None)


@pytest.mark.parametrize("space", ["action_space", "observation_space"])
def test_a_dataset_runs_no_code(dataset, tmp_path, space):
    copy = shutil.copytree(dataset, tmp_path / "dataset")
    metadata = copy / "data" / "metadata.json"
    about = json.loads(metadata.read_text())
    del about[space]
    runs = {"id": "Evil-v0", "entry_point": "os:mkdir", "kwargs": {"path": str(tmp_path / "made")}}
    about["env_spec"] = EnvSpec(**runs).to_json()
    metadata.write_text(json.dumps(about))
    with pytest.raises(UserError, match=f"^agent.prior.dataset = {copy}: must be a Minari dataset of "):
        next(read_episodes(copy, 3, 1))
    assert not (tmp_path / "made").exists()


def test_a_datasets_name_is_printable(dataset, tmp_path):
    copy = shutil.copytree(dataset, tmp_path / "dataset")
    metadata = copy / "data" / "metadata.json"
    metadata.write_text(json.dumps({**json.loads(metadata.read_text()), "algorithm_name": "\x1b[31mevil\nname"}))
    assert read_metadata(copy)["algorithm_name"] == "[31mevil name"


def test_a_dataset_without_steps_is_refused(tmp_path):
    with new_dataset(tmp_path / "nothing", BOUNDS, 1, {}):
        pass
    config = load_config(AGENT, (), ("task=Pendulum-v1", f"agent.prior.dataset='{tmp_path / 'nothing'}'"))
    with pytest.raises(UserError, match=r": must have at least one step$"):
        builder_of(config).make_replay("arrays", 0)


def test_what_lies_beside_the_dataset_stays(tmp_path):
    others = tmp_path / "data.part"
    others.mkdir()
    (others / "notes").touch()
    with new_dataset(tmp_path / "data", BOUNDS, 1, {}) as add:
        add(Episode(np.zeros((2, 3), np.float32), np.zeros((1, 1), np.float32), np.zeros(1), terminated=True))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "data.part"]
    assert (others / "notes").exists()
    assert is_dataset(tmp_path / "data")
    assert not is_dataset(tmp_path / ("x" * 300))


@pytest.mark.parametrize("num_bytes", [0, 20_000, 3_000_000])
def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path, num_bytes):
    """HDF5 would crash the process."""
    code = (
        "import resource, sys, numpy as np; from pathlib import Path\n"
        "from walker_rl.errors import RunError\n"
        "from walker_rl.episodes import Episode; from walker_rl.minari_file import new_dataset\n"
        "episode = Episode(*(np.zeros(shape, np.float32) for shape in ((5_001, 8), (5_000, 2), 5_000)), False)\n"
        "try:\n"
        "    with new_dataset(Path(sys.argv[1]), np.float32([[-1.0] * 8, [1.0] * 8]), 2, {}) as add:\n"
        "        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))\n"
        "        for _ in range(100): add(episode)\n"
        "except RunError as error: print(error)"
    )
    command = [sys.executable, "-c", code, tmp_path / "full", str(num_bytes)]
    process = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert (process.returncode, process.stderr) == (0, "")
    assert process.stdout == f"{tmp_path / 'full'}: not written: File too large\n"
    assert list(tmp_path.iterdir()) == []


def test_what_fails_leaves_nothing(tmp_path):
    path = tmp_path / "data set"
    with pytest.raises(ZeroDivisionError), new_dataset(path, BOUNDS, 1, {}) as add:
        add(Episode(np.zeros((2, 3), np.float32), np.zeros((1, 1), np.float32), np.zeros(1), terminated=True))
        assert 1 / 0
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ConnectionError), new_dataset(path, BOUNDS, 1, {}):
        raise ConnectionError("of the task, not of the file")
    assert list(tmp_path.iterdir()) == []
    path.mkdir()
    with pytest.raises(UserError, match=f"^output = {path}: must not exist yet$"), new_dataset(path, BOUNDS, 1, {}):
        pass


@pytest.mark.parametrize("length", [0, 100, -1_000])
def test_a_torn_dataset_is_one_line(dataset, tmp_path, length):
    torn = shutil.copytree(dataset, tmp_path / "torn")
    file = torn / "data" / "main_data.hdf5"
    file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(UserError, match=f"^agent.prior.dataset = {torn}: must have whole episodes "):
        list(read_episodes(torn, 3, 1))


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "walks"
    message = rf"^output = {path}: must be writable \(File exists\)$"
    with pytest.raises(UserError, match=message), new_dataset(path, BOUNDS, 1, {}):
        pass
