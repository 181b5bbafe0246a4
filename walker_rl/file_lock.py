"""Locks on open files and folders, which end with the process that holds them."""

import errno
import fcntl
from typing import IO


def try_lock(file: int | IO[bytes], *, shared: bool = False) -> bool:
    """Locks a file or folder until it is closed or this process ends.

    Where the file system has no locks, nothing is locked.

    Args:
        file: the open file, or its descriptor.
        shared: whether it is a lock that does not exclude others of its kind.

    Returns:
        False if it is locked already.

    Raises:
        OSError: if the disk fails.
    """
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP):  # Some network disks have no locks.
            raise
    return True
