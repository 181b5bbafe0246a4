"""The central process of a run, in this process."""

import pytest

from tests.fakes import file_size_limit
from tests.tiny import AGENT, TINY_RUN
from walker_rl.errors import RunError
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.distributed.roles.central import Central
from walker_rl.experiments.distributed.roles.evaluations import Evaluations
from walker_rl.experiments.distributed.wire.ports import free_port
from walker_rl.experiments.run.creation import create_run_directory
from walker_rl.experiments.run.status import read_status
from walker_rl.experiments.step_files import step_files


def test_a_run_whose_last_checkpoint_cannot_be_written_is_not_complete(tmp_path):
    config = load_config(AGENT, (), (*TINY_RUN, "task=Pendulum-v1", "max_actor_steps=300"))
    run = create_run_directory(tmp_path / "run", config, "launch")
    central = Central(config, run, free_port(), 1)
    central._roster.restore({"0": (300, 1, "token")})
    central._evaluations.evaluator_has_finished = True
    with file_size_limit(3_000), pytest.raises(RunError, match=r"^the last checkpoint could not be written$"):
        central.run(lambda: False)
    assert read_status(run.status).phase == "stopped"
    assert [*step_files(run.checkpoints)] == [0]


def test_a_silent_evaluator_is_given_up_at_the_end_after_a_checkpoint(tmp_path, monkeypatch):
    none = ("checkpoint.seconds_period=null", "checkpoint.steps_period=null")
    config = load_config(AGENT, (), (*TINY_RUN, *none, "task=Pendulum-v1", "max_actor_steps=300"))
    run = create_run_directory(tmp_path / "run", config, "launch")
    silences = iter([0.0, 900.0, 900.1])
    monkeypatch.setattr(Evaluations, "silence", property(lambda self: next(silences)))
    central = Central(config, run, free_port(), 1)
    try:
        central._roster.restore({"0": (300, 1, "token")})
        with pytest.raises(RunError, match=r"^the evaluator has not finished within 900 s$"):
            central.run(lambda: False)
        assert next(silences, None) is None, "it waited until then"
        assert max(step_files(run.checkpoints)) == 300
    finally:
        central._server.stop()
        central._channel.close()
        central._recorder.close()
