"""A policy in one file: it acts as before, and whatever is wrong with the file is one line."""

import dataclasses
import json
import re
import subprocess
import sys

import numpy as np
import pytest

from tests.fakes import file_size_limit, random_variables
from walker_rl.errors import UserError
from walker_rl.files.array_file import write_arrays
from walker_rl.policies.heads import HEADS
from walker_rl.policies.numpy_policy import PolicyArchitecture
from walker_rl.policies.policy_file import SavedPolicy, load_policy, save_policy
from walker_rl.policies.torso import TorsoSpec

OBSERVATIONS = np.random.default_rng(0).normal(size=(8, 22)).astype(np.float32)


def saved_policy(head: str = "tanh", hidden_sizes: tuple[int, ...] = (8, 4)) -> SavedPolicy:
    torso = TorsoSpec(hidden_sizes, layer_norm=True, activation="elu")
    architecture = PolicyArchitecture(22, 6, torso, head=head, init_stddev=0.3)
    return SavedPolicy("agent", "Walker2DBulletEnv-v0", 12_345, architecture, random_variables(architecture))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "best.npz"


@pytest.mark.parametrize("head", HEADS)
def test_a_loaded_policy_acts_identically(path, head):
    saved = saved_policy(head)
    save_policy(path, saved)
    loaded = load_policy(path)
    assert (loaded.agent_name, loaded.task, loaded.actor_steps) == ("agent", "Walker2DBulletEnv-v0", 12_345)
    assert loaded.architecture == saved.architecture
    np.testing.assert_array_equal(loaded.make_policy().action(OBSERVATIONS), saved.make_policy().action(OBSERVATIONS))
    if head != "tanh":
        for actual, expected in zip(
            loaded.make_policy().distribution(OBSERVATIONS), saved.make_policy().distribution(OBSERVATIONS), strict=True
        ):
            np.testing.assert_array_equal(actual, expected)


def test_a_file_from_before_torsos_were_values_loads_and_new_ones_say_the_same(path):
    """Its fields lie side by side, as in every file until now; the oldest do not name their kind."""
    saved = saved_policy("gaussian")
    fields = {
        "observation_size": 22,
        "action_size": 6,
        "hidden_sizes": [8, 4],
        "layer_norm": True,
        "activation": "elu",
        "head": "gaussian",
        "init_stddev": 0.3,
        "normalize": False,
    }
    assert saved.architecture.to_dict() == fields
    for architecture in (fields, {"kind": "network", **fields}):
        about = {"agent_name": "dmpo", "task": "x", "actor_steps": 7, "architecture": architecture}
        write_arrays(path, {"about.json": np.frombuffer(json.dumps(about).encode(), np.uint8), **saved.variables})
        loaded = load_policy(path)
        assert (loaded.agent_name, loaded.architecture) == ("dmpo", saved.architecture)
        np.testing.assert_array_equal(
            loaded.make_policy().action(OBSERVATIONS), saved.make_policy().action(OBSERVATIONS)
        )


def test_saving_again_replaces_and_leaves_nothing_aside(path):
    save_policy(path, saved_policy())
    save_policy(path, saved_policy(hidden_sizes=(5,)))
    assert load_policy(path).architecture.torso.hidden_sizes == (5,)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("num_bytes", [0, 100, 2_000])
def test_a_full_disk_leaves_the_policy_before(path, num_bytes):
    save_policy(path, saved_policy())
    with file_size_limit(num_bytes), pytest.raises(OSError):
        save_policy(path, saved_policy(hidden_sizes=(64,)))
    assert load_policy(path).architecture.torso.hidden_sizes == (8, 4)
    assert list(path.parent.iterdir()) == [path]


def refused(path, line: str) -> bool:
    with pytest.raises(UserError, match=f"^{re.escape(line)}$"):
        load_policy(path)
    return True


def not_a_policy(path) -> str:
    return f"policy = {path}: is torn or no policy file"


def test_a_missing_file(path):
    assert refused(path, f"policy = {path}: cannot be read (No such file or directory)")


def test_a_folder(tmp_path):
    assert refused(tmp_path, f"policy = {tmp_path}: cannot be read (Is a directory)")


def test_a_long_name_of_a_task_stays_whole(path):
    """It may be a path of modules, from which the task is imported."""
    task = f"{'.'.join(['package'] * 30)}:make_environment"
    save_policy(path, dataclasses.replace(saved_policy(), task=task))
    assert load_policy(path).task == task


@pytest.mark.parametrize("part", [0.0, 0.01, 0.3, 0.9, 0.999])
def test_a_torn_file(path, part):
    save_policy(path, saved_policy())
    content = path.read_bytes()
    path.write_bytes(content[: int(part * len(content))])
    assert refused(path, not_a_policy(path))


def test_a_flipped_byte_changes_no_action_unnoticed(path):
    """One byte at a time, all over the file: refused, or a byte that says nothing about the policy."""
    saved = saved_policy()
    save_policy(path, saved)
    content = path.read_bytes()
    num_refused = 0
    for index in range(0, len(content), 41):
        path.write_bytes(content[:index] + bytes([content[index] ^ 0x08]) + content[index + 1 :])
        try:
            loaded = load_policy(path)
        except UserError as error:
            assert str(error) == not_a_policy(path)
            num_refused += 1
            continue
        np.testing.assert_array_equal(loaded.variables["mean/w"], saved.variables["mean/w"])
        assert loaded.architecture == saved.architecture
    assert num_refused > 50


def foreign_files(path):
    yield "text", lambda: path.write_text("hello\n")
    yield "one array", lambda: np.save(path.open("wb"), np.zeros(3))
    yield "other arrays", lambda: np.savez(path, weights=np.zeros(3))
    yield "pickle", lambda: np.save(path.open("wb"), np.array([{}]), allow_pickle=True)
    for name, about in [("a list", b"[]"), ("no JSON", b"{"), ("no fields", b"{}")]:
        yield name, lambda about=about: np.savez(path, **{"about.json": np.frombuffer(about, np.uint8)})


def test_foreign_files(path):
    for _, write in foreign_files(path):
        path.unlink(missing_ok=True)
        write()
        assert refused(path, not_a_policy(path))


def test_weights_of_another_shape(path):
    saved = saved_policy()
    save_policy(path, SavedPolicy("agent", "x", 0, saved.architecture, {**saved.variables, "mean/b": np.zeros(5)}))
    assert refused(path, not_a_policy(path))


def test_playing_a_policy_needs_no_tensorflow(path):
    save_policy(path, saved_policy())
    code = f"""
import sys
from pathlib import Path
import numpy as np
from walker_rl.policies.policy_file import load_policy
print(load_policy(Path({str(path)!r})).make_policy().action(np.zeros(22)).shape)
print(sorted({{"tensorflow", "acme", "sonnet"}} & set(sys.modules)))
"""
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert process.stdout.splitlines() == ["(6,)", "[]"]


@pytest.mark.parametrize(
    ("steps", "caption"), [(1, "agent, 1 step of training"), (12_345, "agent, 12,345 steps of training")]
)
def test_a_caption_names_the_agent_and_its_steps(steps, caption):
    assert dataclasses.replace(saved_policy(), actor_steps=steps).caption == caption


def test_a_torn_policy_of_a_run_suggests_the_last_one(tmp_path):
    path, last = tmp_path / "best.npz", tmp_path / "last.npz"
    path.write_bytes(b"torn")
    assert refused(path, not_a_policy(path))
    last.write_bytes(b"torn")
    assert refused(path, f"{not_a_policy(path)}; did you mean {last}?")
    assert refused(last, not_a_policy(last))
