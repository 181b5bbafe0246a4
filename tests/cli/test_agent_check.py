"""The check of agents and tasks before a sweep, a search or a launch."""

import pytest

from tests.package_copy import ROOT
from tests.tiny import AGENT
from walker_rl.cli.agent_check import check_agents
from walker_rl.errors import RunError
from walker_rl.experiments.config_loading import load_config

CART = """
import dm_env, numpy as np
from dm_env import specs

class Cart(dm_env.Environment):
    def action_spec(self): return specs.BoundedArray((1,), np.float64, -1.0, 1.0)
    def observation_spec(self): return specs.Array((1,), np.float64)
    def reset(self, seed=None): return dm_env.restart(np.zeros(1))
    def step(self, action): return dm_env.termination(1.0, np.zeros(1))
"""


def check(folder, monkeypatch, first_line):
    (folder / "cart.py").write_text(f"{first_line}\n{CART}")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    check_agents([load_config(AGENT, overrides=["task=cart:Cart"])])


def test_what_a_task_prints_is_no_error(tmp_path, monkeypatch):
    check(tmp_path, monkeypatch, "print('Welcome to the cart!', flush=True)")


def test_a_file_named_as_a_module_of_pythons_is_not_taken_for_it(tmp_path, monkeypatch):
    for name in ("json", "queue", "random", "signal"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(3)")
    check(tmp_path, monkeypatch, "")


@pytest.mark.parametrize(
    ("first_line", "ending"),
    [
        ("import os; os._exit(3)", "with status 3"),
        ("import os; os.kill(os.getpid(), 9)", "killed by SIGKILL"),
    ],
)
def test_a_task_that_ends_the_process_is_one_line(tmp_path, monkeypatch, first_line, ending):
    with pytest.raises(RunError, match=f"^the check of the agents and their tasks has ended, {ending}$"):
        check(tmp_path, monkeypatch, first_line)
