"""A run in its own MLflow store."""

import logging
import os
import re
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlparse
from urllib.request import url2pathname

from walker_rl.files.metrics_file import STEP_KEY
from walker_rl.files.sqlite_url import sqlite_url
from walker_rl.files.whole_file import whole_file
from walker_rl.logging.tracker import About, Tracker

RUN_ID_TAG = "walker_rl.run_id"


class MLflowLogger(Tracker):
    """One MLflow run, which a resumed run continues; rows can't be deleted, nor parameters changed."""

    def __init__(self, folder: Path, about: About):
        """Opens the store in `folder`, a SQLite database and artifacts, or creates it."""
        os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
        os.environ["MLFLOW_SQLALCHEMYSTORE_POOLCLASS"] = "NullPool"  # MLflow would never close its connections.
        import mlflow
        from mlflow.entities import Metric, Param

        logging.getLogger("mlflow").setLevel(logging.WARNING)
        self._metric_class = Metric
        self._artifacts = folder.absolute() / "artifacts"
        self._artifacts.mkdir(parents=True, exist_ok=True)
        database = folder / "mlflow.db"
        if not database.exists():
            _create(database)
        self._client = mlflow.MlflowClient(sqlite_url(database))
        experiment = self._client.get_experiment_by_name(about.task)
        if experiment is None:
            experiment_id = self._client.create_experiment(about.task, artifact_location=self._artifacts.as_uri())
        else:
            experiment_id = experiment.experiment_id
        runs = self._client.search_runs([experiment_id], f"tags.`{RUN_ID_TAG}` = '{about.run_id}'")
        self._has_finished = False
        if runs:
            self._run = runs[0]
            self._client.update_run(self._run.info.run_id, status="RUNNING")
        else:
            self._run = self._client.create_run(experiment_id, tags={RUN_ID_TAG: about.run_id}, run_name=about.name)
        if not self._run.data.params:
            parameters = [Param(name, str(value)) for name, value in about.hyperparameters.items()]
            self._client.log_batch(self._run.info.run_id, params=parameters)

    def write(self, data: Mapping[str, Any]) -> None:
        """Adds a row."""
        values = dict(data)
        step = int(values.pop(STEP_KEY))
        now = int(time.time() * 1000)
        metrics = [self._metric_class(_allowed(name), value, now, step) for name, value in values.items()]
        self._client.log_batch(self._run.info.run_id, metrics=metrics)

    def discard_after(self, step: int) -> Mapping[str, int]:
        """Deletes nothing; returns the last step of each stream."""
        run_id = self._run.info.run_id
        keys = {key.partition("/")[0]: key for key in self._client.get_run(run_id).data.metrics}
        histories = {stream: self._client.get_metric_history(run_id, key) for stream, key in keys.items()}
        return {stream: max(one.step for one in history) for stream, history in histories.items()}

    def write_video(self, gif: Path, step: int) -> None:
        """Stores a GIF as an artifact."""
        self._keep(gif, "videos")

    def finish(self, results: Mapping[str, float], policies: Path, step: int) -> None:
        """Adds the final metrics, and stores the policies as artifacts."""
        self.write({STEP_KEY: step, **{f"final/{name}": value for name, value in results.items()}})
        for policy in sorted(policies.glob("*.npz")):
            self._keep(policy, "policy")
        self._client.set_terminated(self._run.info.run_id)
        self._has_finished = True

    def close(self) -> None:
        """Marks a run that has not finished as killed."""
        if not self._has_finished:
            self._client.set_terminated(self._run.info.run_id, status="KILLED")

    def _keep(self, path: Path, folder: str) -> None:
        artifacts = Path(url2pathname(urlparse(self._run.info.artifact_uri).path))
        if self._artifacts not in artifacts.parents:
            raise OSError(f"its artifacts lie where the run directory was, in {artifacts}")
        self._client.log_artifact(self._run.info.run_id, str(path), folder)


def _allowed(name: str) -> str:
    """Replaces characters that MLflow does not take in a metric's name, such as brackets."""
    return re.sub(r"[^\w\-. :/]", "_", name)


def _create(database: Path) -> None:
    """Creates an empty store elsewhere and copies it whole, because MLflow can't complete a half-made one."""
    import mlflow

    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / database.name
        mlflow.MlflowClient(sqlite_url(made))
        with whole_file(database) as file:
            file.write(made.read_bytes())
