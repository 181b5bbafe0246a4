"""Policy files as people might download them: each is a policy or one line, soon, and in little memory."""

import contextlib
import io
import json
import math
import struct
import zipfile

import numpy as np
import pytest

from tests.fuzzing import bounded, damaged, make_generator, places
from tests.policies.test_policy_file import not_a_policy, refused, saved_policy
from tests.tiny import run_command
from walker_rl.errors import RunError, UserError
from walker_rl.policies.policy_file import SavedPolicy, load_policy, save_policy
from walker_rl.policies.sinusoids import SinusoidArchitecture

NUM_DAMAGED = 400
DEEP = 100_000
HOSTILE_VALUES = [
    None,
    True,
    -1,
    0,
    1e999,
    10**400,
    "",
    "x" * 5_000,
    "\x1b[2J",
    "\ud800",
    [],
    [[]],
    {},
    {"a": []},
    [10**9],
]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "best.npz"


def parts(saved: SavedPolicy) -> tuple[dict, dict[str, np.ndarray]]:
    """Header of a policy file and its arrays."""
    about = {"agent_name": saved.agent_name, "task": saved.task, "actor_steps": saved.actor_steps}
    return {**about, "architecture": {"kind": saved.architecture.kind, **saved.architecture.to_dict()}}, saved.variables


def write(path, about, arrays) -> None:
    text = about if isinstance(about, bytes) else json.dumps(about).encode()
    np.savez(path, **{"about.json": np.frombuffer(text, np.uint8)}, **arrays)


def gait() -> SavedPolicy:
    architecture = SinusoidArchitecture(6, is_symmetric=True, feedback_index=7, servo_index=8)
    variables = {name: np.ones(shape) for name, shape in architecture.variable_shapes().items()}
    return SavedPolicy("gait", "Walker2DBulletEnv-v0", 5, architecture, variables)


def npy(shape: tuple[int, ...], dtype: str = "<f4", content: bytes = b"") -> bytes:
    """An array whose header may promise more than there is."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": dtype, "fortran_order": False, "shape": shape})
    return file.getvalue() + content


def write_member(path, name: str, content: bytes, compression: int = zipfile.ZIP_STORED) -> None:
    """A policy file in which one array is replaced by these bytes, with a checksum that is right."""
    save_policy(path, saved_policy())
    with zipfile.ZipFile(path) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    with zipfile.ZipFile(path, "w", compression) as archive:
        for member, old in members.items():
            archive.writestr(member, content if member == name else old)


def test_damage_of_any_kind_gives_a_policy_or_one_line(path):
    random = make_generator()
    contents = []
    for saved in (saved_policy(), saved_policy("constant_gaussian"), gait()):
        save_policy(path, saved)
        contents.append(path.read_bytes())
    num_loaded = 0
    for _ in range(NUM_DAMAGED):
        path.write_bytes(damaged(contents[random.integers(len(contents))], random))
        num_loaded += loads(path)
    assert 0 < num_loaded < NUM_DAMAGED


def loads(path) -> bool:
    """Loads and plays a policy; True if it can be loaded."""
    with bounded():
        try:
            saved = load_policy(path)
        except UserError as error:
            assert str(error).startswith((f"policy = {path}: must ", f"policy = {path}: is torn or no policy file"))
            return False
        with contextlib.suppress(RunError):  # Weights of any size.
            if saved.architecture.plays(22, 6):
                assert saved.make_policy().action(np.zeros(22, np.float32)).shape == (6,)
    return True


def replaced(tree, place: tuple, value):
    """A copy of nested dicts and lists with another value in one place; no value: without it."""
    if not place:
        return value
    copy = tree.copy()
    if len(place) == 1 and value is replaced:
        del copy[place[0]]
    else:
        copy[place[0]] = replaced(copy[place[0]], place[1:], value)
    return copy


@pytest.mark.parametrize("saved", [saved_policy(), gait()], ids=["network", "gait"])
def test_a_wrong_value_in_any_place_is_one_line(path, saved):
    about, arrays = parts(saved)
    num_loaded = 0
    for place in ((), *places(about)):
        for value in [*HOSTILE_VALUES, replaced] if place else HOSTILE_VALUES:  # The whole can't be left out.
            write(path, replaced(about, place, value), arrays)
            num_loaded += loads(path)
    assert 0 < num_loaded < 60  # Names may be any text, and what has a default may be left out.


@pytest.mark.parametrize(
    "about", [b"[" * DEEP, b'{"a":' * DEEP, b'{"actor_steps": ' + b"9" * DEEP + b"}", b"\xff\xfe", b""]
)
def test_json_that_is_deep_long_or_none(path, about):
    write(path, about, saved_policy().variables)
    with bounded():
        assert refused(path, not_a_policy(path))


@pytest.mark.parametrize(
    "content",
    [
        npy((22, 2**40)),
        npy((10**30,)),
        npy((0, 10**30)),
        npy((-1,)),
        npy((8,), "|V0"),
        npy((8,), "|O", b"cos\nsystem\n(S'true'\ntR."),
        npy((8,), "<U8", bytes(256)),
        npy((8,), "<c8", bytes(64)),
        npy((8,), "<m8", bytes(64)),
        npy((8,), "<f4", bytes(31)),
        npy((8,), "<f4", bytes(33)),
        b"\x93NUMPY\x01\x00" + struct.pack("<H", 60_000) + b"(" * 60_000,
        b"\x93NUMPY\x01\x00" + struct.pack("<H", 900) + b"-" * 899 + b"\n",
        b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**31),
        b"\x93NUMPY\x01\x00",
        b"",
    ],
)
def test_arrays_that_promise_what_the_file_does_not_hold(path, content):
    write_member(path, "hidden_0/b.npy", content)
    with bounded():
        assert refused(path, not_a_policy(path))


def test_an_architecture_far_larger_than_its_file(path):
    about, arrays = parts(saved_policy())
    for field, value in (("hidden_sizes", [10**9, 10**9]), ("observation_size", 2**40), ("action_size", 10**12)):
        write(path, {**about, "architecture": {**about["architecture"], field: value}}, arrays)
        with bounded():
            assert refused(path, not_a_policy(path))
    about, arrays = parts(gait())
    write(path, {**about, "architecture": {**about["architecture"], "action_size": 2 * 10**9}}, arrays)
    with bounded():
        assert refused(path, not_a_policy(path))


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_zipped_zeros_are_not_unpacked(path, compression):
    size = 10_000_000
    write_member(path, "hidden_0/w.npy", npy((size // 4,), content=bytes(size)), compression)
    assert path.stat().st_size < 100_000
    with bounded():
        assert refused(path, not_a_policy(path))


def test_a_file_that_is_compressed_as_weights_can_be_is_read(path):
    about, arrays = parts(saved_policy())
    np.savez_compressed(path, **{"about.json": np.frombuffer(json.dumps(about).encode(), np.uint8)}, **arrays)
    np.testing.assert_array_equal(load_policy(path).variables["mean/w"], arrays["mean/w"])


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e300])
def test_weights_that_are_not_finite(path, value):
    about, arrays = parts(saved_policy())
    write(path, about, {**arrays, "mean/b": np.full(6, value)})
    assert refused(path, f"policy = {path}: must have finite weights")


def test_names_lose_what_a_terminal_would_obey(path):
    about, arrays = parts(saved_policy())
    write(path, {**about, "agent_name": "\x1b]0;mine\x07d4\u202epg\n\x9b2J" + "x" * 1_000, "task": "a\x00b"}, arrays)
    saved = load_policy(path)
    assert saved.agent_name == ("]0;mined4pg 2J" + "x" * 1_000)[:100]
    assert saved.task == "ab"


def test_a_task_that_no_name_can_be(path):
    about, arrays = parts(saved_policy())
    write(path, {**about, "task": "x" * 5_000}, arrays)
    assert refused(path, not_a_policy(path))


@pytest.mark.parametrize("command", ["evaluate", "render"])
@pytest.mark.parametrize(
    ("task", "line"),
    [
        ("Pendulum-v1", "policy = {path}: must play Pendulum-v1, a task of 3 observations and 1 action"),
        ("\x1b[2JWalker", "task = [2JWalker: must be one that walker-rl list shows"),
    ],
)
def test_a_policy_of_another_size_than_its_task_is_refused(path, command, task, line):
    about, arrays = parts(saved_policy())
    write(path, {**about, "task": task}, arrays)
    result = run_command(command, path)
    assert result.returncode == 2
    assert result.stderr.startswith("error: " + line.format(path=path)), result.stderr
    assert result.stderr.count("\n") == 1 and "\x1b" not in result.stderr + result.stdout
