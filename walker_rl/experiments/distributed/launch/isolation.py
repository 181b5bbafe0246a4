"""A private network with loopback alone, because Reverb listens on every interface without authentication."""

import ctypes
import fcntl
import os
import socket
import struct
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


def _unshare(flags: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
