"""A real run, interrupted and lengthened, as those see it who look at it elsewhere than in its CSV files."""

import csv
import json
import os
import struct
import urllib.parse
import urllib.request
from pathlib import Path

import psutil
import pytest
from mlflow import MlflowClient
from tensorboard import program
from wandb.proto import wandb_internal_pb2

from tests.logging.events import hyperparameters, scalars, videos
from tests.package_copy import ROOT
from tests.tiny import AGENT, TINY_RUN, run_command, set_options
from walker_rl.experiments.config import flatten, to_dict
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.directory import RunDirectory

pytestmark = pytest.mark.slow

SURROUNDINGS = ("home", "tmp", "cwd")
STREAMS = ("training", "learner", "evaluation", "conduct", "timing")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Has a home, a place for temporary files and a working directory."""
    folder = tmp_path_factory.mktemp("folder")
    for name in SURROUNDINGS:
        (folder / name).mkdir()
    return folder


@pytest.fixture(scope="module")
def run(folder):
    """Complete at 600 steps, gone on with from 400 to 900."""
    run = RunDirectory(folder / "runs" / "run")
    services = ("logging.wandb=offline", "logging.mlflow=true")
    options = set_options((*TINY_RUN, "checkpoint.steps_period=400", "task=Pendulum-v1", *services))
    environment = {**os.environ, "HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"), "PYTHONPATH": str(ROOT)}
    surroundings = {"cwd": folder / "cwd", "env": environment}
    first = run_command("train", AGENT, "--run-dir", run.path, "--steps", "600", *options, **surroundings)
    assert (first.returncode, first.stderr) == (0, "")
    max(run.checkpoints.iterdir()).unlink()
    second = run_command("train", AGENT, "--resume", run.path, "--steps", "900", **surroundings)
    assert (second.returncode, second.stderr) == (0, "")
    assert "warning" not in first.stdout + second.stdout
    return run


def rows(run, stream):
    with (run.metrics / f"{stream}.csv").open(newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def configuration(run):
    return flatten(to_dict(load_config(AGENT, [run.config])))


def final_returns(run):
    summary = json.loads(run.summary.read_text())
    return {f"{name}_mean_return": summary[name]["mean_return"] for name in ("best", "last")}


def test_nothing_is_written_beside_the_run_and_no_process_is_left(run, folder):
    written = [path for name in SURROUNDINGS for path in (folder / name).rglob("*") if path.is_file()]
    assert {path.parent.name for path in written} <= {".keras", "matplotlib"}, "which each run of these two leaves"
    assert not [*(folder / "tmp").iterdir(), *(folder / "cwd").iterdir()]
    assert {"wandb", "mlflow", "tensorboard", "metrics"} <= {path.name for path in run.path.iterdir()}
    commands = [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]
    assert not [command for command in commands if str(folder) in command], "W&B's has its temporary folder in it"


# --- TensorBoard


def serve_tensorboard(folder):
    """Starts a server of a folder that it has read, which ends with this process; gives what reads its HTTP API."""
    server = program.TensorBoard()
    load_first = ("--load_fast", "false", "--reload_interval", "0", "--reload_task", "blocking")
    server.configure(argv=[None, "--logdir", str(folder), "--host", "127.0.0.1", "--port", "0", *load_first])
    address = server.launch()

    def ask(path, **query):
        with urllib.request.urlopen(f"{address}{path}?{urllib.parse.urlencode(query)}", timeout=60) as answer:
            return answer.read()

    return ask


def test_every_row_is_in_tensorboard_once(run):
    shown = scalars(run.tensorboard)
    for stream in STREAMS:
        for name in set(rows(run, stream)[0]) - {"actor_steps"}:
            points = [(row["actor_steps"], pytest.approx(row[name])) for row in rows(run, stream)]
            assert shown[f"{stream}/{name}"] == points


def test_hyperparameters_final_metrics_and_videos_are_those_of_the_whole_run(run):
    name, values, is_complete = hyperparameters(run.tensorboard)
    assert (name, is_complete) == (run.provenance.run_id, True)
    assert values.keys() == configuration(run).keys()
    assert (values["max_actor_steps"], values["agent.critic_hidden_sizes"]) == (900, "[16, 16]")
    shown = scalars(run.tensorboard)
    assert {name: shown[f"final/{name}"][-1] for name in final_returns(run)} == {
        name: (900, pytest.approx(value)) for name, value in final_returns(run).items()
    }
    films = videos(run.tensorboard)
    assert {tag: films[tag][-1:] for tag in ("videos/best", "videos/first")} == {
        "videos/best": [(900, (480, 360), run.best_video.read_bytes())],
        "videos/first": [(300, (480, 360), run.first_video.read_bytes())],
    }


def test_tensorboard_compares_the_run_by_its_hyperparameters_and_plays_its_videos(run):
    ask = serve_tensorboard(run.path.parent)
    session = f"{run.path.name}/tensorboard"
    assert json.loads(ask("data/runs")) == [session]
    metrics = [{"group": "", "tag": f"final/{which}_mean_return"} for which in ("best", "last")]
    experiment = json.loads(ask("data/plugin/hparams/experiment", request='{"experimentName": ""}'))
    assert {info["name"] for info in experiment["hparamInfos"]} == configuration(run).keys()
    assert [info["name"] for info in experiment["metricInfos"] if info["name"] in metrics] == metrics
    wanted = {
        "experimentName": "",
        "allowedStatuses": ["STATUS_SUCCESS"],
        "colParams": [{"metric": metric} for metric in metrics],
        "startIndex": 0,
        "sliceSize": 10,
    }
    answer = json.loads(ask("data/plugin/hparams/session_groups", request=json.dumps(wanted)))
    (group,) = answer["sessionGroups"]
    assert (group["name"], group["hparams"]["max_actor_steps"]) == (run.provenance.run_id, 900)
    shown = {value["name"]["tag"]: value["value"] for value in group["metricValues"]}
    for name, value in final_returns(run).items():
        assert shown[f"final/{name}"] == pytest.approx(value)
    for gif in (run.first_video, run.best_video):
        where = {"run": session, "tag": f"videos/{gif.stem}", "sample": 0}
        *_, image = json.loads(ask("data/plugin/images/images", **where))
        query = dict(urllib.parse.parse_qsl(image["query"]))
        assert ask("data/plugin/images/individualImage", **query) == gif.read_bytes()


# --- Weights & Biases


def wandb_parts(run):
    """The records of each process that has written to the W&B run, oldest first."""
    parts = []
    for path in sorted((run.path / "wandb").glob(f"offline-run-*/run-{run.provenance.run_id}.wandb")):
        parts.append([wandb_internal_pb2.Record.FromString(content) for content in wandb_contents(path.read_bytes())])
    return parts


def wandb_contents(log):
    """The records in a file of W&B: a LevelDB log of 32 KiB blocks, after 7 bytes of its own."""
    contents, position = [], 7
    while position + 7 <= len(log):
        if 2**15 - position % 2**15 < 7:  # No room for a header: padding.
            position += 2**15 - position % 2**15
            continue
        length, kind = struct.unpack_from("<4xHB", log, position)
        if kind in (1, 2):  # Whole, or the first part of one.
            contents.append(b"")
        contents[-1] += log[position + 7 : position + 7 + length]
        position += 7 + length
    return contents


def of_kind(records, kind):
    return [getattr(record, kind) for record in records if record.HasField(kind)]


def values_of(items):
    """What W&B holds as JSON by key."""
    return {item.key or "/".join(item.nested_key): json.loads(item.value_json) for item in items}


def merged(changes):
    return {key: value for change in changes for key, value in values_of(change).items()}


def test_every_row_is_in_weights_and_biases_once(run):
    history = [values_of(one.item) for part in wandb_parts(run) for one in of_kind(part, "history")]
    for stream in STREAMS:
        names = [name for name in rows(run, stream)[0] if name != "actor_steps"]
        shown = [row for row in history if f"{stream}/{names[0]}" in row]
        assert [row["actor_steps"] for row in shown] == [row["actor_steps"] for row in rows(run, stream)]
        for name in names if stream != "timing" else ():  # The clock of the interrupted process was another.
            assert [row[f"{stream}/{name}"] for row in shown] == [row[name] for row in rows(run, stream)]


def test_weights_and_biases_has_configuration_summary_videos_and_policies(run):
    before, after = wandb_parts(run)
    for part in (before, after):
        begun = of_kind(part, "run")[0]
        assert (begun.run_id, begun.project, begun.display_name) == (run.provenance.run_id, "walker_rl", "run")
    shown = merged([of_kind(after, "run")[0].config.update, *(change.update for change in of_kind(after, "config"))])
    assert {name: shown[name] for name in configuration(run)} == configuration(run)
    summary = merged(change.update for change in of_kind(after, "summary"))
    assert {name: summary[f"final/{name}"] for name in final_returns(run)} == final_returns(run)
    gifs = {path.read_bytes() for path in (run.path / "wandb").glob("offline-run-*/files/media/videos/videos/*.gif")}
    assert {run.first_video.read_bytes(), run.best_video.read_bytes()} <= gifs
    (artifact,) = of_kind(after, "artifact")
    assert artifact.name == f"policy-{run.provenance.run_id}"
    assert sorted(entry.path for entry in artifact.manifest.contents) == ["best.npz", "last.npz"]


# --- MLflow


@pytest.fixture(scope="module")
def mlflow_run(run):
    client = MlflowClient(f"sqlite:///{run.mlflow}/mlflow.db")
    experiment = client.get_experiment_by_name("Pendulum-v1")
    (found,) = client.search_runs([experiment.experiment_id])
    return client, found


def test_every_row_is_in_mlflow_once(run, mlflow_run):
    client, found = mlflow_run
    for stream in STREAMS:
        for name in set(rows(run, stream)[0]) - {"actor_steps"}:
            history = client.get_metric_history(found.info.run_id, f"{stream}/{name}")
            points = sorted((metric.step, metric.value) for metric in history)
            assert [step for step, _ in points] == [row["actor_steps"] for row in rows(run, stream)]
            if stream != "timing":
                assert [value for _, value in points] == [row[name] for row in rows(run, stream)]


def test_mlflow_has_configuration_final_metrics_videos_and_policies(run, mlflow_run):
    client, found = mlflow_run
    run_id = found.info.run_id
    assert (found.info.run_name, found.info.status) == ("run", "FINISHED")
    begun = {**configuration(run), "max_actor_steps": 600}  # MLflow lets no parameter change.
    assert found.data.params == {name: str(value) for name, value in begun.items()}
    assert {name: found.data.metrics[f"final/{name}"] for name in final_returns(run)} == final_returns(run)
    kept = [artifact.path for part in ("policy", "videos") for artifact in client.list_artifacts(run_id, part)]
    assert kept == ["policy/best.npz", "policy/last.npz", "videos/best.gif", "videos/first.gif"]
    stored = Path(urllib.request.url2pathname(urllib.parse.urlparse(found.info.artifact_uri).path))
    assert all((stored / name).read_bytes() == (run.path / name).read_bytes() for name in kept)
