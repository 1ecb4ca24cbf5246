"""Real processes: a worker that dies, hangs or is stopped, and a parent that is killed."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

import service
from service.errors import ListenError
from service.server import listen

pytestmark = pytest.mark.slow

PROGRAM = textwrap.dedent(
    """
    import os, sys, time, uvicorn
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
        if scope["path"] == "/hang":
            time.sleep(1000)  # no thread of its own: the event loop stands still
        body = str(os.getpid()).encode()
        size = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": size})
        await send({"type": "http.response.body", "body": body})

    if __name__ == "__main__":
        sockets = listen("127.0.0.1", int(sys.argv[1]))
        config = uvicorn.Config(
            app, workers=2, lifespan="on", timeout_graceful_shutdown=30, log_config=None
        )
        Workers(config, sockets, Patience(serving_s=2, stopping_s=2)).run()
    """
)


class Running:
    """The parent, and who answers."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port

    def ask(self, path: str = "/", timeout: float = 5) -> int:
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

    def listens(self) -> bool:
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", self.port), 5)):
            return True
        return False

    def is_free(self) -> bool:
        """Whether nobody listens any more."""
        try:
            (own,) = listen("127.0.0.1", self.port)
        except ListenError:
            return False
        own.close()
        return True


def until(holds: Callable[[], bool], within_s: float = 30) -> float:
    start = time.monotonic()
    while not holds():
        assert time.monotonic() - start < within_s, f"not within {within_s} s"
        time.sleep(0.02)
    return time.monotonic() - start


def lives(pid: int) -> bool:
    """Whether a process is there, and not only its name, which somebody else has to take away."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


@contextmanager
def running(folder: Path, **environment: str) -> Iterator[Running]:
    program = folder / "program.py"
    program.write_text(PROGRAM)
    with closing(listen("127.0.0.1", 0)[0]) as probe:
        port = int(probe.getsockname()[1])
    root = Path(service.__file__).parents[1]
    process = subprocess.Popen(
        [sys.executable, "-W", "error", str(program), str(port)],
        env={**os.environ, "PYTHONPATH": str(root), **environment},
    )
    try:
        yield Running(process, port)
    finally:
        process.kill()
        process.wait(30)


def test_a_worker_that_dies_is_replaced(tmp_path):
    with running(tmp_path) as one:
        first, other = one.workers()
        os.kill(first, signal.SIGKILL)
        until(lambda: not lives(first))
        assert one.workers() > {other}
        one.process.terminate()
        assert one.process.wait(20) == 0


def test_a_worker_whose_event_loop_hangs_is_replaced(tmp_path):
    """Its threads go on, so whoever asks one of them learns nothing."""
    with running(tmp_path) as one:
        before = one.workers()
        with pytest.raises(OSError, match="timed out"):
            one.ask("/hang", timeout=0.5)
        until(lambda: len([pid for pid in before if lives(pid)]) == 1)
        assert len(one.workers() - before) == 1


def test_a_worker_that_was_stopped_does_not_keep_the_parent(tmp_path):
    with running(tmp_path) as one:
        stopped, other = one.workers()
        os.kill(stopped, signal.SIGSTOP)
        one.process.terminate()
        assert one.process.wait(10) == 0, "far less than the 30 s that requests in flight would get"
        assert not lives(stopped)
        assert not lives(other)


def test_workers_whose_parent_was_killed_end_and_free_the_port(tmp_path):
    with running(tmp_path) as one:
        workers = one.workers()
        one.process.kill()
        one.process.wait(10)
        until(one.is_free, within_s=10)
        until(lambda: not any(lives(pid) for pid in workers), within_s=10)


def test_workers_that_have_not_begun_end_with_their_parent_too(tmp_path):
    with running(tmp_path) as one:
        until(one.listens)
        one.process.kill()
        one.process.wait(10)
        until(one.is_free, within_s=20)


def test_a_worker_that_cannot_start_is_a_failure(tmp_path):
    with running(tmp_path, NEVER="1") as one:
        assert one.process.wait(30) == 1
        assert one.is_free()
