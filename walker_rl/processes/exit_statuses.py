"""Exit statuses of all our processes; those from 64 on have the meanings of sysexits.h and of shells.

The Ray driver, which imports nothing of ours, has its own copy of those that it uses.
"""

COMPLETE = 0

FAILED = 1
"""The run or check has failed, and a line on standard error gives the reason."""

REFUSED = 2
"""The input is wrong, and a line on standard error names it."""

UNANSWERED = 69
"""The other side has been silent for too long."""

CRASHED = 70
"""A fault of the program, with a traceback."""

STOPPED = 75
"""Stopped by SIGTERM or SIGHUP; the same work can be resumed."""

INTERRUPTED = 130
"""The same, by Ctrl-C."""
