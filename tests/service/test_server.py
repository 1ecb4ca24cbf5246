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

import pytest

import service

pytestmark = pytest.mark.slow

PROGRAM = textwrap.dedent(
    """
    import os, sys, time
    from service.server import serve
    from tests.service.fakes import FakeLive, FakeSearcher, settings

    def open_live(_):
        live = FakeLive(lent=FakeSearcher(before_search=lambda q: time.sleep(len(q.text) / 10)))
        live.lent.build_id = str(os.getpid())
        return live

    if __name__ == "__main__":
        serve(settings(port=int(sys.argv[1]), workers=int(sys.argv[2])), open_live)
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
def server(folder: Path, *, workers: int) -> Iterator[tuple[subprocess.Popen[str], int]]:
    program, port = folder / "program.py", free_port()
    program.write_text(PROGRAM)
    root = Path(service.__file__).parents[1]
    process = subprocess.Popen(
        [sys.executable, "-W", "error", str(program), str(port), str(workers)],
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


def test_an_address_may_have_64_kib_and_no_more(tmp_path):
    """The parser's own limit, which the description of the GET names; a body has none of the kind."""
    with server(tmp_path, workers=1) as (_, port):
        status, content = ask(port, "GET", "/v1/search?k=0&q=" + "%C2%A7" * 10_900)
        assert status == 422
        assert json.loads(content)["error"]["field"] == "k"
        assert ask(port, "GET", "/v1/search?k=0&q=" + "%C2%A7" * 11_000)[0] == 400
        assert ask(port, "POST", "/v1/search", {"query": "§" * 20_000, "k": 0})[0] == 422
