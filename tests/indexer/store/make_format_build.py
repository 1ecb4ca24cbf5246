"""Make the committed builds of the format that this program writes; once, when the format is raised.

python -m tests.indexer.store.make_format_build
"""

import shutil
from pathlib import Path
from typing import Final

from indexer.records import CaseRecord
from indexer.store.engine import EMBEDDED
from indexer.store.files import CACHE, CURRENT_LOCK, LOCK
from indexer.store.manifest import FORMAT_VERSION
from tests.indexer.corpora import build_small, cases
from tests.indexer.graphs import EarlyGraphs
from tests.indexer.store.making import small_corpus

BUILDS: Final = Path(__file__).with_name("builds")


def folder_of(version: int, *, graph: bool = False) -> Path:
    """Return where the index of that format lies, the one with a graph over its vectors or the other."""
    return BUILDS / f"format-{version}{'-graph' if graph else ''}"


def corpus(*, graph: bool) -> list[CaseRecord]:
    """Return what they hold: a graph needs more passages."""
    return [*small_corpus(), *cases(8)] if graph else small_corpus()


def main() -> None:
    """Write them; what there is of the same format is replaced."""
    for graph in (False, True):
        root = folder_of(FORMAT_VERSION, graph=graph)
        shutil.rmtree(root, ignore_errors=True)
        build_small(corpus(graph=graph), root, engine=EarlyGraphs() if graph else EMBEDDED)
        shutil.rmtree(root / CACHE)
        for lock in (LOCK, CURRENT_LOCK):
            (root / lock).unlink()


if __name__ == "__main__":
    main()
