"""The command, the counted work, and the parts that run in processes of their own."""

import subprocess
import sys

import pytest

from benchmarks import __main__ as command
from benchmarks import breakdown, contests, memory, needs
from benchmarks.report import Row
from benchmarks.turns import BenchmarkError, run_module
from tests.benchmarks.processes import commands_running
from tests.tiny import AGENT, wait_for, wait_until
from walker_rl.experiments.config_loading import load_config
from walker_rl.stack import HAS_ACME


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["speed"],
            "PART = speed: must be one of environment, acting, training, stacks, peers, distributed, scaling, ",
        ),
        (["start", "--rounds", "0"], "--rounds = 0: must be at least 1"),
        (
            ["start", "--output", f"{__file__}/out"],
            f"--output = {__file__}/out: must be a folder that can be written to (Not a directory)",
        ),
    ],
)
def test_bad_input(arguments, message, capsys):
    with pytest.raises(SystemExit) as exit_info:
        command.main(arguments)
    assert exit_info.value.code == 2
    assert message in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("part", "python", "remedy", "file"),
    [
        (
            "peers",
            "PEERS_PYTHON",
            ".venv-peers/bin/pip install -r benchmarks/requirements-peers.txt",
            "benchmarks/requirements-peers.txt",
        ),
        (
            "stacks",
            "PORTABLE_PYTHON",
            "scripts/bootstrap.sh requirements.lock 3.12 .venv-portable",
            "requirements.lock",
        ),
    ],
)
def test_parts_are_left_out_without_their_environment(part, python, remedy, file, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(contests, python, tmp_path / "none")
    assert command.main([part, "--output", str(tmp_path)]) == 0
    assert remedy in capsys.readouterr().out
    assert (contests.ROOT / file).exists()


def test_stock_acme_is_measured_only_on_its_stack():
    names, notes = needs.split_parts(["training", "start"])
    assert names == (["training", "start"] if HAS_ACME else ["start"])
    assert len(notes) == (not HAS_ACME)


def test_what_takes_hours_is_measured_only_if_named():
    assert "learning" in command.PARTS
    assert "learning" not in command.parse_arguments([]).parts
    assert command.parse_arguments(["learning"]).parts == ["learning"]


def test_rows_before_a_failure_are_kept(tmp_path, monkeypatch, capsys):
    def fail_late(rounds):
        yield Row("first", "s", [1.0] * rounds)
        raise BenchmarkError("preset ended with status 2: no such file")

    monkeypatch.setattr(command, "PARTS", {"half": fail_late})
    assert command.main(["--output", str(tmp_path)]) == 1
    assert "half was not measured in full: preset ended with status 2: no such file" in capsys.readouterr().out
    assert "first" in (tmp_path / "table.md").read_text()


def test_a_part_that_fails_is_told_of_and_the_others_are_kept(tmp_path, monkeypatch, capsys):
    def fail(rounds):
        raise BenchmarkError("SBX TD3 ended with status 1: no module")
        yield

    def measure(rounds):
        yield Row("fine", "s", [1.0] * rounds)

    monkeypatch.setattr(command, "PARTS", {"bad": fail, "good": measure})
    assert command.main(["--output", str(tmp_path), "--rounds", "2"]) == 1
    text = capsys.readouterr().out
    assert "bad was not measured: SBX TD3 ended with status 1: no module" in text
    assert "1 (1 to 1) s" in (tmp_path / "table.md").read_text()


def test_contestants_end_with_a_command_that_is_ended(tmp_path):
    script = f"""
from benchmarks import __main__ as command
from benchmarks.turns import Contestant, take_turns
both = [Contestant(name, ("tests.benchmarks.ticker", "0.01", {str(tmp_path)!r} + "/" + name)) for name in "ab"]
command.PARTS = {{"forever": lambda rounds: take_turns(both, 1, 1000)}}
command.main([])
"""
    process = subprocess.Popen([sys.executable, "-c", script], cwd=contests.ROOT, stderr=subprocess.DEVNULL)
    wait_for(tmp_path / "b", process, num_lines=1)
    process.terminate()
    assert process.wait(timeout=60) == 1
    wait_until(lambda: not [command for command in commands_running() if str(tmp_path) in command])


def test_the_products_of_an_update_are_those_of_its_layers():
    batch, policy, critic = 256, [22 * 256, 256 * 256, 256 * 6], [28 * 256, 256 * 256, 256 * 51]
    forward = 2 * sum(policy) + 3 * sum(critic)
    to_weights = sum(policy) + sum(critic)
    to_inputs = sum(policy[1:]) + sum(critic[1:]) + sum(critic)  # The last are those of dQ/da.
    expected_value = 2 * 51
    assert int(run_module("benchmarks.efficiency")) == 2 * batch * (forward + to_weights + to_inputs + expected_value)


def test_the_run_whose_memory_is_watched_has_a_replay_that_fills_before():
    config = load_config(AGENT, overrides=memory.RUN_SETTINGS)
    assert config.agent.max_replay_size < memory.FIRST_READING


def test_a_module_that_fails_is_told_of():
    with pytest.raises(BenchmarkError, match=r"^benchmarks\.breakdown nobody ended with status 1: .*nobody"):
        run_module("benchmarks.breakdown", "nobody")


@pytest.mark.slow
def test_the_breakdown_accounts_for_the_whole_step():
    parts = breakdown.parts_elsewhere(AGENT)
    assert tuple(parts) == breakdown.PARTS
    assert all(milliseconds > 0 for milliseconds in parts.values()), parts
    assert max(parts, key=parts.__getitem__) == "update"
