"""What `service_kills` takes for wrong: a stream of 500s, or a service that is slow to come back, must not pass."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx2
import pytest

from tests.acceptance.running import eventually
from tests.crash.service_kills import BACK_S, Seen, code_of, figures, loaded

WORDS = {"b1": "the officer used force in an arrest", "b2": "another corpus"}
RETRY = {"Retry-After": "2"}


def answer_of(*texts: str, build_id: str = "b1") -> httpx2.Response:
    hits = [{"passage": {"text": text}} for text in texts]
    return httpx2.Response(200, json={"index": {"build_id": build_id}, "hits": hits})


@pytest.mark.parametrize(
    ("answer", "ready", "reason"),
    [
        (answer_of("officer\nused"), True, None),
        (answer_of("officer"), False, None),
        (answer_of(), True, "does not have"),
        (answer_of("officer", "corpus"), True, "does not have"),
        (answer_of("officer", build_id="b3"), True, "never published"),
        (httpx2.Response(200, text="ok"), True, "no answer: ok"),
        (httpx2.Response(200, json=[]), True, "no answer"),
        (httpx2.Response(503, headers=RETRY), False, None),
        (httpx2.Response(503, headers=RETRY), True, "503 while ready"),
        (httpx2.Response(503), False, "503 while not ready"),
        (httpx2.Response(503, headers={"Retry-After": "soon"}), False, "503 while not ready"),
        (httpx2.Response(500, headers=RETRY), False, "500 while not ready"),
        (httpx2.Response(429, headers=RETRY), True, "429 while ready"),
        (httpx2.Response(404), True, "404"),
        (httpx2.Response(204), True, "204"),
    ],
)
def test_only_the_right_answer_and_a_good_refusal_pass(answer, ready, reason) -> None:
    seen = Seen()
    seen.take(answer_of("force"), ready=True)
    if answer.status_code == 200:
        seen = Seen()
    seen.take(answer, ready=ready)
    told = seen.wrong(WORDS)
    assert (told == []) if reason is None else any(reason in one for one in told)


def test_one_build_gives_one_answer() -> None:
    seen = Seen()
    for texts in (["officer"], ["officer"], ["arrest"]):
        seen.take(answer_of(*texts), ready=True)
    seen.take(answer_of("corpus", build_id="b2"), ready=True)
    (told,) = seen.wrong(WORDS)
    assert told.startswith("1 times b1 with another answer")


def test_no_answer_is_wrong_only_where_the_service_lived_or_hung() -> None:
    cut, late = httpx2.ReadError("reset"), httpx2.ReadTimeout("30 s")
    for error, lived, wrong in ((cut, False, 0), (cut, True, 1), (late, False, 1), (late, True, 1)):
        seen = Seen()
        seen.take(answer_of("force"), ready=True)
        seen.take_none(error, lived=lived)
        assert (len(seen.wrong(WORDS)), seen.cut_off) == (wrong, 1 - wrong)


@dataclass
class Running:
    port: int
    life: int = 1


@contextmanager
def failing(status: int) -> Iterator[Running]:
    """A server that answers everything with a status and nothing else."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield Running(port=server.server_port)
        finally:
            server.shutdown()
            thread.join()


def test_a_stream_of_500s_fails_the_run() -> None:
    with failing(500) as service, loaded(service) as seen:
        eventually(lambda: any("500 while ready" in one for one in list(seen.failed)))
    wrong = seen.wrong(WORDS)
    assert any("500 while ready" in one for one in wrong)
    assert code_of(figures(1, seen, wrong, [1.0])) == 1


def test_a_slow_start_is_told_and_fails_the_run() -> None:
    seen = Seen()
    good = figures(2, seen, [], [1.0, BACK_S])
    slow = figures(2, seen, [], [1.0, BACK_S + 0.1])
    assert (code_of(good), code_of(slow)) == (0, 1)
    assert slow["kill_to_ready_s"]["most"] == BACK_S + 0.1
