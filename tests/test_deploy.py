"""The files for Kubernetes and Slurm call commands that there are, and agree with each other."""

import contextlib
import os
import re
import shlex
import signal
import subprocess

import pytest
import yaml

import walker_rl
from tests.dockerfile import DEPLOY, image_lines
from tests.experiments.distributed.launched import PENDULUM
from tests.stacks import acme_stack
from tests.tiny import AGENT, COMMAND, last_checkpoint, run_command, wait_until
from walker_rl.experiments.distributed.wire.ports import free_port
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.status import read_status

SCRIPT = DEPLOY / "slurm" / "walker.sbatch"
SWEEP_SCRIPT = DEPLOY / "slurm" / "sweep.sbatch"
NO_HOST = "error: join = a..b:8000: must be a host that this machine finds (not a valid host name)\n"


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


def real_program(folder):
    """Makes `walker-rl` in `folder`; returns environment variables with which a shell finds it."""
    make_program(folder / "walker-rl", f'exec {shlex.join(COMMAND)} "$@"')
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}


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
    (volume,) = [volume for volume in pod["volumes"] if "persistentVolumeClaim" in volume]
    assert volume["persistentVolumeClaim"]["claimName"] == documents["PersistentVolumeClaim"]["metadata"]["name"]
    mounts = container(jobs(documents)["central"])["volumeMounts"]
    (mount,) = [mount for mount in mounts if mount["name"] == volume["name"]]
    assert mount == {"name": volume["name"], "mountPath": "/runs"}


def test_only_the_runs_own_pods_reach_its_port_and_they_reach_only_it_and_the_clusters_names(documents):
    own = {"matchLabels": {"jobset.sigs.k8s.io/jobset-name": documents["JobSet"]["metadata"]["name"]}}
    policy = documents["NetworkPolicy"]["spec"]
    assert policy["podSelector"] == own
    port = {"ports": [{"protocol": "TCP", "port": 8000}]}
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert policy["ingress"] == [{"from": [{"podSelector": own}], **port}]
    to_pods, to_names = policy["egress"]
    assert to_pods == {"to": [{"podSelector": own}], **port}
    system = {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}
    assert to_names["to"] == [{"namespaceSelector": system}]
    assert to_names["ports"] == [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")]


@pytest.mark.parametrize("name", ["central", "actors"])
def test_a_pod_has_no_privileges_and_writes_to_its_volumes_alone(documents, name):
    """As the Pod Security Standard "restricted" asks, and a read-only root besides."""
    job = jobs(documents)[name]
    pod = job["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    user = dict(pod["securityContext"])
    assert user.pop("runAsNonRoot") is True
    assert user.pop("seccompProfile") == {"type": "RuntimeDefault"}
    assert set(user.values()) == {int(image_lines("USER")[0].partition(":")[0])}
    assert container(job)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    mounted = {mount["mountPath"]: mount["name"] for mount in container(job)["volumeMounts"]}
    assert mounted.keys() >= {"/tmp"}
    assert sorted(mounted.values()) == sorted(volume["name"] for volume in pod["volumes"])


@pytest.mark.parametrize("name", ["central", "actors"])
def test_a_pod_asks_for_what_it_takes_and_is_held_to_a_limit(documents, name):
    job = jobs(documents)[name]
    resources = container(job)["resources"]
    assert resources["requests"].keys() == resources["limits"].keys() == {"cpu", "memory"}
    request, limit = (int(resources[which]["memory"].removesuffix("Gi")) for which in ("requests", "limits"))
    assert request < limit
    (script,) = container(job)["args"]
    num_actors = re.search(r"--num-actors (\d+)", script)
    assert resources["requests"]["cpu"] == (num_actors[1] if num_actors else "3")


def test_a_pods_image_has_the_tag_of_this_version(documents):
    built = re.search(r"docker build .* -t (\S+) ", (DEPLOY / "Dockerfile").read_text())[1]
    assert built == f"walker-rl:{walker_rl.__version__}"
    assert {container(job)["image"] for job in jobs(documents).values()} == {built}


def test_as_many_actors_pods_run_as_are_to_complete(documents):
    actors = jobs(documents)["actors"]
    assert actors["parallelism"] == actors["completions"]


def test_the_batch_script_is_a_script_and_its_options_exist(known_options):
    subprocess.run(["bash", "-n", SCRIPT], check=True)
    text = SCRIPT.read_text()
    commands = [line for line in text.splitlines() if not line.startswith("#")]
    words = [line for line in commands if "walker-rl" in line or "what=" in line]
    options = set(re.findall(r"--[a-z-]+", "\n".join(words)))
    assert {"--role", "--listen", "--join", "--resume", "--steps"} <= options <= known_options


@pytest.mark.parametrize(
    ("task", "ending"), [("0", (0, "", "")), pytest.param("1", (2, "", NO_HOST), marks=acme_stack)]
)
def test_the_first_machine_leaves_three_cores_to_the_learner_and_the_evaluator(tmp_path, task, ending):
    (command,) = re.findall(r"bash -c '(.*?)'", SCRIPT.read_text(), re.DOTALL)
    environment = {**real_program(tmp_path), "SLURM_CPUS_PER_TASK": "3", "SLURM_PROCID": task}
    words = ["bash", "-c", command, "actors", "a..b:8000", tmp_path / "run"]
    result = subprocess.run(words, env=environment, capture_output=True, text=True)
    assert (result.returncode, result.stdout, result.stderr) == ending


@pytest.mark.parametrize(
    ("machines", "num_cpus", "least"),
    [("one", "3", 4), ("one", "4", None), ("one two", "2", 3), ("one two", "3", None)],
)
def test_a_batch_job_without_room_for_an_actor_is_refused_at_once(tmp_path, machines, num_cpus, least):
    make_program(tmp_path / "scontrol", f"printf '%s\\n' {machines}")
    make_program(tmp_path / "srun", "touch started")
    slurm = {"SLURM_JOB_NODELIST": "some", "SLURM_CPUS_PER_TASK": num_cpus}
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", **slurm}
    result = subprocess.run(["bash", SCRIPT], env=environment, cwd=tmp_path, capture_output=True, text=True)
    why = f"with --nodes={len(machines.split())}; the learner and the evaluator take 3, an actor takes 1"
    refusal = (2, f"error: cpus-per-task = {num_cpus}: must be at least {least} {why}\n")
    assert (result.returncode, result.stderr) == (refusal if least else (0, ""))
    assert (tmp_path / "started").exists() == (least is None)


def make_program(path, text):
    path.write_text(f"#!/bin/bash\n{text}\n")
    path.chmod(0o755)


@contextlib.contextmanager
def started(words, folder, environment):
    """A process of its own session; what it leaves running is killed at the end, as Slurm and Kubernetes do."""
    process = subprocess.Popen(words, env=environment, cwd=folder, start_new_session=True)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def job(folder):
    """The batch script as Slurm runs it, on this machine alone."""
    make_program(folder / "scontrol", "echo localhost")
    make_program(folder / "srun", 'while [[ $1 == --* ]]; do shift; done\nexec "$@"')
    slurm = {"SLURM_JOB_NODELIST": "localhost", "SLURM_CPUS_PER_TASK": "4", "SLURM_PROCID": "0"}
    environment = {**real_program(folder), **slurm, "RUN": str(folder / "run"), "PORT": str(free_port())}
    return started(["bash", SCRIPT, *PENDULUM], folder, environment)


def pod(job, folder, port):
    """A pod's command as its container runs it, with folders and a port of this machine."""
    command, (script,) = container(job)["command"], container(job)["args"]
    script = script.replace("walker-central-0-0.walker:8000", f"localhost:{port}")
    script = re.sub("/runs/|/tmp/", f"{folder}/", script)
    return started([*command, script], folder, real_program(folder))


def actor_steps_of(run):
    """The run's environment steps; 0 before its central process has written a status."""
    status = read_status(RunDirectory(run).status)
    return status.actor_steps if status else 0


def assert_stops_and_resumes(run, start):
    """Starts what trains the run twice; each time SIGTERM must end it with a checkpoint, beyond the one before."""
    saved = []
    for _ in range(2):
        with start() as process:
            awaited = sum(saved) + 500
            wait_until(lambda awaited=awaited: actor_steps_of(run) > awaited)
            process.terminate()
            assert process.wait(timeout=120) == 75
        saved.append(last_checkpoint(run))
    assert 500 < saved[0] < saved[1]


@acme_stack
@pytest.mark.slow
def test_a_batch_job_saves_its_run_at_sigterm_and_the_next_one_resumes_it(tmp_path):
    assert_stops_and_resumes(tmp_path / "run", lambda: job(tmp_path))


@acme_stack
@pytest.mark.slow
def test_a_central_pod_saves_its_run_at_sigterm_and_the_next_one_resumes_it_with_the_same_actors(documents, tmp_path):
    central, actors, port = jobs(documents)["central"], jobs(documents)["actors"], free_port()
    with pod(actors, tmp_path, port) as process:
        assert_stops_and_resumes(tmp_path / "walker", lambda: pod(central, tmp_path, port))
        assert process.poll() is None


def test_a_task_of_the_array_trains_the_run_of_its_index(tmp_path):
    """Up to what refuses it: tests/cli/commands/test_sweep.py trains one."""
    environment = {**real_program(tmp_path), "SLURM_ARRAY_TASK_ID": "7"}
    words = ["bash", SWEEP_SCRIPT, AGENT, "--seeds", "0-4"]
    result = subprocess.run(words, env=environment, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (2, "error: index = 7: must be in [0, 4]\n")
    listed = subprocess.run([*words, "--seeds", "5-19", "--dry-run"], env=environment, capture_output=True, text=True)
    assert len(re.findall(r"^ *\d+  waiting ", listed.stdout, re.MULTILINE)) == 20


def test_the_array_in_the_header_has_as_many_tasks_as_the_sweep_has_runs():
    text = SWEEP_SCRIPT.read_text()
    first, last, spec = re.search(r"--array=(\d+)-(\d+) deploy/slurm/sweep.sbatch --spec (\S+)", text).groups()
    listed = run_command("sweep", "--spec", DEPLOY.parent / spec, "--dry-run").stdout
    assert (first, int(last) + 1) == ("0", len(re.findall(r"^ *\d+  waiting ", listed, re.MULTILINE)))
