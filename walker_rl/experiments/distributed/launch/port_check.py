"""Checks who can reach a run's server: Reverb requires no password."""

from collections.abc import Callable

from walker_rl.errors import RunError
from walker_rl.experiments.distributed.launch.isolation import interfaces
from walker_rl.experiments.distributed.wire.ports import listening_ports


class PortCheck:
    """Checks once, when the server listens, that nobody unwanted can connect, and reports who can."""

    def __init__(self, open_ports: bool, tell: Callable[[str], None]) -> None:
        """Checks nothing yet.

        Args:
            open_ports: whether other machines may connect.
            tell: function that prints a line.
        """
        self._open_ports = open_ports
        self._tell = tell
        self._is_done = False

    def check(self, server_pid: int) -> None:
        """Checks the ports of the server's process, unless it does not listen yet or a check was done before.

        Raises:
            RunError: if other machines could connect although ports are not open.
        """
        ports = [] if self._is_done else listening_ports(server_pid)
        if not ports:
            return
        self._is_done = True
        listed = ", ".join(map(str, ports))
        if self._open_ports:
            self._tell(f"warning: port {listed} listens on every interface, and requires no password")
        elif interfaces() != ["lo"]:
            raise RunError(f"port {listed} listens beyond loopback: {', '.join(interfaces())}")
        else:
            self._tell(f"Port {listed} listens in a private network; nothing outside of it can connect.")
