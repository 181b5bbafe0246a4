"""Agents of other packages, found by their entry points: the example's, and ones that are wrong."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys

import pytest
import yaml

from tests.agents.other_packages import EXAMPLE, install, with_packages
from tests.tiny import AGENT, TINY_SCHEDULE, metrics_of, run_command, set_options, start_command, wait_for
from walker_rl.agents import agent_names
from walker_rl.analysis.runs import read_runs

CONFIG = '''
import dataclasses

@dataclasses.dataclass(frozen=True)
class Config:
    """Other: an agent of another package."""

    display_name = "Other"
    {paper}
    min_steps_to_learn = 0
    target_samples_per_insert = 1.0
'''


# --- wrong ones


@pytest.fixture(scope="module")
def wrong(tmp_path_factory):
    """Packages whose agents can't be used, besides one that can be listed."""
    folder = tmp_path_factory.mktemp("packages")
    install(folder, "broken", "broken_agent", config="import nowhere_to_be_found")
    install(folder, "paperless", "paperless_agent", config=CONFIG.format(paper=""))
    install(folder, AGENT, "taken_agent", config=CONFIG.format(paper="paper = ''"))
    install(folder, "../up", "odd_agent", config=CONFIG.format(paper="paper = ''"))
    install(folder, "other", "other_agent", config=CONFIG.format(paper="paper = 'none'"))
    install(folder, "ending", "ending_agent", config="import sys\nprint('hello')\nsys.exit(3)")
    install(folder, "untyped", "untyped_agent", config=CONFIG.format(paper="paper: 'Nowhere' = 'none'"))
    install(folder, "asking", "asking_agent", config=CONFIG.format(paper="size: int\n    paper = 'none'"))
    (folder / "ours-1.0.dist-info").mkdir()
    (folder / "ours-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: ours\nVersion: 1.0\n")
    ours = "[walker_rl.agents]\nours = walker_rl.agents.nowhere\n"
    (folder / "ours-1.0.dist-info" / "entry_points.txt").write_text(ours)
    return with_packages(folder)


NOTES = [
    f"agent = {AGENT}: must have another name in taken_agent; walker_rl.agents.{AGENT} has this one",
    "agent = ../up: must be lower-case letters, digits and underscores, in odd_agent",
    "agent = broken: broken_agent.config must have Config (ModuleNotFoundError: No module named 'nowhere_to_be_found' "
    "(FOLDER/broken_agent/config.py:1))",
    "agent = paperless: paperless_agent.config must have Config "
    "(AttributeError: type object 'Config' has no attribute 'paper')",
    "agent = ours: must be in a package of its own, not in walker_rl.agents.nowhere",
    "agent = ending: ending_agent.config must have Config (SystemExit: 3 (FOLDER/ending_agent/config.py:3))",
    "agent = untyped: untyped_agent.config must have Config (NameError: name 'Nowhere' is not defined)",
    "agent = asking: asking_agent.config must have Config "
    "(TypeError: Config.__init__() missing 1 required positional argument: 'size')",
]


def with_short_places(text, wrong):
    """`text` without the path of the packages."""
    return text.replace(wrong["env"]["PYTHONPATH"].partition(os.pathsep)[0], "FOLDER")


def test_they_are_listed_in_a_line_each_and_the_others_as_always(wrong):
    process = run_command("list", **wrong)
    assert (process.returncode, process.stderr) == (0, "")
    assert process.stdout.startswith("hello\n")
    assert sorted(
        re.findall(r"^note: left out: (.*)$", with_short_places(process.stdout, wrong), re.MULTILINE)
    ) == sorted(NOTES)
    agents = [line.split()[0] for line in process.stdout.split("\n\n")[0].splitlines()[2:]]
    assert agents == sorted([*agent_names(), "other"])
    listed = json.loads(with_short_places(run_command("list", "--json", **wrong).stdout, wrong))
    assert sorted(listed["notes"]) == sorted(NOTES)
    assert [agent["name"] for agent in listed["agents"]] == agents


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("train", "broken"), NOTES[2]),
        (("train", "broken", "--help"), NOTES[2]),
        (("sweep", "broken"), NOTES[2]),
        (("train", AGENT, "--set", "agent.stpes=3"), "agent.stpes = 3: unknown field"),
        (("train", "othr"), "; did you mean other?"),
    ],
)
def test_using_one_is_refused_in_a_line(wrong, tmp_path, words, message):
    process = run_command(*words, cwd=tmp_path, **wrong)
    assert process.returncode == 2
    assert process.stderr.startswith("error: ") and process.stderr.count("\n") == 1
    assert message in with_short_places(process.stderr, wrong)
    assert list(tmp_path.iterdir()) == []


def test_help_shows_the_reason_and_the_other_agents(wrong):
    text = " ".join(run_command("train", "--help", **wrong).stdout.split())
    assert all(f" {name} " in text for name in (*agent_names(), "broken", "other"))
    assert "other Other: an agent of another package." in text
    assert "broken agent = broken: broken_agent.config must have Config" in text


PARTS = """
from walker_rl.agents import display_name, make_builder, search_space
from walker_rl.errors import UserError

print(display_name("broken"), display_name("other"), display_name("nobody"))
for make in (lambda: search_space("other"), lambda: make_builder("other", None, None), lambda: search_space("broken")):
    try:
        make()
    except UserError as error:
        print(error)
"""


def test_a_missing_part_is_a_line_and_figures_have_the_plain_name(wrong):
    process = subprocess.run([sys.executable, "-c", PARTS], capture_output=True, text=True, check=True, **wrong)
    assert process.stdout.splitlines() == [
        "broken Other nobody",
        *(
            f"agent = {agent}: {agent}_agent.{module} must have {attribute} "
            f"(ModuleNotFoundError: No module named '{agent}_agent.{module}')"
            for agent, module, attribute in (
                ("other", "search_space", "SEARCH_SPACE"),
                ("other", "builder", "Builder"),
                ("broken", "search_space", "SEARCH_SPACE"),
            )
        ),
    ]


@pytest.mark.slow
def test_our_agent_trains_under_its_name_and_says_that_another_is_left_out(wrong, tmp_path):
    fields = set_options(("task=Pendulum-v1", *TINY_SCHEDULE))
    process = run_command("train", AGENT, "--steps", "9", "--run-dir", tmp_path / "run", *fields, **wrong)
    assert (process.returncode, process.stderr) == (0, "")
    assert process.stdout.splitlines()[1] == f"warning: {NOTES[0]}"


# --- the example


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The example package, installed into a folder of its own."""
    folder = tmp_path_factory.mktemp("installed")
    source = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("source") / "ars")
    words = ["install", "-q", "--no-deps", "--no-build-isolation", "--no-index", "--target", folder, source]
    subprocess.run([sys.executable, "-m", "pip", *words], check=True)
    return with_packages(folder)


SMALL = ("task=Pendulum-v1", "agent.num_directions=2", "agent.num_best=1", *TINY_SCHEDULE, "log_period=2")
TRAIN = ("train", "ars", "--steps", "4000", *set_options((*SMALL, "checkpoint.steps_period=450")))


@pytest.fixture(scope="module")
def trained(example, tmp_path_factory):
    run = tmp_path_factory.mktemp("runs") / "ars"
    process = run_command(*TRAIN, "--run-dir", run, **example)
    assert (process.returncode, process.stderr) == (0, "")
    return run


@pytest.mark.slow
def test_it_is_listed_completed_and_has_help(example):
    assert re.search(r"^ars +ARS: .* https://arxiv.org/abs/1803.07055$", run_command("list", **example).stdout, re.M)
    assert "agent.num_directions" in run_command("train", "ars", "--help", **example).stdout
    assert "; did you mean ars?" in run_command("sweep", "arrs", **example).stderr
    typed = {"COMP_WORDS": "walker-rl train ar", "COMP_CWORD": "2", "_WALKER_RL_COMPLETE": "complete_bash"}
    completed = run_command(env=example["env"] | typed)
    assert completed.stdout.split() == ["ars"]


@pytest.mark.slow
def test_it_trains_and_plays(example, trained):
    rows = (trained / "metrics" / "learner.csv").read_text().splitlines()
    assert rows[0] == "actor_steps,learner_steps,mean_return,best_return,deviation"
    assert len(rows) == 6
    process = run_command("evaluate", trained, "--episodes", "1", **example)
    assert process.stdout.startswith("ars on Pendulum-v1, "), process.stderr


@pytest.mark.slow
def test_a_run_records_its_package(trained):
    record = yaml.safe_load((trained / "config.yaml").read_text())["provenance"]
    assert record["packages"]["walker-rl-ars"] == "0.1.0"


@pytest.mark.slow
def test_killed_and_resumed_it_has_the_same_metrics(example, trained, tmp_path):
    process = start_command(*TRAIN, "--run-dir", tmp_path / "run", **example)
    wait_for(tmp_path / "run" / "metrics" / "training.csv", process, num_lines=7)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    process = run_command("train", "ars", "--resume", tmp_path / "run", **example)
    assert process.returncode == 0, process.stderr
    assert "Resumed " in process.stdout
    assert metrics_of(tmp_path / "run") == metrics_of(trained)


@pytest.mark.slow
def test_a_sweep_trains_it_beside_ours_and_compare_draws_both(example, tmp_path):
    fields = set_options(("max_actor_steps=900", *TINY_SCHEDULE))
    sweep = ("sweep", "ars", "gait", "--task", "Pendulum-v1", "--output", tmp_path / "runs")
    process = run_command(*sweep, *fields, **example)
    assert process.returncode == 0, process.stdout + process.stderr
    compare = ("compare", tmp_path / "runs" / "*_seed0", "--output", tmp_path / "figures")
    process = run_command(*compare, **example)
    assert (process.returncode, process.stderr) == (0, "")
    assert re.search(r"^ +ars ", process.stdout, re.MULTILINE) and re.search(r"^ +gait ", process.stdout, re.MULTILINE)
    assert "ARS" in (tmp_path / "figures" / "overview.svg").read_text()
    notes: list[str] = []
    (gait,) = read_runs([tmp_path / "runs" / "*_seed0"], note=notes.append)  # This process has no ARS.
    assert gait.group == "gait"
    assert len(notes) == 1 and "(agent = ars: must be one of " in notes[0]


@pytest.mark.slow
def test_its_own_tests_pass(example):
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", "tests"]
    result = subprocess.run([sys.executable, *words], cwd=EXAMPLE, capture_output=True, text=True, **example)
    assert result.returncode == 0, result.stdout
