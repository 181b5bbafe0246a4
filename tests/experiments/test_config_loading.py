"""YAML and overrides: what they mean, and the one line for everything that is wrong with them."""

from pathlib import Path

import pytest

from tests.tiny import AGENT, DISTRIBUTIONAL_AGENT
from walker_rl.agents import agent_names
from walker_rl.errors import UserError
from walker_rl.experiments.config import experiment_class, to_dict
from walker_rl.experiments.config_loading import config_from_dict, load_config, read_yaml
from walker_rl.schedules import Linear

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))


def load(*overrides: str, agent_name: str = DISTRIBUTIONAL_AGENT):
    return load_config(agent_name, overrides=overrides)


def load_text(path: Path, text: str):
    path.write_text(text)
    return load_config(DISTRIBUTIONAL_AGENT, files=[path])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config.yaml"


def refusal(call, *arguments, **keywords) -> str:
    with pytest.raises(UserError) as caught:
        call(*arguments, **keywords)
    line = str(caught.value)
    assert "\n" not in line
    return line


# --- what is meant


@pytest.mark.parametrize("agent_name", agent_names())
def test_without_overrides_these_are_the_defaults(agent_name):
    assert load(agent_name=agent_name) == experiment_class(agent_name)()


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
    assert load_text(path, text) == experiment_class(DISTRIBUTIONAL_AGENT)()


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


# --- what is refused

INTEGER, NUMBER = "must be an integer", "must be a number"
SCHEDULE = "must be a number or [first, last, begin, end]"
STEPS = "in its values, with 0 <= begin < end"
LIST = "must be a list of integers, as in [256, 256]"


@pytest.mark.parametrize(
    ("override", "line"),
    [
        (
            "agent.discont=0.9",
            "agent.discont = 0.9: unknown field; did you mean agent.discount or agent.vmin or agent.support?",
        ),
        ("n_step=3", "n_step = 3: unknown field; did you mean agent.n_step?"),
        ("agent.clip=0.2", "agent.clip = 0.2: unknown field of this agent, only of ppo"),
        ("agent.n_step.x=3", "agent.n_step.x = 3: unknown field; did you mean agent.n_step or "),
        ("xyzzy=3", "xyzzy = 3: unknown field; --help lists the fields"),
        ("agent.paper=x", "agent.paper = x: unknown field"),
        ("provenance.commit=x", "provenance.commit = x: unknown field"),
        ("agent=5", "agent = 5: must be a mapping of fields to values"),
        ("agent=null", "agent = null: must be a mapping of fields to values"),
        ("agent.n_step=2.5", f"agent.n_step = 2.5: {INTEGER}"),
        ("agent.n_step=many", f"agent.n_step = many: {INTEGER}"),
        ("agent.n_step=null", f"agent.n_step = null: {INTEGER}"),
        ("agent.n_step=???", f"agent.n_step = ???: {INTEGER}"),
        ("agent.n_step=[3]", f"agent.n_step = [3]: {INTEGER}"),
        ("seed=true", f"seed = true: {INTEGER}"),
        ("seed=inf", f"seed = inf: {INTEGER}"),
        ("agent.tau=small", f"agent.tau = small: {NUMBER}"),
        ("agent.tau=true", f"agent.tau = true: {NUMBER}"),
        ("agent.max_gradient_norm=x", f"agent.max_gradient_norm = x: {NUMBER} or null"),
        ("agent.sigma=loud", f"agent.sigma = loud: {SCHEDULE}"),
        ("agent.sigma=[0.1,0.2]", f"agent.sigma = [0.1, 0.2]: {SCHEDULE}"),
        ("agent.sigma=[0.1,0.2,0,1.5]", f"agent.sigma = [0.1, 0.2, 0, 1.5]: {SCHEDULE}"),
        ("agent.sigma=[0.1,-1,0,5]", f"agent.sigma = [0.1, -1.0, 0, 5]: must be at least 0 {STEPS}"),
        ("agent.sigma=[0.1,0.2,5,5]", f"agent.sigma = [0.1, 0.2, 5, 5]: must be at least 0 {STEPS}"),
        (
            "agent.policy_learning_rate=[0,1e-3,0,5]",
            f"agent.policy_learning_rate = [0.0, 0.001, 0, 5]: must be greater than 0 {STEPS}",
        ),
        ("agent.layer_norm=1", "agent.layer_norm = 1: must be true or false"),
        ("agent.layer_norm=null", "agent.layer_norm = null: must be true or false"),
        ("agent={true: null}", "agent.true = null: unknown field"),
        ("agent.sigma=-inf", "agent.sigma = -inf: must be at least 0"),
        ("agent.sigma=[-inf,0,0,5]", f"agent.sigma = [-inf, 0.0, 0, 5]: must be at least 0 {STEPS}"),
        ("agent.sigma=[inf,0,0,5]", "agent.sigma = [inf, 0.0, 0, 5]: must be at most 1e+12"),
        ("task=[{a: [null, true]}]", "task = [{a: [null, true]}]: must be a name"),
        ("task=null", "task = null: must be a name"),
        ("task=[a]", "task = [a]: must be a name"),
        ("task=1.10", "task = 1.1: must be a name; a number is a name only in quotes"),
        (
            "agent.prior.policy=2024_01_15",
            "agent.prior.policy = 20240115: must be a name or null; a number is a name only in quotes",
        ),
        ("agent.policy_hidden_sizes=256", f"agent.policy_hidden_sizes = 256: {LIST}"),
        ("agent.policy_hidden_sizes=null", f"agent.policy_hidden_sizes = null: {LIST}"),
        ("agent.policy_hidden_sizes=[1.5]", f"agent.policy_hidden_sizes = [1.5]: {LIST}"),
        ("agent.policy_hidden_sizes=[[1]]", f"agent.policy_hidden_sizes = [[1]]: {LIST}"),
        ("agent.policy_hidden_sizes=['???']", f"agent.policy_hidden_sizes = [???]: {LIST}"),
        ("agent.policy_hidden_sizes=[true]", f"agent.policy_hidden_sizes = [true]: {LIST}"),
        ("agent.policy_hidden_sizes=[64, 0]", "agent.policy_hidden_sizes = [64, 0]: must be at least 1"),
        ("agent.policy_hidden_sizes=[]", "agent.policy_hidden_sizes = []: must be a list of one or more"),
        ("agent.discount=1.01", "agent.discount = 1.01: must be in [0, 1]"),
        ("agent.discount=nan", "agent.discount = nan: must be in [0, 1]"),
        ("agent.vmin=-inf", "agent.vmin = -inf: must be at most 1e+12 in size"),
        ("agent.policy_learning_rate=inf", "agent.policy_learning_rate = inf: must be at most 1e+12"),
        ("agent.tau=0", "agent.tau = 0.0: must be in (0, 1]"),
        ("agent.num_atoms=1", "agent.num_atoms = 1: must be in [2, 10,000]"),
        ("agent.vmin=250", "agent.vmin = 250.0: must be less than agent.vmax = 150"),
        ("agent.batch_size=2000000", "agent.batch_size = 2000000: must be at most agent.max_replay_size = 1000000"),
        ("agent.min_replay_size=1000001", "agent.min_replay_size = 1000001: must be at most agent.max_replay_size ="),
        ("agent.activation=swish", "agent.activation = swish: must be one of elu, relu, tanh"),
        ("replay=disk", "replay = disk: must be one of arrays, reverb"),
        ("max_actor_steps=-5", "max_actor_steps = -5: must be at least 1"),
        ("seed=-1", "seed = -1: must be at least 0"),
        ("evaluation.period=0", "evaluation.period = 0: must be at least 1"),
        ("checkpoint.seconds_period=0", "checkpoint.seconds_period = 0.0: must be greater than 0"),
        (f"agent_name={AGENT}", f"agent_name = {AGENT}: must be {DISTRIBUTIONAL_AGENT}, the agent asked for"),
        ("seed", "set = seed: must be field=value, as in agent.n_step=3"),
        ("seed=", "set = seed=: must be field=value, as in agent.n_step=3"),
        ("=5", "set = =5: must be field=value, as in agent.n_step=3"),
        ("agent.n_step=[", "set = agent.n_step=[: must be field=value ("),
        ("agent.n_step=${seed}", f"agent.n_step = ${{seed}}: {INTEGER}"),
    ],
)
def test_one_line_for_a_bad_override(override, line):
    assert refusal(load, override).startswith(line)


@pytest.mark.parametrize("text", ["agent.n_step: many", "agent:\n  n_step: many"])
def test_a_bad_value_in_a_file_has_the_same_line(path, text):
    assert refusal(load_text, path, text) == f"agent.n_step = many: {INTEGER}"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("agent.n_step: 5\nagent: {n_step: 7}", "agent.n_step = 7: must be given once, is also 5"),
        ("agent: {n_step: 7}\nagent.n_step: null", "agent.n_step = null: must be given once, is also 7"),
        ("agent: {prior.share: 0, prior: {share: 0}}", "agent.prior.share = 0: must be given once, is also 0"),
        ("agent: {prior: null}\nagent.prior.share: 0", "agent.prior = {share: 0}: must be given once, is also null"),
        ("environment.x: 1\nenvironment: {x: true}", "environment.x = true: must be given once, is also 1"),
        ("environment.x.y: 1\nenvironment: {x: {y: 1}}", "environment.x.y = 1: must be given once, is also 1"),
        ("agent_name: true", f"agent_name = true: must be {DISTRIBUTIONAL_AGENT}, the agent asked for"),
        (f"{'a.' * 20}b: 1", f"{'a.' * 20}b = 1: must have fewer than 20 dots"),
    ],
)
def test_a_file_whose_fields_contradict_each_other(path, text, line):
    assert refusal(load_text, path, text).startswith(f"config = {path}: {line}")


@pytest.mark.parametrize("section", ["", "agent.", "environment."])
def test_names_without_end_are_refused(section):
    line = refusal(load, f"{section}{'a.' * 5_000}b=1")
    assert line.startswith(f"{section}a.a.a.")
    assert line.endswith(".a.a.b = 1: must have fewer than 20 dots")


@pytest.mark.parametrize("text", ["[1, 2]", "5", "2.5", "true"])
def test_yaml_that_is_no_mapping(path, text):
    assert refusal(load_text, path, text) == f"config = {path}: must be a mapping of fields to values"


@pytest.mark.parametrize(
    "text",
    ["{a: [}", "\tseed: 1", "seed: 1\nseed: 2", "a: !!python/name:os.x", "a: !!binary aGVsbG8=", "a: !!set {b}"],
)
def test_what_is_no_yaml_of_plain_values(path, text):
    assert refusal(load_text, path, text).startswith(f"config = {path}: must be YAML (")


def test_files_that_cannot_be_read(path):
    missing = refusal(load_config, DISTRIBUTIONAL_AGENT, [path])
    assert missing == f"config = {path}: cannot be read (No such file or directory)"
    path.write_bytes(b"\xff\xfe")
    assert refusal(load_config, DISTRIBUTIONAL_AGENT, [path]).startswith(f"config = {path}: must be YAML (")
    assert (
        refusal(load_config, DISTRIBUTIONAL_AGENT, [path.parent])
        == f"config = {path.parent}: cannot be read (Is a directory)"
    )


def test_a_file_of_another_agent_is_refused_for_that_and_not_for_its_fields(path):
    text = f"agent_name: {AGENT}\nagent:\n  noise: gaussian\n"
    line = f"config = {path}: agent_name = {AGENT}: must be {DISTRIBUTIONAL_AGENT}, the agent asked for"
    assert refusal(load_text, path, text) == line


def test_an_unknown_agent():
    assert (
        refusal(load_config, "sac9000")
        == f"agent = sac9000: must be one of {', '.join(agent_names())}; did you mean sac?"
    )
