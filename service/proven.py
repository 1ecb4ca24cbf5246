"""Opens a build as it is served: with its model, and proven to find its own passages."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from indexer.errors import IndexerError
from indexer.store.engine import VectorEngine
from indexer.store.snapshot import Index
from models.base import Embedder
from models.errors import ModelError
from service.canary import prove
from service.errors import NotReadyError
from service.search import SearchEngine

CANNOT_BE_SERVED: Final = (IndexerError, ModelError, NotReadyError, OSError)
"""What `open_proven` raises of a build, beside what is a mistake of this program."""


def open_proven(
    root: Path, build_id: str, *, engine: VectorEngine, embedder_of: Callable[[Index], Embedder]
) -> SearchEngine:
    """Open a build of the index folder ``root``, whose model is ``embedder_of`` it.

    The caller closes its index. Raises what `CANNOT_BE_SERVED` names, and leaves nothing open then.
    """
    index = Index.open(root, build_id=build_id, engine=engine)
    try:
        searcher = SearchEngine(index, embedder_of(index))
        prove(searcher)
    except BaseException:
        index.close()
        raise
    return searcher
