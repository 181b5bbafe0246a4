"""The driver: follows a run on the cluster from here, and brings its directory back.

`python -m on_ray.driver SPEC`, with SPEC a JSON file:

    address       address of the cluster, as `ray.init` takes it
    python        interpreter with walker_rl installed, on every machine of the cluster
    agent_name    name of the run's agent
    run_dir       local run directory, sent to the central process's machine and copied back
    run_id        id of the run
    num_actors    number of actor processes, each with a CPU of its own
    central_cpus  CPUs for the central process and the evaluator
    fetch_period  seconds between copies of the run directory, in case that machine is lost
"""

import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path

# `cluster submit` ignores SIGINT, and this process inherits that. Until there is a run to save, SIGINT ends it at once.
# Python's own handler would not do: Ray's slow import may drop a KeyboardInterrupt.
signal.signal(signal.SIGINT, signal.SIG_DFL)

import ray  # noqa: E402
from ray import cloudpickle  # noqa: E402

from .actor_keeper import MAX_TRIES  # noqa: E402
from .cluster_run import ClusterRun, Lost  # noqa: E402
from .hosts import FAILED, INTERRUPTED, REFUSED, STOPPED, Spec  # noqa: E402
from .texts import CONNECTING, last_line, tell  # noqa: E402

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU)
"""Signals that ask to save and stop: of a user, a lost terminal, a batch system or a limit."""


def main() -> int:
    """Connects to the cluster, and runs there to the end; returns the exit status."""
    spec: Spec = json.loads(Path(sys.argv[1]).read_text())
    received: list[int] = []
    cloudpickle.register_pickle_by_value(sys.modules[__package__])  # The cluster's machines lack it.
    tell(f"{CONNECTING} {spec['address']}")
    try:
        ray.init(address=spec["address"], logging_level="ERROR", log_to_driver=False)
    except Exception as error:
        print(f"address = {spec['address']}: must be a Ray cluster ({last_line(str(error))})", file=sys.stderr)
        return REFUSED
    for number in STOP_SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # As SIGHUP is under `nohup`.
            signal.signal(number, lambda number, frame: received.append(number))
    try:
        status = submit(spec, lambda: bool(received))
        return INTERRUPTED if status == STOPPED and signal.SIGINT in received else status
    except (Lost, OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        print(last_line(str(error)), file=sys.stderr)
        return REFUSED if isinstance(error, ValueError) else FAILED


def submit(spec: Spec, stop_requested: Callable[[], bool]) -> int:
    """Runs to the end, or until a stop is requested, restarting from the last copy if the machine is lost.

    Returns:
        The exit status of the central process.

    Raises:
        Lost: if the central process's machine is lost `MAX_TRIES` times without progress, or after a stop is requested.
        OSError, RuntimeError, ValueError, ray.exceptions.RayError: as `ClusterRun` does.
    """
    num_losses = 0
    while True:
        run = ClusterRun(spec, stop_requested)
        try:
            return run.follow() if run.start() else STOPPED
        except Lost as error:
            lost = f"the machine of the central process is lost ({error})"
            if stop_requested():
                raise Lost(f"{lost} before the run was saved; {spec['run_dir']} is its last copy") from None
            num_losses = 1 if run.has_progressed else num_losses + 1
            if num_losses >= MAX_TRIES:
                raise Lost(f"{lost}, {num_losses} times without a new checkpoint on this machine") from None
            tell(f"{lost}; resuming from the last copy of the run")
        finally:
            run.kill()


if __name__ == "__main__":
    sys.exit(main())
