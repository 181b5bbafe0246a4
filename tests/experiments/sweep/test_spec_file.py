"""The file of a sweep, read or refused."""

from pathlib import Path

import pytest

from tests.tiny import AGENT, DISTRIBUTIONAL_AGENT
from walker_rl.agents import agent_names
from walker_rl.errors import UserError
from walker_rl.experiments.sweep.spec import SweepSpec, plan, read_spec

COMPARISON = Path(__file__).parents[3] / "configs" / "sweeps" / "comparison.yaml"
OUTPUT = Path("runs/a")


def test_a_file_says_what_the_options_say(tmp_path):
    path = tmp_path / "sweep.yaml"
    path.write_text(
        f"""
agents: {AGENT}
tasks: [Pendulum-v1]
seeds: [0-2, 5]
configs:
  {AGENT}: configs/a.yaml
  {DISTRIBUTIONAL_AGENT}: [configs/a.yaml, ../b.yaml]
set:
  max_actor_steps: 500
  agent.tau: 1e-3
  evaluation: {{num_episodes: 2}}
grid:
  agent:
    n_step: [1, 3]
  agent.policy_hidden_sizes: [[8, 8], [16, 16]]
"""
    )
    assert read_spec(path) == SweepSpec(
        agents=(AGENT,),
        tasks=("Pendulum-v1",),
        seeds=(0, 1, 2, 5),
        configs={
            AGENT: (tmp_path / "configs/a.yaml",),
            DISTRIBUTIONAL_AGENT: (tmp_path / "configs/a.yaml", tmp_path / "../b.yaml"),
        },
        overrides=("max_actor_steps=500", "agent.tau=0.001", "evaluation.num_episodes=2"),
        grid={"agent.n_step": ("1", "3"), "agent.policy_hidden_sizes": ("[8,8]", "[16,16]")},
    )


def test_the_file_in_the_documentation(tmp_path):
    page = (COMPARISON.parents[2] / "docs" / "comparing.md").read_text()
    (tmp_path / "sweep.yaml").write_text(page.partition("```yaml\n")[2].partition("```")[0])
    (tmp_path / "d4pg.yaml").write_text("agent: {vmin: -25}\n")
    jobs = plan(read_spec(tmp_path / "sweep.yaml"), OUTPUT).values()
    assert len(jobs) == 2 * 5 * 2
    assert {job.config.agent.vmin for job in jobs if job.config.agent_name == "d4pg"} == {-25}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a", "must be a mapping of fields to values"),
        ("agent: x", "agent = x: unknown field; must be one of agents, tasks, seeds, configs, set, grid"),
        ("agents: [3]", "agents = [3]: must be a list of names"),
        ("tasks: {a: b}", "tasks = {a: b}: must be a list of names"),
        ("seeds: few", "seeds = few: must be integers or ranges of them, as in 0-4 or 0,2,5"),
        ("seeds: [true]", "seeds = true: must be integers or ranges of them, as in 0-4 or 0,2,5"),
        ("set: [a]", "set = [a]: must be a mapping"),
        ("grid: {agent.n_step: 3}", "grid.agent.n_step = 3: must be a list of one or more values"),
        ("grid: {agent.n_step: []}", "grid.agent.n_step = []: must be a list of one or more values"),
        (
            "set: {agent.n_step: 3, agent: {n_step: null}}",
            "set.agent.n_step = null: is given twice, also as 3",
        ),
        (
            "grid: {agent.n_step: [3], agent: {n_step: [true]}}",
            "grid.agent.n_step = [true]: is given twice, also as [3]",
        ),
        ("seed: null", "seed = null: unknown field; must be one of agents, tasks, seeds, configs, set, grid"),
        ("configs: {trpo: a.yaml}", f"agent = trpo: must be one of {', '.join(agent_names())}"),
        ("set: {agent: {n_step: 3}}\ngrid: {agent.n_step: [1, 2]}", "agent.n_step = 3: is also in grid; give it once"),
        ("configs: {1: a.yaml}", f"agent = 1: must be one of {', '.join(agent_names())}"),
        (f"configs: {{{AGENT}: 3}}", "configs = 3: must be a list of names"),
    ],
)
def test_a_file_that_is_refused(tmp_path, text, message):
    path = tmp_path / "sweep.yaml"
    path.write_text(text)
    with pytest.raises(UserError) as caught:
        read_spec(path)
    assert str(caught.value) == f"spec = {path}: {message}"


def test_the_comparison_of_the_project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    jobs = plan(read_spec(COMPARISON), OUTPUT)
    assert len(jobs) == 5 * len(agent_names())
    assert [job.config.seed for job in jobs.values()] == [seed for seed in range(5) for _ in agent_names()]
    for job in jobs.values():
        config = job.config
        assert (config.task, config.max_actor_steps) == ("Walker2DBulletEnv-v0", 300_000)
        assert config.evaluation.num_episodes == 10
        assert (config.agent == type(config.agent)()) == (config.agent_name not in read_spec(COMPARISON).configs)
