"""A private network with loopback alone, because Reverb listens on every interface without authentication."""

import ctypes
import errno
import fcntl
import os
import socket
import struct
from collections.abc import Iterable
from pathlib import Path

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1
_LISTEN = "0A"


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
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", _flags(control, "lo") | _IFF_UP))


def interfaces() -> list[str]:
    """Names of this process's network interfaces that are up."""
    lines = Path("/proc/self/net/dev").read_text().splitlines()[2:]
    names = [line.split(":")[0].strip() for line in lines]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        return sorted(name for name in names if _flags(control, name) & _IFF_UP)


def listening_ports(pids: Iterable[int]) -> list[int]:
    """TCP ports on which these processes listen, according to `/proc`."""
    inodes = {inode for pid in pids for inode in _sockets(pid)}
    ports = set()
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/self/net", table).read_text().splitlines()[1:]:
            _, address, _, state, *_, inode = line.split()[:10]
            if state == _LISTEN and inode in inodes:
                ports.add(int(address.rpartition(":")[2], 16))
    return sorted(ports)


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


def _flags(control: socket.socket, interface: str) -> int:
    request = struct.pack("16sh", interface.encode(), 0)
    flags: int = struct.unpack("16sh", fcntl.ioctl(control, _SIOCGIFFLAGS, request)[:18])[1]
    return flags


def _unshare(flags: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _sockets(pid: int) -> set[str]:
    """Inodes of a process's sockets; empty if it has ended."""
    inodes = set()
    try:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            target = os.readlink(descriptor)
            if target.startswith("socket:["):
                inodes.add(target[len("socket:[") : -1])
    except OSError:
        return inodes
    return inodes
