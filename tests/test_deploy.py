"""What is under deploy/ calls commands that there are, and its parts agree with each other."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.tiny import AGENT, COMMAND, run_command

DEPLOY = Path(__file__).parents[1] / "deploy"
SCRIPT = DEPLOY / "slurm" / "walker.sbatch"
SWEEP_SCRIPT = DEPLOY / "slurm" / "sweep.sbatch"


@pytest.fixture(scope="module")
def documents():
    return {part["kind"]: part for part in yaml.safe_load_all((DEPLOY / "kubernetes" / "walker.yaml").read_text())}


@pytest.fixture(scope="module")
def known_options():
    return set(re.findall(r"--[a-z-]+", run_command("launch", AGENT, "--help").stdout))


def jobs(documents):
    return {job["name"]: job["template"]["spec"] for job in documents["JobSet"]["spec"]["replicatedJobs"]}


def container(job):
    (found,) = job["template"]["spec"]["containers"]
    return found


def test_the_pods_commands_have_options_that_there_are(documents, known_options):
    for name, job in jobs(documents).items():
        (script,) = container(job)["args"]
        subprocess.run(["sh", "-n", "-c", script], check=True)
        options = set(re.findall(r"--[a-z-]+", script))
        assert options and options <= known_options, name


def test_actors_join_the_pod_that_listens(documents):
    name, subdomain = documents["JobSet"]["metadata"]["name"], documents["JobSet"]["spec"]["network"]["subdomain"]
    address = f"{name}-central-0-0.{subdomain}:8000"
    central, actors = (container(jobs(documents)[job]) for job in ("central", "actors"))
    assert f"--listen {address}" in central["args"][0]
    assert f"--join {address}" in actors["args"][0]
    assert central["ports"] == [{"containerPort": 8000}]


def test_the_runs_volume_is_claimed_and_mounted(documents):
    pod = jobs(documents)["central"]["template"]["spec"]
    (volume,) = pod["volumes"]
    assert volume["persistentVolumeClaim"]["claimName"] == documents["PersistentVolumeClaim"]["metadata"]["name"]
    (mount,) = container(jobs(documents)["central"])["volumeMounts"]
    assert mount == {"name": volume["name"], "mountPath": "/runs"}


def test_only_the_runs_own_pods_reach_its_port(documents):
    own = {"matchLabels": {"jobset.sigs.k8s.io/jobset-name": documents["JobSet"]["metadata"]["name"]}}
    policy = documents["NetworkPolicy"]["spec"]
    assert policy["podSelector"] == own
    assert policy["ingress"] == [{"from": [{"podSelector": own}], "ports": [{"protocol": "TCP", "port": 8000}]}]


def test_as_many_actors_pods_run_as_are_to_complete(documents):
    actors = jobs(documents)["actors"]
    assert actors["parallelism"] == actors["completions"]


def test_the_batch_script_is_a_script_and_its_options_exist(known_options):
    subprocess.run(["bash", "-n", SCRIPT], check=True)
    text = SCRIPT.read_text()
    words = [line for line in text.splitlines() if "walker-rl" in line or "what=" in line]
    options = set(re.findall(r"--[a-z-]+", "\n".join(words)))
    assert {"--role", "--listen", "--join", "--resume", "--steps"} <= options <= known_options


def test_a_task_of_the_array_trains_the_run_of_its_index(tmp_path):
    """Up to what refuses it: tests/cli/test_sweep.py trains one."""
    program = tmp_path / "walker-rl"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(COMMAND)} "$@"\n')
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "SLURM_ARRAY_TASK_ID": "7"}
    words = ["bash", SWEEP_SCRIPT, AGENT, "--seeds", "0-4"]
    result = subprocess.run(words, env=environment, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (2, "error: index = 7: must be in [0, 4]\n")
    listed = subprocess.run([*words, "--seeds", "3-19", "--dry-run"], env=environment, capture_output=True, text=True)
    assert listed.stdout.count("\n") == 17


def test_the_array_in_the_header_has_as_many_tasks_as_the_sweep_has_runs():
    text = SWEEP_SCRIPT.read_text()
    first, last, spec = re.search(r"--array=(\d+)-(\d+) deploy/slurm/sweep.sbatch --spec (\S+)", text).groups()
    listed = run_command("sweep", "--spec", DEPLOY.parent / spec, "--dry-run").stdout.splitlines()
    assert (first, int(last) + 1) == ("0", len(listed))


def test_the_image_is_made_of_files_that_there_are():
    text = (DEPLOY / "Dockerfile").read_text()
    for line in re.findall(r"^COPY (.*)$", text, flags=re.MULTILINE):
        *sources, _ = line.split()
        assert all((DEPLOY.parent / source).exists() for source in sources), line
