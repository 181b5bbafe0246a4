"""`--resume` of runs that are complete: refused, said, or lengthened."""

import json
import re
import shlex
import shutil

import pytest
import yaml

from tests.tiny import AGENT, TINY_RUN, run_command, set_options
from walker_rl.cli import main


@pytest.fixture(scope="module")
def finished_run(tmp_path_factory):
    run = tmp_path_factory.mktemp("runs") / "run"
    words = ("train", AGENT, "--task", "Pendulum-v1", "--steps", "600", "--run-dir", run, *set_options(TINY_RUN))
    result = run_command(*words)
    assert result.returncode == 0, result.stderr
    return run


@pytest.fixture
def run(finished_run, tmp_path):
    return shutil.copytree(finished_run, tmp_path / "run")


def everything(run):
    """Each file of a run, when it was written last and what it holds."""
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in run.rglob("*") if path.is_file()}


def max_steps(run):
    return yaml.safe_load((run / "config.yaml").read_text())["max_actor_steps"]


@pytest.mark.slow
def test_a_complete_run_is_told_so_and_how_to_lengthen_it(run):
    before = everything(run)
    result = run_command("train", AGENT, "--resume", run)
    assert (result.returncode, result.stderr) == (0, "")
    said = re.fullmatch(f"{run} is complete, with 600 steps; to double its length: (.*)\n", result.stdout)
    assert everything(run) == before
    assert run_command("train", AGENT, "--resume", run, "--steps", "600").stdout == result.stdout

    _, *words = shlex.split(said[1])
    assert words == ["train", AGENT, "--resume", str(run), "--more-steps", "600"]
    longer = run_command(*words)
    assert longer.returncode == 0, longer.stderr
    assert max_steps(run) == 1200
    assert (run / "metrics" / "evaluation.csv").read_text().splitlines()[-1].startswith("1200,")
    assert (run / "summary.json").exists()


@pytest.mark.slow
def test_an_interrupted_run_is_lengthened_beyond_the_steps_that_it_was_to_have(run):
    newest = run / "checkpoints" / "step_000000000600.npz"
    newest.rename(newest.with_name("step_000000000500.npz"))
    (run / "summary.json").unlink()
    result = run_command("train", AGENT, "--resume", run, "--more-steps", "60")
    assert result.returncode == 0, result.stderr
    assert max_steps(run) == 660


@pytest.mark.slow
def test_a_copy_without_empty_folders_or_films_is_resumed(run):
    for name in ("tensorboard", "videos"):
        shutil.rmtree(run / name)
    (run / "summary.json").unlink()
    result = run_command("train", AGENT, "--resume", run, "--more-steps", "60")
    assert result.returncode == 0, result.stderr
    assert (run / "videos" / "best.gif").exists()


@pytest.mark.parametrize("remains", ["summary.json", "checkpoints/step_000000000600.npz"])
def test_fewer_steps_than_were_trained_are_refused_and_nothing_is_touched(run, capsys, remains):
    for name in {"summary.json", "checkpoints/step_000000000600.npz"} - {remains}:
        (run / name).unlink()
    before = everything(run)
    assert main(["train", AGENT, "--resume", str(run), "--steps", "300"]) == 2
    message = f"max_actor_steps = 300: must be at least 600, the steps that {run} has trained"
    assert capsys.readouterr() == ("", f"error: {message}\n")
    assert everything(run) == before


@pytest.mark.slow
def test_another_final_evaluation_is_played(run):
    result = run_command("train", AGENT, "--resume", run, "--set", "evaluation.num_final_episodes=3")
    assert result.returncode == 0, result.stderr
    assert len(json.loads((run / "summary.json").read_text())["best"]["episode_returns"]) == 3


@pytest.mark.parametrize("words", [(), ("--resume", "nowhere", "--steps", "9")])
@pytest.mark.parametrize("command", ["train", "launch"])
def test_more_steps_are_for_a_run_that_is_resumed(tmp_path, monkeypatch, capsys, command, words):
    monkeypatch.chdir(tmp_path)
    assert main([command, AGENT, "--more-steps", "5", *words]) == 2
    assert capsys.readouterr().err == "error: more_steps = 5: must be given with --resume, and without --steps\n"
    assert list(tmp_path.iterdir()) == []
