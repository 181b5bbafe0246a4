"""What `walker-rl launch` and `walker-rl node` refuse, in a line, before anything is written."""

import pytest

from tests.tiny import DISTRIBUTIONAL_AGENT, run_command, unknown_task


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--join", "localhost:8000"), "join = localhost:8000: must be given with --role actors, and only then"),
        (("--role", "actors"), "join: must be given with --role actors, and only then"),
        (("--role", "actors", "--join", "elsewhere"), "join = elsewhere: must be HOST:PORT, as in localhost:8000"),
        (("--role", "central"), "listen: must be given with --role central, as in --listen HOST:PORT"),
        (
            ("--role", "central", "--open-ports"),
            "listen: must be given with --role central, as in --listen HOST:PORT",
        ),
        (("--listen", "a:0"), "listen = a:0: must be HOST:PORT, as in localhost:8000"),
        (
            ("--listen", "300.1.1.1:8000"),
            "listen = 300.1.1.1:8000: 300.1.1.1 must be a name or an IPv4 address, as 192.168.0.7",
        ),
        (("--listen", "192.0.2.1:8000"), "listen = 192.0.2.1:8000: must be an address of this machine"),
        (
            ("--role", "actors", "--join", "10.1:8000"),
            "join = 10.1:8000: 10.1 must be a name or an IPv4 address, as 192.168.0.7",
        ),
        (("--threads", "--role", "central"), "threads = true: must not be given with --role central"),
        (("--num-actors", "2", "--role", "central"), "num_actors = 2: must not be given with --role central"),
        (
            ("--role", "actors", "--join", "localhost:1", "--resume", "runs/a"),
            "resume = runs/a: must not be given with --role actors",
        ),
        (
            ("--role", "actors", "--join", "localhost:1", "--open-ports"),
            "open_ports = true: must not be given with --role actors",
        ),
        (
            ("--set", "replay=reverb"),
            "replay = reverb: must be arrays with launch, which keeps replay in the learner",
        ),
        (
            ("--set", "logging.wandb=online"),
            "logging.wandb = online: must be offline in the private network of launch; `wandb sync` sends the run "
            "later, or --open-ports does without that network",
        ),
        (
            ("--set", "distributed.noise_scales=[1,-1]"),
            "distributed.noise_scales = [1.0, -1.0]: must be at least 0",
        ),
        (
            ("--set", "distributed.noise_scales=[a]"),
            "distributed.noise_scales = [a]: must be a list of numbers, as in [0.5, 1, 2]",
        ),
        (
            ("--task", "Walker3D"),
            unknown_task("Walker3D"),
        ),
        (("--resume", "nowhere"), "run = nowhere: must be a run directory (no config.yaml in it)"),
        (("--resume", "nowhere", "--run-dir", "a"), "run_dir = a: must not be given with --resume nowhere"),
    ],
)
def test_what_cannot_be_launched_is_refused(tmp_path, words, message):
    result = run_command("launch", DISTRIBUTIONAL_AGENT, *words, cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"error: {message}\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("host", ["nohost.invalid", "a..b", "x" * 70])
def test_a_host_that_nobody_knows_is_refused_at_once(tmp_path, host):
    words = ("--role", "actors", "--join", f"{host}:8000")
    result = run_command("launch", DISTRIBUTIONAL_AGENT, *words, cwd=tmp_path, timeout=120)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: join = {host}:8000: must be a host that this machine finds (")
    assert result.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--role", "actor"), "connect: must be given with --role actor"),
        (("--role", "actor", "--connect", "a:1"), "run_id: must be given with --role actor"),
        (("--role", "central", "--port", "8000"), "run_dir: must be given with --role central"),
        (
            ("--role", "evaluator", "--connect", "a:1", "--run-dir", "nowhere"),
            "run = nowhere: must be a run directory (no config.yaml in it)",
        ),
        (
            ("--role", "actor", "--parent", "1"),
            "parent = 1: must be the process that started this one, and alive",
        ),
    ],
)
def test_a_node_that_lacks_something_says_so(tmp_path, words, message):
    result = run_command("node", *words, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (2, f"error: {message}\n")
