"""Jobs over slots: what has failed is tried once more, told, and remembered."""

import dataclasses
import json
import os

import pytest

from tests.tiny import AGENT, TINY_RUN, wait_until
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.creation import create_run_directory
from walker_rl.experiments.sweep.failures import FailureRecord
from walker_rl.experiments.sweep.job import Job
from walker_rl.experiments.sweep.scheduler import Entry, Scheduler
from walker_rl.run_states import RunState

CORES = sorted(os.sched_getaffinity(0))[:1]


@pytest.fixture
def job(tmp_path):
    return Job(load_config(AGENT), tmp_path / "a", tmp_path / "logs" / "a.log")


@pytest.mark.slow
def test_a_job_that_cannot_begin_is_tried_twice(job):
    job.run_dir.write_text("in the way")
    told = []
    scheduler = Scheduler([job], [tuple(CORES)], {}, told.append)
    (entry,) = scheduler.entries
    states = []

    def has_ended():
        if scheduler.check():
            return True
        states.extend([entry.state] if entry.state not in states else [])
        return False

    wait_until(has_ended, period=0.01)
    failure = f"with status 2 (error: run_dir = {job.run_dir}: must be new or an empty folder)"
    assert states == [RunState.RUNNING]
    assert entry.run is not None
    assert (entry.state, entry.failure, entry.run.tries) == (RunState.FAILED, failure, 2)
    assert told == [
        f"a: beginning on core {CORES[0]}",
        f"a: failed, {failure}; retrying once",
        f"a: beginning on core {CORES[0]}",
        f"a: failed again, {failure}; see {job.log}",
    ]
    assert job.log.read_text().count("$ ") == 2


@pytest.mark.slow
def test_a_run_damaged_during_the_sweep_fails_alone(job, tmp_path):
    """Its own process reports the damage."""
    other = dataclasses.replace(job, run_dir=tmp_path / "b", log=tmp_path / "logs" / "b.log")
    scheduler = Scheduler([job, other], [tuple(CORES)], {}, print)
    run = create_run_directory(job.run_dir, job.config)
    run.summary.write_text("{}")
    run.config.write_bytes(b"\0" * 100)
    create_run_directory(other.run_dir, other.config).summary.write_text("{}")
    wait_until(scheduler.check, period=0.01)
    first, second = scheduler.entries
    assert (first.state, second.state) == (RunState.FAILED, RunState.COMPLETE)
    assert first.failure is not None
    assert first.failure.startswith(f"with status 2 (error: {run.config}")


def test_a_job_that_failed_before_waits_to_be_tried(job):
    (entry,) = Scheduler([job], [tuple(CORES)], {"a": "with status 1"}, print).entries
    assert (entry.state, entry.failure) == (RunState.WAITING, "with status 1")


def test_a_run_that_another_command_completes_meanwhile_is_complete(job):
    told = []
    scheduler = Scheduler([job], [tuple(CORES)], {"a": "with status 1"}, told.append)
    create_run_directory(job.run_dir, job.config).summary.write_text("{}")
    wait_until(scheduler.check, period=0.01)
    assert [(entry.state, entry.failure) for entry in scheduler.entries] == [(RunState.COMPLETE, None)]
    assert told == ["a: complete"]


@pytest.mark.slow
def test_a_retried_run_that_completes_as_the_sweep_stops_has_not_failed(tmp_path):
    overrides = (*TINY_RUN, "task=Pendulum-v1", "max_actor_steps=1")
    job = Job(load_config(AGENT, (), overrides), tmp_path / "a", tmp_path / "logs" / "a.log")
    scheduler = Scheduler([job], [tuple(CORES)], {"a": "with status 1"}, print)
    scheduler.check()
    wait_until(lambda: job.is_complete)
    scheduler.stop(lambda: False)
    (entry,) = scheduler.entries
    assert (entry.state, entry.failure) == (RunState.COMPLETE, None)


def test_failures_are_kept_until_the_run_is_complete(job, tmp_path):
    path = tmp_path / "sweep.json"
    path.write_text(json.dumps({"failed": {"of another spec": "with status 1"}}))
    record = FailureRecord(tmp_path, print)
    record.update([Entry(job, RunState.FAILED, "with status 2")])
    assert FailureRecord(tmp_path, print).failures == {"of another spec": "with status 1", "a": "with status 2"}
    record.update([Entry(job, RunState.COMPLETE)])
    assert json.loads(path.read_text()) == {"failed": {"of another spec": "with status 1"}}
    assert [file.name for file in tmp_path.iterdir()] == ["sweep.json"]


def test_no_failures_are_no_file(job, tmp_path):
    FailureRecord(tmp_path, print).update([Entry(job, RunState.COMPLETE)])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"failed": {"a": ',
        bytes(40),
        b"[]",
        b"null",
        b"{}",
        b'{"failed": ["a"]}',
        b'{"failed": {"a": 1e999, "b": []}}',
        b"[" * 20_000,
        b"\xff",
    ],
)
def test_a_torn_record_of_failures_is_a_warning_and_is_written_anew(tmp_path, content):
    (tmp_path / "sweep.json").write_bytes(content)
    warnings = []
    record = FailureRecord(tmp_path, warnings.append)
    (warning,) = warnings
    assert warning.startswith(f"warning: {tmp_path}/sweep.json: must hold what was written to it (")
    assert warning.endswith("); a new one is written")
    assert len(warning.splitlines()) == 1
    assert record.failures == {}
    record.update([])
    assert FailureRecord(tmp_path, pytest.fail).failures == {}
