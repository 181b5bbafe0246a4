"""Run directories that are damaged, and the commands that are to continue in them."""

import pytest
import yaml

from tests.analysis.damage import CONFIG, damage
from tests.analysis.made_runs import make_run
from tests.fuzzing import make_generator
from tests.tiny import AGENT
from walker_rl.cli import main
from walker_rl.experiments.run.checkpoint import write_checkpoint
from walker_rl.experiments.run.status import LaunchStatus, read_status, write_status

NUM_CUTS = 40


def make_interrupted(path, runner="train"):
    """A run directory with a checkpoint, as far as anything looks at it before it is read."""
    run = make_run(path, [1, 2], final=(3.0, 2.0), runner=runner)
    write_checkpoint(run.checkpoints / "step_000000002000.npz", {})
    return run


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("words", [("train",), ("launch", "--open-ports")], ids=["train", "launch"])
@pytest.mark.parametrize("kind", CONFIG)
def test_a_damaged_configuration_is_one_line_and_nothing_is_touched(tmp_path, capsys, kind, words):
    command, *options = words
    run = make_interrupted(tmp_path / "run", command).path
    damage(run, "config.yaml", kind)
    before = contents(run)
    assert main([command, AGENT, "--resume", str(run), *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    assert contents(run) == before


def test_a_configuration_that_is_cut_anywhere_is_one_line(tmp_path, capsys):
    run = make_interrupted(tmp_path / "run")
    whole = run.config.read_bytes()
    end = whole.index(b"run_id")  # What follows is of no consequence, but for the prior's record.
    for length in make_generator().choice(end, NUM_CUTS, replace=False):
        run.config.write_bytes(whole[:length])
        before = contents(run.path)
        assert main(["train", AGENT, "--resume", str(run.path)]) == 2, length
        assert capsys.readouterr().err.count("\n") == 1, length
        assert contents(run.path) == before


def test_a_sweep_leaves_out_a_damaged_run_and_lists_it(tmp_path, capsys):
    words = ["sweep", AGENT, "--seeds", "0-1", "--output", str(tmp_path)]
    names = [f"{AGENT}_Walker2DBulletEnv-v0_seed{seed}" for seed in (0, 1)]
    for seed, name in enumerate(names):
        make_run(tmp_path / name, [1, 2], f"seed={seed}", final=(3.0, 2.0))
    damage(tmp_path / names[0], "config.yaml", "zeros")
    assert main([*words, "--dry-run"]) == 0
    note, first, second = capsys.readouterr().out.splitlines()
    assert note.startswith(f"note: left out: {tmp_path / names[0]}/config.yaml: must hold ")
    assert first == f"0  damaged   {tmp_path / names[0]}"
    assert second == f"1  complete  {tmp_path / names[1]}"
    assert main(words) == 1
    assert f"note: left out: {tmp_path / names[0]}/config.yaml" in capsys.readouterr().out
    damage(tmp_path / names[1], "config.yaml", "empty")
    assert main(words) == 2
    assert capsys.readouterr().err.count("\n") == 1


STATUS = LaunchStatus(
    actor_steps=70,
    max_actor_steps=100,
    learner_steps=3,
    training_return=None,
    evaluation_return=1.5,
    samples_per_insert=None,
    replay_size=70,
    actor_steps_by_index={"0": 30, "1": 40},
    written_at=1e9,
    phase="training",
    num_actors=2,
    walltime=12.5,
    roster={"0": (30, 1, "a"), "1": (40, 2, None)},
)


def test_a_status_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "status.json"
    assert read_status(path) is None
    write_status(path, STATUS)
    assert read_status(path) == STATUS


@pytest.mark.parametrize(
    "change",
    [
        {"walltime": "long"},
        {"roster": [1]},
        {"roster": {"0": [1, 2]}},
        {"roster": {"0": ["many", 1, "a"]}},
        {"roster": {"0": {}}},
        {"actor_steps_by_index": {"0": None}},
        {"actor_steps": True},
        {"phase": []},
    ],
)
def test_a_status_of_other_kinds_is_none(tmp_path, change):
    path = tmp_path / "status.json"
    write_status(path, STATUS)
    values = yaml.safe_load(path.read_text())
    path.write_text(str({**values, **change}).replace("'", '"').replace("None", "null").replace("True", "true"))
    assert read_status(path) is None


@pytest.mark.parametrize(
    "content", [b"", b"{", bytes(50), b"[1]", b"null", b"[" * 20_000, b"\xff", b'{"phase": "training"}']
)
def test_a_torn_status_is_none(tmp_path, content):
    path = tmp_path / "status.json"
    path.write_bytes(content)
    assert read_status(path) is None
