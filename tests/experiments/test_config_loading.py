"""YAML and overrides: what they mean."""

from pathlib import Path

import pytest

from tests.experiments.loaded_configs import load, load_text, refusal
from tests.tiny import AGENT, DISTRIBUTIONAL_AGENT
from walker_rl.agents import agent_names
from walker_rl.experiments.config import default_experiment, to_dict
from walker_rl.experiments.config_loading import config_from_dict, load_config, read_yaml
from walker_rl.schedules import Linear

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config.yaml"


@pytest.mark.parametrize("agent_name", agent_names())
def test_without_overrides_these_are_the_defaults(agent_name):
    assert load(agent_name=agent_name) == default_experiment(agent_name)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("policy_learning_rate", "1e-4", 1e-4),
        ("policy_learning_rate", "3", 3.0),
        ("vmin", "-1e2", -100.0),
        ("n_step", "1", 1),
        ("layer_norm", "false", False),
        ("activation", "relu", "relu"),
        ("max_gradient_norm", "null", None),
        ("max_dqda_norm", "0.5", 0.5),
        ("policy_hidden_sizes", "[64, 32]", (64, 32)),
        ("policy_hidden_sizes", "[64]", (64,)),
        ("sigma", "0.2", 0.2),
        ("sigma", "[0.2, 0, 1000, 5000]", Linear(0.2, 0.0, 1000, 5000)),
        ("policy_learning_rate", "[3e-4, 0, 0, 100]", Linear(3e-4, 0.0, 0, 100)),
    ],
)
def test_values_have_the_type_of_their_field(path, field, text, value):
    for config in (load(f"agent.{field}={text}"), load_text(path, f"agent:\n  {field}: {text}\n")):
        loaded = getattr(config.agent, field)
        assert loaded == value
        assert type(loaded) is type(value)


def test_later_layers_win(tmp_path):
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text("seed: 1\nagent:\n  n_step: 2\n  tau: 0.5\n")
    second.write_text("agent:\n  n_step: 3\n  sigma: 0.1\n")
    config = load_config(DISTRIBUTIONAL_AGENT, [first, second], ["agent.sigma=0.4", "agent.sigma=0.3"])
    assert (config.seed, config.agent.n_step, config.agent.tau, config.agent.sigma) == (1, 3, 0.5, 0.3)
    assert config.agent.discount == 0.98


def test_the_pendulum_of_the_course_is_as_the_course_has_it():
    """The table of its document, whatever the defaults become."""
    config = load_config("ddpg", [next(path for path in CONFIGS if path.stem == "ddpg_pendulum")])
    agent = config.agent
    assert (config.task, config.max_actor_steps) == ("Pendulum-v1", 200 * 200)
    assert (agent.noise, agent.theta) == ("ornstein_uhlenbeck", 0.15)
    assert agent.sigma == Linear(0.3, 0.0, 0, config.max_actor_steps)
    assert agent.policy_hidden_sizes == agent.critic_hidden_sizes == (400, 300)
    assert (agent.activation, agent.layer_norm, agent.max_gradient_norm) == ("relu", False, None)
    assert (agent.discount, agent.n_step, agent.tau) == (0.99, 1, 0.01)
    assert (agent.batch_size, agent.samples_per_insert, agent.max_replay_size) == (64, 64, 100_000)
    assert (agent.critic_learning_rate, agent.policy_learning_rate) == (1e-3, 1e-4)


def test_arguments_of_an_environment_have_names_of_their_own_and_later_layers_win(path):
    path.write_text("environment:\n  length: 3\n  goal: {x: 1.5, y: [2, 3]}\n")
    config = load_config(AGENT, [path], ["environment.length=4", "environment.agent=far"])
    assert config.environment == {"length": 4, "goal": {"x": 1.5, "y": [2, 3]}, "agent": "far"}
    nested = ["environment.goal.x=2", "environment.goal.z.far=true", "environment.goal.z={near: false}"]
    goal = {"x": 2, "y": [2, 3], "z": {"far": True, "near": False}}
    assert load_config(AGENT, [path], nested).environment == {"length": 3, "goal": goal}
    assert load_config(AGENT, [path], ["environment.goal=null"]).environment == {"length": 3, "goal": None}
    assert load_config(AGENT, overrides=["environment={length: 4}"]).environment == {"length": 4}
    assert load_config(AGENT, overrides=["environment.goal={1: 2, x: 3}"]).environment == {"goal": {"1": 2, "x": 3}}
    line = "environment = {wind: [0, nan], goal: null}: must have finite numbers"
    assert refusal(load_config, AGENT, overrides=["environment={wind: [0, .nan], goal: null}"]) == line
    line = "environment = 5: must be a mapping of arguments to values"
    assert refusal(load_config, AGENT, overrides=["environment=5"]) == line


@pytest.mark.parametrize(
    "text",
    [
        "environment.length: 3\nenvironment.goal.x: 1\nagent.n_step: 5\nagent.max_gradient_norm: 1\n",
        "environment: {goal: {x: 1}}\nenvironment.length: 3\nagent: {n_step: 5}\nagent.max_gradient_norm: 1\n",
    ],
)
def test_a_section_is_a_mapping_or_before_a_dot(path, text):
    config = load_text(path, text)
    assert config.environment == {"length": 3, "goal": {"x": 1}}
    assert (config.agent.n_step, config.agent.max_gradient_norm) == (5, 1.0)


def test_an_argument_may_have_a_dot_in_its_name(path):
    config = load_text(path, "environment: {goal.x: 1, goal: {y.z: 2}}\n")
    assert config.environment == {"goal.x": 1, "goal": {"y.z": 2}}
    assert config_from_dict(to_dict(config)) == config


def test_layers_are_checked_together():
    """Neither override alone leaves the support in order."""
    agent = load("agent.vmin=300", "agent.vmax=400").agent
    assert (agent.vmin, agent.vmax) == (300, 400)


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}\n", "agent: {}\n", f"agent_name: {DISTRIBUTIONAL_AGENT}\n"])
def test_files_that_change_nothing(path, text):
    assert load_text(path, text) == default_experiment(DISTRIBUTIONAL_AGENT)


def test_there_is_nothing_wrong_with_names_that_look_like_numbers_in_quotes(path):
    assert load("task='1.10'").task == load_text(path, 'task: "1.10"').task == "1.10"


@pytest.mark.parametrize("path", CONFIGS, ids=[path.name for path in CONFIGS])
def test_the_configurations_of_this_project_load(path):
    """Configurations that name an agent load for it alone; the others load for every agent."""
    belongs_to = read_yaml(path).get("agent_name")
    assert belongs_to or path.stem == "one_million"
    for agent_name in agent_names():
        if belongs_to in (None, agent_name):
            load_config(agent_name, [path])
        else:
            line = f"config = {path}: agent_name = {belongs_to}: must be {agent_name}, the agent asked for"
            assert refusal(load_config, agent_name, [path]) == line


def test_loading_twice_gives_equal_configurations(path):
    import yaml

    overrides = ("agent.policy_hidden_sizes=[8]", "agent.max_gradient_norm=null", "seed=7", "agent.tau=1e-3")
    config = load(*overrides, "agent.sigma=[0.2,0.1,0,50]")
    path.write_text(yaml.safe_dump({**to_dict(config), "provenance": {"commit": "abc"}}))
    assert load_config(DISTRIBUTIONAL_AGENT, [path]) == config


@pytest.mark.parametrize(
    ("override", "steps"),
    [("12k", 12_000), ("1M", 1_000_000), ("1e5", 100_000), ("2.5e3", 2_500), ("5000.0", 5_000), ("'700'", 700)],
)
def test_an_integer_is_taken_in_the_forms_of_steps(override, steps):
    assert load(f"max_actor_steps={override}").max_actor_steps == steps


def test_a_schedule_takes_its_steps_in_the_same_forms():
    assert load("agent.sigma=[0.2,0.1,1e3,300k]").agent.sigma == Linear(0.2, 0.1, 1_000, 300_000)
