"""The real server in a process of its own: ports, signals, workers."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, cast

import pytest

import service
from service.errors import ListenError, SettingsError
from service.server import listen, serve
from tests.service.fakes import FakeLive, settings
from tests.service.serving import quietly_configured

pytestmark = pytest.mark.slow

PROGRAM = textwrap.dedent(
    """
    import json, os, sys, time
    from service.server import serve
    from tests.service.fakes import FakeLive, FakeSearcher, settings

    def open_live(_):
        live = FakeLive(lent=FakeSearcher(before_search=lambda q: time.sleep(len(q.text) / 10)))
        live.lent.build_id = str(os.getpid())
        return live

    if __name__ == "__main__":
        port, workers, more = int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
        serve(settings(port=port, workers=workers, **more), open_live)
    """
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(port: int, method: str, url: str, body: object = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Content-Type": "application/json"}
    with closing(connection):
        connection.request(method, url, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


@contextmanager
def server(
    folder: Path, *, workers: int, **given: object
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    program, port = folder / "program.py", free_port()
    program.write_text(PROGRAM)
    root = Path(service.__file__).parents[1]
    process = subprocess.Popen(
        [sys.executable, "-W", "error", str(program), str(port), str(workers), json.dumps(given)],
        env={**os.environ, "PYTHONPATH": str(root)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until_ready(port, process)
        yield process, port
    finally:
        process.terminate()
        process.wait(30)
        if process.stderr is not None:
            process.stderr.close()


def wait_until_ready(port: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, process.stderr and process.stderr.read()
        try:
            if ask(port, "GET", "/readyz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server never became ready")


def test_requests_in_flight_are_finished_when_the_server_is_told_to_stop(tmp_path):
    with server(tmp_path, workers=1) as (process, port):
        answers: list[tuple[int, bytes]] = []
        slow = Thread(
            target=lambda: answers.append(ask(port, "POST", "/v1/search", {"query": "x" * 10}))
        )
        slow.start()
        time.sleep(0.4)

        process.send_signal(signal.SIGTERM)
        slow.join(20)
        process.wait(20)
        assert process.stderr is not None
        log = process.stderr.read()

    assert [status for status, _ in answers] == [200]
    assert "xxxx" not in log, "queries are not logged"
    assert "Traceback" not in log


def test_workers_share_a_port_and_stop_together(tmp_path):
    with server(tmp_path, workers=2) as (process, port):
        seen: set[str] = set()
        deadline = time.monotonic() + 30
        while len(seen) < 2 and time.monotonic() < deadline:
            status, content = ask(port, "POST", "/v1/search", {"query": "x"})
            if status == 200:
                seen.add(json.loads(content)["index"]["build_id"])
        assert len(seen) == 2
        assert str(process.pid) not in seen

        process.terminate()
        assert process.wait(30) == 0
    for pid in seen:
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


def test_what_takes_too_long_when_the_server_stops_is_answered_and_ends(tmp_path):
    """Eight batches that would take minutes; the time that requests in flight get is one second."""
    with server(tmp_path, workers=1, shutdown_timeout_s=1) as (process, port):
        answers: list[tuple[int, bytes]] = []
        batch = {"searches": [{"query": "x" * 10}] * 64}
        asking = [
            Thread(target=lambda: answers.append(ask(port, "POST", "/v1/search/batch", batch)))
            for _ in range(8)
        ]
        for one in asking:
            one.start()
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        start = time.monotonic()
        for one in asking:
            one.join(20)
        process.wait(20)
        assert time.monotonic() - start < 15
        assert process.stderr is not None
        log = process.stderr.read()

    assert [status for status, _ in answers] == [503] * 8
    assert {json.loads(body)["error"]["code"] for _, body in answers} == {"not_ready"}
    assert "Traceback" not in log
    assert "Exception in ASGI application" not in log


def test_an_address_may_have_64_kib_and_no_more(tmp_path):
    """The parser's own limit, which the description of the GET names; a body has none of the kind."""
    with server(tmp_path, workers=1) as (_, port):
        status, content = ask(port, "GET", "/v1/search?k=0&q=" + "%C2%A7" * 10_900)
        assert status == 422
        assert json.loads(content)["error"]["field"] == "k"
        assert ask(port, "GET", "/v1/search?k=0&q=" + "%C2%A7" * 11_000)[0] == 400
        assert ask(port, "POST", "/v1/search", {"query": "§" * 20_000, "k": 0})[0] == 422


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
                capture_output=True, text=True, check=False, timeout=30,
            )  # fmt: skip
            assert (done.returncode, done.stdout) == (1, "")
            (failed,) = done.stderr.splitlines()
            assert failed.startswith("opinion-search: cannot listen on 127.0.0.1, port ")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_stops_the_server_and_is_no_failure(tmp_path, workers):
    command = Path(sys.executable).with_name("opinion-search")
    port = free_port()
    with subprocess.Popen(
        [command, "serve", "--index", tmp_path, "--workers", workers, "--port", str(port)],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                if ask(port, "GET", "/healthz")[0] == 200:
                    break
            except OSError:
                time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    assert process.returncode == 0
    assert f"listening on http://127.0.0.1:{port}" in told
    assert "Traceback" not in told


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
