"""Processes of a launched run that are killed, hang or are stopped, and what must come of it."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from tests.experiments.distributed.launched import (
    ENDLESS,
    PENDULUM,
    assert_gone,
    checkpoints,
    column,
    launched,
    resumed,
)
from tests.fakes import random_variables
from tests.tiny import AGENT, in_every_python, lines_until, press_ctrl_c, set_options, wait_until
from walker_rl.experiments.distributed.wire.patience import PING_PERIOD
from walker_rl.experiments.run.checkpoint import read_checkpoint
from walker_rl.files.whole_file import part_of
from walker_rl.policies.numpy_policy import PolicyArchitecture
from walker_rl.policies.policy_file import SavedPolicy, load_policy, save_policy
from walker_rl.policies.torso import TorsoSpec
from walker_rl.replay.layout import TransitionLayout

pytestmark = pytest.mark.slow


def test_an_actor_that_is_killed_is_back_soon_and_the_run_ends_well(tmp_path):
    run = tmp_path / "run"
    with launched(run, "--num-actors", "2", "--steps", "6000") as made:
        made.wait_for_learning()
        before = made.status["actor_steps_by_index"]
        made.kill("actor_0")
        made.wait_until(lambda: made.status["actor_steps_by_index"]["0"] > before["0"] + 60, "actor 0 steps again")
        output = made.finish()
        assert made.process.returncode == 0, made.everything()
        assert "actor_0 has ended, killed by SIGKILL; starting it again\n" in output
        assert "Traceback" not in made.everything()
        assert 6000 <= sum(made.status["actor_steps_by_index"].values()) <= 6000 + 2 * 200
        steps = column(run, "training", "actor_steps")
        assert steps == sorted(steps)
        assert made.status["samples_per_insert"] == pytest.approx(32, rel=0.1)


@pytest.fixture
def prior(tmp_path):
    architecture = PolicyArchitecture(3, 1, torso=TorsoSpec((8,), layer_norm=False, activation="relu"), head="tanh")
    path = tmp_path / "walks.npz"
    save_policy(path, SavedPolicy("d4pg", "Pendulum-v1", 7, architecture, random_variables(architecture)))
    return path


def test_an_actor_that_comes_back_plays_the_prior_whose_file_is_gone(tmp_path, prior):
    words = ("--num-actors", "1", "--steps", "40000", "--prior", prior, "--set", "agent.prior.num_steps=39000")
    with launched(tmp_path / "run", *words) as made:
        made.wait_for_steps(100)
        prior.unlink()
        made.kill("actor_0")
        output = made.finish()
        assert made.process.returncode == 0, made.everything()
        assert output.count("starting it again\n") == 1


@pytest.mark.parametrize("at_steps", [1_000, 3_500])
def test_a_prior_keeps_its_part_of_the_replay_if_the_central_process_is_killed(tmp_path, prior, at_steps):
    """It plays again what is lost; once it has played to the end, nothing is."""
    run, num_steps = tmp_path / "run", 3_000
    settings = (f"agent.prior.num_steps={num_steps}", "agent.prior.sigmas=[0]", "checkpoint.seconds_period=3600")
    with launched(run, *ENDLESS, "--prior", prior, *set_options((*settings, "agent.min_replay_size=3000"))) as made:
        made.wait_for_steps(at_steps)
        made.kill("central")
        made.wait_for_learning()
        made.stop()
    rows = read_checkpoint(checkpoints(run)[-1])["replay"]["prior"]["rows"]
    assert len(rows) == num_steps
    played, policy = TransitionLayout(3, 1).unpack(rows), load_policy(prior).make_policy()
    actions = [policy.action(observation) for observation in played.observation]
    np.testing.assert_allclose(played.action, actions, atol=1e-6)


def test_an_actor_that_never_starts_ends_the_run_with_its_reason(tmp_path):
    run = tmp_path / "run"
    environment = in_every_python(
        tmp_path,
        "import os\n"
        "if b'actor' in open('/proc/self/cmdline', 'rb').read().split(b'\\0'):\n"
        "    os.write(2, b'no actor today\\n')\n"
        "    os._exit(9)\n",
    )
    with launched(run, "--num-actors", "1", env=environment) as made:
        began = time.monotonic()
        output = made.finish()
        assert made.process.returncode == 1
        assert time.monotonic() - began > 0.5 + 1 + 2 + 4, "it backs off"
        assert output.count("actor_0 has ended, with status 9 (no actor today); starting it again\n") == 4
        assert "error: actor_0 has failed 5 times in a row, with status 9 (no actor today); " in output
        assert f"see {run}/logs/actor_0.log; to resume from the newest checkpoint: " in output
        assert "Traceback" not in output


def test_without_actors_the_learner_waits_and_then_goes_on(tmp_path):
    with launched(tmp_path / "run", *ENDLESS) as made:
        made.wait_for_learning()
        killed = made.kill("actor")

        def are_back():
            actors = made.pids("actor")
            return actors.keys() == killed.keys() and not {*actors.values()} & {*killed.values()}

        made.wait_until(are_back, "both actors are back")
        made.wait_for_learning(more=1_000)  # The block of 32 whose updates are being made is then a small part.
        assert made.status["samples_per_insert"] == pytest.approx(32, rel=0.1)
        assert set(made.pids()) == {"actor_0", "actor_1", "central", "evaluator"}


def test_a_central_process_that_is_killed_goes_on_with_the_same_actors(tmp_path):
    with launched(tmp_path / "run", *ENDLESS) as made:
        made.wait_until(lambda: made.has_learned_checkpoint, "a checkpoint with updates")
        actors = made.pids("actor")
        killed_at = time.time()
        made.kill("central")
        kept = made.newest_checkpoint

        def continues():
            status = made.status
            return status["written_at"] > killed_at + 1 and status["actor_steps"] > before["actor_steps"] + 50

        before = made.status
        took = made.wait_until(continues, "the run continues")
        assert made.pids("actor") == actors
        after = made.status
        assert after["actor_steps"] >= before["actor_steps"], took
        assert after["learner_steps"] >= kept["learner_steps"]
        assert after["replay_size"] >= kept["replay_size"]
        made.wait_for_learning()


def test_a_central_process_that_is_stopped_for_a_while_loses_nothing(tmp_path):
    with launched(tmp_path / "run", *ENDLESS) as made:
        made.wait_for_learning()
        pids = made.kill("central", signal.SIGSTOP)
        before = made.status
        time.sleep(PING_PERIOD + 2)
        assert made.pids("central") == pids
        made.kill("central", signal.SIGCONT)
        made.wait_for_learning()

        def all_step():
            after = made.status["actor_steps_by_index"]
            return all(after[index] > steps for index, steps in before["actor_steps_by_index"].items())

        made.wait_until(all_step, "both actors step again")
        assert made.pids("central") == pids
        assert "starting it again" not in made.stop()


def test_the_watchdog_restarts_a_learner_that_hangs(tmp_path):
    with launched(tmp_path / "run", *ENDLESS, "--set", "distributed.watchdog_period=30") as made:
        made.wait_for_learning()
        pids = made.kill("central", signal.SIGSTOP)
        made.wait_until(lambda: made.pids("central") not in (pids, {}), "another central process")
        made.wait_for_learning()
        output = made.stop()
        assert "central has not responded for 30 s\n" in output
        assert "central has ended, killed by SIGKILL; starting it again\n" in output


def test_an_evaluator_that_is_killed_is_restarted_with_its_candidates_and_evaluates_on_the_grid(tmp_path):
    run = tmp_path / "run"
    with launched(run, "--num-actors", "2", "--steps", "10000") as made:
        made.wait_until((run / "metrics/evaluation.csv").exists, "an evaluation")
        made.kill("evaluator")
        part_of(run / "videos" / "best.gif").touch()
        assert "evaluator has ended, killed by SIGKILL; starting it again\n" in made.finish()
        assert made.process.returncode == 0, made.everything()
    assert not [*run.rglob("*.part")]
    steps = column(run, "evaluation", "actor_steps")
    assert steps == [2000, 4000, 6000, 8000, 10000], "none is skipped"
    returns = dict(zip(steps, column(run, "evaluation", "mean_return"), strict=True))  # Of one episode, without spread.
    best_two = sorted(steps, key=returns.get, reverse=True)[:2]
    candidates = {path.name for path in (run / "candidates").iterdir()}
    assert candidates == {f"step_{int(step):012d}.npz" for step in best_two}


def test_nothing_outlives_a_launcher_that_is_killed_and_the_run_can_be_resumed(tmp_path):
    run = tmp_path / "run"
    with launched(run, *ENDLESS) as made:
        made.wait_until(lambda: made.has_learned_checkpoint, "a checkpoint with updates")
        made.process.kill()
        made.process.wait()
        assert_gone(made)
        before = made.status
    with resumed(run, "--num-actors", "2", "--steps", str(before["actor_steps"] + 500)) as made:
        output = made.finish()
        assert made.process.returncode == 0, made.everything()
        assert f"Resumed {run}/checkpoints/step_" in output
        assert made.status["actor_steps"] >= before["actor_steps"] + 500
        steps = column(run, "training", "actor_steps")
        assert steps == sorted(steps)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 75), (signal.SIGHUP, 75), (signal.SIGINT, 130)])
def test_a_run_that_is_stopped_saves_and_can_be_resumed(tmp_path, number, status):
    run = tmp_path / "run"
    options = {"preexec_fn": lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL)}  # The tests may run under `nohup`.
    with launched(run, *ENDLESS, "--set", "checkpoint.seconds_period=null", **options) as made:
        made.wait_for_learning()
        if number == signal.SIGTERM:
            for pid in (made.process.pid, *made.pids().values()):  # As `scancel` does.
                os.kill(pid, number)
        else:
            os.killpg(made.process.pid, number)  # As a terminal or a batch system does.
        output = made.finish()
        assert made.process.returncode == status, made.everything()
        assert "Stopping; Ctrl-C again stops at once" in output
        assert "starting it again" not in output
        assert "Traceback" not in made.everything()
        assert made.status["phase"] == "stopped"
        assert made.newest_checkpoint["learner_steps"] == made.status["learner_steps"] > 0
        assert "Interrupted; to resume from the newest checkpoint: " in output
        assert f"launch {AGENT} --resume {run} --num-actors 2\n" in output
        assert_gone(made, 0.5)


def test_a_run_that_is_stopped_before_its_first_checkpoint_says_so_and_can_begin_later(tmp_path):
    run = tmp_path / "run"
    with launched(run, *ENDLESS) as made:
        wait_until((run / "logs" / "central.log").exists)
        press_ctrl_c(made.process)
        output = made.finish(60)
        assert made.process.returncode == 130
        assert "warning: the last checkpoint was not written; there is none before it\n" in output
    with resumed(run, "--num-actors", "1") as made:
        made.wait_for_learning()


INTERRUPTED_LAUNCH = """
import os, signal, subprocess, sys
from walker_rl.cli import main

class Interrupted(subprocess.Popen):
    is_first = True

    def __init__(self, command, *args, **options):
        super().__init__(command, *args, **options)
        if "node" in command and Interrupted.is_first:
            Interrupted.is_first = False
            os.kill(os.getpid(), signal.SIGINT)

subprocess.Popen = Interrupted
sys.exit(main())
"""


def test_ctrl_c_while_the_processes_start_is_a_request_to_stop(tmp_path):
    command = ("launch", AGENT, "--run-dir", tmp_path / "run", *PENDULUM, *ENDLESS)
    result = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_LAUNCH, *map(str, command)], capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 130, result.stderr
    assert "to resume from the newest checkpoint: " in result.stdout


def test_a_second_ctrl_c_stops_at_once(tmp_path):
    run = tmp_path / "run"
    with launched(run, *ENDLESS, "--set", "checkpoint.seconds_period=3600") as made:
        made.wait_for_learning()
        made.kill("central", signal.SIGSTOP)  # Saving takes for ever.
        press_ctrl_c(made.process)
        lines_until(made.process, "Stopping; ")
        press_ctrl_c(made.process)
        output = made.finish(60)
        assert made.process.returncode == 130
        assert "warning: the last checkpoint was not written; the one before it stays valid\n" in output
    assert [path.name for path in checkpoints(run)] == ["step_000000000000.npz"]
    with resumed(run, "--num-actors", "1") as made:
        made.wait_for_learning()
