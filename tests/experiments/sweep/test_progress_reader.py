"""What is shown of a sweep: the time to go, and the table."""

import re

import pytest

from tests.terminal.terminals import on_a_terminal
from tests.tiny import AGENT, TINY_AGENT, wait_until
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.sweep.job import Job
from walker_rl.experiments.sweep.progress_reader import ProgressReader, seconds_left
from walker_rl.experiments.sweep.scheduler import Entry, Scheduler
from walker_rl.experiments.sweep.spec import SweepSpec, plan
from walker_rl.processes.slots import usable_slots
from walker_rl.run_states import Overview, Row, RunState
from walker_rl.terminal import live
from walker_rl.terminal.sweep import SweepDisplay, summary

TABLE = """
from walker_rl.run_states import Overview, Row, RunState
from walker_rl.terminal.sweep import SweepDisplay
rows = [Row("d4pg seed 0", "a", RunState.RUNNING, 123_456, 1_000_000, 40.2, -1234.5)]
rows += [Row("sac agent.tau=0.005 agent.n_step=3 seed 12", "b", RunState.WAITING, 0, 1_000_000, 0.0, None)]
with SweepDisplay() as display:
    display.conclude(Overview(rows, 4_000.0))
"""

LIMITED = ("max_actor_steps=1_000_000_000", "max_walltime=300", "log_period=50", "evaluation.period=1_000_000")


def row(state, kind="a", steps=0, speed=0.0, value=None, allowed=None):
    return Row(f"{kind}_{steps}", kind, state, steps, 1000, speed, value, seconds_allowed=allowed)


@pytest.mark.parametrize(
    ("rows", "num_slots", "seconds"),
    [
        ([row(RunState.RUNNING), row(RunState.WAITING)], 1, None),
        ([row(RunState.RUNNING, steps=500, speed=50.0)], 1, 10.0),
        ([row(RunState.RUNNING, steps=500, speed=50.0), row(RunState.WAITING)], 1, 30.0),
        ([row(RunState.RUNNING, steps=500, speed=50.0)], 2, 10.0),
        (
            [row(RunState.RUNNING, "a", 0, 100.0), row(RunState.RUNNING, "b", 0, 10.0), row(RunState.WAITING, "b")],
            2,
            105.0,
        ),
        (
            [row(RunState.RUNNING, "a", 0, 100.0), row(RunState.RUNNING, "b", 0, 300.0), row(RunState.WAITING, "c")],
            1,
            18 + 1 / 3,
        ),
        (
            [row(RunState.RUNNING, steps=500, speed=50.0), row(RunState.FAILED), row(RunState.COMPLETE, speed=50.0)],
            1,
            10.0,
        ),
        ([row(RunState.RUNNING, steps=500, speed=50.0, allowed=4.0), row(RunState.WAITING, allowed=12.0)], 1, 16.0),
        ([row(RunState.RUNNING, steps=500, speed=50.0, allowed=15.0), row(RunState.WAITING, allowed=12.0)], 2, 11.0),
        ([row(RunState.RUNNING, steps=500, speed=50.0, allowed=-1.0)], 1, 0.0),
    ],
)
def test_time_to_go(rows, num_slots, seconds):
    assert seconds_left(rows, num_slots) == (None if seconds is None else pytest.approx(seconds))


def test_the_reader_reads_run_directories(tmp_path):
    overrides = ("max_actor_steps=900",)
    job = Job(load_config(AGENT, (), overrides), tmp_path / "a", tmp_path / "a.log", values=("a",))
    job.run.metrics.mkdir(parents=True)
    (job.run.metrics / "evaluation.csv").write_text("actor_steps,learner_steps,mean_return\n300,50,-7.25\n")
    overview = ProgressReader([Entry(job, RunState.WAITING)], num_slots=1).read()
    kind = f"{AGENT} on Walker2DBulletEnv-v0"
    assert overview == Overview([Row(f"{AGENT} a seed 0", kind, RunState.WAITING, 300, 900, 0.0, -7.25)], None)


def test_the_speed_is_that_of_learning(tmp_path, monkeypatch):
    overrides = ("agent.min_replay_size=1000", "agent.num_random_steps=1000")
    job = Job(load_config(AGENT, (), overrides), tmp_path / "a", tmp_path / "a.log")
    job.run.metrics.mkdir(parents=True)
    reader = ProgressReader([Entry(job, RunState.RUNNING)], num_slots=1)
    speeds = []
    for seconds, steps in ((0, 0), (1, 900), (2, 2000), (3, 2010), (13, 2110)):
        monkeypatch.setattr("time.monotonic", lambda now=seconds: now)
        (job.run.metrics / "training.csv").write_text(f"actor_steps,learner_steps,episode_return\n{steps},0,0\n")
        (row,) = reader.read().rows
        speeds.append(row.steps_per_second)
    assert speeds == [0.0, 0.0, 0.0, 0.0, 10.0]


def test_a_limit_of_time_bounds_the_time_left_of_a_sweep_that_trains(tmp_path):
    spec = SweepSpec(agents=(AGENT,), tasks=("Pendulum-v1",), seeds=(0, 1), overrides=(*TINY_AGENT, *LIMITED))
    scheduler = Scheduler([*plan(spec, tmp_path).values()], usable_slots(1), {}, print)
    reader = ProgressReader(scheduler.entries, num_slots=1)
    try:
        scheduler.check()
        wait_until(lambda: reader.read().rows[0].seconds_left is not None)
        overview = reader.read()
    finally:
        scheduler.stop(lambda: True)
    running, waiting = overview.rows
    assert 0.0 < running.seconds_left < 300.0
    assert (waiting.seconds_left, waiting.seconds_allowed) == (None, 300.0)
    assert overview.seconds_left == pytest.approx(running.seconds_left + 300.0)


@pytest.mark.parametrize(
    ("tasks", "name"),
    [
        (("Pendulum-v1",), f"{AGENT} agent.n_step=3 seed 7"),
        (("Pendulum-v1", "gymnasium:Ant-v5"), f"{AGENT} Pendulum-v1 agent.n_step=3 seed 7"),
    ],
)
def test_a_name_is_without_a_task_that_all_share(tmp_path, tasks, name):
    spec = SweepSpec(agents=(AGENT,), tasks=tasks, seeds=(7,), grid={"agent.n_step": ("3",)})
    jobs = plan(spec, tmp_path).values()
    rows = ProgressReader([Entry(job, RunState.WAITING) for job in jobs], num_slots=1).read().rows
    assert [row.name for row in rows] == [name, name.replace("Pendulum-v1", "gymnasium-Ant-v5")][: len(tasks)]


def test_a_line_counts_the_states():
    rows = [
        row(RunState.COMPLETE),
        row(RunState.RUNNING),
        row(RunState.WAITING),
        row(RunState.WAITING),
        row(RunState.WAITING),
    ]
    assert summary(Overview(rows, 4000.0)) == "1 of 5 complete, 1 running, 3 waiting, 1 h 07 min to go"
    assert summary(Overview([row(RunState.COMPLETE), row(RunState.FAILED)], None)) == "1 of 2 complete, 1 failed"


def test_the_table_at_the_end(capsys):
    rows = [
        row(RunState.COMPLETE, "walker", 1000, value=-1234.5),
        row(RunState.RUNNING, "b", 500, 50.0, value=0.4213),
        row(RunState.FAILED, "c"),
    ]
    with SweepDisplay() as display:
        display.update(Overview(rows, 10.0))  # It is not time yet for lines.
        display.conclude(Overview(rows, 10.0))
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "run                  steps  speed  return  time left",
        "walker_1000  1,000 / 1,000         -1,234   complete",
        "b_500          500 / 1,000   50/s   0.421       10 s",
        "c_0              0 / 1,000              -     failed",
        "1 of 3 complete, 1 running, 1 failed, 10 s to go",
    ]


@pytest.mark.parametrize("columns", [80, 60])
def test_a_narrow_terminal_cuts_no_cell_of_the_table(columns):
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", on_a_terminal(TABLE, columns))
    assert re.search(r"d4pg seed 0 +123,456 / 1,000,000 +40/s +-1,234 +6 h 03 min *\r", text)
    joined = re.sub(r"\s|0 / 1,000,000 +- +waiting", "", text)
    assert "sacagent.tau=0.005agent.n_step=3seed12" in joined


def test_lines_without_a_terminal_name_the_numbers(capsys, monkeypatch):
    monkeypatch.setattr(live, "PLAIN_PERIOD", 0.0)
    with SweepDisplay() as display:
        display.update(
            Overview([row(RunState.RUNNING, "b", 500, 50.0), row(RunState.RUNNING), row(RunState.WAITING)], 10.0)
        )
    assert capsys.readouterr().out.splitlines() == [
        "b_500: 500 / 1,000 steps, 50/s, return -, 10 s to go",
        "a_0: 0 / 1,000 steps, return -, ? to go",
        "0 of 3 complete, 2 running, 1 waiting, 10 s to go",
    ]
