"""`walker-rl record`, and a training that learns from what it writes."""

import contextlib
import dataclasses
import signal
import sys

import numpy as np
import pytest
import yaml

from tests.datasets.pendulum import SAVED, needs_minari
from tests.experiments.test_kill_and_resume import assert_equal_runs
from tests.tiny import AGENT, TINY_RUN, run_command, set_options, start_command, wait_for, wait_until
from walker_rl.cli import main
from walker_rl.cli.commands.record import _settings
from walker_rl.environments import make_environment
from walker_rl.environments.bullet.simulation import BulletSimulation
from walker_rl.episodes import play_episodes
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.seeding import evaluation_seeds
from walker_rl.policies.policy_file import save_policy


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("datasets")
    save_policy(folder / "policy.npz", SAVED)
    assert main(["record", str(folder / "policy.npz"), "--steps", "1.2k", "-o", str(folder / "pendulum")]) == 0
    return folder / "pendulum"


@needs_minari
def test_steps_and_episodes_are_those_asked_for(dataset, capsys):
    import minari

    opened = minari.MinariDataset(dataset / "data")
    assert opened.total_steps == 1_200
    about = opened.storage.metadata
    assert (about["algorithm_name"], about["task"], about["actor_steps"]) == ("d4pg", "Pendulum-v1", 7)
    assert main(["record", "--pretrained", "gait", "-o", str(dataset)]) == 2
    assert capsys.readouterr().err == f"error: output = {dataset}: must not exist yet\n"


@needs_minari
def test_the_next_command_names_the_dataset_and_no_pretrained_policy(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    save_policy(tmp_path / "policy.npz", SAVED)
    assert main(["record", "policy.npz", "--steps", "20", "-o", "gait"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("train d4pg --task Pendulum-v1 --prior ./gait")


@needs_minari
def test_the_mean_return_is_that_of_complete_episodes(tmp_path, capsys):
    """Episodes of the pendulum have 200 steps."""
    policy = tmp_path / "policy.npz"
    save_policy(policy, SAVED)
    with contextlib.closing(make_environment(SAVED.task, 0)) as environment:
        played = play_episodes(environment, SAVED.make_act, evaluation_seeds(0, 2))
        returns = [float(np.sum(episode.rewards)) for episode in played]
    one, both = f"{returns[0]:.1f} over 1 complete episode", f"{np.mean(returns):.1f} over 2 complete episodes"
    for steps, said in {
        "250": f"250 steps in 2 episodes, mean return {one}",
        "400": f"400 steps in 2 episodes, mean return {both}",
        "20": "20 steps in 1 episode, none complete, so there is no mean return",
    }.items():
        assert main(["record", str(policy), "--steps", steps, "-o", str(tmp_path / steps)]) == 0
        assert capsys.readouterr().out.splitlines()[0] == f"{tmp_path / steps}: {said}"


@needs_minari
def test_a_folder_may_be_named_from_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_policy(tmp_path / "policy.npz", SAVED)
    assert main(["record", "policy.npz", "--steps", "200", "-o", "walks"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["policy.npz", "walks"]


@needs_minari
def test_the_next_command_has_the_arguments_of_the_task(tmp_path, capsys):
    saved = dataclasses.replace(SAVED, task="gymnasium:Pendulum-v1", environment={"g": 5.0})
    save_policy(tmp_path / "policy.npz", saved)
    assert main(["record", str(tmp_path / "policy.npz"), "--steps", "20", "-o", str(tmp_path / "walks")]) == 0
    options = f"--task gymnasium:Pendulum-v1 --set=environment.g=5.0 --prior {tmp_path / 'walks'}"
    assert capsys.readouterr().out.endswith(f"train d4pg {options}\n")


def test_the_next_command_leaves_a_name_with_dots_whole():
    for arguments in ({"a.b": 1, "c": None}, {"c": {"d": [1, "x"]}, "e": "yes"}, {}):
        options = [option.removeprefix("--set=") for option in _settings(arguments)]
        assert load_config("d4pg", (), ["task=gymnasium:Pendulum-v1", *options]).environment == arguments


def test_without_minari_it_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "minari", None)
    assert main(["record", "--pretrained", "gait", "-o", str(tmp_path / "walker")]) == 2
    message = "minari: must be installed: pip install 'walker-rl[minari]'"
    assert capsys.readouterr().err == f"error: {message}\n"
    assert list(tmp_path.iterdir()) == []


@needs_minari
@pytest.mark.parametrize("field", ["observation", "reward"])
def test_a_number_that_is_not_finite_is_not_written(tmp_path, monkeypatch, capsys, field):
    """A robot of Bullet is checked like an environment that other people wrote."""
    step = BulletSimulation.step

    def poisoned(simulation, action):
        outcome = step(simulation, action)
        return outcome._replace(**{field: getattr(outcome, field) * np.nan})

    monkeypatch.setattr(BulletSimulation, "step", poisoned)
    assert main(["record", "--pretrained", "gait", "--steps", "20", "-o", str(tmp_path / "walks")]) == 1
    article = "an" if field == "observation" else "a"
    assert capsys.readouterr().err == f"error: the environment returned {article} {field} that is not finite\n"
    assert list(tmp_path.iterdir()) == []


@needs_minari
@pytest.mark.usefixtures("no_signal_is_ignored")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_recording_that_is_stopped_leaves_nothing_behind(number, tmp_path):
    output = tmp_path / "walks"
    process = start_command("record", "--pretrained", "gait", "--steps", "1M", "--output", output)
    wait_until(lambda: any(tmp_path.glob(".recording-*/walks/data/main_data.hdf5")))
    process.send_signal(number)
    process.communicate()
    assert process.returncode == {signal.SIGINT: 130, signal.SIGTERM: 75}[number]
    assert list(tmp_path.iterdir()) == []


@needs_minari
@pytest.mark.slow
def test_a_training_on_a_dataset_resumes_bit_for_bit_and_notices_another(dataset, tmp_path):
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    options = (
        "--task",
        "Pendulum-v1",
        "--prior",
        dataset,
        "--steps",
        "600",
        *set_options((*TINY_RUN, "checkpoint.steps_period=150")),
    )
    finished = run_command("train", AGENT, *options, "--run-dir", straight)
    assert finished.returncode == 0, finished.stderr
    provenance = yaml.safe_load((straight / "config.yaml").read_text())["provenance"]
    assert provenance["prior"]["actor_steps"] == 1_207
    said = f"The dataset {provenance['prior']['name']} gives a share of each batch; it took 1,207 steps of d4pg"
    assert said in finished.stdout

    process = start_command("train", AGENT, *options, "--run-dir", killed)
    wait_for(killed / "metrics" / "evaluation.csv", process, num_lines=2)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    numbers = dataset / "data" / "main_data.hdf5"
    whole = numbers.read_bytes()
    numbers.write_bytes(whole + b"more")
    refused = run_command("train", AGENT, "--resume", killed)
    assert refused.returncode == 2
    assert f"agent.prior.dataset = {dataset}: must be the one that the run began with" in refused.stderr
    numbers.write_bytes(whole)
    moved = dataset.rename(tmp_path / "moved")
    lost = run_command("train", AGENT, "--resume", killed)
    hint = "must be a Minari dataset; if it was moved, pass its new path with --prior"
    assert (lost.returncode, lost.stderr) == (2, f"error: agent.prior.dataset = {dataset}: {hint}\n")
    again = run_command("train", AGENT, "--resume", killed, "--prior", moved)
    assert again.returncode == 0, again.stderr
    assert_equal_runs(straight, killed)
