"""Exit statuses of all our processes; those from 64 have the meanings of sysexits.h and of shells.

The Ray driver, which does not import walker_rl, has its own copy of those that it uses.
"""

COMPLETE = 0

FAILED = 1
"""The run or check has failed, and a line on standard error gives the reason."""

REFUSED = 2
"""The input is wrong, and a line on standard error names the problem."""

UNANSWERED = 69
"""The other side has not answered in time."""

CRASHED = 70
"""The program has a bug; a traceback is on standard error."""

STOPPED = 75
"""Stopped by SIGTERM, SIGHUP or a warning of a batch system; the same work can be resumed."""

INTERRUPTED = 130
"""Stopped by Ctrl-C; the same work can be resumed."""
