"""Serves a run's page on an open socket, for `served_beside`: `python -m walker_rl.watch RUN FILE_DESCRIPTOR`."""

import sys

from walker_rl.processes.search_path import current_folder_last

if __name__ == "__main__":
    current_folder_last()

    import socket
    from pathlib import Path

    from walker_rl.processes.child import tie_to_starter
    from walker_rl.watch.server import WatchServer

    tie_to_starter()
    WatchServer(Path(sys.argv[1]), socket.socket(fileno=int(sys.argv[2]))).serve_forever()
