import json
import platform

from tests.terminal.terminals import on_a_terminal
from walker_rl.agents import agent_names
from walker_rl.cli import main
from walker_rl.environments import task_names
from walker_rl.environments.catalogue import family_names
from walker_rl.pretrained import pretrained_policies
from walker_rl.stack import HAS_ACME


def test_every_agent_has_its_paper(capsys):
    assert main(["list"]) == 0
    agents, *_ = capsys.readouterr().out.split("\n\n")
    header, *lines = agents.splitlines()
    assert header.split() == ["agent", "what", "it", "is", "paper"]
    assert [line.split()[0] for line in lines] == agent_names()
    assert all("https://arxiv.org/abs/" in line for line in lines)


def test_every_task_has_its_sizes(capsys):
    assert main(["list"]) == 0
    _, tasks, *_ = capsys.readouterr().out.split("\n\n")
    header, *lines = tasks.splitlines()
    assert header.split() == ["task", "observation", "action", "steps", "solved", "at"]
    assert [line.split()[0] for line in lines] == task_names()
    assert ["Walker2DBulletEnv-v0", "22", "6", "1,000", "2,500"] in [line.split() for line in lines]
    assert ["Pendulum-v1", "3", "1", "200", "-"] in [line.split() for line in lines]


def test_every_family_says_what_its_tasks_are(capsys):
    assert main(["list"]) == 0
    _, _, families, *_ = capsys.readouterr().out.split("\n\n")
    header, *lines = families.splitlines()
    assert header.split() == ["family", "its", "tasks"]
    assert [line.split()[0] for line in lines] == family_names()
    for example in ("gymnasium:HalfCheetah-v5", "dm_control:walker-walk", "MODULE:FUNCTION"):
        assert example in families


def test_every_pretrained_policy_has_its_task_return_and_falls(capsys):
    assert main(["list"]) == 0
    _, _, _, pretrained, _ = capsys.readouterr().out.split("\n\n")
    header, *lines = pretrained.splitlines()
    assert header.split() == ["pretrained", "task", "return", "mean", "-", "std", "falls"]
    policies = pretrained_policies()
    assert [line.split()[:2] for line in lines] == [[policy.name, policy.task] for policy in policies]
    assert lines[0].split()[2:] == ["3,000", "+-", "11", "2,989", "0%"]


def test_the_stack_has_what_works_with_it(capsys):
    assert main(["list"]) == 0
    header, line = capsys.readouterr().out.split("\n\n")[-1].splitlines()
    assert header.split() == ["stack", "python", "works"]
    expected = "everything works" if HAS_ACME else "everything except launch, node, cluster submit and replay=reverb"
    assert line.split(maxsplit=2) == ["acme" if HAS_ACME else "portable", platform.python_version(), expected]


def test_json_has_all_of_it(capsys):
    assert main(["list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [agent["name"] for agent in listed["agents"]] == agent_names()
    assert set(listed["agents"][0]) == {"name", "summary", "paper"}
    assert [task["name"] for task in listed["tasks"]] == task_names()
    assert [family["name"] for family in listed["families"]] == family_names()
    assert {
        "name": "Pendulum-v1",
        "kind": "pendulum",
        "observation_size": 3,
        "action_size": 1,
        "max_episode_steps": 200,
        "reward_threshold": None,
    } in listed["tasks"]
    first = listed["pretrained"][0]
    assert (first["name"], round(first["mean_return"]), first["falls"]) == ("d4pg", 3000, 0.0)


def test_on_a_terminal_of_80_columns_no_line_is_longer():
    text = on_a_terminal("from walker_rl.cli import main; main(['list'])", columns=80)
    assert max(map(len, text.splitlines())) <= 80
    for name in (*agent_names(), *task_names(), "https://arxiv.org/abs/1804.08617"):
        assert name in text.split()
