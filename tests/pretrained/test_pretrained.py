"""Each policy that comes with the package does what its line in the table says."""

import json
import statistics

import pytest
from PIL import Image

from walker_rl.cli import main
from walker_rl.pretrained import pretrained_policies

POLICIES = pretrained_policies()
NUM_EPISODES = 4


def test_every_file_has_its_line_and_every_line_its_file():
    folder = POLICIES[0].path.parent
    assert [policy.path for policy in POLICIES] == sorted(folder.glob("*.npz"))


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_a_pretrained_policy_is_small_and_returns_what_the_table_says(policy, capsys):
    assert policy.path.stat().st_size < 1_000_000
    assert main(["evaluate", "--pretrained", policy.name, "--episodes", str(NUM_EPISODES), "--json"]) == 0
    played = json.loads(capsys.readouterr().out)
    assert played["task"] == policy.task
    assert played["agent_name"] == policy.command.split()[2]
    # The median: a processor that rounds otherwise plays other episodes, and one of them may be a fall.
    median = statistics.median(played["episode_returns"])
    assert median == pytest.approx(policy.mean_return, abs=2 * policy.stddev_return)
    assert played["episode_falls"] == [length < 1000 for length in played["episode_lengths"]]


def test_a_pretrained_policy_is_filmed_under_its_name(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    name = POLICIES[0].name
    assert main(["render", "--pretrained", name, "--size", "32x32"]) == 0
    assert capsys.readouterr().out.startswith(f"{name}.gif: ")
    with Image.open(tmp_path / f"{name}.gif") as image:
        assert image.size == (32, 32)
