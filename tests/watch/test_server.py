"""The server, asked over HTTP."""

import http.client
import json
import os
import shutil
import socket
import threading
import time
from pathlib import Path

import pytest

from tests.analysis.made_runs import make_run
from tests.tiny import run_unprivileged
from walker_rl.cli import main
from walker_rl.watch.server import WatchServer, listen


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    run = make_run(folder / "a run & more", [10.0, 80.0])
    run.latest_video.write_bytes(b"GIF89a ...")
    with WatchServer(folder, listen(0)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def ask(server, address, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=60)
    connection.request("GET", address, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/common.css", "text/css; charset=utf-8"),
        ("/page.css", "text/css; charset=utf-8"),
        ("/page.js", "text/javascript; charset=utf-8"),
        ("/charts.js", "text/javascript; charset=utf-8"),
        ("/runs", "application/json"),
        ("/run/a%20run%20%26%20more", "application/json"),
        ("/film/a%20run%20%26%20more/latest?1", "image/gif"),
    ],
)
def test_every_answer_forbids_what_is_not_its_own(server, address, kind):
    answer, content = ask(server, address)
    assert (answer.status, answer.headers["Content-Type"]) == (200, kind)
    assert content
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_runs_are_listed_with_their_curves(server):
    _, content = ask(server, "/runs")
    listed = json.loads(content)
    assert [run["name"] for run in listed["runs"]] == ["a run & more"]
    assert listed["runs"][0]["evaluation"]["values"] == [10.0, 80.0]


@pytest.mark.parametrize(
    "address",
    [
        "/run/nobody",
        "/run",
        "/run/..%2f..",
        "/run/%00",
        "/film/a%20run%20%26%20more/best",
        "/film/a%20run%20%26%20more/..%2f..%2fconfig.yaml",
        "/film/a%20run%20%26%20more",
        "/page.py",
        "/server.py",
        "/../server.py",
        "//etc/passwd",
        "/a/b/c/d/e",
        "//[x/",
        "/run/%ff",
    ],
)
def test_nothing_else_is_given_out(server, address):
    answer, content = ask(server, address)
    assert (answer.status, content) == (404, b"There is no such run or film.\n")


def test_a_name_may_have_any_bytes(server):
    name = os.fsdecode(b"caf\xe9%20#")
    make_run(server.path / name, [5.0])
    (shown,) = (run for run in json.loads(ask(server, "/runs")[1])["runs"] if run["name"] == name)
    answer, content = ask(server, f"/run/{shown['address']}")
    assert (answer.status, json.loads(content)["name"]) == (200, name)
    shutil.rmtree(server.path / name)


def test_a_link_to_itself_hides_nothing_else(server, capfd):
    run = make_run(server.path / "around", [5.0])
    loop = run.metrics / "loop.csv"
    loop.symlink_to(loop.name)
    answer, content = ask(server, "/run/around")
    assert (answer.status, json.loads(content)["newest"]) == (200, 5.0)
    assert [run["name"] for run in json.loads(ask(server, "/runs")[1])["runs"]] == ["a run & more", "around"]
    assert capfd.readouterr().err == ""
    shutil.rmtree(run.path)


@pytest.mark.parametrize("words", [b"", b"GET /runs HTTP/1.1\r\nHost: localhost\r\n"])
def test_a_connection_that_stays_silent_is_closed(server, words, monkeypatch, capfd):
    assert server.RequestHandlerClass.timeout <= 60
    monkeypatch.setattr(server.RequestHandlerClass, "timeout", 0.2)
    with socket.create_connection(server.server_address, timeout=60) as connection:
        connection.sendall(words)
        assert connection.recv(1) == b""
    assert capfd.readouterr().err == ""


def test_a_browser_that_reads_slowly_gets_a_whole_film(server, monkeypatch):
    monkeypatch.setattr(server.RequestHandlerClass, "timeout", 2.0)
    run, size = make_run(server.path / "long", [5.0]), 2**25
    run.latest_video.write_bytes(b"GIF89a".ljust(size))
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=60)
    connection.request("GET", "/film/long/latest")
    answer, read = connection.getresponse(), 0
    while part := answer.read(2**20):
        read += len(part)
        time.sleep(0.1)
    assert read == size
    connection.close()
    shutil.rmtree(run.path)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "xlocalhost", ""])
def test_a_page_that_gives_this_machine_another_name_learns_nothing(server, host):
    answer, content = ask(server, "/runs", Host=host)
    assert (answer.status, content) == (403, b"Open this page as localhost or 127.0.0.1: no other name is answered.\n")


@pytest.mark.parametrize("host", ["localhost:{port}", "localhost", "127.0.0.1", "localhost:9000"])
def test_localhost_is_this_machine_at_port_80_and_through_a_tunnel_too(server, host):
    assert ask(server, "/runs", Host=host.format(port=server.server_address[1]))[0].status == 200


def test_a_port_that_is_not_for_this_user_is_refused_in_a_line(tmp_path):
    if int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) <= 80:
        pytest.skip("every user may listen on port 80")
    result = run_unprivileged("watch", tmp_path, "--port", "80")
    line = "error: port = 80: must be 1024 or above for this user, or 0 for any that is free\n"
    assert (result.returncode, result.stderr) == (2, line)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD"])
def test_it_can_only_be_read(server, method):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=60)
    connection.request(method, "/runs")
    assert connection.getresponse().status == 501
    connection.close()


def test_it_listens_on_loopback_alone(server):
    assert server.server_address[0] == "127.0.0.1"
    addresses = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    others = [address for address in addresses if not address.startswith("127.")]
    if not others:
        pytest.skip("the name of this machine has no address but loopback's")
    for address in others:
        with pytest.raises(OSError):
            socket.create_connection((address, server.server_address[1]), timeout=2).close()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere"], "run = nowhere: does not exist; must be a run directory or a folder of them"),
        ([], "run = runs: does not exist; must be a run directory or a folder of them"),
        (["x" * 300], f"run = {'x' * 300}: does not exist; must be a run directory or a folder of them"),
        (
            [".", "--port", "{port}"],
            "port = {port}: must be free on 127.0.0.1, which it is not (is taken); --port 0 takes any that is free",
        ),
    ],
)
def test_bad_input_is_one_line(server, words, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["watch", *(word.format(port=server.server_address[1]) for word in words)]) == 2
    assert capsys.readouterr().err == f"error: {message.format(port=server.server_address[1])}\n"
