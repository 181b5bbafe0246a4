"""The command, the counted work, and the parts that run in processes of their own."""

import pytest

from benchmarks import __main__ as command
from benchmarks import breakdown, contests, efficiency
from benchmarks.turns import BenchmarkError


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["speed"], "PART = speed: must be one of environment, acting, training, peers, learner, memory, start"),
        (["start", "--rounds", "0"], "--rounds = 0: must be at least 1"),
    ],
)
def test_bad_input(arguments, message, capsys):
    with pytest.raises(SystemExit) as exit_info:
        command.main(arguments)
    assert exit_info.value.code == 2
    assert message in capsys.readouterr().err.splitlines()[-1]


def test_without_their_environment_peers_are_left_out_with_a_word_on_how_to_make_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(contests, "PEERS_PYTHON", tmp_path / "none")
    assert command.main(["peers", "--output", str(tmp_path)]) == 0
    assert ".venv-peers/bin/pip install -r benchmarks/requirements-peers.txt" in capsys.readouterr().out
    assert (contests.ROOT / "benchmarks/requirements-peers.txt").exists()


def test_a_part_that_fails_is_told_of_and_the_others_are_kept(tmp_path, monkeypatch, capsys):
    def fail(rounds):
        raise BenchmarkError("SBX TD3 ended with status 1: no module")
        yield

    def measure(rounds):
        yield command.Row("fine", "s", [1.0] * rounds)

    monkeypatch.setattr(command, "PARTS", {"bad": fail, "good": measure})
    assert command.main(["--output", str(tmp_path), "--rounds", "2"]) == 1
    text = capsys.readouterr().out
    assert "bad was not measured: SBX TD3 ended with status 1: no module" in text
    assert "1 (1 to 1) s" in (tmp_path / "table.md").read_text()


def test_the_products_of_a_d4pg_update_are_those_of_its_layers():
    batch, policy, critic = 256, [22 * 256, 256 * 256, 256 * 6], [28 * 256, 256 * 256, 256 * 51]
    forward = 2 * sum(policy) + 3 * sum(critic)
    to_weights = sum(policy) + sum(critic)
    to_inputs = sum(policy[1:]) + sum(critic[1:]) + sum(critic)  # The last are those of dQ/da.
    expected_value = 2 * 51
    assert efficiency.flop_of_update() == 2 * batch * (forward + to_weights + to_inputs + expected_value)


@pytest.mark.slow
def test_the_breakdown_accounts_for_the_whole_step():
    parts = breakdown.parts_elsewhere("ddpg")
    assert tuple(parts) == breakdown.PARTS
    assert all(milliseconds > 0 for milliseconds in parts.values()), parts
    assert max(parts, key=parts.__getitem__) == "update"
