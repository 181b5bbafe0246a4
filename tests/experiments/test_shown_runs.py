"""A real run, interrupted and lengthened, as those see it who look at it elsewhere than in its CSV files."""

import csv
import json
import urllib.parse
import urllib.request

import pytest
from tensorboard import program

from tests.logging.events import hyperparameters, scalars, videos
from tests.tiny import AGENT, TINY_RUN, run_command, set_options
from walker_rl.experiments.config import flatten, to_dict
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run_directory import RunDirectory

PENDULUM = ("train", AGENT, "--task", "Pendulum-v1")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Complete at 600 steps, gone on with from 400 to 900."""
    run = RunDirectory(tmp_path_factory.mktemp("runs") / "run")
    options = set_options((*TINY_RUN, "checkpoint.steps_period=400"))
    for words in (("--run-dir", run.path, "--steps", "600", *options), ("--resume", run.path, "--steps", "900")):
        result = run_command(*(PENDULUM if "--run-dir" in words else PENDULUM[:2]), *words)
        assert (result.returncode, result.stderr) == (0, "")
        if "--run-dir" in words:
            max(run.checkpoints.iterdir()).unlink()
    return run


def rows(run, stream):
    with (run.metrics / f"{stream}.csv").open(newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def configuration(run):
    return flatten(to_dict(load_config(AGENT, [run.config])))


def final_returns(run):
    summary = json.loads(run.summary.read_text())
    return {f"{name}_mean_return": evaluation["mean_return"] for name, evaluation in summary.items()}


def serve_tensorboard(folder):
    """Starts a server on loopback, which ends with this process; gives what reads its HTTP API."""
    server = program.TensorBoard()
    server.configure(argv=[None, "--logdir", str(folder), "--host", "127.0.0.1", "--port", "0"])
    address = server.launch()

    def ask(path, **query):
        with urllib.request.urlopen(f"{address}{path}?{urllib.parse.urlencode(query)}") as answer:
            return answer.read()

    return ask


def test_every_row_is_a_point_once(run):
    shown = scalars(run.tensorboard)
    for stream in ("training", "learner", "evaluation", "timing"):
        for name in set(rows(run, stream)[0]) - {"actor_steps"}:
            points = [(row["actor_steps"], pytest.approx(row[name])) for row in rows(run, stream)]
            assert shown[f"{stream}/{name}"] == points


def test_hyperparameters_final_metrics_and_videos_are_those_of_the_whole_run(run):
    name, values, is_complete = hyperparameters(run.tensorboard)
    assert (name, is_complete) == (run.id, True)
    assert values.keys() == configuration(run).keys()
    assert (values["max_actor_steps"], values["agent.critic_hidden_sizes"]) == (900, "[16, 16]")
    final = scalars(run.tensorboard / "final")
    assert final == {name: [(900, pytest.approx(value))] for name, value in final_returns(run).items()}
    assert videos(run.tensorboard) == {
        "videos/best": [(900, (480, 360), run.best_video.read_bytes())],
        "videos/first": [(300, (480, 360), run.first_video.read_bytes())],
    }


def test_tensorboard_compares_the_run_by_its_hyperparameters_and_plays_its_videos(run):
    ask = serve_tensorboard(run.path.parent)
    session = f"{run.path.name}/tensorboard"
    parts = [session, *(f"{session}/{part}" for part in ("final", "videos/best", "videos/first"))]
    assert sorted(json.loads(ask("data/runs"))) == parts
    metrics = [{"group": "final", "tag": f"{which}_mean_return"} for which in ("best", "last")]
    experiment = json.loads(ask("data/plugin/hparams/experiment", request='{"experimentName": ""}'))
    assert {info["name"] for info in experiment["hparamInfos"]} == configuration(run).keys()
    assert [info["name"] for info in experiment["metricInfos"] if info["name"]["group"]] == metrics
    wanted = {
        "experimentName": "",
        "allowedStatuses": ["STATUS_SUCCESS"],
        "colParams": [{"metric": metric} for metric in metrics],
        "startIndex": 0,
        "sliceSize": 10,
    }
    answer = json.loads(ask("data/plugin/hparams/session_groups", request=json.dumps(wanted)))
    (group,) = answer["sessionGroups"]
    assert (group["name"], group["hparams"]["max_actor_steps"]) == (run.id, 900)
    shown = {value["name"]["tag"]: value["value"] for value in group["metricValues"] if value["name"]["group"]}
    assert shown == pytest.approx(final_returns(run))
    for gif in (run.first_video, run.best_video):
        where = {"run": f"{session}/videos/{gif.stem}", "tag": f"videos/{gif.stem}", "sample": 0}
        (image,) = json.loads(ask("data/plugin/images/images", **where))
        query = dict(urllib.parse.parse_qsl(image["query"]))
        assert ask("data/plugin/images/individualImage", **query) == gif.read_bytes()
