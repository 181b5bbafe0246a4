"""Trackers that fail."""

import contextlib
import os
import re
import signal

import psutil
import pytest
import wandb

from tests.logging.events import ABOUT
from tests.tiny import wait_until
from walker_rl.logging.fallible_tracker import FallibleTracker
from walker_rl.logging.mlflow_store import MLflowLogger
from walker_rl.logging.weights_and_biases import WandbLogger

ROW = {"actor_steps": 1, "training/episode_return": 2.0}


def children():
    """Names of the processes that this one has started, by id."""
    found = {}
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):  # It has just ended.
            if child.status() != psutil.STATUS_ZOMBIE:
                found[child.pid] = child.name()
    return found


def kill_wandb():
    """Kills W&B's process and waits for its end; it closes its sockets before."""
    (process,) = [pid for pid, name in children().items() if name == "wandb-core"]
    os.kill(process, signal.SIGKILL)
    wait_until(lambda: process not in children())


@pytest.fixture
def environment(monkeypatch):
    """Leaves the variables as they were, which W&B and MLflow want set."""
    for name in (
        "WANDB_CACHE_DIR",
        "WANDB_DATA_DIR",
        "WANDB_ERROR_REPORTING",
        "WANDB_SILENT",
        "MLFLOW_DISABLE_TELEMETRY",
        "MLFLOW_SQLALCHEMYSTORE_POOLCLASS",
    ):
        monkeypatch.setenv(name, "")
    return monkeypatch


def use_to_the_end(tracker, path):
    tracker.write(ROW)
    tracker.write(ROW)
    assert tracker.discard_after(0) == {}
    tracker.write_video(path / "none.gif", 1)
    tracker.finish({}, path, 1)
    tracker.close()


def test_weights_and_biases_whose_process_dies_costs_one_warning(tmp_path, environment):
    warnings = []
    tracker = FallibleTracker("W&B", lambda: WandbLogger(tmp_path, ABOUT, is_online=False), warnings.append)
    tracker.write(ROW)
    kill_wandb()
    wait_until(lambda: tracker.write(ROW) or warnings)  # W&B's client may notice the loss after some rows.
    use_to_the_end(tracker, tmp_path)
    (warning,) = warnings  # Whatever it was that failed first.
    assert re.fullmatch(r"warning: W&B failed \(.+\); the run continues without it", warning)
    assert "wandb-core" not in children().values()


def test_weights_and_biases_is_told_rows_again_only_if_it_may_have_lost_them(tmp_path, environment):
    first = WandbLogger(tmp_path, ABOUT, is_online=False)
    assert first.discard_after(0) == {}
    first.write(ROW)
    first.close()
    second = WandbLogger(tmp_path, ABOUT, is_online=False)
    assert second.discard_after(0) == {"training": 1}
    second.close()
    third = FallibleTracker("W&B", lambda: WandbLogger(tmp_path, ABOUT, is_online=False), [].append)
    assert third.discard_after(0) == {"training": 1}
    kill_wandb()
    third.close()
    fourth = WandbLogger(tmp_path, ABOUT, is_online=False)
    assert fourth.discard_after(0) == {}
    fourth.close()


def test_a_users_own_run_of_weights_and_biases_goes_on(tmp_path, environment):
    environment.setenv("WANDB_SILENT", "true")
    environment.setenv("WANDB_ERROR_REPORTING", "false")
    own = wandb.init(dir=tmp_path, mode="offline")
    warnings = []
    tracker = FallibleTracker("W&B", lambda: WandbLogger(tmp_path, ABOUT, is_online=False), warnings.append)
    use_to_the_end(tracker, tmp_path)
    reason = "another W&B run is active in this process"
    assert warnings == [f"warning: W&B failed ({reason}); the run continues without it"]
    own.log({"loss": 1.0})
    assert dict(own.config) == {}
    own.finish()
    wandb.teardown()


def test_weights_and_biases_without_a_login_costs_one_warning(tmp_path, environment):
    environment.setenv("HOME", str(tmp_path))
    environment.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    environment.delenv("WANDB_API_KEY", raising=False)
    warnings = []
    tracker = FallibleTracker("W&B", lambda: WandbLogger(tmp_path, ABOUT, is_online=True), warnings.append)
    use_to_the_end(tracker, tmp_path)
    (warning,) = warnings
    assert warning.startswith("warning: W&B failed (No API key configured.")
    assert "wandb-core" not in children().values()


def test_mlflow_without_a_place_to_write_costs_one_warning(tmp_path, environment):
    (tmp_path / "mlflow").write_text("in the way")
    warnings = []
    use_to_the_end(
        FallibleTracker("MLflow", lambda: MLflowLogger(tmp_path / "mlflow", ABOUT), warnings.append), tmp_path
    )
    reason = f"[Errno 20] Not a directory: '{tmp_path}/mlflow/artifacts'"
    assert warnings == [f"warning: MLflow failed ({reason}); the run continues without it"]


def test_mlflow_keeps_nothing_in_the_place_from_which_its_store_was_moved(tmp_path, environment):
    MLflowLogger(tmp_path / "before", ABOUT).close()
    (tmp_path / "before").rename(tmp_path / "after")
    warnings = []
    tracker = FallibleTracker("MLflow", lambda: MLflowLogger(tmp_path / "after", ABOUT), warnings.append)
    tracker.write(ROW)
    assert warnings == []
    gif = tmp_path / "some.gif"
    gif.write_bytes(b"GIF")
    tracker.write_video(gif, 1)
    (warning,) = warnings
    assert f"its artifacts lie where the run directory was, in {tmp_path}/before/artifacts/" in warning
    assert not (tmp_path / "before").exists()
