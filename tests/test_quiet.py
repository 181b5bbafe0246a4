"""Nothing that libraries print reaches the user, and nothing of the user's is lost."""

import subprocess
import sys


def run(script: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, **options)


def test_importing_and_playing_every_task_prints_nothing_and_leaves_the_path_alone():
    result = run(
        "import sys; path = list(sys.path)\n"
        "from walker_rl.environments import make_environment, task_names\n"
        "for name in task_names():\n"
        "    environment = make_environment(name, seed=0)\n"
        "    for _ in range(20): environment.step([0.5] * environment.task.action_size)\n"
        "    environment.render(32, 24); environment.close()\n"
        "assert sys.path == path, sys.path\n"
        "assert 'matplotlib' not in sys.modules and 'tensorflow' not in sys.modules"
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_output_before_and_after_survives_in_order():
    result = run(
        "import ctypes, os, sys, warnings\n"
        "from walker_rl.quiet import quiet\n"
        "libc = ctypes.CDLL(None)\n"
        "print('before'); libc.puts(b'C before')\n"
        "with quiet():\n"
        "    print('inside'); libc.puts(b'C inside'); os.write(2, b'raw inside'); warnings.warn('inside')\n"
        "print('after'); print('error', file=sys.stderr)"
    )
    assert (result.stdout, result.stderr) == ("before\nC before\nafter\n", "error\n")


def test_exceptions_pass():
    result = run("from walker_rl.quiet import quiet\nwith quiet(): raise ValueError('seen')")
    assert result.returncode == 1
    assert result.stderr.endswith("ValueError: seen\n")


def test_closed_streams_are_no_obstacle():
    script = (
        "import os; os.close(1); os.close(2)\n"
        "from walker_rl.environments import make_environment\n"
        "make_environment('Walker2DBulletEnv-v0', seed=0).reset()"
    )
    assert run(script).returncode == 0


def test_threads_that_make_environments_at_once_leave_the_output_alone():
    """Four that import the simulators together; what is printed afterwards is seen."""
    result = run(
        "import threading\n"
        "from walker_rl.environments import make_environment\n"
        "made = []\n"
        "def make(name):\n"
        "    make_environment(name, seed=0).close(); made.append(name)\n"
        "names = ['Pendulum-v1', 'Walker2DBulletEnv-v0'] * 2\n"
        "threads = [threading.Thread(target=make, args=(name,)) for name in names]\n"
        "[thread.start() for thread in threads]; [thread.join() for thread in threads]\n"
        "print(len(made))"
    )
    assert (result.stdout, result.stderr) == ("4\n", "")
