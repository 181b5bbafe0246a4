"""A run on a real Ray cluster, whose machines are raylets of this one."""

import json
import re
import secrets
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import yaml

from tests.experiments.distributed.launched import PENDULUM
from tests.experiments.distributed.ray_cluster import MARKS, RAY, script, words
from tests.package_copy import ROOT
from tests.tiny import lines_until, run_command, start_command, wait_until

pytestmark = MARKS


def actors_of(run):
    """The commands of the actors that run."""
    run_id = yaml.safe_load((run / "config.yaml").read_text())["provenance"]["run_id"]
    commands = [one.info["cmdline"] or [] for one in psutil.process_iter(["cmdline"])]
    return [command for command in commands if run_id in command]


def test_a_cluster_lets_nobody_in_without_its_token(cluster, tmp_path):
    environment = {**cluster.environment, "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    run = tmp_path / "run"
    result = run_command(*words(cluster, "--run-dir", run), env=environment)
    assert result.returncode == 2
    assert result.stderr.startswith(f"error: address = {cluster.address}: must be a Ray cluster (")
    assert result.stderr.count("\n") == 1
    assert not run.exists()


def test_a_python_that_is_not_there_is_refused(cluster, tmp_path):
    run = tmp_path / "run"
    result = run_command(*words(cluster, "--run-dir", run, "--python", "/no/python"), env=cluster.environment)
    message = "python = /no/python: must be a Python on every machine (No such file or directory)"
    assert (result.returncode, result.stderr) == (2, f"error: {message}\n")
    assert not run.exists()


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


def test_only_machines_that_are_lost_without_a_new_checkpoint_end_a_run(cluster, tmp_path):
    """All central processes kill the worker above them: the second after a while, the third after a checkpoint."""
    tries = tmp_path / "tries"
    python = script(
        tmp_path / "python",
        f"""
        case "$*" in *"--role actor"*) exit;; esac
        while [ "$1" != --resume ]; do shift; done
        echo >> {tries}
        case "$(wc -l < {tries})" in
            2) sleep 32;;
            3) touch "$2/checkpoints/step_000000000007.npz"; sleep 5;;
        esac
        kill -9 $PPID
        """,
    )
    submit = words(cluster, "--run-dir", tmp_path / "run", "--python", python, "--fetch-period", "1")
    result = run_command(*submit, env=cluster.environment)
    assert result.returncode == 1, result.stdout
    lost = r"the machine of the central process is lost \(\w+\)"
    assert len(re.findall(f"^{lost}; resuming from the last copy of the run$", result.stdout, re.MULTILINE)) == 6
    reason = "5 times without a new checkpoint on this machine"
    assert re.match(f"error: {lost}, {reason}; to resume from the newest checkpoint: ", result.stderr)


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


# --- the last test of the cluster, which it leaves with other machines


def test_a_lost_machine_costs_an_actor_which_ray_places_elsewhere(cluster, tmp_path):
    run = tmp_path / "run"
    submit = words(cluster, "--steps", "30000", "--run-dir", run, *PENDULUM)
    process = start_command(*submit, env=cluster.environment)
    lines_until(process, "central process at ")
    wait_until(lambda: len(actors_of(run)) == 2, period=0.2)
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
    wait_until(lambda: not actors_of(run), period=0.2)
