"""The installed command and the real server, used as anybody would: as processes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx2

COMMAND: Final = Path(sys.executable).with_name("opinion-search")
SAMPLE: Final = Path(__file__).parents[2] / "data" / "sample"
SEEDS: Final = SAMPLE / "ca6"
_PATIENCE_S: Final = 120
"""Nobody waits so long but where something is broken: a machine that others use may stall."""


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment without settings of the program, and ``more``."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith("OPINION_SEARCH_")}
    return {**plain, **more}


def opinion_search(
    *arguments: str | Path, timeout: float = 300
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [COMMAND, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=timeout,
        env=environment(),
    )


def succeed(*arguments: str | Path) -> str:
    """Run the command, which must end with 0; return what it printed."""
    done = opinion_search(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def reserved_port() -> Iterator[int]:
    """Yield a port that nobody else is given meanwhile: only who names it, as a server of ours does, gets it.

    It is bound and not listened on, which leaves it to who may take up an address that was used before.
    """
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])


def free_port() -> int:
    """Return a port that is free now; for a server that would not share it with `reserved_port`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def halted(process: "subprocess.Popen[Any]") -> bool:
    """Let a process stand still until SIGCONT; return once it does, or `False` once it has ended."""
    process.send_signal(signal.SIGSTOP)
    if process.returncode is not None:
        return False
    told = os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    return told is not None and told.si_code == os.CLD_STOPPED


def eventually(holds: Callable[[], bool], *, within_s: float = _PATIENCE_S) -> float:
    """Wait until ``holds``; return how long it took, or fail."""
    start = time.monotonic()
    while not holds():
        assert time.monotonic() - start < within_s, f"not within {within_s} s"
        time.sleep(0.05)
    return time.monotonic() - start


def status(client: httpx2.Client, url: str) -> int:
    """Return the status of an answer, 0 while nobody listens."""
    try:
        return client.get(url).status_code
    except httpx2.TransportError:
        return 0


@contextmanager
def serving(
    index: Path, log: Path, *, ready: bool = True, **settings: str
) -> Iterator[httpx2.Client]:
    """Serve ``index`` in a process of its own, whose standard error goes to ``log``.

    Yields once it is ready, or where ``ready`` is false, as soon as it listens.
    """
    with (
        reserved_port() as port,
        log.open("wb") as stderr,
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        process = subprocess.Popen(
            [COMMAND, "serve", "--index", index, "--port", str(port)],
            stdout=stderr,
            stderr=stderr,
            env=environment(**settings),
        )
        try:
            url = "/readyz" if ready else "/healthz"
            eventually(
                lambda: process.poll() is not None or status(client, url) == 200,
            )
            assert process.poll() is None, log.read_text()
            yield client
        finally:
            process.terminate()
            _wait_or_kill(process)


def _wait_or_kill(process: "subprocess.Popen[bytes]") -> None:
    """See that a process ends that was told to; one that does not is killed, and a failure."""
    try:
        process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def ask(client: httpx2.Client, query: str, **choices: Any) -> dict[str, Any]:
    """Search by POST; the answer must be 200."""
    answer = client.post("/v1/search", json={"query": query, **choices})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def opinion(client: httpx2.Client, opinion_id: str) -> dict[str, Any]:
    """Read an opinion; it must be there."""
    answer = client.get(f"/v1/opinions/{opinion_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
