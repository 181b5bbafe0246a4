"""A run as a Launchpad program: each node is one command, which also works on other machines."""

import atexit
import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import launchpad as lp
from absl import flags
from launchpad import context
from launchpad.launch.local_multi_processing.commands import Command
from launchpad.nodes import base

from walker_rl.processes.child import Child


class CommandNode(base.Node):
    """A process that runs one command."""

    def __init__(self, name: str, command: Sequence[str]):
        """Names the node; its output goes to the file NAME.log."""
        super().__init__()
        self.name = name
        self.command = list(command)

    def create_handle(self) -> None:
        """Returns None: nodes connect by the address in their commands, not by handles."""

    @staticmethod
    def to_executables(
        nodes: Sequence["CommandNode"], label: str, launch_context: context.LaunchContext
    ) -> Sequence[Command]:
        """Returns the commands that Launchpad runs."""
        return [Command(node.command, {}, f"{node.name}.log") for node in nodes]


def central_node(run_dir: Path, port: int, num_actors: int) -> CommandNode:
    """The central process of the run in `run_dir`; see `walker-rl node --help`."""
    serving = ("--port", str(port), "--num-actors", str(num_actors))
    return CommandNode("central", [*_command("central"), *serving, "--run-dir", str(run_dir)])


def evaluator_node(address: str, run_dir: Path) -> CommandNode:
    """The evaluator of the run in `run_dir`, whose central process is at `address`."""
    return CommandNode("evaluator", [*_command("evaluator"), "--connect", address, "--run-dir", str(run_dir)])


def actor_node(name: str, address: str, run_id: str, index: int | None) -> CommandNode:
    """An actor of the run `run_id`, whose central process is at `address`; an `index` of None asks for a new one."""
    words = [*_command("actor"), "--connect", address, "--run-id", run_id]
    return CommandNode(name, [*words, *(["--index", str(index)] if index is not None else [])])


def make_program(name: str, groups: dict[str, Sequence[CommandNode]]) -> lp.Program:
    """Makes a Launchpad program of groups of nodes."""
    program = lp.Program(name)
    for label, nodes in groups.items():
        if not nodes:
            continue
        with program.group(label):
            for node in nodes:
                program.add_node(node)
    return program


def launch_processes(program: lp.Program, logs: Path) -> dict[str, Child]:
    """Starts a process for each node; returns them by the node's name.

    Launchpad restarts nothing and ends everything with SIGKILL, so the caller supervises the processes.

    Args:
        program: program whose nodes have distinct names.
        logs: folder for the processes' output, the one named in `$LAUNCHPAD_LOGGING_DIR`.
    """
    flags.FLAGS(sys.argv[:1])  # Otherwise Launchpad would parse the command line.
    with contextlib.redirect_stdout(None):
        manager = lp.launch(program, context.LaunchType.LOCAL_MULTI_PROCESSING, terminal="output_to_files")
    atexit.unregister(manager.wait)
    manager._disable_signals()  # A Ctrl-C before this has set an alarm, which would kill this process at its exit.
    workers = manager._active_workers  # Launchpad has no public access to its processes.
    return {title.removesuffix(".log"): Child(popen, logs / title) for title, (popen,) in workers.items()}


def _command(role: str) -> list[str]:
    return [sys.executable, "-m", "walker_rl", "node", "--role", role, "--parent", str(os.getpid())]
