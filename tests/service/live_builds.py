"""Builds to be served, whole and broken ones, and a live index that tells what it does."""

import shutil
from pathlib import Path
from time import monotonic, sleep

from indexer.build import BuildOptions, build
from indexer.store.files import MANIFEST, PASSAGES, VECTORS, list_builds
from models.base import Embedder
from service.answers import SearchQuery
from service.live_index import LiveIndex, LoadEmbedder
from tests.indexer.store.making import opinion, record
from tests.service.corpus import EMBEDDER

TEXT = "The officer fired the taser. The suspect lay on the ground. We affirm the judgment. "


def publish(root: Path, name: str, *, embedder: Embedder = EMBEDDER, keep: int = 9) -> str:
    """Publish a build whose cases all begin with ``name``; return its id."""
    records = [
        record(
            f"{name}-{n}", opinion(f"{name}-{n}/0", f"{TEXT * 3}Number {n}.", case_id=f"{name}-{n}")
        )
        for n in range(4)
    ]
    return build(records, root, embedder=embedder, options=BuildOptions(keep=keep)).build_id


class Watched:
    """A live index that looks at its folder when it is told to, and what it told."""

    def __init__(
        self, root: Path, load: LoadEmbedder = lambda _: EMBEDDER, *, retry_s: float = 30
    ) -> None:
        self.told: list[str] = []
        self.loaded: list[str] = []

        def loading(name: str) -> Embedder:
            self.loaded.append(name)
            return load(name)

        self.live = LiveIndex(
            root, load_embedder=loading, on_event=self.told.append, retry_s=retry_s
        )

    def look(self) -> None:
        self.live.refresh()

    def serving(self) -> str:
        with self.live.searcher() as searcher:
            return searcher.index.manifest.build_id

    def names(self) -> set[str]:
        """Which builds the hits of an answer come from."""
        with self.live.searcher() as searcher:
            answer = searcher.search(SearchQuery(text="taser", k=50))
            assert answer.build_id == searcher.index.manifest.build_id
            return {hit.stored.case.id.split("-")[0] for hit in answer.hits}


def wait_for(condition, seconds: float = 60) -> None:
    end = monotonic() + seconds
    while not condition():
        assert monotonic() < end
        sleep(0.005)


def tear(root: Path, build_id: str) -> None:
    path = root / "builds" / build_id / VECTORS
    path.write_bytes(path.read_bytes()[:-7])


def scribble(root: Path, build_id: str) -> None:
    path = root / "builds" / build_id / PASSAGES
    path.write_bytes(b"\xff" * path.stat().st_size)


def steal_manifest(root: Path, build_id: str) -> None:
    other = next(name for name in list_builds(root) if name != build_id)
    shutil.copy(root / "builds" / other / MANIFEST, root / "builds" / build_id / MANIFEST)


def lose_manifest(root: Path, build_id: str) -> None:
    (root / "builds" / build_id / MANIFEST).write_text("{")


def spoil_calibration(root: Path, build_id: str) -> None:
    path = root / "builds" / build_id / MANIFEST
    path.write_text(path.read_text().replace('"slope"', '"slop"'))


BREAKING = (tear, scribble, steal_manifest, lose_manifest, spoil_calibration)
