"""`import walker_rl`: a notebook's view of what the commands do, with real trainings."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import walker_rl
from tests.loaded import HEAVY, TENSORFLOW, loaded_by
from tests.tiny import AGENT, TINY_RUN, metrics_of, run_command, set_options, wait_for
from walker_rl.cli import main
from walker_rl.errors import UserError
from walker_rl.experiments.config import flatten, to_dict
from walker_rl.experiments.config_loading import load_config
from walker_rl.pretrained import find_pretrained

TRAIN = """
import sys, walker_rl
from walker_rl.experiments.config import to_dict
from walker_rl.experiments.config_loading import load_config

agent_name, *tiny = sys.argv[1:]
fields = to_dict(load_config(agent_name, overrides=tiny))
train = lambda **options: walker_rl.train(agent_name, **options)
small = {"task": "Pendulum-v1", **{name: fields[name] for name in ("agent", "evaluation", "log_period")}}
"""
"""The beginning of a script that calls `train`, with the fields of a tiny training as nested mappings."""


def train_in_a_process(code: str, folder: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", TRAIN + code, AGENT, *TINY_RUN],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(walker_rl.__file__).parents[1])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A complete run, begun by `train`."""
    folder = tmp_path_factory.mktemp("runs")
    process = train_in_a_process("train(max_actor_steps=400, seed=3, run_dir='run', **small)", folder)
    output, errors = process.communicate(timeout=300)
    assert (process.returncode, errors) == (0, "")
    assert output.startswith(f"Training {AGENT} on Pendulum-v1 for 400 steps in run\n")
    return folder / "run"


def test_importing_it_loads_nothing_heavy():
    loaded = loaded_by("import walker_rl; dir(walker_rl)")
    assert not {name for name in loaded if name.startswith("walker_rl.")}
    assert loaded & HEAVY == set()


def test_all_but_training_does_without_tensorflow():
    loaded = loaded_by("import walker_rl; [getattr(walker_rl, name) for name in walker_rl.__all__]")
    assert "walker_rl.api" in loaded
    assert loaded & (TENSORFLOW | {"gym", "jax", "matplotlib", "pybullet"}) == set()


def test_it_has_the_names_that_it_lists_and_no_others():
    assert set(walker_rl.__all__) <= set(dir(walker_rl))
    assert all(hasattr(walker_rl, name) for name in walker_rl.__all__)
    with pytest.raises(AttributeError, match=r"^module 'walker_rl' has no attribute 'tarin'$"):
        walker_rl.tarin  # noqa: B018


def test_a_run_has_its_metrics_fields_and_final_evaluations(run):
    loaded = walker_rl.load_run(run)
    assert set(loaded.metrics) == {path.stem for path in (run / "metrics").glob("*.csv")} > {"evaluation", "learner"}
    written = np.genfromtxt(run / "metrics" / "evaluation.csv", delimiter=",", names=True)
    assert set(loaded.metrics["evaluation"]) == set(written.dtype.names)
    for column, values in loaded.metrics["evaluation"].items():
        np.testing.assert_array_equal(values, written[column])
    config = load_config(AGENT, [run / "config.yaml"])
    assert (config.seed, config.max_actor_steps) == (3, 400)
    assert loaded.config == flatten(to_dict(config))
    assert loaded.summary.best.mean_return == np.mean(loaded.summary.best.episode_returns)


def test_a_run_can_be_read_while_it_trains(run, tmp_path):
    (tmp_path / "metrics").mkdir()
    (tmp_path / "config.yaml").write_bytes((run / "config.yaml").read_bytes())
    rows = (run / "metrics" / "learner.csv").read_bytes()
    (tmp_path / "metrics" / "learner.csv").write_bytes(rows[:-5])
    loaded = walker_rl.load_run(str(tmp_path))
    assert loaded.summary is None
    assert len(loaded.metrics["learner"]["actor_steps"]) == rows.count(b"\n") - 2


def test_an_evaluation_is_that_of_the_command(run, capsys):
    policy = walker_rl.load_policy(run)
    evaluation = walker_rl.evaluate(policy, num_episodes=2, seed=5)
    assert main(["evaluate", str(run), "--episodes", "2", "--seed", "5", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["episode_returns"] == list(evaluation.episode_returns)
    assert walker_rl.load_policy(run / "policy" / "best.npz").task == policy.task == "Pendulum-v1"


def test_a_path_is_not_the_name_of_a_pretrained_policy(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("gait").write_bytes(find_pretrained("d4pg").path.read_bytes())
    for path in ("./gait", Path("gait"), tmp_path / "gait"):
        assert walker_rl.load_policy(path).agent_name == "d4pg"
    assert walker_rl.load_policy("gait").agent_name == "gait"
    with pytest.raises(UserError, match=rf"^agent\.prior\.policy = {tmp_path}/sac: must be one of "):
        walker_rl.train(AGENT, agent={"prior": {"policy": Path("sac")}})


def test_a_pretrained_policy_plays_in_an_environment():
    policy = walker_rl.load_policy("gait")
    environment = walker_rl.make_environment(policy.task, seed=0)
    act, timestep = policy.make_act(), environment.reset()
    for _ in range(3):
        timestep = environment.step(act(timestep.observation))
    assert timestep.mid()
    environment.close()


CIRCULAR: list = []
CIRCULAR.append(CIRCULAR)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"max_actor_steps": 0}, "max_actor_steps = 0: must be at least 1"),
        ({"seed": np.int64(-1)}, "seed = -1: must be at least 0"),
        ({"agent": {"nstep": 3}}, "agent.nstep = 3: unknown field; did you mean agent.n_step"),
        ({"steps": 5}, "steps = 5: unknown field; did you mean max_actor_steps?"),
        ({"for": 60}, "for = 60: unknown field; did you mean max_walltime?"),
        ({"until": 2000}, "until = 2000: unknown field; did you mean target_return?"),
        ({"prior": "gait"}, 'prior = \'gait\': unknown field; did you mean agent={"prior": {"policy": "gait"}}?'),
        ({"agent": 3}, "agent = 3: must be a mapping of fields to values"),
        ({"agent": {"policy_hidden_sizes": np.zeros(2)}}, "agent.policy_hidden_sizes = [0.0, 0.0]: must be a list of "),
        ({"seed": object}, "seed = <class 'object'>: must be made of numbers, strings, lists, None, and mappings"),
        ({"config": "none.yaml"}, "config = none.yaml: cannot be read (No such file or directory)"),
        ({"config": [Path("none.yaml")]}, "config = none.yaml: cannot be read (No such file or directory)"),
        ({"resume": "none"}, "run = none: must be a run directory (no config.yaml in it)"),
        ({"resume": "a", "run_dir": "b"}, "run_dir = b: must not be given with --resume a"),
        ({"more_steps": 3}, "more_steps = 3: must be given with --resume, and without --steps"),
        ({"more_steps": "3k"}, "more_steps = '3k': must be an integer"),
        ({"config": None}, "config = None: must be a YAML file, or several"),
        ({"config": [3]}, "config = 3: must be a path"),
        ({"run_dir": "a\0b"}, "run_dir = 'a\\x00b': must be a path, without null characters or lone surrogates"),
        ({"run_dir": "\ud800"}, "run_dir = '\\ud800': must be a path, without null characters or lone surrogates"),
        ({"run_dir": ""}, "run_dir = '': must not be empty"),
        ({"resume": ""}, "resume = '': must not be empty"),
        ({"config": ""}, "config = '': must not be empty"),
        ({"config": [""]}, "config = '': must not be empty"),
        ({"resume": "a", "more_steps": True}, "more_steps = True: must be an integer"),
        ({"agent": {(1, 2): 3}}, "agent = {(1, 2): 3}: must be made of numbers, strings, lists, None, and mappings"),
        (
            {"environment": {1: 2}},
            "environment = {1: 2}: must be made of numbers, strings, lists, None, and mappings",
        ),
        (
            {"environment": {"a": {True: 2}}},
            "environment = {'a': {True: 2}}: must be made of numbers, strings, lists, ",
        ),
        ({"environment": {"a": CIRCULAR}}, "environment = {'a': [[...]]}: must be made of numbers, strings, lists, "),
        ({"environment": {"a": np.nan}}, "environment = {a: nan}: must have finite numbers"),
        ({"environment": {"a": [np.float32(-np.inf)]}}, "environment = {a: [-inf]}: must have finite numbers"),
        ({"max_walltime": np.nan}, "max_walltime = nan: must be greater than 0"),
    ],
)
def test_a_wrong_argument_is_one_line(tmp_path, monkeypatch, fields, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError) as caught:
        walker_rl.train(AGENT, **fields)
    assert str(caught.value).startswith(message)
    assert list(tmp_path.iterdir()) == []


GAIT = walker_rl.load_policy("gait")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: walker_rl.train("d4gp"), r"^agent = d4gp: must be one of .*; did you mean d4pg\?$"),
        (lambda: walker_rl.load_run("none"), "^run = none: must be a run directory"),
        (
            lambda: walker_rl.load_policy("d4pgg"),
            "^policy = d4pgg: does not exist; must be one of d4pg, ddpg, dmpo, gait, ppo, sac, td3, a run directory or "
            r"a policy file; did you mean d4pg or ddpg\?$",
        ),
        (
            lambda: walker_rl.load_policy(Path("gone")),
            "^policy = gone: does not exist; must be a run directory or a policy file$",
        ),
        (lambda: walker_rl.make_environment("Pendulum", seed=0), "^task = Pendulum: .* did you mean Pendulum-v1"),
        (lambda: walker_rl.evaluate(GAIT, num_episodes=0), "^num_episodes = 0: must be in"),
        (lambda: walker_rl.evaluate(GAIT, seed=-1), "^seed = -1: must be at least 0$"),
        (lambda: walker_rl.evaluate(GAIT, num_episodes=2.0), "^num_episodes = 2.0: must be an"),
        (lambda: walker_rl.evaluate("gait"), "^policy = 'gait': must be a policy that load_policy returned$"),
        (lambda: walker_rl.train(None), "^agent = None: must be a name$"),
        (lambda: walker_rl.load_policy("a" * 5000), r"^policy = a+ \.\.\. a+: cannot be read"),
        (lambda: walker_rl.load_policy(""), "^policy = '': must not be empty$"),
        (lambda: walker_rl.load_run(""), "^run = '': must not be empty$"),
        (lambda: walker_rl.evaluate(GAIT, num_episodes=True), "^num_episodes = True: must be an integer$"),
        (lambda: walker_rl.evaluate(GAIT, seed=np.True_), "^seed = .*True.*: must be an integer$"),
        (lambda: walker_rl.evaluate(GAIT, num_episodes=10**13), r"^num_episodes = 1.*: must be in \[1, 100,000\]$"),
        (lambda: walker_rl.make_environment("Pendulum-v1", True), "^seed = True: must be an integer$"),
        (lambda: walker_rl.make_environment("Pendulum-v1", 0, {"g": np.inf}), "^arguments = {g: inf}: must have fin"),
        (lambda: walker_rl.make_environment("Pendulum-v1", 0, {1: 2}), "^arguments = {1: 2}: must be made of "),
        (lambda: walker_rl.load_run(3), "^run = 3: must be a path$"),
        (lambda: walker_rl.make_environment("Pendulum-v1", -1), "^seed = -1: must be at least 0$"),
        (lambda: walker_rl.make_environment("Pendulum-v1", 0, {"g": np.float32(1)}), r"^environment.g = 1.0: must not"),
    ],
)
def test_a_wrong_name_or_number_is_one_line(call, message):
    with pytest.raises(UserError, match=message):
        call()


CODE = """
import dm_env
import numpy as np
from dm_env import specs


class Drift(dm_env.Environment):
    step_size, count = 0.0, 0.0

    def observation_spec(self): return specs.Array((1,), np.float32)
    def action_spec(self): return specs.BoundedArray((1,), np.float32, -1.0, 1.0)
    def reset(self): return dm_env.restart(self.observed())
    def step(self, action): return dm_env.transition(1.0, self.observed())

    def observed(self):
        self.count += self.step_size
        return np.array([self.count], np.float32)
"""


def test_a_task_whose_code_has_changed_is_tried_anew(tmp_path, monkeypatch):
    (tmp_path / "drifting.py").write_text(CODE)
    monkeypatch.syspath_prepend(tmp_path)
    import drifting

    assert walker_rl.make_environment("drifting:Drift", 0).repeats
    drifting.Drift.step_size = 1.0
    assert not walker_rl.make_environment("drifting:Drift", 0).repeats
    drifting.Drift.step_size = 0.0
    assert walker_rl.make_environment("drifting:Drift", 0).repeats


def test_a_thread_that_gets_no_signals_is_refused():
    caught = []

    def work():
        with pytest.raises(UserError) as error:
            walker_rl.train(AGENT)
        caught.append(str(error.value))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert caught == ["train: must be called in the main thread, which receives the signals to stop"]


@pytest.mark.slow
def test_a_run_has_the_numbers_of_the_command(run, tmp_path):
    words = ("--task", "Pendulum-v1", "--steps", "400", "--seed", "3", "--run-dir", tmp_path / "run")
    assert run_command("train", AGENT, *words, *set_options(TINY_RUN)).returncode == 0
    assert metrics_of(run) == metrics_of(tmp_path / "run")
    loaded, commanded = walker_rl.load_run(run), walker_rl.load_run(tmp_path / "run")
    assert dataclasses.asdict(loaded.summary) == dataclasses.asdict(commanded.summary)
    assert loaded.config == commanded.config


INTERRUPTED = """
run = train(run_dir="run", **small)
assert run.summary is None
run = train(resume=run.path, max_actor_steps=int(run.metrics["training"]["actor_steps"][-1]) + 400)
assert run.summary is not None
assert train(resume=run.path).summary == run.summary
lengthened = train(resume=run.path, more_steps=300)
assert lengthened.config["max_actor_steps"] == run.config["max_actor_steps"] + 300
try:
    train(threads={"intra_op": 2}, **small)
except walker_rl.errors.UserError as error:
    print(error)
"""


@pytest.mark.slow
def test_an_interrupt_returns_a_run_that_the_same_process_resumes_and_lengthens(tmp_path):
    process = train_in_a_process(INTERRUPTED, tmp_path)
    wait_for(tmp_path / "run" / "metrics" / "training.csv", process, num_lines=3)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert "Interrupted; to resume from the newest checkpoint: " in output
    assert "run is complete, with " in output
    assert "threads = {intra_op: 2, inter_op: 2}: must be those that TensorFlow already uses in this process" in output
