"""A private network with loopback alone, because Reverb listens on every interface without authentication."""

import contextlib
import ctypes
import errno
import fcntl
import os
import socket
import struct
from collections.abc import Iterable
from pathlib import Path

import psutil

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1


def enter_private_network() -> None:
    """Moves this single-threaded process and its future children into a network with loopback alone.

    Raises:
        OSError: if the system does not permit it.
    """
    user, group = os.getuid(), os.getgid()
    try:
        _unshare(_CLONE_NEWNET)
    except PermissionError:  # Only in a user namespace may an ordinary user do this.
        _unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        answer = fcntl.ioctl(control, _SIOCGIFFLAGS, struct.pack("16sh", b"lo", 0))
        _, flags = struct.unpack("16sh", answer)
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | _IFF_UP))


def interfaces() -> list[str]:
    """Names of this process's network interfaces that are up."""
    return sorted(name for name, stats in psutil.net_if_stats().items() if "up" in stats.flags.split(","))


def listening_ports(pids: Iterable[int]) -> list[int]:
    """TCP ports on which these processes listen."""
    sockets = []
    for pid in pids:
        with contextlib.suppress(psutil.Error):  # The process may have ended.
            sockets += psutil.Process(pid).net_connections("tcp")
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
    """Returns False if `host` is an address of another machine; a name that nobody knows yet may become one of this."""
    with socket.socket() as probe:
        try:
            probe.bind((host, 0))
        except OSError as error:
            return error.errno != errno.EADDRNOTAVAIL
        except UnicodeError:  # No host can have this name.
            return False
    return True


def _unshare(flags: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
