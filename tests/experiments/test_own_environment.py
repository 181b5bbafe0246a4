"""A new user's environment: trained, killed, resumed, filmed and compared from a folder of their own."""

import os
import shlex
import shutil
import signal

import numpy as np
import pytest
from PIL import Image

from tests.package_copy import ROOT, code_blocks
from tests.stacks import acme_stack
from tests.tiny import AGENT, TINY_RUN, metrics_of, run_command, set_options, start_command, wait_for
from walker_rl.experiments.config_loading import load_config
from walker_rl.policies.policy_file import load_policy

UNSEEDED = """
import dm_env, numpy as np
from dm_env import specs

class Rail(dm_env.Environment):
    def __init__(self, length=40, luck=0.0): self.length, self.luck = length, luck
    def action_spec(self): return specs.BoundedArray((1,), np.float64, -2.0, 2.0)
    def observation_spec(self): return {"place": specs.Array((), np.float64), "speed": specs.Array((), np.float64)}
    def observe(self): return {"place": self.place, "speed": self.speed + self.luck * np.random.normal()}
    def reset(self, seed):
        self.time, self.place, self.speed = 0, *np.random.default_rng(seed).uniform(-1.0, 1.0, 2)
        return dm_env.restart(self.observe())
    def step(self, action):
        self.time, self.speed, self.place = self.time + 1, self.speed + 0.1 * action[0], self.place + 0.1 * self.speed
        make = dm_env.truncation if self.time >= self.length else dm_env.transition
        return make(reward=1.0 - abs(self.place), observation=self.observe())
    def render(self): return np.full((48, 64, 3), np.clip(128 + 40 * self.place, 0, 255), np.uint8)
"""

LIMITED = """

def make_env(length): return gymnasium.wrappers.TimeLimit(Rail(length), 60)
"""
"""A function for the environment of the page, so that its episodes are short."""

COMMAND = ("train", AGENT, *set_options((*TINY_RUN, "checkpoint.steps_period=137")))


@pytest.fixture(scope="module")
def short_run(tmp_path_factory):
    """A run of 310 steps whose episodes do not repeat, in a folder with its environment, and what it printed."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "rail.py").write_text(UNSEEDED)
    command = (*COMMAND, "--task", "rail:Rail", "--set", "environment.luck=0.1", "--steps", "310", "--run-dir", "run")
    trained = run_command(*command, **inside(folder))
    assert trained.returncode == 0, trained.stderr
    return folder, trained.stdout


def inside(folder):
    """Options of processes that run in a folder and import the package from elsewhere."""
    return {"cwd": folder, "env": os.environ | {"PYTHONPATH": str(ROOT)}}


@pytest.mark.slow
def test_gymnasiums_trains_resumes_after_a_kill_bit_for_bit_and_is_filmed_and_compared(tmp_path):
    pytest.importorskip("gymnasium")
    (page,) = code_blocks(ROOT / "docs" / "your_environment.md", "python")
    (tmp_path / "rail.py").write_text(page + LIMITED)
    options = inside(tmp_path)
    command = (*COMMAND, "--task", "rail:make_env", "--steps", "1200", "--set", "environment.length=2")
    straight = run_command(*command, "--run-dir", "straight", **options)
    assert straight.returncode == 0, straight.stderr
    assert "a resumed run continues within its episode" in straight.stdout

    process = start_command(*command, "--run-dir", "killed", **options)
    wait_for(tmp_path / "killed" / "metrics" / "training.csv", process, num_lines=8)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    resumed = run_command("train", AGENT, "--resume", "killed", **options)
    assert resumed.returncode == 0, resumed.stderr
    assert metrics_of(tmp_path / "straight") == metrics_of(tmp_path / "killed")

    saved = load_policy(tmp_path / "killed" / "policy" / "best.npz")
    assert (saved.task, saved.environment) == ("rail:make_env", {"length": 2})
    rendered = run_command("render", "killed", "--output", "rail.gif", **options)
    assert rendered.returncode == 0, rendered.stderr
    with Image.open(tmp_path / "rail.gif") as film:
        assert film.n_frames > 20
    for command in (
        ("evaluate", "killed", "--episodes", "2"),
        ("compare", "straight", "killed"),
        ("probe", "rail:Rail"),
    ):
        done = run_command(*command, **options)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "probe_rail-Rail" / "probe.gif").exists()


@pytest.mark.slow
def test_episodes_that_do_not_repeat_are_left_and_the_run_says_so(short_run, tmp_path):
    began, printed = short_run
    folder = shutil.copytree(began, tmp_path / "own")
    assert "a resumed run continues with its next episode" in printed
    resumed = run_command("train", AGENT, "--resume", "run", "--steps", "600", **inside(folder))
    assert resumed.returncode == 0, resumed.stderr
    assert "run/checkpoints/step_000000000310.npz at 310 steps with the next episode." in resumed.stdout
    lengths = np.genfromtxt(folder / "run" / "metrics" / "training.csv", delimiter=",", names=True)["episode_length"]
    assert set(lengths) == {40.0}


@pytest.mark.slow
def test_a_policy_file_imports_no_module_that_its_user_has_not_named(short_run):
    folder, _ = short_run
    file = "run/policy/best.npz"
    refused = run_command("evaluate", file, **inside(folder))
    expected = f"error: policy = {file}: must be given with --task rail:Rail if you trust it to import rail\n"
    assert (refused.returncode, refused.stderr) == (2, expected)
    other = run_command("evaluate", file, "--task", "other:make", **inside(folder))
    assert (other.returncode, other.stderr) == (2, f"error: task = other:make: must be rail:Rail, the task of {file}\n")
    allowed = run_command("evaluate", file, "--task", "rail:Rail", "--episodes", "1", **inside(folder))
    assert allowed.returncode == 0, allowed.stderr


@pytest.mark.slow
def test_what_cannot_be_filmed_trains_with_one_warning(tmp_path):
    (tmp_path / "rail.py").write_text(UNSEEDED.replace("np.uint8)", "float)"))
    films = ("evaluation.film_period=1", "evaluation.period=50")
    command = ("train", AGENT, *set_options((*TINY_RUN, *films)), "--task", "rail:Rail", "--steps", "150")
    trained = run_command(*command, "--run-dir", "run", **inside(tmp_path))
    assert trained.returncode == 0, trained.stderr
    warning = "warning: no film: render() must return uint8 [height, width, 3], not float64 (48, 64, 3)"
    assert trained.stdout.splitlines().count(warning) == 1


@pytest.mark.slow
@pytest.mark.parametrize("step", [137, 450], ids=["in training", "in the final evaluation"])
def test_an_episode_that_fails_ends_the_run_in_a_line_and_it_resumes_bit_for_bit(tmp_path, step):
    """It fails as soon as the run has its checkpoint of a step."""
    fails = f"Path('run/checkpoints/step_{step:012d}.npz').exists() and not Path('mended').exists()"
    fails = f"    def step(self, action):\n        if self.time == 30 and {fails}: raise OSError('no wind')\n"
    source = "from pathlib import Path\n" + UNSEEDED.replace("    def step(self, action):\n", fails)
    (tmp_path / "rail.py").write_text(source)
    command = (*COMMAND, "--task", "rail:Rail", "--steps", "450")
    straight = run_command(*command, "--run-dir", "straight", **inside(tmp_path))
    assert straight.returncode == 0, straight.stderr

    failed = run_command(*command, "--run-dir", "run", **inside(tmp_path))
    place = f"{tmp_path}/rail.py:{source[: source.index('raise OSError')].count(chr(10)) + 1}"
    failure = f"error: the environment raised OSError: no wind ({place}); the last good state is run/checkpoints/step_"
    assert failed.returncode == 1
    last_line = failed.stderr.splitlines()[-1]
    assert last_line.startswith(f"{failure}{step:012d}"), failed.stderr
    (tmp_path / "mended").touch()
    _, *words = shlex.split(last_line.partition("; to resume from the newest checkpoint: ")[2])
    resumed = run_command(*words, **inside(tmp_path))
    assert resumed.returncode == 0, resumed.stderr
    assert metrics_of(tmp_path / "run") == metrics_of(tmp_path / "straight")


@pytest.mark.slow
def test_ctrl_c_saves_though_the_environment_has_replaced_its_handler(tmp_path):
    replaces = "signal.signal(signal.SIGINT, signal.default_int_handler)"
    source = UNSEEDED.replace("reset(self, seed):\n", f"reset(self, seed):\n        {replaces}\n")
    (tmp_path / "rail.py").write_text(f"import signal\n{source}")
    process = start_command(*COMMAND, "--task", "rail:Rail", "--steps", "90000", "--run-dir", "run", **inside(tmp_path))
    wait_for(tmp_path / "run" / "metrics" / "training.csv", process, num_lines=3)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 130
    assert output.splitlines()[-1].startswith("Interrupted; to resume from the newest checkpoint: "), output


@pytest.mark.slow
def test_a_sweep_tells_an_ended_process_from_a_complete_run(tmp_path):
    ends = "        if self.time == 30: os._exit(0)\n"
    source = UNSEEDED.replace("step(self, action):\n", f"step(self, action):\n{ends}")
    (tmp_path / "rail.py").write_text(f"import os\n{source}")
    command = ("sweep", AGENT, *set_options(TINY_RUN), "--task", "rail:Rail", "--seeds", "0", "--steps", "310")
    swept = run_command(*command, "--output", "sweep", "--jobs", "1", **inside(tmp_path))
    assert swept.returncode == 1
    assert "0 of 1 complete" in swept.stdout
    name = f"{AGENT}_rail-Rail_seed0"
    assert swept.stdout.splitlines()[-1] == f"{name}: failed, with status 0; see sweep/logs/{name}.log"


@pytest.mark.slow
def test_it_is_tuned(tmp_path):
    (tmp_path / "rail.py").write_text(UNSEEDED)
    command = ("tune", AGENT, *set_options(TINY_RUN), "--task", "rail:Rail", "--steps", "310", "--output", "study")
    tuned = run_command(*command, "--trials", "2", "--seeds", "3", "--jobs", "1", **inside(tmp_path))
    assert tuned.returncode == 0, tuned.stderr
    best = load_config(AGENT, [tmp_path / "study" / "best.yaml"])
    assert best.task == "rail:Rail"
    assert len(list((tmp_path / "study" / "trials").glob("*_seed3/summary.json"))) == 2


@acme_stack
@pytest.mark.slow
def test_it_is_launched(tmp_path):
    (tmp_path / "rail.py").write_text(UNSEEDED)
    command = ("launch", AGENT, *set_options(TINY_RUN), "--task", "rail:Rail", "--steps", "900", "--num-actors", "2")
    launched = run_command(*command, "--run-dir", "run", **inside(tmp_path))
    assert launched.returncode == 0, launched.stdout + launched.stderr
    lengths = np.genfromtxt(tmp_path / "run/metrics/training.csv", delimiter=",", names=True)["episode_length"]
    assert set(lengths) == {40.0}
    assert load_policy(tmp_path / "run/policy/best.npz").task == "rail:Rail"
    assert (tmp_path / "run/videos/best.gif").exists()


@pytest.mark.slow
def test_a_task_whose_sizes_have_changed_is_not_resumed(short_run, tmp_path):
    folder = shutil.copytree(short_run[0], tmp_path / "own")
    larger = UNSEEDED.replace('"speed": ', '"wind": 0.0, "speed": ').replace('"wind": 0.0', '"wind": SPEC', 1)
    (folder / "rail.py").write_text(larger.replace("SPEC", "specs.Array((), np.float64)"))
    refused = run_command("train", AGENT, "--resume", "run", "--steps", "600", **inside(folder))
    sizes = "2 observations and 1 action, as when the run began, not 3 observations and 1 action"
    assert (refused.returncode, refused.stderr) == (2, f"error: task = rail:Rail: must have {sizes}\n")
