"""A service whose vectors lie in a server that comes and goes; a real one dies in `tests/acceptance`."""

from pathlib import Path

import pytest

from indexer.errors import EngineUnavailableError
from indexer.store.engine import EmbeddedEngine, Vectors
from indexer.store.manifest import Manifest
from service.errors import NotReadyError
from service.live_index import LiveIndex
from tests.service.corpus import EMBEDDER
from tests.service.live_builds import publish, wait_for

ADDRESS = "http://10.0.0.7:19530"


class Away(EmbeddedEngine):
    """An engine that is away while it is told to be."""

    away = True

    def open(self, folder: Path, manifest: Manifest) -> Vectors:
        if self.away:
            raise EngineUnavailableError(ADDRESS, "does not answer")
        return super().open(folder, manifest)


def test_the_reason_is_told_without_the_address_and_it_is_tried_again(tmp_path: Path) -> None:
    publish(tmp_path, "a")
    engine, told = Away(), list[str]()
    live = LiveIndex(
        tmp_path,
        load_embedder=lambda _: EMBEDDER,
        engine=engine,
        on_event=told.append,
        poll_interval_s=0.01,
        retry_s=0.05,
    ).start()
    try:
        wait_for(lambda: "vectors" in (live.reason_not_ready() or ""))
        with pytest.raises(NotReadyError, match="does not answer; it is asked again") as refused:
            live.searcher().__enter__()
        assert ADDRESS not in f"{refused.value}{live.reason_not_ready()}{live.problem}"
        wait_for(lambda: ADDRESS in "".join(told))  # the log is for who runs it
        engine.away = False
        wait_for(lambda: live.reason_not_ready() is None)
    finally:
        live.close()
