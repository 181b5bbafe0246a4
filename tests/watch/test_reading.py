"""Contents of the page for run directories, whole and damaged."""

import json
import math
import os
import time

import pytest

from tests.analysis.made_runs import make_run
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.watch import reading
from walker_rl.watch.reading import MAX_POINTS, details, find_runs, overview, overviews, read_film


def as_json(shown) -> str:
    return json.dumps(shown, allow_nan=False)


@pytest.fixture
def run(tmp_path):
    return make_run(tmp_path / "sweep" / "one", [10.0, 80.0, 70.0], "max_actor_steps=4000")


def test_a_run_or_a_folder_of_them(run, tmp_path):
    make_run(tmp_path / "sweep" / "two", [1.0])
    (tmp_path / "sweep" / "logs").mkdir()
    assert list(find_runs(run.path)) == ["one"]
    assert find_runs(tmp_path / "sweep") == {name: RunDirectory(tmp_path / "sweep" / name) for name in ("one", "two")}
    assert list(find_runs(tmp_path)) == ["sweep/one", "sweep/two"]
    assert find_runs(tmp_path / "nowhere") == {}


def test_links_repeat_no_run(run, tmp_path):
    """A run that only links lead to has the name of the first link."""
    folder = tmp_path / "sweep"
    make_run(tmp_path / "elsewhere" / "two", [1.0])
    for link, target in {"best": "one", "around": ".", "a": "../elsewhere/two", "z": "../elsewhere/two"}.items():
        (folder / link).symlink_to(target)
    assert list(find_runs(folder)) == ["a", "one"]
    assert list(find_runs(tmp_path)) == ["elsewhere/two", "sweep/one"]


def test_where_a_run_stands(run):
    shown = overview("one", run)
    assert (shown["steps"], shown["max_steps"], shown["newest"], shown["best"]) == (3_000, 4_000, 70.0, 80.0)
    assert shown["evaluation"] == {"steps": [1_000, 2_000, 3_000], "values": [10.0, 80.0, 70.0]}
    assert shown["state"] == "training"
    an_hour_ago = time.time() - 3_600
    for path in [run.config, *run.metrics.iterdir()]:
        os.utime(path, (an_hour_ago, an_hour_ago))
    assert overview("one", run)["state"] == "quiet for 60 min"
    run.summary.write_text("{}")
    assert overview("one", run)["state"] == "complete"


def test_steps_are_not_rounded(tmp_path):
    run = make_run(tmp_path / "long", [1.0], "max_actor_steps=1234567")
    assert overview("long", run)["max_steps"] == 1_234_567


def test_losses_conduct_episodes_alarms_and_films(run):
    rows = "".join(f"{step},{step},0.5,{step / 2}\n" for step in range(1_000, 4_000, 50))
    (run.metrics / "learner.csv").write_text(f"actor_steps,learner_steps,kl,critic_loss\n{rows}")
    training = "".join(f"{50 * step},0,{step}\n" for step in range(1, 31))
    (run.metrics / "training.csv").write_text(f"actor_steps,learner_steps,episode_return\n{training}")
    run.latest_video.write_bytes(b"GIF89a")
    shown = details("one", run)
    assert list(shown["learner"]) == ["kl", "critic_loss"]
    assert shown["learner"]["critic_loss"]["values"][-1] == 1_975.0
    assert shown["training"] == {
        "steps": [50 * step for step in range(20, 31)],
        "values": [i + 10.5 for i in range(11)],
    }
    assert shown["extent"]["low"]["values"] == [10.0, 80.0, 70.0]
    assert [text.partition(":")[0] for text in shown["alarms"]] == ["KL too high"]
    assert list(shown["films"]) == ["latest"]
    assert shown["minutes"] == 3.0


@pytest.mark.parametrize(("show", "part"), [(overview, "evaluation"), (details, "conduct")])
def test_files_are_read_again_once_they_have_changed_or_after_a_while(run, show, part, monkeypatch):
    monkeypatch.setattr(reading, "REREAD_PERIOD", math.inf)
    first = show("one", run)[part]
    assert show("one", run)[part] is first
    monkeypatch.setattr(reading, "REREAD_PERIOD", 1e-6)
    assert show("one", run)[part] is not first


def test_unchanged_files_are_read_once_however_many_runs_there_are(run, monkeypatch):
    monkeypatch.setattr(reading, "REREAD_PERIOD", math.inf)
    runs = {}
    for index in range(1_100):
        link = run.path.with_name(f"link_{index}")
        link.symlink_to(run.path.name)
        runs[link.name] = RunDirectory(link)
    first, second = overviews(runs), overviews(runs)
    assert len(first) == len(runs)
    assert all(one["evaluation"] is other["evaluation"] for one, other in zip(first, second, strict=True))


@pytest.mark.parametrize("name", ["evaluation", "learner", "training", "timing", "conduct"])
def test_a_new_row_is_shown_at_once(run, name):
    path = run.metrics / f"{name}.csv"
    header = f"actor_steps,learner_steps,{'walltime' if name == 'timing' else 'mean_return'}\n"
    path.write_text(f"{header}7000,1,60\n")
    before = details("one", run)
    with path.open("a") as file:
        file.write("8000,2,120\n")
    after = details("one", run)
    assert (before["steps"], after["steps"]) == (7_000, 8_000)


def test_a_complete_run_has_a_final_return(run):
    assert overview("one", run)["final"] is None
    played = {"mean_return": 2012.75, "stddev_return": 1.0, "episode_returns": [2012.75], "episode_lengths": [1000]}
    run.summary.write_text(json.dumps({"ended_by": "steps", "best": played, "last": played}))
    assert overview("one", run)["final"] == 2012.75


def test_a_long_curve_is_thinned_and_keeps_its_ends(run):
    rows = "".join(f"{step},{step},{step}\n" for step in range(1, 5_001))
    (run.metrics / "learner.csv").write_text(f"actor_steps,learner_steps,critic_loss\n{rows}")
    values = details("one", run)["learner"]["critic_loss"]["values"]
    assert len(values) == MAX_POINTS
    assert (values[0], values[-1]) == (1.0, 5_000.0)


@pytest.mark.parametrize(
    "content", ["", "actor_steps,learner", "actor_steps,learner_steps,x\n1,2", "\0\xff,,\n\n1,nan\n"]
)
def test_a_file_that_is_torn_leaves_the_rest(run, content):
    for name in ("evaluation", "learner", "training", "timing", "conduct"):
        (run.metrics / f"{name}.csv").write_text(content)
    shown = details("one", run)
    assert (shown["steps"], shown["newest"], shown["max_steps"]) == (0, None, 4_000)
    as_json(shown)


@pytest.mark.parametrize("name", ["config.yaml", "metrics/evaluation.csv", "metrics/timing.csv", "metrics/learner.csv"])
def test_a_file_that_cannot_be_read_leaves_the_rest(run, name):
    (run.path / name).unlink(missing_ok=True)
    (run.path / name).mkdir()
    shown = details("one", run)
    assert shown["newest"] == (None if "evaluation" in name else 70.0)
    assert shown["max_steps"] == (None if "config" in name else 4_000)


@pytest.mark.parametrize("name", ["metrics/moved.csv", "metrics/learner.csv", "videos/best.gif"])
def test_a_run_with_a_link_to_nothing_leaves_the_others(run, name):
    (run.path / name).unlink(missing_ok=True)
    (run.path / name).symlink_to("nowhere")
    runs = {"one": run, "another": make_run(run.path.parent / "another", [1])}
    assert [shown["name"] for shown in overviews(runs)] == ["one", "another"]
    if name.endswith("gif"):
        assert "best" not in details("one", run)["films"]


def test_a_count_without_end_is_no_row(run):
    with (run.metrics / "evaluation.csv").open("a") as file:
        file.write(f"{'9' * 400},0,1,1,1\n")
    shown = details("one", run)
    assert (shown["steps"], shown["newest"]) == (3_000, 70.0)
    as_json(shown)


def test_numbers_that_json_has_not_are_left_out(run):
    (run.metrics / "learner.csv").write_text("actor_steps,learner_steps,x\n1,1,nan\n2,2,inf\n3,3,0.1234567\n")
    assert details("one", run)["learner"]["x"]["values"] == [None, None, 0.123457]


@pytest.mark.parametrize("config", ["", "[", "- 1\n- 2", "max_actor_steps: <b>\nagent_name: [1]\n", "a: *b"])
def test_a_configuration_that_says_nothing_is_no_obstacle(run, config):
    run.config.write_text(config)
    shown = details("one", run)
    assert (shown["max_steps"], shown["newest"]) == (None, 70.0)
    as_json(shown)


def test_an_empty_folder_with_a_configuration_is_a_run_that_has_just_begun(tmp_path):
    (tmp_path / "config.yaml").touch()
    assert details("x", RunDirectory(tmp_path))["steps"] == 0


def test_only_films_are_given_out(run):
    run.latest_video.write_bytes(b"GIF89a ...")
    run.first_video.write_bytes(b"secret")
    assert read_film(run, "latest") == b"GIF89a ..."
    for name in ("first", "best", "../videos/latest", "latest.gif", ""):
        assert read_film(run, name) is None
