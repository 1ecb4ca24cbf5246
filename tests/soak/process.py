"""The real server in a process of its own, on chosen cores."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2

from tests.acceptance.running import COMMAND, environment, eventually, reserved_port, status

_READY_S: Final = 300
_STOP_S: Final = 60
_GOODBYE: Final = "opinion-search: stopped"
_GRAVE: Final = frozenset({"error", "critical"})


@dataclass(frozen=True)
class Server:
    """It and a client for the quiet times."""

    process: "subprocess.Popen[bytes]"
    client: httpx2.Client
    log: Path
    host: str
    port: int

    @property
    def pid(self) -> int:
        """Of the process that was started; its workers descend from it."""
        return self.process.pid

    def stop(self) -> dict[str, Any]:
        """Tell it to stop, and say how it ended and what errors it logged."""
        self.process.terminate()
        code = self.process.wait(_STOP_S)
        return {"exit_code": code, "errors_logged": errors(self.log)}


@contextmanager
def serve(
    index: Path, log: Path, *, cores: str | None, settings: Sequence[str]
) -> Iterator[Server]:
    """Start it, yield it once it is ready, and see that it is gone at the end."""
    host = "127.0.0.1"
    given = dict(one.split("=", 1) for one in settings)
    env = environment(
        OPINION_SEARCH_LOG_FORMAT="json",
        **{f"OPINION_SEARCH_{name}": value for name, value in given.items()},
    )
    command = [str(COMMAND), "serve", "--index", str(index), "--port"]
    if cores:
        command = ["taskset", "-c", cores, *command]  # before it counts the cores it may use
    with (
        reserved_port() as port,
        log.open("wb") as written,
        httpx2.Client(base_url=f"http://{host}:{port}", timeout=60) as client,
        subprocess.Popen([*command, str(port)], stdout=written, stderr=written, env=env) as process,
    ):
        try:
            eventually(
                lambda: process.poll() is not None or status(client, "/readyz") == 200,
                within_s=_READY_S,
            )
            assert process.poll() is None, log.read_text()
            yield Server(process, client, log, host, port)
        finally:
            if process.poll() is None:
                process.kill()


def errors(log: Path) -> list[str]:
    """Return the first grave lines of a log, and what in it is no line of JSON at all."""
    found = []
    for line in log.read_text(errors="replace").splitlines():
        try:
            told = json.loads(line)
        except json.JSONDecodeError:
            found += [line] if line != _GOODBYE else []
            continue
        if str(told.get("level", "")).lower() in _GRAVE:
            found.append(line)
    return found[:20]
