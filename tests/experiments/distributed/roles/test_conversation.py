"""Snapshots and results between the central process and the evaluator, through a real server."""

import contextlib
import math
import threading
import time

import numpy as np
import pytest

from tests.experiments.distributed.wire.test_foreign_messages import UNUSABLE
from tests.fakes import file_size_limit
from tests.tiny import AGENT, wait_until
from walker_rl.evaluation import Evaluation
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.distributed.roles import evaluation_node
from walker_rl.experiments.distributed.roles.conversation import Conversation
from walker_rl.experiments.distributed.roles.evaluation_node import EvaluatorNode
from walker_rl.experiments.distributed.roles.evaluations import Evaluations
from walker_rl.experiments.distributed.roles.patient_writer import PatientWriter
from walker_rl.experiments.distributed.roles.roster import Roster
from walker_rl.experiments.distributed.wire.membership import introduction
from walker_rl.experiments.distributed.wire.messages import Notice, Report, Result, Snapshot, Weights
from walker_rl.experiments.parts import builder_of
from walker_rl.experiments.run.creation import create_run_directory
from walker_rl.experiments.run.metrics import RecordedEvaluation, recorded_evaluations
from walker_rl.experiments.run.recorder import Recorder
from walker_rl.experiments.run.summary import write_summary
from walker_rl.terminal.display import Display

WEIGHTS = np.zeros(3, np.float32)


class Centre:
    """The conversation of a run of 5,500 steps, two episodes at each 1,000, and the other ends of its channel."""

    def __init__(self, folder, channel):
        overrides = ["max_actor_steps=5500", "evaluation.period=1000", "evaluation.num_episodes=2"]
        self.config = config = load_config(AGENT, overrides=overrides)
        self.run = create_run_directory(folder / "run", config, "launch")
        self.recorder = Recorder(config, self.run, Display())
        writer = PatientWriter(print)
        self.roster, self.evaluations = Roster(1), Evaluations(config, self.run, self.recorder, writer, print)
        self.conversation = Conversation(
            introduction(config, None), channel, self.roster, self.evaluations, self.recorder, writer
        )
        self.channel = channel

    def take(self, actor_steps):
        """Counts so many steps."""
        self.roster.restore({"0": (actor_steps, 1, "token")})
        self.exchange()

    def exchange(self):
        self.conversation.hear(0)
        self.evaluations.add_due(WEIGHTS, self.roster.actor_steps, 0)
        self.conversation.publish(WEIGHTS, 0, 0, is_over=False)

    def hear(self, *results):
        """Sends results as the evaluator does, and waits until they are heard."""
        before = self.evaluations._heard_at
        for result in results:
            self.channel.send(result)
            while self.evaluations._heard_at == before:
                time.sleep(0.01)
                self.exchange()
            before = self.evaluations._heard_at

    def snapshot(self):
        """Steps of the snapshot that waits, and whether it is the last; None without one."""
        self.exchange()
        if not (snapshot_steps := self.channel.read(Notice).snapshot_steps):
            return None
        snapshot = self.channel.read(Snapshot)
        assert snapshot.actor_steps == snapshot_steps
        return snapshot_steps, snapshot.is_last

    @property
    def recorded(self):
        return [one.actor_steps for one in recorded_evaluations(self.run.metrics)]

    @property
    def training(self):
        return (self.run.metrics / "training.csv").read_text().splitlines()


@pytest.fixture
def centre(tmp_path, channel):
    centre = Centre(tmp_path, channel)
    with contextlib.closing(centre.recorder):
        yield centre


def evaluation(actor_steps, event="evaluation"):
    return Result(event, actor_steps, 5, 1.5, (2.0, 4.0), (200, 200), (False, False))


def test_no_evaluation_of_the_grid_is_skipped_however_many_steps_come_at_once(centre):
    centre.take(3_700)
    assert centre.snapshot() == (1_000, False)
    for actor_steps in (1_000, 2_000):
        centre.hear(evaluation(actor_steps))
        assert centre.snapshot() == (actor_steps + 1_000, False)
    centre.hear(evaluation(3_000))
    assert centre.snapshot() is None
    assert centre.recorded == [1_000, 2_000, 3_000]


def test_weights_that_change_are_sent_with_or_without_an_update(centre):
    digests = []
    for weights in (WEIGHTS, WEIGHTS, WEIGHTS + 1):
        centre.conversation.publish(weights, 0, 0, is_over=False)
        digests.append(centre.channel.read(Notice).weights_digest)
        np.testing.assert_array_equal(centre.channel.read(Weights).array, weights)
    assert digests[0] == digests[1] != digests[2]


def test_a_run_that_goes_on_asks_for_what_its_metrics_lack(centre):
    centre.evaluations.restore([RecordedEvaluation(1_000, 2.0, 1.0)])
    centre.take(3_700)
    assert centre.snapshot() == (2_000, False)
    centre.hear(evaluation(2_000))
    assert centre.snapshot() == (3_000, False)


def test_a_snapshot_stays_until_its_evaluation_arrives_which_is_recorded_once(centre):
    centre.take(2_000)
    centre.hear(evaluation(500))
    for _ in range(2):  # An evaluator that starts again finds it, too.
        assert centre.snapshot() == (1_000, False)
    centre.hear(evaluation(1_000), evaluation(1_000))
    assert centre.snapshot() == (2_000, False)
    centre.hear(evaluation(2_000), evaluation(1_000))
    assert centre.snapshot() is None
    assert centre.recorded == [500, 1_000, 2_000]


def test_a_run_ends_with_its_last_evaluation_though_that_message_was_lost(centre):
    """The evaluator says what it found with its last word, too."""
    centre.take(5_600)
    for actor_steps in range(1_000, 6_000, 1_000):
        assert centre.snapshot() == (actor_steps, False)
        centre.hear(evaluation(actor_steps))
    centre.evaluations.add_last(WEIGHTS, centre.roster.actor_steps, 0, "steps")
    assert centre.snapshot() == (5_500, True)
    played = Evaluation((2.0, 4.0), (200, 200), (False, False))
    write_summary(centre.run, {"best": played, "last": played}, "steps")
    centre.hear(Result("playing"), evaluation(5_500, "finished"))
    assert centre.evaluations.evaluator_has_finished
    assert centre.recorded == [1_000, 2_000, 3_000, 4_000, 5_000, 5_500]


def test_the_last_snapshot_waits_for_those_before_it(centre):
    centre.take(5_500)
    centre.evaluations.add_last(WEIGHTS, centre.roster.actor_steps, 0, "steps")
    for actor_steps in range(1_000, 6_000, 1_000):
        assert centre.snapshot() == (actor_steps, False)
        centre.hear(evaluation(actor_steps))
    assert centre.snapshot() == (5_500, True)


@pytest.mark.parametrize("result", UNUSABLE, ids=lambda result: result.event)
def test_a_result_that_cannot_be_the_evaluators_is_dropped(centre, capsys, result):
    centre.take(1_000)
    centre.channel.send(result)
    centre.hear(evaluation(1_000))
    warning = f"warning: dropped a message from an unknown sender to result-{centre.channel.run_id} ("
    assert capsys.readouterr().out.count(warning) == 1
    assert (centre.recorded, centre.evaluations.evaluator_has_finished) == ([1_000], False)
    assert centre.run.metrics.joinpath("conduct.csv").read_text().count("\n") == 2


def test_a_slow_evaluator_is_warned_of_once(centre, capsys):
    config = load_config(AGENT, overrides=["evaluation.period=100", "max_actor_steps=5500"])
    evaluations = Evaluations(config, centre.run, centre.recorder, PatientWriter(print), print)
    evaluations.add_due(WEIGHTS, 950, 0)
    assert capsys.readouterr().out == ""
    for actor_steps in (1_050, 3_000):
        evaluations.add_due(WEIGHTS, actor_steps, 0)
    assert capsys.readouterr().out == (
        "warning: 10 policies wait for the evaluator, so the run will end later; "
        "raise evaluation.period or lower evaluation.num_episodes\n"
    )


def test_a_first_episode_whose_columns_no_file_can_have_is_dropped(centre, capsys):
    for steps, columns in ((10, {"a,b": 1.0}), (20, {})):
        centre.channel.send(Report("token", 0, steps, [{"episode_return": 1.5, **columns, "actor_steps": steps}]))
    wait_until(lambda: centre.exchange() or centre.roster.actor_steps == 20)
    assert capsys.readouterr().out.count("warning: dropped a message from token to report-") == 1
    assert [line.split(",")[0] for line in centre.training] == ["actor_steps", "20"]


def test_an_episode_with_other_columns_than_those_before_it_is_dropped(centre, capsys):
    def report(actor_steps, **columns):
        return Report("token", 0, actor_steps, [{"episode_return": 1.5, **columns, "actor_steps": actor_steps}])

    for one in (report(10), report(20, color=7), report(30)):
        centre.channel.send(one)
    wait_until(lambda: centre.exchange() or centre.roster.actor_steps == 30)
    assert capsys.readouterr().out.count("warning: dropped a message from token to report-") == 1
    assert [line.split(",")[0] for line in centre.training] == ["actor_steps", "10", "30"]


def zeros(config):
    """The weights of a policy, all zero."""
    shapes = builder_of(config).architecture.variable_shapes().values()
    return np.zeros(sum(map(math.prod, shapes)), np.float32)


def test_the_evaluator_shows_life_while_the_disk_is_full(centre, monkeypatch):
    monkeypatch.setattr(evaluation_node, "SIGN_PERIOD", 0.0)
    centre.evaluations.add_last(zeros(centre.config), 5_500, 0, "steps")
    centre.exchange()
    node = EvaluatorNode(centre.channel.address, centre.channel.run_id, centre.run)
    stop = threading.Event()
    with file_size_limit(100):
        thread = threading.Thread(target=node.run, args=(stop.is_set,), daemon=True)
        thread.start()
        for _ in range(2):
            heard_at = centre.evaluations._heard_at
            wait_until(lambda before=heard_at: centre.exchange() or centre.evaluations._heard_at > before)
        stop.set()
        thread.join()
    assert not centre.run.last_policy.exists()


@pytest.mark.slow
def test_the_evaluator_shows_life_throughout_a_long_ending(centre, monkeypatch):
    """The central process gives up an evaluator that is silent, even while it plays many or long episodes."""
    monkeypatch.setattr(evaluation_node, "SIGN_PERIOD", 0.0)
    heard, hear = [], centre.evaluations.hear
    monkeypatch.setattr(centre.evaluations, "hear", lambda result: (heard.append(result.event), hear(result)))
    weights = zeros(centre.config)
    centre.evaluations.add_due(weights, 1_000, 0)
    centre.evaluations.add_last(weights, 5_500, 0, "steps")
    centre.exchange()
    node = EvaluatorNode(centre.channel.address, centre.channel.run_id, centre.run)
    thread = threading.Thread(target=node.run, args=(lambda: False,))
    thread.start()
    while thread.is_alive():
        centre.exchange()
    thread.join()
    wait_until(lambda: centre.exchange() or centre.evaluations.evaluator_has_finished)
    num_evaluated, num_selecting, num_final = 2 * 2, 2 * 10, 2 * 10
    assert heard.count("playing") > 2 * (num_evaluated + num_selecting + num_final)
