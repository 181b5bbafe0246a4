"""The page's server: a few read-only addresses, on loopback alone."""

import errno
import http.server
import io
import json
import re
import shutil
import socket
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from walker_rl.errors import UserError
from walker_rl.watch.reading import details, find_runs, overviews, read_film

HOST = "127.0.0.1"

FILES = {
    "/": ("page.html", "text/html; charset=utf-8"),
    "/common.css": ("../common.css", "text/css; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/charts.js": ("charts.js", "text/javascript; charset=utf-8"),
}

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_Answer = tuple[int, str, bytes]
"""Status, type and content."""


def listen(port: int) -> socket.socket:
    """Returns a socket that listens on loopback; port 0 takes a free one.

    Raises:
        UserError: if the port is not available.
    """
    try:
        return socket.create_server((HOST, port))
    except (OSError, OverflowError) as error:
        if isinstance(error, PermissionError):
            raise UserError(f"port = {port}: must be 1024 or above for this user, or 0 for any that is free") from None
        reason = "is taken" if getattr(error, "errno", None) == errno.EADDRINUSE else str(error)
        must_be = f"must be free on {HOST}, which it is not ({reason}); --port 0 takes any that is free"
        raise UserError(f"port = {port}: {must_be}") from None


def address_of(listener: socket.socket) -> str:
    """Returns the page's address."""
    return f"http://{HOST}:{listener.getsockname()[1]}/"


class WatchServer(http.server.ThreadingHTTPServer):
    """Serves the page of a run directory, or of a folder of them, to browsers on this machine."""

    daemon_threads = True

    def __init__(self, path: Path, listener: socket.socket):
        """Takes connections; `serve_forever` answers.

        Args:
            path: run directory, or folder of run directories.
            listener: socket of `listen`.
        """
        super().__init__(listener.getsockname(), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.path = path

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Prints the error, unless the browser closed the connection."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: WatchServer

    timeout = 30.0
    """Seconds without a byte after which a connection is closed."""

    def do_GET(self) -> None:
        """Answers with a file of the page, or with the runs' present data."""
        try:
            answer = self._answer(self.path.partition("?")[0])
        except OSError as error:  # The file may have just been deleted.
            answer = 404, "text/plain", f"{error}\n".encode(errors="backslashreplace")
        self._send(*answer)

    def log_message(self, *_: Any) -> None:
        """Prints nothing: a page polls every other second."""

    def _answer(self, address: str) -> _Answer:
        if not self._is_for_us():
            return 403, "text/plain", b"Open this page as localhost or 127.0.0.1: no other name is answered.\n"
        if address in FILES:
            name, kind = FILES[address]
            return 200, kind, (Path(__file__).parent / name).read_bytes()
        return self._data(*(unquote(part, errors="surrogateescape") for part in address.strip("/").split("/")))

    def _data(self, kind: str, name: str = "", film: str = "", *_: str) -> _Answer:
        runs = find_runs(self.server.path)
        if kind == "runs":
            return _json({"path": str(self.server.path), "runs": overviews(runs)})
        if kind == "run" and name in runs:
            return _json(details(name, runs[name]))
        if kind == "film" and name in runs and (content := read_film(runs[name], film)) is not None:
            return 200, "image/gif", content
        return 404, "text/plain", b"There is no such run or film.\n"

    def _is_for_us(self) -> bool:
        """False if another host name points to this machine, as in DNS rebinding; a tunnel may have any port."""
        return re.fullmatch(rf"({re.escape(HOST)}|localhost)(:\d+)?", self.headers.get("Host", "")) is not None

    def _send(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **HEADERS}.items():
            self.send_header(name, value)
        self.end_headers()
        shutil.copyfileobj(io.BytesIO(content), self.wfile)  # In parts, since the timeout holds for each write.


def _json(content: Any) -> _Answer:
    return 200, "application/json", json.dumps(content, allow_nan=False).encode()
