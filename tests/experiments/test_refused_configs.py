"""YAML and overrides: the one line for everything that is wrong with them."""

import pytest

from tests.experiments.loaded_configs import load, load_text, refusal
from tests.tiny import AGENT, DISTRIBUTIONAL_AGENT
from walker_rl.agents import agent_names
from walker_rl.experiments.config_loading import load_config

INTEGER, NUMBER = "must be an integer", "must be a number"
SCHEDULE = "must be a number or [first, last, begin, end]"
STEPS = "in its values, with 0 <= begin < end <= 1e+12"
LIST = "must be a list of integers, as in [256, 256]"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config.yaml"


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
        ("replay=null", "replay = null: must be one of arrays, reverb"),
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
        (
            "agent.n_step=[1",
            "set = agent.n_step=[1: must be field=value (while parsing a flow sequence in line 1, column 1: "
            "expected ',' or ']', but got '<stream end>' in line 1, column 3)",
        ),
        ("agent={tau: 1, tau: 2}", "set = agent={tau: 1, tau: 2}: must be field=value (tau is given twice, in line 1)"),
        ("agent.n_step=${seed}", f"agent.n_step = ${{seed}}: {INTEGER}"),
    ],
)
def test_one_line_for_a_bad_override(override, line):
    assert refusal(load, override).startswith(line)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("agent.n_step: many", f"agent.n_step = many: {INTEGER}"),
        ("agent:\n  n_step: many", f"agent.n_step = many: {INTEGER}"),
        ("xyzzy: 3", "xyzzy = 3: unknown field; --help lists the fields"),
        ("agent.clip: 0.2", "agent.clip = 0.2: unknown field of this agent, only of ppo"),
        ("agent.discount: 2", "agent.discount = 2.0: must be in [0, 1]"),
        ("agent.vmin: 250", "agent.vmin = 250.0: must be less than agent.vmax = 150"),
        ("environment: 5", "environment = 5: must be a mapping of arguments to values"),
        ("agents: [d4pg]", "agents = [d4pg]: unknown field; only a file for walker-rl sweep --spec has it"),
        ("set: {seed: 1}", "set.seed = 1: unknown field; only a file for walker-rl sweep --spec has it"),
    ],
)
def test_a_bad_field_in_a_file_has_the_same_line_after_the_file(path, text, line):
    assert refusal(load_text, path, text) == f"config = {path}: {line}"


def test_the_file_with_the_wrong_value_is_named_unless_an_option_gives_another(tmp_path):
    wrong, right = tmp_path / "wrong.yaml", tmp_path / "right.yaml"
    wrong.write_text("agent: {discount: 2, n_step: 3}")
    right.write_text("agent.tau: 0.1")
    line = refusal(load_config, DISTRIBUTIONAL_AGENT, [wrong, right])
    assert line == f"config = {wrong}: agent.discount = 2.0: must be in [0, 1]"
    line = refusal(load_config, DISTRIBUTIONAL_AGENT, [wrong, right], ["agent.discount=3"])
    assert line == "agent.discount = 3.0: must be in [0, 1]"
    assert load_config(DISTRIBUTIONAL_AGENT, [wrong, right], ["agent.discount=0.9"]).agent.n_step == 3


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("agent.n_step: 5\nagent: {n_step: 7}", "agent.n_step = 7: is given twice, also as 5"),
        ("agent: {n_step: 7}\nagent.n_step: null", "agent.n_step = null: is given twice, also as 7"),
        ("agent: {prior.share: 0, prior: {share: 0}}", "agent.prior.share = 0: is given twice, also as 0"),
        ("agent: {prior: null}\nagent.prior.share: 0", "agent.prior = {share: 0}: is given twice, also as null"),
        ("environment.x: 1\nenvironment: {x: true}", "environment.x = true: is given twice, also as 1"),
        ("environment.x.y: 1\nenvironment: {x: {y: 1}}", "environment.x.y = 1: is given twice, also as 1"),
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


def test_a_key_that_is_given_twice_is_named_with_its_lines(path):
    line = refusal(load_text, path, "agent:\n  n_step: 1\n  tau: 0.1\n  'n_step': 2\n")
    assert line == f"config = {path}: must be YAML (n_step is given twice, in lines 2 and 4)"


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
