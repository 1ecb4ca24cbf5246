"""What of an opened build is memory of the process alone, as the kernel counts it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from indexer.store.connections import Connections
from indexer.store.files import BUILDS, GRAPH, PASSAGES, VECTORS
from indexer.store.manifest import VectorSearch
from tests.indexer.store.clustered import clustered, graphed, opened, questions
from tests.indexer.store.making import publish_build

SMAPS = Path("/proc/self/smaps")
ROWS = clustered(20_000)

pytestmark = pytest.mark.skipif(not SMAPS.exists(), reason="only Linux tells")


def mappings_of(path: Path) -> Iterator[dict[str, int]]:
    """Yield KiB by kind for each stretch of this process's memory that is ``path``."""
    found: dict[str, int] | None = None
    for line in SMAPS.read_text("utf-8").splitlines():
        name, _, value = line.partition(":")
        if "-" in line.split(maxsplit=1)[0]:
            if found:
                yield found
            found = {} if line.endswith(str(path.resolve())) else None
        elif found is not None and value.endswith("kB"):
            found[name] = int(value.split()[0])
    if found:
        yield found


def search_all(folder: Path, search: VectorSearch) -> dict[Path, list[dict[str, int]]]:
    """Open and search; return the mappings of graph and vectors."""
    index = opened(folder, search)
    for query in questions():
        index.nearest(query, 100)
    index.matrix.sum()
    return {path: list(mappings_of(path)) for path in (folder / GRAPH, folder / VECTORS)}


def is_read(path: Path, mapped: list[dict[str, int]]) -> bool:
    return sum(one["Rss"] for one in mapped) * 1024 > 0.8 * path.stat().st_size


def test_searching_leaves_the_pages_of_graph_and_vectors_to_the_file(tmp_path):
    search = graphed(tmp_path, ROWS)
    for _ in range(9):  # where memory runs short, pages of files go at any moment
        found = search_all(tmp_path, search)
        if all(is_read(*one) for one in found.items()):
            break

    for path, mapped in found.items():
        assert is_read(path, mapped), path.name
        assert not any(one["Anonymous"] for one in mapped), path.name


def test_the_passage_table_is_mapped_by_no_connection(tmp_path):
    publish_build(tmp_path, "b1")
    path = tmp_path / BUILDS / "b1" / PASSAGES
    connections, meet = Connections(path), Barrier(4)

    def read(_: int) -> int:
        with connections.lend() as db:
            meet.wait(60)
            return sum(len(text) for (text,) in db.execute("SELECT text FROM opinion"))

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(read, range(4)))) == 1
    assert not list(mappings_of(path))
    connections.close()
