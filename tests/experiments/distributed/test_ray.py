"""A run on a real Ray cluster, whose machines are raylets of this one."""

import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import yaml

from tests.experiments.distributed.launched import PENDULUM
from tests.tiny import AGENT, lines_until, press_ctrl_c, run_command, start_command, wait_until
from walker_rl.cli.launching import RUNNER
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.distributed.ports import free_port
from walker_rl.experiments.run.creation import create_run_directory
from walker_rl.experiments.step_files import step_files
from walker_rl.processes.signals import WARNINGS

ROOT = Path(__file__).parents[3]
RAY = ROOT / ".venv-ray" / "bin" / "ray"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not RAY.exists(), reason="Ray has an environment of its own, which `make ray` makes"),
]


class Cluster:
    """A head and workers, each a raylet that offers some CPUs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        self.address = f"127.0.0.1:{free_port()}"
        self.environment = {
            **os.environ,
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
            "RAY_memory_monitor_refresh_ms": "0",  # It would kill workers when tests beside it fill the memory.
            "RAY_USAGE_STATS_ENABLED": "0",
            "TMPDIR": str(self.scratch),
        }
        port = self.address.rpartition(":")[2]
        head = ("--head", "--port", port, "--temp-dir", folder, "--include-dashboard=false")
        self.machines = {"head": self._start(*head, "--num-cpus", "1")}

    def add(self, name: str) -> None:
        self.machines[name] = self._start("--address", self.address, "--num-cpus", "1")

    def lose(self, name: str) -> None:
        """Kills a machine's raylet and all that runs under it."""
        for one in self.processes(name):
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        del self.machines[name]

    def processes(self, *names: str) -> list[psutil.Process]:
        """All that run on some machines, by default on every one, each after its children."""
        raylets = [psutil.Process(self.machines[name].pid) for name in names or self.machines]
        return [one for raylet in raylets for one in (*raylet.children(recursive=True), raylet)]

    def close(self) -> None:
        for name in reversed(list(self.machines)):
            self.lose(name)

    def _start(self, *words: str | Path) -> subprocess.Popen:
        process = subprocess.Popen(
            [RAY, "start", "--block", *words],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        lines_until(process, ".*Ray runtime started")
        return process


@pytest.fixture(autouse=True)
def sighup_is_not_ignored():
    """Which it is where the tests run under `nohup`."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="ray", dir="/tmp"))  # Short: sockets are in it.
    made = Cluster(folder)
    try:
        for name in ("first", "second", "spare"):
            made.add(name)
        yield made
    finally:
        made.close()
        shutil.rmtree(folder, ignore_errors=True)


def actors_of(run):
    """The commands of the actors that run."""
    run_id = yaml.safe_load((run / "config.yaml").read_text())["provenance"]["run_id"]
    commands = [one.info["cmdline"] or [] for one in psutil.process_iter(["cmdline"])]
    return [command for command in commands if run_id in command]


def words(cluster, *more):
    options = ("--address", cluster.address, "--central-cpus", "1", "--num-actors", "2")
    return ("cluster", "submit", AGENT, *options, "--ray-python", RAY.with_name("python"), *more)


def test_a_lost_machine_costs_an_actor_which_ray_places_elsewhere(cluster, tmp_path):
    run = tmp_path / "run"
    submit = words(cluster, "--steps", "30000", "--run-dir", run, *PENDULUM)
    process = start_command(*submit, env=cluster.environment)
    lines_until(process, "central process at ")
    wait_until(lambda: len(actors_of(run)) == 2)
    cluster.lose("first")
    cluster.lose("second")
    cluster.add("third")
    rest, _ = process.communicate(timeout=600)
    assert process.returncode == 0, rest
    assert re.search(r"actor_\d was lost with its machine or its worker; Ray places it again\n", rest)
    for step in ("Training is complete", "evaluator: Evaluating the", "evaluator: Filming the best", "best policy: "):
        assert rest.count(f"\n{step}") == 1, rest
    for name in ("policy/best.npz", "videos/best.gif", "curve.png", "summary.json", "metrics/evaluation.csv"):
        assert (run / name).exists(), name
    wait_until(lambda: not actors_of(run))


def lose_terminal(process):
    """Hangs up on a process and its children, as a terminal that closes does."""
    os.killpg(process.pid, signal.SIGHUP)


@pytest.mark.parametrize("stop", [subprocess.Popen.terminate, lose_terminal])
def test_a_submitted_run_is_stopped_brought_back_and_resumed(cluster, tmp_path, stop):
    run = tmp_path / "run"
    process = start_command(
        *words(cluster, "--steps", "10000000", "--run-dir", run, *PENDULUM), env=cluster.environment
    )
    lines_until(process, r".*\d learner steps")
    stop(process)
    rest, _ = process.communicate(timeout=300)
    assert process.returncode == 75, rest
    assert not list(cluster.scratch.glob("walker_rl_*"))
    newest = max(step_files(run / "checkpoints"))
    assert f"The newest checkpoint is at {newest:,} steps\nInterrupted; to resume from the newest checkpoint: " in rest
    resumed = words(cluster, "--resume", run, "--steps", str(newest + 500))
    result = run_command(*resumed, env=cluster.environment)
    assert result.returncode == 0, result.stderr
    assert "Resumed " in (run / "logs" / "central.log").read_text()


def test_a_submitted_run_outlives_its_terminal_under_nohup(cluster, tmp_path):
    submit = words(cluster, "--steps", "2000", "--run-dir", tmp_path / "run", *PENDULUM)
    process = start_command(*submit, before=["nohup"], env=cluster.environment)
    lines_until(process, "central process at ")
    lose_terminal(process)
    rest, _ = process.communicate(timeout=300)
    assert process.returncode == 0, rest
    assert "best policy: return " in rest


def test_a_cluster_lets_nobody_in_without_its_token(cluster, tmp_path):
    environment = {**cluster.environment, "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    run = tmp_path / "run"
    result = run_command(*words(cluster, "--run-dir", run), env=environment)
    assert result.returncode == 2
    assert result.stderr.startswith(f"error: address = {cluster.address}: must be a Ray cluster (")
    assert result.stderr.count("\n") == 1
    assert not run.exists()


TO_ONE = [(os.kill, number) for number in (signal.SIGTERM, *WARNINGS)]
TO_ALL = [(os.killpg, number) for number in (signal.SIGTERM, signal.SIGHUP)]


@pytest.mark.parametrize(("send", "number"), [*TO_ONE, *TO_ALL])
def test_a_submission_that_is_stopped_while_it_waits_for_ray_leaves_nothing(tmp_path, send, number):
    run = tmp_path / "run"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        options = ("--num-actors", "1", "--address", f"127.0.0.1:{silent.getsockname()[1]}")
        process = start_command(
            "cluster", "submit", AGENT, *options, "--ray-python", RAY.with_name("python"), "--run-dir", run
        )
        lines_until(process, "Waiting for Ray at ")
        send(process.pid, number)
        rest, _ = process.communicate(timeout=60)
    assert (process.returncode, rest) == (75, "Stopped before the run began; nothing is left behind\n")
    assert not run.exists()


@pytest.mark.parametrize(("stop", "status"), [(press_ctrl_c, 130), (subprocess.Popen.terminate, 75)])
def test_a_stop_while_the_central_process_starts_leaves_nothing_on_the_cluster(cluster, tmp_path, stop, status):
    run = create_run_directory(tmp_path / "run", load_config(AGENT), RUNNER)
    large = run.path / "videos" / "large.gif"
    large.touch()
    os.truncate(large, 500_000_000)  # So that the start takes a while.
    process = start_command(*words(cluster, "--resume", run.path), env=cluster.environment)
    wait_until(lambda: list(cluster.scratch.glob("walker_rl_*")))
    stop(process)
    rest, _ = process.communicate(timeout=300)
    assert process.returncode == status, rest
    assert "Interrupted; to resume from the newest checkpoint: " in rest
    assert not list(cluster.scratch.glob("walker_rl_*"))


def test_a_python_that_is_not_there_is_refused(cluster, tmp_path):
    run = tmp_path / "run"
    result = run_command(*words(cluster, "--run-dir", run, "--python", "/no/python"), env=cluster.environment)
    message = "python = /no/python: must be a Python on every machine (No such file or directory)"
    assert (result.returncode, result.stderr) == (2, f"error: {message}\n")
    assert not run.exists()


def script(path: Path, text: str) -> Path:
    """Writes a shell script, which can be a run's Python."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        (  # Only the central process finds it.
            'rm "$0"',
            "has ended, with status 2 (python = {}: must be a Python on every machine (No such file or directory))",
        ),
        ('case "$*" in *"--role actor"*) kill -9 $PPID;; esac', "was lost with its machine or its worker"),
    ],
    ids=["no Python there", "a worker that always dies"],
)
def test_actors_that_cannot_work_end_a_run_which_is_brought_back(cluster, tmp_path, text, ending):
    run, python = tmp_path / "run", tmp_path / "python"
    script(python, f'{text}\nexec {sys.executable} "$@"')
    submit = words(cluster, "--steps", "10000000", "--run-dir", run, "--python", python, *PENDULUM)
    result = run_command(*submit, env=cluster.environment)
    assert result.returncode == 1, result.stderr
    said = re.escape(ending.format(python))
    assert re.search(rf"^actor_\d {said}; ", result.stdout, re.MULTILINE)
    assert re.match(rf"error: actor_\d has failed 5 times in a row: it {said}; to resume from the ", result.stderr)
    assert (run / "logs" / "central.log").exists()


def test_a_run_that_cannot_be_copied_back_stays_where_it_is(cluster, tmp_path):
    run = tmp_path / "run"
    submit = words(cluster, "--steps", "10000000", "--run-dir", run, *PENDULUM)
    process = start_command(*submit, env=cluster.environment)
    lines_until(process, r".*\d learner steps")
    (run / "policy").rmdir()
    (run / "policy").write_text("a file in the way, which fails as a full disk does")
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=300)
    assert process.returncode == 1, rest
    place = re.search(r"error: the run could not be copied back \(.*\); it stays at [\d.]+:(\S+); to resume from", rest)
    assert list(Path(place[1]).glob("checkpoints/step_*.npz"))
    shutil.rmtree(Path(place[1]).parent)


def test_a_machine_that_is_lost_while_it_saves_is_reported(cluster, tmp_path):
    run = tmp_path / "run"
    submit = words(cluster, "--steps", "10000000", "--run-dir", run, *PENDULUM)
    process = start_command(*submit, env=cluster.environment)
    lines_until(process, "central process at ")
    wait_until(lambda: list(cluster.scratch.glob("*/run/status.json")))  # Until then, it dies of a SIGTERM.
    central = next(one for one in cluster.processes() if "--listen" in one.cmdline())
    worker = central.parent()
    central.suspend()  # It saves for ever.
    process.send_signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        pytest.fail(process.communicate(timeout=5)[0])
    worker.kill()
    rest, _ = process.communicate(timeout=300)
    assert process.returncode == 1, rest
    lost = r"error: the machine of the central process is lost \(\w+\) before the run was saved; "
    assert re.search(f"{lost}{re.escape(str(run))} is its last copy; to resume from the newest checkpoint: ", rest)


def test_only_machines_that_are_lost_in_quick_succession_end_a_run(cluster, tmp_path):
    """Of nine central processes that kill the worker above them, the fifth works for long enough."""
    tries = tmp_path / "tries"
    python = script(
        tmp_path / "python",
        f"""
        case "$*" in *"--role actor"*) exit;; esac
        echo >> {tries}
        [ "$(wc -l < {tries})" = 5 ] && sleep 32
        kill -9 $PPID
        """,
    )
    submit = words(cluster, "--run-dir", tmp_path / "run", "--python", python)
    result = run_command(*submit, env=cluster.environment)
    assert result.returncode == 1, result.stdout
    lost = r"the machine of the central process is lost \(\w+\)"
    assert len(re.findall(f"^{lost}; resuming from the last copy of the run$", result.stdout, re.MULTILINE)) == 8
    assert re.match(f"error: {lost}, 5 times in a row; to resume from the newest checkpoint: ", result.stderr)


def test_broken_connections_do_not_end_a_run(cluster, tmp_path):
    calls = {"CoreWorkerService.grpc_client.PushTask": {"num_failures": 8, "req_failure_prob": 100}}
    environment = {**cluster.environment, "RAY_testing_rpc_failure": json.dumps(calls)}
    submit = words(cluster, "--steps", "2000", "--run-dir", tmp_path / "run", *PENDULUM)
    result = run_command(*submit, env=environment)
    assert result.returncode == 0, result.stderr
    assert "best policy: return " in result.stdout
    assert "lost" not in result.stdout


def test_an_actor_may_print_any_bytes(tmp_path):
    python = script(tmp_path / "python", "printf 'caf\\351\\n'\nexit 3")
    code = (
        "import sys; from on_ray.hosts import ActorHost\n"
        "print(ascii(ActorHost().act({'python': sys.argv[1], 'run_id': 'a'}, 'localhost:1', 0)))"
    )
    folder = ROOT / "walker_rl" / "experiments" / "distributed"
    process = subprocess.run(
        [RAY.with_name("python"), "-c", code, python], cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert process.stdout == r"(3, 'caf\ufffd')" + "\n", process.stderr
