"""Foreign messages to the port of a run are dropped with one warning, and the run continues."""

import json
import re
import socket
import threading

import numpy as np
import pytest

from tests.experiments.distributed.conftest import RUN_ID, open_channel
from tests.experiments.distributed.launched import launched
from tests.fuzzing import damaged, make_generator
from tests.tiny import lines_until, wait_until
from walker_rl.experiments.distributed.wire.channel import BOARDS, MAX_WARNINGS, QUEUES, TRANSITIONS, table_name
from walker_rl.experiments.distributed.wire.codec import ForeignMessageError, decode, encode
from walker_rl.experiments.distributed.wire.membership import find_run
from walker_rl.experiments.distributed.wire.messages import Notice, Report, Result, Snapshot, Weights, Welcome
from walker_rl.experiments.distributed.wire.reverb_client import ReverbClient

GOOD = Report("token", 0, 10, [{"actor_steps": 10.0, "episode_return": 1.5}])
MESSAGES = (
    GOOD,
    Result("evaluation", 10, 5, 1.5, (1.0, 2.0), (7, 8), (True, False), 0.25),
    Notice({0: 10}, 1, False, 100, {"token": Welcome(0, 0, 10)}),
    Weights(np.ones(5, np.float32), 3),
    Snapshot(np.ones(5, np.float32), 10, 3, 1.5, "steps"),
)


def text(value) -> np.ndarray:
    return np.frombuffer(value if isinstance(value, bytes) else json.dumps(value).encode(), np.uint8)


FOREIGN = [
    [np.zeros(3)],
    [np.zeros((2, 3), np.uint8)],
    [np.array(["text"])],
    [np.array([b"bytes"], object)],
    [np.array(True)],
    [np.zeros((0, 5), np.float32)],
    [np.zeros(1)] * 50,
    [text(b"")],
    [text(b"\xff\xfe")],
    [text(b"[" * 100_000)],
    [text(b'{"token": ' + b"9" * 10_000 + b"}")],
    [text([])],
    [text({})],
    [text({"token": "a", "index": "zero"})],
    [text({"token": "a", "index": 0, "actor_steps": 1.5})],
    [text({"token": "a", "index": 0, "is_last": "yes"})],
    [text({"token": "a", "index": None})],
    [text({"token": "a", "index": -1})],
    [text({"token": "a", "index": 2**63})],
    [text({"token": "a", "index": 0, "actor_steps": 10**400})],
    [text({"token": "a", "index": 0, "episodes": [{"actor_steps": "many"}]})],
    [text({"token": "a", "index": 0, "episodes": [{"actor_steps": float("inf"), "episode_return": 5}]})],
    [text({"token": "a", "index": 0, "episodes": [{"actor_steps": "nan", "episode_return": 5}]})],
    [text(b'{"token": "a", "index": 0, "episodes": [{"actor_steps": 1e999, "episode_return": 5}]}')],
    [text({"token": "a", "index": 0, "episodes": [{"episode_return": 5}]})],
    [text({"token": "a", "index": 0, "color": "red"})],
    [text({"token": "a", "index": 0}), np.zeros(3)],
]

UNUSABLE = (
    Result("finished"),
    Result("evaluation", 20_000, 5, 1.5, (2.0, 4.0, 6.0), (200, 200, 200), (False, False, False)),
)
"""Results that the protocol allows, from which no run of one or two episodes an evaluation can learn anything."""


class Lines(list):
    """Lines that were reported."""

    __call__ = list.append


@pytest.fixture
def stranger(server):
    return ReverbClient(f"localhost:{server.port}")


@pytest.fixture
def lines():
    return Lines()


@pytest.fixture
def reader(server, lines):
    """A channel whose warnings are in `lines`."""
    yield from open_channel(server, lines)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_damage_of_any_kind_gives_a_message_or_one_kind_of_error(message):
    random = make_generator()
    head, *rest = encode(message)
    num_decoded = 0
    for _ in range(2000):
        arrays = [np.frombuffer(damaged(head.tobytes(), random), np.uint8), *rest]
        try:
            assert isinstance(decode(type(message), [array[None] for array in arrays]), type(message))
            num_decoded += 1
        except ForeignMessageError as error:
            assert "\n" not in str(error)
    assert 0 < num_decoded < 2000


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        *[("saturated_share", share, "saturated_share = ") for share in (-0.1, 1.1, float("nan"), "most")],
        ("event", "party", "event = party: must be one of evaluation, playing, finished"),
        ("actor_steps", -1, "steps = -1: must be in "),
        ("learner_steps", 2**63, "steps = 9223372036854775808: must be in "),
        ("episode_lengths", [7, 10**400], "steps = 1000"),
        ("episode_returns", [1.0, float("inf")], "walltime, episode_returns: must be finite numbers"),
        ("walltime", "nan", "walltime, episode_returns: must be finite numbers"),
    ],
)
def test_the_numbers_of_a_result_are_possible(field, value, complaint):
    head, *_ = encode(MESSAGES[1])
    with pytest.raises(ForeignMessageError, match=complaint):
        decode(Result, [text({**json.loads(head.tobytes()), field: value})[None]])


def test_a_queue_is_read_on_after_every_foreign_message(reader, stranger, lines):
    inbox = reader.subscribe(Report, 4)
    for arrays in FOREIGN:
        stranger.insert(table_name(Report, RUN_ID), arrays)
        reader.send(GOOD)
        assert inbox.get(timeout=60) == GOOD
    assert inbox.get(timeout=0.2) is None
    (line,) = lines
    assert line.startswith(f"warning: dropped a message from an unknown sender to report-{RUN_ID} (")


def test_a_warning_names_each_sender_once_and_there_is_an_end_to_them(reader, stranger, lines):
    inbox = reader.subscribe(Report, 4)
    for index in range(30):
        for _ in range(2):
            stranger.insert(table_name(Report, RUN_ID), [text({"sender": f"host{index}\x1b[2J:1", "index": "x"})])
    reader.send(GOOD)
    assert inbox.get(timeout=60) == GOOD
    assert len(lines) == MAX_WARNINGS
    for index, line in enumerate(lines):
        assert line.startswith(f"warning: dropped a message from host{index}[2J:1 to report-{RUN_ID} (")
        assert "must be an integer or null" in line


def test_another_checkouts_message_names_the_process_that_sent_it(reader, stranger, lines):
    inbox = reader.subscribe(Report, 4)
    head, *_ = encode(GOOD)
    stranger.insert(table_name(Report, RUN_ID), [text({**json.loads(head.tobytes()), "temperature": 0.5})])
    reader.send(GOOD)
    assert inbox.get(timeout=60) == GOOD
    assert re.match(rf"warning: dropped a message from {socket.gethostname()}:\d+ to report-", lines[0])


@pytest.mark.parametrize(
    "arrays",
    [
        [],
        [np.zeros((3, 52), np.float32)],
        [np.zeros((3, 51), np.float32), np.array(3)],
        [np.zeros((3, 52)), np.array(3)],
        [np.zeros((3, 52), np.float32), np.array(4)],
        [np.zeros((3, 52), np.float32), np.array(-1)],
        [np.zeros((3, 52), np.float32), np.array(1.5)],
        [np.zeros((3, 52), np.float32), np.array([1, 2])],
        [np.zeros(52, np.float32), np.array(1)],
        [np.array(["text"]), np.array(1)],
    ],
)
def test_blocks_of_another_form_are_dropped(reader, stranger, lines, arrays):
    table = table_name(TRANSITIONS, RUN_ID)
    if arrays:
        writer = stranger.stream_into(table, 1)
        writer.insert(*arrays)
        writer.finish()
    else:
        stranger.insert(table, [np.zeros(3, np.float32)])
    writer = reader.stream_rows()
    writer.insert(np.ones((3, 52), np.float32), np.array(2))
    np.testing.assert_array_equal(reader.subscribe_to_rows(52, 2).get(timeout=60), np.ones((2, 52)))
    writer.finish()
    assert len(lines) == 1 and lines[0].startswith("warning: dropped a message from an unknown sender to transitions-")


def test_a_board_is_read_again_until_its_own_message_is_back(reader, stranger, lines):
    stranger.insert(table_name(Weights, RUN_ID), [text({"learner_steps": 3}), np.ones(4, np.float32)])
    stranger.insert(table_name(Notice, RUN_ID), [np.zeros(3)])

    def fits(message):
        if len(message.array) != 5:
            raise ValueError("4 weights, not 5")
        return message

    read = []
    threads = [
        threading.Thread(target=lambda: read.append(reader.read(Weights, fits)), daemon=True),
        threading.Thread(target=lambda: read.append(reader.read(Notice)), daemon=True),
    ]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(lines) == 2)
    assert not read
    reader.send(Weights(np.ones(5, np.float32), 3))
    reader.send(Notice({}, 0, False, 100, {}))
    for thread in threads:
        thread.join(timeout=60)
    assert {type(message) for message in read} == {Weights, Notice}
    assert len(lines) == 2
    assert any(line.endswith("(4 weights, not 5); further ones are dropped silently") for line in lines)


@pytest.mark.slow
def test_a_run_that_listens_goes_on_and_ends_well_whatever_it_is_sent(tmp_path):
    """On every table, to every process that reads one; a table that is emptied, and a port scan."""
    run = tmp_path / "run"
    with launched(run, "--num-actors", "2", "--steps", "8000", "--open-ports") as made:
        line = lines_until(made.process, "warning: port ")[-1]
        port = int(re.match(r"warning: port (\d+) listens on every interface, and requires no password\n", line)[1])
        client = ReverbClient(f"localhost:{port}")
        run_id, _ = find_run(f"localhost:{port}", 60)
        made.wait_for_learning()
        for kind in (*QUEUES, *BOARDS):
            for arrays in (*FOREIGN[:8], [text({"sender": "intruder:1", "version": 5})]):
                client.insert(table_name(kind, run_id), arrays)
        for arrays in FOREIGN[8:]:
            client.insert(table_name(Report, run_id), arrays)
        for result in UNUSABLE:
            client.insert(table_name(Result, run_id), encode(result))
        client.insert(table_name(Weights, run_id), [text({"learner_steps": 1}), np.zeros(3, np.float32)])
        client.insert(table_name(TRANSITIONS, run_id), [np.zeros((3, 7), np.float32), np.array(3)])
        client.insert(table_name(TRANSITIONS, run_id), [np.zeros(3)])
        for kind in BOARDS:
            client._client.Reset(table_name(kind, run_id))
        with socket.create_connection(("localhost", port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n" + bytes(1_000))
        made.wait_for_learning(more=100)
        made.kill("actor_0")  # Its successor is introduced to the run as if nothing had happened.
        output = made.finish()
        assert made.process.returncode == 0, made.everything()
        assert "Traceback" not in made.everything()
    warnings = [line for line in output.splitlines() if "warning: dropped a message from " in line]
    for kind in ("report", "result", "transitions"):
        (line,) = [line for line in warnings if f" an unknown sender to {kind}-{run_id}" in line]
        assert line.startswith("warning: ")
    assert sum(f" from intruder:1 to report-{run_id}" in line for line in warnings) == 1
    _, *rows = (run / "metrics/evaluation.csv").read_text().splitlines()
    steps = [int(row.split(",")[0]) for row in rows]
    assert steps == sorted(set(steps)) and steps[-1] == 8_000 and not any(step % 2_000 for step in steps)
