"""Serves a run's page on an open socket, for `served_beside`: `python -m walker_rl.watch RUN FILE_DESCRIPTOR`."""

import socket
import sys
from pathlib import Path

from walker_rl.processes.child import tie_to_starter
from walker_rl.watch.server import WatchServer

tie_to_starter()
WatchServer(Path(sys.argv[1]), socket.socket(fileno=int(sys.argv[2]))).serve_forever()
