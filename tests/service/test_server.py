"""The real server in a process of its own: ports, signals, workers."""

import errno
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, cast

import pytest

import service
from service import server as server_module
from service.errors import ListenError, SettingsError
from service.server import listen, serve
from tests.service.fakes import FakeLive, settings
from tests.service.serving import quietly_configured

pytestmark = pytest.mark.slow

PATIENCE_S = 60.0
LISTENING = re.compile(r"listening on http://127\.0\.0\.1:(\d+) \(")

PROGRAM = textwrap.dedent(
    """
    import json, os, sys, time
    from pathlib import Path
    from service.server import serve
    from tests.service.fakes import FakeLive, FakeSearcher, settings

    held = Path(__file__).with_name("held")

    def search(query):
        time.sleep(len(query.text) / 10)
        while held.exists():
            time.sleep(0.02)

    def open_live(_):
        live = FakeLive(lent=FakeSearcher(before_search=search))
        live.lent.build_id = str(os.getpid())
        return live

    if __name__ == "__main__":
        workers, more = int(sys.argv[1]), json.loads(sys.argv[2])
        serve(settings(port=0, workers=workers, **more), open_live)
    """
)


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def port_told(process: subprocess.Popen[bytes], log: Path) -> int:
    """Wait until it says where it listens: on a port that nobody else could take before."""
    until(lambda: LISTENING.search(log.read_text()) is not None or process.poll() is not None)
    told = LISTENING.search(log.read_text())
    assert told is not None, log.read_text()
    return int(told[1])


def ask(port: int, method: str, url: str, body: object = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    headers = {"Content-Type": "application/json"}
    with closing(connection):
        connection.request(method, url, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


@dataclass
class Running:
    """A server in a process of its own, and where what it logs goes."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def ask(self, method: str, url: str, body: object = None) -> tuple[int, bytes]:
        return ask(self.port, method, url, body)

    def is_well(self, url: str = "/readyz") -> bool:
        assert self.process.poll() is None, self.log.read_text()
        with suppress(OSError):
            return self.ask("GET", url)[0] == 200
        return False

    def listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), PATIENCE_S):
            return True
        return False

    def has_inside(self, requests: int) -> bool:
        """Whether so many are worked on or wait."""
        return f"requests_inside {requests}.0".encode() in self.ask("GET", "/metrics")[1]


@contextmanager
def server(folder: Path, *, workers: int, **given: object) -> Iterator[Running]:
    program, log = folder / "program.py", folder / "log"
    program.write_text(PROGRAM)
    root = Path(service.__file__).parents[1]
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", str(program), str(workers), json.dumps(given)],
            env={**os.environ, "PYTHONPATH": str(root)},
            stderr=stderr,
        )
    try:
        running = Running(process, port_told(process, log), log)
        until(running.is_well)
        yield running
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def test_requests_in_flight_are_finished_when_the_server_is_told_to_stop(tmp_path):
    held = tmp_path / "held"
    held.touch()
    with server(tmp_path, workers=1, shutdown_timeout_s=60) as running:
        answers: list[tuple[int, bytes]] = []
        slow = Thread(
            target=lambda: answers.append(running.ask("POST", "/v1/search", {"query": "x" * 10}))
        )
        slow.start()
        until(lambda: running.has_inside(1))

        running.process.send_signal(signal.SIGTERM)
        until(lambda: not running.listens())
        held.unlink()
        slow.join(PATIENCE_S)
        running.process.wait(PATIENCE_S)
    log = running.log.read_text()

    assert [status for status, _ in answers] == [200]
    assert "xxxx" not in log, "queries are not logged"
    assert "Traceback" not in log


def test_workers_share_a_port_and_stop_together(tmp_path):
    """The one that answered stands still, so it is the other that answers next."""
    with server(tmp_path, workers=2) as running:
        first = answering(running)
        os.kill(first, signal.SIGSTOP)
        try:
            other = answering(running)
        finally:
            os.kill(first, signal.SIGCONT)
        assert len({first, other, running.process.pid}) == 3

        running.process.terminate()
        assert running.process.wait(PATIENCE_S) == 0
    for pid in (first, other):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def answering(running: Running) -> int:
    """Return the process that answers, once one does."""
    answers: list[bytes] = []

    def answers_one() -> bool:
        status, content = running.ask("POST", "/v1/search", {"query": "x"})
        answers.append(content)
        return status == 200

    until(answers_one)
    return int(json.loads(answers[-1])["index"]["build_id"])


def test_what_takes_too_long_when_the_server_stops_is_answered_and_ends(tmp_path):
    """Eight batches that would take minutes; the time that requests in flight get is one second."""
    with server(tmp_path, workers=1, shutdown_timeout_s=1) as running:
        answers: list[tuple[int, bytes]] = []
        batch = {"searches": [{"query": "x" * 10}] * 64}
        asking = [
            Thread(target=lambda: answers.append(running.ask("POST", "/v1/search/batch", batch)))
            for _ in range(8)
        ]
        for one in asking:
            one.start()
        until(lambda: running.has_inside(8))
        running.process.send_signal(signal.SIGTERM)
        start = time.monotonic()
        for one in asking:
            one.join(PATIENCE_S)
        running.process.wait(PATIENCE_S)
        assert time.monotonic() - start < PATIENCE_S
    log = running.log.read_text()

    assert [status for status, _ in answers] == [503] * 8
    assert {json.loads(body)["error"]["code"] for _, body in answers} == {"not_ready"}
    assert "Traceback" not in log
    assert "Exception in ASGI application" not in log


def test_an_address_may_have_64_kib_and_no_more(tmp_path):
    """The parser's own limit, which the description of the GET names; a body has none of the kind."""
    with server(tmp_path, workers=1) as running:
        status, content = running.ask("GET", "/v1/search?k=0&q=" + "%C2%A7" * 10_900)
        assert status == 422
        assert json.loads(content)["error"]["field"] == "k"
        assert running.ask("GET", "/v1/search?k=0&q=" + "%C2%A7" * 11_000)[0] == 400
        assert running.ask("POST", "/v1/search", {"query": "§" * 20_000, "k": 0})[0] == 422


def test_listening_takes_a_free_port_for_every_address_of_the_host():
    sockets = listen("localhost", 0)
    try:
        (port,) = {one.getsockname()[1] for one in sockets}
        for one in sockets:
            with socket.create_connection(one.getsockname()[:2], timeout=5):
                pass
    finally:
        for one in sockets:
            one.close()
    with closing(listen("127.0.0.1", port)[0]) as again:
        assert again.getsockname() == ("127.0.0.1", port), "a port is free once it was given back"


def test_a_free_port_that_another_address_has_taken_is_not_the_last_that_is_tried(monkeypatch):
    bound, taken = server_module._bound, [True, True, False, *(True,) * 9]

    def some_taken(family, address):
        if taken.pop(0):
            raise OSError(errno.EADDRINUSE, "taken")
        return bound(family, address)

    monkeypatch.setattr(server_module, "_bound", some_taken)
    with closing(listen("127.0.0.1", 0)[0]) as one:
        assert one.getsockname()[1] > 0
    with pytest.raises(ListenError, match="address already in use"):
        listen("127.0.0.1", 0)
    assert len(taken) == 4
    with pytest.raises(ListenError, match="address already in use"):
        listen("127.0.0.1", 1)
    assert len(taken) == 3, "the one that was asked for is not tried again"


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("127.0.0.1", "address already in use"),
        ("localhost", "address already in use"),
        ("no.such.host.invalid", "there is no such address"),
        ("a..b", "there is no such address"),
        ("x" * 64, "there is no such address"),
        ("203.0.113.7", "cannot assign requested address"),
    ],
)
def test_an_address_that_cannot_be_had_is_told_with_advice(host, words):
    with closing(listen("127.0.0.1", 0)[0]) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ListenError, match=f"{host}, port {port}: {words}; name an address"):
            listen(host, port)


def test_a_port_in_use_is_one_line_and_exit_1(tmp_path):
    command = Path(sys.executable).with_name("opinion-search")
    with closing(listen("127.0.0.1", 0)[0]) as taken:
        for workers in ("1", "2"):
            done = subprocess.run(
                [command, "serve", "--index", tmp_path / "none", "--workers", workers, "--port",
                 str(taken.getsockname()[1])],
                capture_output=True, text=True, check=False, timeout=120,
            )  # fmt: skip
            assert (done.returncode, done.stdout) == (1, "")
            (failed,) = done.stderr.splitlines()
            assert failed.startswith("opinion-search: cannot listen on 127.0.0.1, port ")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_stops_the_server_and_is_no_failure(tmp_path, workers):
    command = Path(sys.executable).with_name("opinion-search")
    log = tmp_path / "log"
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            [command, "serve", "--index", tmp_path, "--workers", workers, "--port", "0"],
            stderr=stderr,
        )
    try:
        running = Running(process, port_told(process, log), log)
        until(lambda: running.is_well("/healthz"))
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait(PATIENCE_S)
    assert "Traceback" not in log.read_text()


def test_workers_without_a_folder_to_count_in_are_refused_with_advice(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with pytest.raises(SettingsError, match="set TMPDIR to a folder that can be written to"):
        serve(settings(port=0, workers=2), lambda _: FakeLive())


@pytest.mark.parametrize(
    ("files", "asked", "most"),
    [(1024, 1000, 768), (1024, 50, 50), (20_000, 1000, 1000), (1, 1000, 1), (-1, 5000, 5000)],
)
def test_connections_leave_a_quarter_of_the_files_that_may_be_open(monkeypatch, files, asked, most):
    monkeypatch.setattr("resource.getrlimit", lambda _: (files, files))
    config = quietly_configured(FakeLive(), max_connections=asked)
    (connections,) = cast("Any", config.http).args
    assert connections.bounds.connections == most
