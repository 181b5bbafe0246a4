"""The run directory: made whole, or refused with one line and not made at all."""

import re

import pytest
import yaml

from tests.fakes import file_size_limit
from tests.tiny import AGENT
from walker_rl import __version__
from walker_rl.errors import UserError
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.directory import create_run_directory, default_path, open_run_directory
from walker_rl.processes.slots import usable_cpus

CONFIG = load_config(AGENT, overrides=["seed=3", "agent.n_step=2", "agent.policy_hidden_sizes=[8, 8]"])


def refusal(path, call=lambda path: create_run_directory(path, CONFIG)) -> str:
    with pytest.raises(UserError) as caught:
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


def test_it_says_what_made_it(tmp_path):
    run = create_run_directory(tmp_path / "run", CONFIG)
    provenance = yaml.safe_load(run.config.read_text())["provenance"]
    assert provenance["walker_rl"] == __version__
    assert provenance["python"].startswith("3.10.")
    assert re.fullmatch(r"[0-9a-f]{12}(-dirty)?|unknown", provenance["commit"])
    assert provenance["packages"]["dm-acme"] == "0.4.0"
    assert provenance["packages"]["pybullet"] == "3.2.7"
    assert provenance["machine"]["num_cores"] == usable_cpus()
    assert provenance["machine"]["processor"]


def test_a_run_that_exists_is_refused_and_resume_is_named(tmp_path):
    run = create_run_directory(tmp_path / "run", CONFIG)
    before = run.config.read_bytes()
    line = f"run_dir = {run.path}: must not exist yet; to go on with that run: --resume {run.path}"
    assert refusal(run.path) == line
    assert run.config.read_bytes() == before


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "thesis.tex").touch()
    assert refusal(tmp_path) == f"run_dir = {tmp_path}: must not exist yet"
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_is_refused(tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    assert refusal(file) == f"run_dir = {file}: must not exist yet"
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
        assert refusal(path).startswith(f"run_dir = {path}: must be writable (")
    assert list(tmp_path.iterdir()) == []


def test_only_a_run_can_be_opened(tmp_path):
    for path in (tmp_path, tmp_path / "nowhere", tmp_path / ("x" * 300)):
        assert refusal(path, open_run_directory) == f"run = {path}: must be a run directory (no config.yaml in it)"


def test_the_default_path_names_the_run():
    path = str(default_path(CONFIG))
    assert re.fullmatch(rf"runs/{AGENT}_Walker2DBulletEnv-v0_seed3_\d{{8}}-\d{{6}}", path)
