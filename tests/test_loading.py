"""Nothing heavy is imported before it is needed."""

import pytest

from tests.loaded import HEAVY, TENSORFLOW, loaded_by
from tests.stacks import acme_stack
from tests.tiny import AGENT


@pytest.mark.parametrize(
    "code",
    [
        "from walker_rl.cli import main; main(['train', '--help'])",
        f"from walker_rl.cli import main; main(['train', '{AGENT}', '--help'])",
        f"from walker_rl.cli import main; main(['launch', '{AGENT}', '--help'])",
        "from walker_rl.agents import agent_names, config_class; [config_class(name) for name in agent_names()]",
    ],
)
def test_help_and_configs_load_nothing_heavy(code):
    loaded = loaded_by(code)
    assert f"walker_rl.agents.{AGENT}.config" in loaded
    assert loaded & HEAVY == set()


@pytest.mark.parametrize("words", [("--help",), ("node", "--help"), ("sweep", "--help")])
def test_help_without_an_agent_looks_for_none(words):
    """Reading the entry points of all installed packages takes a tenth of the time of `--help`."""
    loaded = loaded_by(
        f"from walker_rl.cli import main; main({[*words]})\n"
        "from walker_rl.agents.catalogue import _found; assert _found.cache_info().currsize == 0"
    )
    assert {name for name in loaded if name.startswith("walker_rl.agents.")} == {"walker_rl.agents.catalogue"}
    assert loaded & HEAVY == set()


def test_tasks_are_listed_without_a_simulator():
    loaded = loaded_by("from walker_rl.cli import main; main(['list'])")
    assert "walker_rl.environments.bullet.family" in loaded
    simulators = {"dm_control", "gym", "gymnasium", "mujoco", "pybullet", "pybullet_envs"}
    assert loaded & (simulators | {"tensorflow", "PIL"}) == set()


def test_a_task_is_made_without_the_simulators_of_other_families():
    loaded = loaded_by("from walker_rl.environments import make_environment; make_environment('Pendulum-v1', seed=0)")
    assert "walker_rl.environments.classic.pendulum" in loaded
    assert loaded & {"pybullet", "pybullet_envs", "walker_rl.environments.bullet.simulation"} == set()


def test_services_that_nobody_asked_for_are_not_loaded(tmp_path):
    """Each takes a second or two, and may not be installed."""
    loaded = loaded_by(
        "from pathlib import Path\n"
        "from walker_rl.experiments.config_loading import load_config\n"
        "from walker_rl.experiments.run.recorder import Recorder\n"
        "from walker_rl.experiments.run.creation import create_run_directory\n"
        "from walker_rl.terminal.display import Display\n"
        f"config = load_config('{AGENT}')\n"
        f"run = create_run_directory(Path('{tmp_path}') / 'run', config)\n"
        "recorder = Recorder(config, run, Display())\n"
        "recorder.save()\n"
        "recorder.close()"
    )
    assert "walker_rl.logging.weights_and_biases" in loaded
    assert loaded & {"mlflow", "wandb"} == set()


def test_a_launcher_looks_at_its_services_without_launchpad():
    """Launchpad reads the place of the processes' logs when it is imported."""
    loaded = loaded_by("from walker_rl.experiments.run.trackers import check_trackers")
    assert loaded & HEAVY == set()


def test_the_page_of_runs_is_served_without_what_trains_and_draws():
    loaded = loaded_by("import walker_rl.watch.server")
    assert "walker_rl.watch.reading" in loaded
    assert loaded & (TENSORFLOW | {"jax", "matplotlib", "pybullet", "scipy"}) == set()


@acme_stack
@pytest.mark.parametrize("node", ["actor", "evaluation_node"])
def test_an_actor_and_an_evaluator_do_without_tensorflow(node):
    """Seconds of every start, and 300 MB of every process."""
    loaded = loaded_by(
        f"import walker_rl.experiments.distributed.roles.{node}\n"
        "from walker_rl.agents import agent_names\n"
        "from walker_rl.experiments.parts import builder_of\n"
        "from walker_rl.experiments.config_loading import load_config\n"
        "from walker_rl.experiments.distributed.wire.reverb_client import ReverbClient\n"
        "[builder_of(load_config(name)).make_policy(0) for name in agent_names()]\n"
        "ReverbClient('localhost:1')"
    )
    assert "reverb.libpybind" in loaded
    assert loaded & {"tensorflow", "sonnet", "jax"} == set()
