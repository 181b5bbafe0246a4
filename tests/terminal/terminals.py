"""Terminals for tests."""

import os
import pty
import subprocess
import sys


def on_a_terminal(code: str, columns: int = 100, kind: str = "xterm") -> str:
    """Returns the output on a terminal of a process that runs this code."""
    main, side = pty.openpty()
    environment = {**os.environ, "TERM": kind, "COLUMNS": str(columns), "LINES": "40"}
    process = subprocess.Popen([sys.executable, "-c", code], stdout=side, stderr=side, env=environment)
    os.close(side)
    written = b""
    try:
        while part := os.read(main, 4096):
            written += part
    except OSError:
        pass  # Linux's way to say that the other side is closed.
    os.close(main)
    assert process.wait() == 0, written.decode()
    return written.decode()
