"""Real processes: a worker that dies, hangs or is stopped, and a parent that is killed."""

import http.client
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from unittest.mock import Mock

import pytest

import service
from service.errors import ListenError
from service.server import listen
from service.workers import Patience, Workers

pytestmark = pytest.mark.slow

PROGRAM = textwrap.dedent(
    """
    import asyncio, json, os, sys, time, uvicorn
    from service.server import listen
    from service.workers import Patience, Workers

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            if os.environ.get("NEVER"):
                raise RuntimeError
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        body = str(os.getpid()).encode()
        size = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": size})
        await send({"type": "http.response.body", "body": body})
        if scope["path"] == "/hang":  # once that is sent; no thread of its own: the event loop stands still
            asyncio.get_running_loop().call_later(0.05, time.sleep, 1000)

    if __name__ == "__main__":
        sockets = listen("127.0.0.1", 0)
        print(sockets[0].getsockname()[1], flush=True)
        config = uvicorn.Config(
            app, workers=2, lifespan="on", timeout_graceful_shutdown=300, log_config=None
        )
        Workers(config, sockets, Patience(**json.loads(sys.argv[1]))).run()
    """
)


class Running:
    """The parent, and who answers."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port

    def ask(self, path: str = "/", timeout: float = 60) -> int:
        """Return the worker that answered."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)) as one:
            one.request("GET", path)
            return int(one.getresponse().read())

    def workers(self) -> set[int]:
        """Return those that answer, two of them."""
        seen: set[int] = set()

        def both() -> bool:
            with suppress(OSError, http.client.HTTPException):
                seen.add(self.ask(timeout=0.5))
            return len(seen) == 2

        until(both)
        return seen

    def is_free(self) -> bool:
        """Whether nobody listens any more."""
        try:
            (own,) = listen("127.0.0.1", self.port)
        except ListenError:
            return False
        own.close()
        return True


def until(holds: Callable[[], bool], within_s: float = 60) -> None:
    start = time.monotonic()
    while not holds():
        assert time.monotonic() - start < within_s, f"not within {within_s} s"
        time.sleep(0.02)


def lives(pid: int) -> bool:
    """Whether a process is there, and not only its name, which somebody else has to take away."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


@contextmanager
def running(
    folder: Path, patience: dict[str, float] | None = None, **environment: str
) -> Iterator[Running]:
    """Run the program, whose workers may be silent for a minute where ``patience`` says nothing else."""
    program = folder / "program.py"
    program.write_text(PROGRAM)
    root = Path(service.__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-W", "error", str(program), json.dumps(patience or {})],
        env={**os.environ, "PYTHONPATH": str(root), **environment},
        stdout=subprocess.PIPE,
    ) as process:
        try:
            assert process.stdout is not None
            yield Running(process, int(process.stdout.readline()))
        finally:
            process.kill()


def test_a_worker_that_dies_is_replaced(tmp_path):
    with running(tmp_path) as one:
        first, other = one.workers()
        os.kill(first, signal.SIGKILL)
        until(lambda: not lives(first))
        assert one.workers() > {other}
        one.process.terminate()
        assert one.process.wait(60) == 0


def test_a_worker_whose_event_loop_hangs_is_replaced(tmp_path):
    """Its threads go on, so whoever asks one of them learns nothing."""
    with running(tmp_path, {"serving_s": 2}) as one:
        one.workers()
        hung: list[int] = []

        def hangs() -> bool:
            with suppress(OSError, http.client.HTTPException):  # it stood still, and was replaced
                hung.append(one.ask("/hang", timeout=5))
            return bool(hung)

        until(hangs)
        until(lambda: not lives(hung[0]))
        assert hung[0] not in one.workers()


def test_whoever_says_that_it_lives_is_left_alone(monkeypatch):
    silent, other, new = (Mock(spoke=True, silent_s=seconds) for seconds in (2.5, 1.5, 0.0))
    silent.process.pid = 7
    silent.process.is_alive.return_value = False  # once it is killed
    monkeypatch.setattr(Workers, "_begin", lambda _: new)
    workers = Workers(Mock(workers=2), [], Patience(serving_s=2))
    workers._workers = [silent, other]
    for place in range(2):
        workers._look_after(place)
    assert workers._workers == [new, other]
    silent.process.kill.assert_called_once_with()
    other.process.kill.assert_not_called()


def test_a_worker_that_was_stopped_does_not_keep_the_parent(tmp_path):
    with running(tmp_path, {"stopping_s": 2}) as one:
        stopped, other = one.workers()
        os.kill(stopped, signal.SIGSTOP)
        one.process.terminate()
        assert one.process.wait(60) == 0, (
            "far less than the 300 s that requests in flight would get"
        )
        assert not lives(stopped)
        assert not lives(other)


def test_workers_whose_parent_was_killed_end_and_free_the_port(tmp_path):
    with running(tmp_path) as one:
        workers = one.workers()
        one.process.kill()
        one.process.wait(60)
        until(one.is_free)
        until(lambda: not any(lives(pid) for pid in workers))


def test_workers_that_have_not_begun_end_with_their_parent_too(tmp_path):
    with running(tmp_path) as one:
        children = Path(f"/proc/{one.process.pid}/task/{one.process.pid}/children")
        until(lambda: len(children.read_text().split()) > 1)  # the first is multiprocessing's own
        one.process.kill()
        one.process.wait(60)
        until(one.is_free)


def test_a_worker_that_cannot_start_is_a_failure(tmp_path):
    with running(tmp_path, NEVER="1") as one:
        assert one.process.wait(60) == 1
        assert one.is_free()
