"""A real Milvus server as a process: started, killed with all that it holds in memory, started again.

`MILVUS_COMMAND` names the program: that of the package `milvus` (2.3.5), in an environment of its own.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.acceptance.running import eventually, free_port
from tests.benchmarks.serving import cpu_seconds, memory_of

COMMAND: Final = os.environ.get("MILVUS_COMMAND", "")
_FIRST_START_S: Final = 240
"""It unpacks itself."""


class MilvusServer:
    """One server on one port, with data that outlive its process.

    One to a machine: the store of names that it carries always takes the port 2380.
    """

    def __init__(self, folder: Path, *, command: str = COMMAND) -> None:
        """Nothing runs yet; ``folder`` is for its data and log."""
        self._folder = folder
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    @property
    def uri(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def url(self, name: str, **choices: str) -> str:
        """Return the setting that names it, for the corpus ``name``."""
        asked = "&".join(f"{key}={value}" for key, value in choices.items())
        return f"milvus+{self.uri}/{name}?{asked}".rstrip("?")

    def start(self) -> float:
        """Start it; return the seconds until it answers."""
        data = self._folder / "data"
        first = not (data / "bin").exists()
        data.mkdir(parents=True, exist_ok=True)
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._wrapped(data) if first else [data / "bin" / "milvus", "run", "standalone"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=data,
                env=os.environ if first else self._environment(data),
            )
        return eventually(self._answers, within_s=_FIRST_START_S)

    def _wrapped(self, data: Path) -> list[str | Path]:
        return [self._command, "--data", data, "--proxy-port", str(self.port)]

    @staticmethod
    def _environment(data: Path) -> dict[str, str]:
        """What the command gives the program; itself it goes to the next port where one was lately used."""
        given = {
            "DEPLOY_MODE": "STANDALONE",
            "LD_LIBRARY_PATH": str(data / "bin"),
            "METRICS_PORT": str(free_port()),
            "MILVUS_RUN_DIR": str(data / "run"),
        }
        return {**os.environ, **given}

    def kill(self) -> None:
        """Kill it and what it started, as a machine that goes dark would."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(30)
        self._process = None

    def close(self) -> None:
        """Kill it if it runs."""
        if self._process is not None:
            self.kill()

    def memory(self) -> dict[str, float]:
        """Return what its processes have in memory, MB."""
        assert self._process is not None
        return memory_of(self._process.pid)

    def cpu_seconds(self) -> float:
        """Return the processor time that its processes have used."""
        assert self._process is not None
        return cpu_seconds(self._process.pid)

    def disk_mb(self) -> dict[str, float]:
        """Return the size of what it keeps, by folder: segments and indexes, messages, names."""
        kept = self._folder / "data" / "data"
        return {
            part.name: round(sum(_size(one) for one in part.rglob("*")) / 1e6, 1)
            for part in sorted(kept.iterdir())
        }

    def collections(self, name: str = "") -> dict[str, bool]:
        """Return its collections of the corpus ``name``, each with whether it has its index."""
        with self._client() as client:
            found = client.list_collections(timeout=10)
            return {one: bool(client.list_indexes(one)) for one in found if one.startswith(name)}

    def alias(self, name: str) -> str:
        """Return the collection that the alias ``name`` names."""
        with self._client() as client:
            return str(client.describe_alias(name)["collection_name"])

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "log").read_text()[-2000:]
        from pymilvus.exceptions import MilvusException

        try:
            self.collections()
        except MilvusException:
            return False
        return True

    @contextmanager
    def _client(self) -> Iterator[Any]:
        from pymilvus import MilvusClient

        client = MilvusClient(uri=self.uri, timeout=2)
        try:
            yield client
        finally:
            client.close()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:  # it is at work
        return 0


@contextmanager
def milvus(folder: Path) -> Iterator[MilvusServer]:
    """Run a server while it is asked."""
    server = MilvusServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.close()
