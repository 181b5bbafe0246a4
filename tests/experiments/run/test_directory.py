"""The run directory: made whole, or refused with one line and not made at all."""

import dataclasses
import multiprocessing
import platform
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.fakes import file_size_limit
from tests.tiny import AGENT
from walker_rl import __version__
from walker_rl.errors import RunError, UserError
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run import creation
from walker_rl.experiments.run.creation import create_run_directory
from walker_rl.experiments.run.directory import RunDirectory, locked, newest_run, open_run_directory, updated_config
from walker_rl.files.whole_file import part_of
from walker_rl.processes.slots import usable_cpus
from walker_rl.stack import HAS_ACME, NAME

CONFIG = load_config(AGENT, overrides=["seed=3", "agent.n_step=2", "agent.policy_hidden_sizes=[8, 8]"])


def refusal(path, call=lambda path: create_run_directory(path, CONFIG), kind=UserError) -> str:
    with pytest.raises(kind) as caught:
        call(path)
    return str(caught.value)


@pytest.mark.parametrize("name", ["run", "a/b/run"])
def test_a_new_run_has_its_folders(tmp_path, name):
    run = create_run_directory(tmp_path / name, CONFIG)
    assert run.path == tmp_path / name
    for folder in (run.metrics, run.tensorboard, run.checkpoints, run.best_policy.parent, run.videos):
        assert folder.is_dir()
        assert folder.parent == run.path
    assert [path.name for path in run.path.parent.iterdir()] == ["run"]
    assert open_run_directory(run.path) == run


def test_an_empty_folder_will_do(tmp_path):
    create_run_directory(tmp_path, CONFIG)
    assert open_run_directory(tmp_path).config.is_file()


def test_its_configuration_loads_again(tmp_path):
    run = create_run_directory(tmp_path / "run", CONFIG)
    assert load_config(AGENT, [run.config]) == CONFIG


def test_arguments_of_an_environment_load_again_or_are_refused(tmp_path):
    config = load_config(AGENT, overrides=["environment={mode: '1e3', level: 'on'}"])
    assert load_config(AGENT, [create_run_directory(tmp_path / "odd", config).config]) == config
    heights = dataclasses.replace(CONFIG, environment={"heights": [[0.125] * 90] * 90})
    with pytest.raises(UserError, match=r"^environment = {heights: .*must fit into .*50,000 characters\)$"):
        create_run_directory(tmp_path / "large", heights)
    assert not (tmp_path / "large").exists()


def test_it_says_what_made_it(tmp_path):
    run = create_run_directory(tmp_path / "run", CONFIG)
    provenance = yaml.safe_load(run.config.read_text())["provenance"]
    assert provenance["walker_rl"] == __version__
    assert (provenance["python"], provenance["stack"]) == (platform.python_version(), NAME)
    assert re.fullmatch(r"[0-9a-f]{12}(-dirty)?|unknown", provenance["commit"])
    assert provenance["packages"].items() >= {"cma": "4.5.0", "dm-sonnet": "2.0.2", "gym": "0.25.2"}.items()
    assert ("dm-acme" in provenance["packages"]) == HAS_ACME
    for names in ({"pybullet", "pybullet-arm64"}, {"tensorflow", "tensorflow-cpu"}):
        assert len(names & provenance["packages"].keys()) == 1
    assert provenance["machine"]["num_cores"] == usable_cpus()
    assert provenance["machine"]["processor"]


def test_a_run_that_exists_is_refused_and_resume_is_named(tmp_path):
    run = create_run_directory(tmp_path / "run", CONFIG)
    before = run.config.read_bytes()
    line = f"run_dir = {run.path}: must be new or an empty folder; to resume that run: --resume {run.path}"
    assert refusal(run.path) == line
    assert run.config.read_bytes() == before


def test_a_run_can_be_made_where_its_making_was_killed(tmp_path):
    run = create_run_directory(tmp_path / "run", CONFIG)
    part = part_of(run.config)
    run.config.rename(part)
    assert create_run_directory(run.path, CONFIG).exists
    assert not part.exists()


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "thesis.tex").touch()
    assert refusal(tmp_path) == f"run_dir = {tmp_path}: must be new or an empty folder"
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_is_refused(tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    assert refusal(file) == f"run_dir = {file}: must be new or an empty folder"
    assert refusal(file / "run").startswith(f"run_dir = {file / 'run'}: must be writable (")
    assert refusal(file / "a" / "run").startswith(f"run_dir = {file / 'a' / 'run'}: must be writable (")
    assert file.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [file]


def test_a_name_too_long_is_refused(tmp_path):
    path = tmp_path / ("x" * 300)
    assert refusal(path) == f"run_dir = {path}: must be writable (File name too long)"
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing(tmp_path):
    path = tmp_path / "run"
    with file_size_limit(100):
        assert refusal(path, kind=RunError) == f"{path}: not written: File too large"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/sys").is_dir(), reason="this system has no folder that takes files of nobody")
def test_a_run_in_a_folder_that_takes_no_file_is_refused():
    with pytest.raises(UserError, match=r"^run = /sys: must be writable \("), locked(RunDirectory(Path("/sys"))):
        pass


@pytest.mark.parametrize(
    "failure", [UserError("no"), OSError("full"), KeyboardInterrupt()], ids=lambda one: type(one).__name__
)
@pytest.mark.parametrize("continues", [False, True])
def test_a_configuration_is_taken_back_unless_the_run_has_continued(tmp_path, failure, continues):
    run = create_run_directory(tmp_path / "run", CONFIG)
    run.summary.write_bytes(damaged := b"{\xff")
    before = run.config.read_text()
    with pytest.raises(type(failure)), updated_config(run, dataclasses.replace(CONFIG, max_actor_steps=7)):
        if continues:
            run.status.write_text("{}")
        raise failure
    assert run.summary.exists() != continues
    assert continues or run.summary.read_bytes() == damaged
    assert (run.config.read_text() == before) != continues


def test_only_a_run_can_be_opened(tmp_path):
    for path in (tmp_path, tmp_path / "nowhere", tmp_path / ("x" * 300)):
        assert refusal(path, open_run_directory) == f"run = {path}: must be a run directory (no config.yaml in it)"


def test_no_run_is_found_where_nothing_may_be_read(tmp_path):
    create_run_directory(tmp_path / "run", CONFIG)
    assert newest_run(tmp_path) == tmp_path / "run"
    tmp_path.chmod(0)
    code = (
        "import os, sys; from pathlib import Path; from walker_rl.experiments.run.directory import newest_run\n"
        "os.geteuid() or os.setuid(65534); print(newest_run(Path(sys.argv[1])))"
    )
    ended = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True)
    tmp_path.chmod(0o700)
    assert (ended.stdout, ended.stderr) == ("None\n", "")


def test_the_default_path_names_the_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = str(create_run_directory(None, CONFIG).path)
    assert re.fullmatch(rf"runs/{AGENT}_Walker2DBulletEnv-v0_seed3_\d{{8}}-\d{{6}}", path)
    foreign = str(create_run_directory(None, dataclasses.replace(CONFIG, task="my.module:make_env")).path)
    assert foreign.startswith(f"runs/{AGENT}_my.module-make_env_seed3_")


def test_trainings_that_begin_in_the_same_second_have_directories_of_their_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(creation, "time_now", lambda: "20240131-235959")
    paths = [str(create_run_directory(None, CONFIG).path) for _ in range(3)]
    name = f"runs/{AGENT}_Walker2DBulletEnv-v0_seed3_20240131-235959"
    assert paths == [name, f"{name}-2", f"{name}-3"]


def test_a_link_to_an_empty_folder_is_filled_and_stays_a_link(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "disk")
    run = create_run_directory(tmp_path / "run", CONFIG)
    assert run.path.is_symlink()
    assert (tmp_path / "disk" / "config.yaml").is_file()
    line = f"run_dir = {run.path}: must be new or an empty folder; to resume that run: --resume {run.path}"
    assert refusal(tmp_path / "run") == line


def test_a_link_to_nothing_makes_what_it_names(tmp_path):
    (tmp_path / "run").symlink_to(tmp_path / "disk" / "run")
    create_run_directory(tmp_path / "run", CONFIG)
    assert (tmp_path / "disk" / "run" / "config.yaml").is_file()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert refusal(tmp_path / "loop") == f"run_dir = {tmp_path / 'loop'}: must be new or an empty folder"


def test_folders_without_a_file_will_do_and_stay(tmp_path):
    """A fresh mount point has a lost+found; a start that was killed leaves folders."""
    for name in ("lost+found", "metrics", "policy"):
        (tmp_path / "run" / name).mkdir(parents=True)
    with file_size_limit(100):
        assert refusal(tmp_path / "run", kind=RunError) == f"{tmp_path / 'run'}: not written: File too large"
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["lost+found"]
    create_run_directory(tmp_path / "run", CONFIG)
    assert (tmp_path / "run" / "lost+found").is_dir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "data").symlink_to(tmp_path / "run")
    assert refusal(tmp_path / "other") == f"run_dir = {tmp_path / 'other'}: must be new or an empty folder"


def test_an_empty_mount_point_will_do(tmp_path):
    (tmp_path / "run").mkdir()
    script = (
        "import sys; from pathlib import Path; from walker_rl.experiments.config_loading import load_config\n"
        "from walker_rl.experiments.run.creation import create_run_directory, discard_unused\n"
        f"run = create_run_directory(Path(sys.argv[1]), load_config({AGENT!r}))\n"
        "assert run.config.is_file() and run.path.is_mount(); discard_unused(run); print(list(run.path.iterdir()))"
    )
    in_private = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    mount = 'mount -t tmpfs none "$1"'
    if subprocess.run([*in_private, mount, "sh", tmp_path / "run"], capture_output=True).returncode:
        pytest.skip("this system lets users mount nothing")
    command = [*in_private, f'{mount} && exec "$2" -c "$3" "$1"', "sh", tmp_path / "run", sys.executable, script]
    result = subprocess.run(command, capture_output=True, text=True)
    assert (result.stdout, result.stderr) == ("[]\n", "")


def start(path, barrier, results):
    barrier.wait()
    try:
        create_run_directory(path, CONFIG)
        results.put("made")
    except UserError as error:
        results.put(str(error))


@pytest.mark.parametrize("round", range(5))
def test_of_simultaneous_starts_one_makes_the_run_and_the_others_say_why_not(tmp_path, round):
    path, num_starts = tmp_path / "runs" / "run", 6
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(num_starts), context.Queue()
    processes = [context.Process(target=start, args=(path, barrier, results)) for _ in range(num_starts)]
    for process in processes:
        process.start()
    outcomes = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert outcomes.count("made") == 1
    refusals = {
        f"run_dir = {path}: must not be in use by another process",
        f"run_dir = {path}: must be new or an empty folder; to resume that run: --resume {path}",
    }
    assert {*outcomes} <= {"made", *refusals}
    assert load_config(AGENT, [path / "config.yaml"]) == CONFIG
    assert [child.name for child in path.parent.iterdir()] == ["run"]


def test_the_command_that_is_named_is_quoted_for_a_shell(tmp_path):
    path = tmp_path / "it's [1] $HOME"
    create_run_directory(path, CONFIG)
    option = refusal(path).partition("resume that run: ")[2]
    assert shlex.split(option) == ["--resume", str(path)]
