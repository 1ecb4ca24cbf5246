"""MCP over standard input and output, for a front end that starts the program itself."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock

import anyio
from mcp.server.stdio import stdio_server

from indexer.store.engine_url import engine_at
from indexer.store.manifest import read
from indexer.store.snapshot import build_folder
from models.load import load_embedder
from service.dialects.mcp_server import make_server
from service.links import links_at
from service.live import Live, Searcher
from service.live_index import LiveIndex


class StdioLive(Live):
    """Opens the index when the first question comes, so that the handshake is answered at once."""

    def __init__(self, live: LiveIndex) -> None:
        self._live = live
        self._looking = Lock()

    @contextmanager
    def searcher(self) -> Iterator[Searcher]:
        """Lend the searcher of the current build; a new build is looked for before each question."""
        with self._looking:
            self._live.refresh()
        with self._live.searcher() as searcher:
            yield searcher

    def reason_not_ready(self) -> str | None:
        """Say why no question can be answered now."""
        return self._live.reason_not_ready()

    def close(self) -> None:
        """Close what is open."""
        self._live.close()


def serve_stdio(index: Path, *, public_url: str | None = None, engine: str = "embedded") -> None:
    """Answer MCP requests on standard input until it ends.

    Raises an `IndexOpenError` at once where there is no index to be opened.
    """
    read(build_folder(index, None))
    live = StdioLive(LiveIndex(index, load_embedder=load_embedder, engine=engine_at(engine)))
    server = make_server(live, enter=nullcontext, links_for=lambda _: links_at(public_url))

    async def run() -> None:
        async with stdio_server() as (receive, send):
            await server.run(receive, send, server.create_initialization_options())

    try:
        anyio.run(run)
    finally:
        live.close()
