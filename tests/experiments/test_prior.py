"""The policy that is played before training: which one it is, and that a run keeps it whatever becomes of its file."""

import hashlib
import json
import os
import signal
from pathlib import Path

import pytest

from tests.fakes import random_variables
from tests.tiny import AGENT, TINY_RUN, metrics_of, run_command, set_options, start_command, wait_for
from walker_rl.errors import UserError
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.prior import read_prior_policy
from walker_rl.experiments.run.creation import create_run_directory, discard_unused
from walker_rl.experiments.run.directory import prior_policy_of
from walker_rl.experiments.run.resuming import check_same_experiment
from walker_rl.policies.numpy_policy import PolicyArchitecture
from walker_rl.policies.policy_file import SavedPolicy, save_policy
from walker_rl.policies.torso import TorsoSpec
from walker_rl.pretrained import find_pretrained

ARCHITECTURE = PolicyArchitecture(3, 1, torso=TorsoSpec((8,), layer_norm=False, activation="relu"), head="tanh")


def save(path: Path, seed: int = 0) -> Path:
    """Writes a policy for the pendulum."""
    path.parent.mkdir(parents=True, exist_ok=True)
    variables = random_variables(ARCHITECTURE, seed)
    save_policy(path, SavedPolicy("d4pg", "Pendulum-v1", 7, ARCHITECTURE, variables))
    return path


def config_with(prior: Path | str):
    return load_config(AGENT, overrides=["task=Pendulum-v1", f"agent.prior.policy='{prior}'"])


def test_a_name_a_file_and_a_run_directory_are_priors(tmp_path):
    path = save(tmp_path / "run" / "policy" / "best.npz")
    assert read_prior_policy(config_with(path)).contents == path.read_bytes()
    assert read_prior_policy(config_with(tmp_path / "run")).saved.actor_steps == 7
    assert read_prior_policy(config_with("gait")).contents == find_pretrained("gait").path.read_bytes()
    assert read_prior_policy(load_config(AGENT)) is None
    assert read_prior_policy(load_config("ppo")) is None


def test_anything_else_is_refused(tmp_path):
    for name in (tmp_path / "nope", tmp_path, Path("/dev/zero")):
        must_be = "must be one of d4pg, .*, gait, .*, a run directory or a policy file"
        with pytest.raises(UserError, match=f"^agent.prior.policy = {name}: {must_be}$"):
            read_prior_policy(config_with(name))


def test_a_path_becomes_absolute_and_a_name_does_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save(Path("gait"))
    Path("fields.yaml").write_text("agent: {prior: {policy: ./gait}}")
    for files, overrides in (([Path("fields.yaml")], []), ([], ["agent.prior.policy=./gait"])):
        assert load_config(AGENT, files, overrides).agent.prior.policy == str(tmp_path / "gait")
    assert load_config(AGENT, overrides=["agent.prior.policy=gait"]).agent.prior.policy == "gait"
    Path("walks").mkdir()
    assert load_config(AGENT, overrides=["agent.prior.dataset=walks"]).agent.prior.dataset == str(tmp_path / "walks")


def test_a_run_keeps_the_policy_that_it_began_with(tmp_path):
    prior = save(tmp_path / "walks.npz")
    began, config = prior.read_bytes(), config_with(prior)
    run = create_run_directory(tmp_path / "run", config)
    record = run.provenance.prior
    sha256 = hashlib.sha256(began).hexdigest()
    assert (record.name, record.sha256, record.actor_steps) == (f"walks-{sha256[:8]}", sha256, 7)
    for change in (lambda: save(prior, seed=1), prior.unlink):
        change()
        check_same_experiment(run, config)
        assert prior_policy_of(run, config).contents == began
    run.prior_policy.write_bytes(began[:-9])
    with pytest.raises(UserError) as refused:
        check_same_experiment(run, config)
    must_be = f"must be the policy that the run began with (sha256 {sha256[:12]})"
    held = f"; its copy {run.prior_policy} is missing or damaged"
    assert str(refused.value) == f"agent.prior.policy = {prior}: {must_be}{held}"
    save(prior)
    assert prior_policy_of(run, config).contents == began


def test_a_run_that_began_from_here_goes_on_when_the_file_is_gone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    prior = save(Path("walks.npz"))
    run = create_run_directory(tmp_path / "run", config_with(prior))
    prior.unlink()
    check_same_experiment(run, config_with(prior))
    run.config.write_text(run.config.read_text().replace(str(tmp_path / "walks.npz"), "walks.npz"))  # As of old.
    check_same_experiment(run, load_config(AGENT, [run.config]))
    with pytest.raises(UserError, match=r"^agent.prior.policy = gait, there /.*/walks.npz: must be as in "):
        check_same_experiment(run, config_with("gait"))


def test_a_name_that_no_file_can_have_is_refused():
    with pytest.raises(UserError, match=r"^agent.prior.policy = .*: must be one of "):
        read_prior_policy(load_config(AGENT, overrides=['agent.prior.policy="a\\0b"']))


def write_metadata(folder: Path, steps: int) -> Path:
    """Makes a folder that is a dataset as far as its hash, and returns its path."""
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "metadata.json").write_text(json.dumps({"total_steps": steps}))
    (folder / "data" / "main_data.hdf5").write_bytes(b"numbers")
    return folder


def test_a_dataset_may_move_but_not_change_nor_come_nor_go(tmp_path):
    first, other = write_metadata(tmp_path / "first", 1), write_metadata(tmp_path / "other", 2)
    with_it, without = (load_config(AGENT, overrides=it) for it in ([f"agent.prior.dataset={first}"], []))
    run = create_run_directory(tmp_path / "run", with_it)
    moved = load_config(AGENT, overrides=[f"agent.prior.dataset={first.rename(tmp_path / 'moved')}"])
    check_same_experiment(run, moved)
    sha256 = run.provenance.prior.sha256[:12]
    with pytest.raises(UserError, match=rf"^agent.prior.dataset = {other}: must be .* \(sha256 {sha256}, not "):
        check_same_experiment(run, load_config(AGENT, overrides=[f"agent.prior.dataset={other}"]))
    with pytest.raises(UserError, match=r"^agent.prior.dataset = null: must be the one that the run began with "):
        check_same_experiment(run, without)
    with pytest.raises(UserError, match=rf"^agent.prior.dataset = {other}: must be null, as the run began$"):
        check_same_experiment(
            create_run_directory(tmp_path / "none", without),
            load_config(AGENT, overrides=[f"agent.prior.dataset={other}"]),
        )


def test_nothing_of_it_stays_in_a_discarded_run_nor_hinders_the_next(tmp_path):
    config = config_with(save(tmp_path / "walks.npz"))
    run = create_run_directory(tmp_path / "run", config)
    run.config.unlink()  # What a process leaves that is killed before it writes this.
    assert discard_unused(create_run_directory(run.path, config))
    assert not run.path.exists()


@pytest.mark.slow
def test_a_run_resumes_bit_for_bit_when_its_prior_has_changed(tmp_path):
    prior = save(tmp_path / "walks.npz")
    settings = set_options((*TINY_RUN, "agent.prior.num_steps=450", "checkpoint.steps_period=150", "task=Pendulum-v1"))
    options = ("--prior", os.path.relpath(prior), "--steps", "900", *settings)
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    finished = run_command("train", AGENT, *options, "--run-dir", straight)
    assert finished.returncode == 0, finished.stderr
    process = start_command("train", AGENT, *options, "--run-dir", killed)
    wait_for(killed / "metrics" / "evaluation.csv", process, num_lines=2)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    save(prior, seed=1)
    resumed = run_command("train", AGENT, "--resume", killed, cwd=tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    assert metrics_of(killed) == metrics_of(straight)
