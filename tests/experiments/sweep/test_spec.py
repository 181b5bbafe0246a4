"""Which runs a sweep has, exactly; and what it refuses."""

import json
import os
from pathlib import Path

import pytest

from tests.experiments.sweep.commands import overrides_in_command
from tests.tiny import AGENT, DISTRIBUTIONAL_AGENT
from walker_rl.agents import agent_names, config_class
from walker_rl.agents.config import DistributionalConfig
from walker_rl.errors import UserError
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.sweep.spec import SweepSpec, parse_grid, parse_seeds, plan

OUTPUT = Path("runs/a")
DISTRIBUTIONAL = ", ".join(name for name in agent_names() if issubclass(config_class(name), DistributionalConfig))


def refusal(call) -> str:
    with pytest.raises(UserError) as caught:
        call()
    return str(caught.value)


def test_runs_are_the_product_with_the_seeds_outermost():
    spec = SweepSpec(
        agents=(AGENT, DISTRIBUTIONAL_AGENT),
        tasks=("Pendulum-v1", "AntBulletEnv-v0"),
        seeds=(3, 5),
        grid={"agent.n_step": ("1", "3")},
    )
    names = [
        f"{agent}_{task}_agent.n_step={n_step}_seed{seed}"
        for seed in (3, 5)
        for task in ("Pendulum-v1", "AntBulletEnv-v0")
        for agent in (AGENT, DISTRIBUTIONAL_AGENT)
        for n_step in (1, 3)
    ]
    jobs = plan(spec, OUTPUT)
    assert list(jobs) == names
    for name, job in jobs.items():
        assert (job.name, job.run_dir, job.log) == (name, OUTPUT / name, OUTPUT / "logs" / f"{name}.log")
    config = jobs[names[-1]].config
    assert (config.agent_name, config.task, config.seed) == (DISTRIBUTIONAL_AGENT, "AntBulletEnv-v0", 5)
    assert config.agent.n_step == 3


def test_a_run_has_the_configuration_that_its_options_give():
    spec = SweepSpec(agents=(AGENT,), seeds=(3, 12), grid={"agent.n_step": ("1", "3")}, overrides=("log_period=7",))
    for job in plan(spec, OUTPUT).values():
        assert job.config == load_config(AGENT, overrides=overrides_in_command(job))
        assert job.name.endswith(f"_seed{job.config.seed}")
        assert job.log.name == f"{job.name}.log"


def test_lists_in_a_grid_are_values():
    grid = parse_grid(["agent.policy_hidden_sizes=[64,64],[256, 256]", "agent.tau=1e-3, 0.5"])
    assert grid == {"agent.policy_hidden_sizes": ("[64,64]", "[256,256]"), "agent.tau": ("0.001", "0.5")}
    jobs = plan(SweepSpec(agents=(AGENT,), seeds=(0,), grid=grid), OUTPUT)
    assert [job.config.agent.policy_hidden_sizes for job in jobs.values()] == [(64, 64)] * 2 + [(256, 256)] * 2
    assert [job.config.agent.tau for job in jobs.values()] == [0.001, 0.5] * 2
    task = "Walker2DBulletEnv-v0"
    assert list(jobs)[1] == f"{AGENT}_{task}_agent.policy_hidden_sizes=64,64_agent.tau=0.5_seed0"


def test_what_is_left_out_is_as_in_the_files(tmp_path):
    file = tmp_path / "pendulum.yaml"
    file.write_text("task: Pendulum-v1\nseed: 7\nagent: {n_step: 2}\n")
    other = tmp_path / "other.yaml"
    other.write_text("agent: {n_step: 3}\n")
    spec = SweepSpec(agents=(AGENT,), configs={AGENT: (file, other)})
    ((name, job),) = plan(spec, OUTPUT).items()
    assert name == f"{AGENT}_Pendulum-v1_seed7"
    assert job.config.agent.n_step == 3


def test_a_value_that_is_a_path_stays_one_and_names_no_folder():
    policies = ("/runs/a #1/best.npz", "../b: c/best.npz")
    grid = parse_grid([f"agent.prior.policy={','.join(map(json.dumps, policies))}"])
    jobs = plan(SweepSpec(agents=(AGENT,), seeds=(0,), grid=grid), OUTPUT)
    assert [job.config.agent.prior.policy for job in jobs.values()] == [*map(os.path.abspath, policies)]
    assert {job.run_dir.parent for job in jobs.values()} == {OUTPUT}
    for job in jobs.values():
        assert load_config(AGENT, overrides=overrides_in_command(job)) == job.config


def test_a_foreign_task_names_no_folder_and_its_arguments_may_be_a_grid():
    grid = parse_grid(["environment.length=3,4"])
    jobs = plan(SweepSpec(agents=(AGENT,), tasks=("gymnasium:ALE/X-v5",), seeds=(0,), grid=grid), OUTPUT)
    assert [job.config.environment for job in jobs.values()] == [{"length": 3}, {"length": 4}]
    assert len({job.config for job in jobs.values()}) == 2
    assert next(iter(jobs)) == f"{AGENT}_gymnasium-ALE-X-v5_environment.length=3_seed0"
    for job in jobs.values():
        assert job.run_dir.parent == OUTPUT
        assert load_config(AGENT, overrides=overrides_in_command(job)) == job.config


def test_a_text_stays_one_whatever_yaml_takes_it_for():
    texts = ["on", "010", "1e3", "null", "1:30", "-", "far", "runs/a.npz"]
    grid = parse_grid([f"environment.mode={json.dumps(texts)[1:-1]}"])
    jobs = plan(SweepSpec(agents=(AGENT,), grid=grid), Path("out")).values()
    assert [job.config.environment["mode"] for job in jobs] == texts
    assert grid["environment.mode"][-2:] == ("far", "runs/a.npz")


def test_a_value_of_the_grid_comes_after_those_that_are_set():
    spec = SweepSpec(agents=(AGENT,), overrides=("agent.n_step=2", "log_period=9"), grid={"agent.n_step": ("4",)})
    (job,) = plan(spec, OUTPUT).values()
    assert (job.config.agent.n_step, job.config.log_period) == (4, 9)


@pytest.mark.parametrize(
    ("text", "seeds"), [("0", (0,)), ("0-4", (0, 1, 2, 3, 4)), ("7,0-1, 12", (7, 0, 1, 12)), ("3-3", (3,))]
)
def test_seeds(text, seeds):
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1,4-0", "4-0 must have its lower end first, as in 0-4"),
        ("0,0,1", "0 is given twice"),
        ("0-4,3", "3 is given twice"),
    ],
)
def test_seeds_in_disorder(text, problem):
    assert refusal(lambda: parse_seeds(text)) == f"seeds = {text}: {problem}"


@pytest.mark.parametrize("text", ["", "a", "-1", "1,", "0-", "1.5"])
def test_what_is_no_seeds(text):
    expected = f"seeds = {text or repr(text)}: must be integers or ranges of them, as in 0-4 or 0,2,5"
    assert refusal(lambda: parse_seeds(text)) == expected


@pytest.mark.parametrize("option", ["agent.n_step", "agent.n_step=", "=1,2", "agent.n_step= "])
def test_what_is_no_grid(option):
    expected = f"grid = {option}: must be field=value,value, as in agent.n_step=1,3"
    assert refusal(lambda: parse_grid([option])) == expected


def test_values_of_a_field_add_up():
    grid = parse_grid(["agent.n_step=1,3", "agent.tau=0.1", "agent.n_step=5"])
    assert grid == {"agent.n_step": ("1", "3", "5"), "agent.tau": ("0.1",)}


def test_a_grid_that_is_no_yaml():
    assert refusal(lambda: parse_grid(["agent.n_step=[1"])).startswith(
        "grid = agent.n_step=[[1]: must be field=value ("
    )


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (SweepSpec(), f"agents = []: must be one or more of {', '.join(agent_names())}"),
        (SweepSpec(agents=("trpo",)), f"agent = trpo: must be one of {', '.join(agent_names())}"),
        (
            SweepSpec(agents=(DISTRIBUTIONAL_AGENT, AGENT), overrides=("agent.vmin=-5",)),
            f"{AGENT}: agent.vmin = -5: unknown field of this agent, only of {DISTRIBUTIONAL}; "
            "`configs` of a --spec FILE gives an agent fields of its own",
        ),
        (
            SweepSpec(agents=(AGENT,), grid={"agent.vmin": ("-5",)}),
            f"{AGENT}: agent.vmin = -5: unknown field of this agent, only of {DISTRIBUTIONAL}",
        ),
        (
            SweepSpec(agents=(AGENT,), grid={"agent.n_step": ("1", "x")}),
            f"{AGENT}: agent.n_step = x: must be an integer",
        ),
        (
            SweepSpec(agents=(AGENT,), grid={"environment.file": ("a/b", "a_b")}),
            f"run = {AGENT}_Walker2DBulletEnv-v0_environment.file=a_b_seed0: must be unique; two tasks or values "
            "give the same name",
        ),
        (SweepSpec(agents=(AGENT,), seeds=(1, 2, 1)), "seeds = 1,2,1: 1 is given twice"),
        (SweepSpec(agents=(AGENT, AGENT)), f"agents = {AGENT},{AGENT}: {AGENT} is given twice"),
        (SweepSpec(agents=(AGENT,), tasks=("a", "b", "a")), "tasks = a,b,a: a is given twice"),
        (SweepSpec(agents=(AGENT,), grid={"agent.tau": ("1", "1")}), "grid.agent.tau = 1,1: 1 is given twice"),
        (SweepSpec(agents=(AGENT,), overrides=("seed=3",)), "seed = 3: set seeds with --seeds"),
        (SweepSpec(agents=(AGENT,), grid={"task": ("a", "b")}), "task = a,b: set tasks with --task"),
    ],
)
def test_a_sweep_that_is_refused(spec, message):
    assert refusal(lambda: plan(spec, OUTPUT)) == message


@pytest.mark.parametrize("text", ["0-999999999", "5,0-10000", "0-4999,5000-9999,5"])
def test_seeds_without_end_are_not_listed(text):
    assert refusal(lambda: parse_seeds(text)) == f"seeds = {text}: must be at most 10,000 seeds"
    with pytest.raises(UserError, match="must be integers or ranges of them"):
        parse_seeds("9" * 5_000)


def test_a_name_too_long_is_refused_before_anything_begins():
    sizes = f"[{','.join(['1024'] * 60)}]"
    spec = SweepSpec(agents=(AGENT,), grid={"agent.policy_hidden_sizes": (sizes,)})
    assert refusal(lambda: plan(spec, OUTPUT)).endswith(
        ": must have a shorter name; put long values into a --config file"
    )


def test_a_product_without_end_is_not_made():
    grid = {f"agent.{name}": tuple(map(str, range(1, 101))) for name in ("n_step", "batch_size", "min_replay_size")}
    spec = SweepSpec(agents=(AGENT,), seeds=tuple(range(100)), grid=grid)
    assert refusal(lambda: plan(spec, OUTPUT)) == "runs = 100,000,000: must be at most 10,000 runs"


def test_two_runs_with_equal_values_are_refused():
    spec = SweepSpec(agents=(AGENT,), grid={"agent.n_step": ("1", "1.0")})
    first, second = (f"{AGENT}_Walker2DBulletEnv-v0_agent.n_step={value}_seed0" for value in ("1", "1.0"))
    assert refusal(lambda: plan(spec, OUTPUT)) == f"run = {second}: must differ from {first}, which has equal values"
