"""TCP ports of this machine: which are free, and who listens on them."""

import errno
import socket

import psutil


def listening_ports(pid: int) -> list[int]:
    """TCP ports on which a process listens; none if it has ended."""
    try:
        sockets = psutil.Process(pid).net_connections("tcp")
    except psutil.Error:
        return []
    return sorted({one.laddr.port for one in sockets if one.status == psutil.CONN_LISTEN})


def free_port() -> int:
    """A TCP port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("", 0))
        port: int = probe.getsockname()[1]
    return port


def is_free(port: int) -> bool:
    """Returns True if nobody listens on `port`; gRPC would silently share it with another server.

    Raises:
        PermissionError: if this user may not listen there.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def is_local(host: str) -> bool:
    """Returns False if `host` is an address of another machine; a name that does not resolve yet may become ours."""
    with socket.socket() as probe:
        try:
            probe.bind((host, 0))
        except OSError as error:
            return error.errno != errno.EADDRNOTAVAIL
        except UnicodeError:  # No host can have this name.
            return False
    return True
