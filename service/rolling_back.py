"""`opinion-search rollback`: back to the newest older build that the service would serve."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from indexer.store.engine import VectorEngine
from indexer.store.files import rollback
from models.base import Embedder
from service.errors import is_fault
from service.proven import CANNOT_BE_SERVED, open_proven


def roll_back(
    root: Path,
    *,
    engine: VectorEngine,
    load: Callable[[str], Embedder],
    tell: Callable[[str], None],
) -> str:
    """Let CURRENT name the newest older build that opens, with the model that ``load`` gives; return its id.

    ``tell`` hears which build is passed over, and why. Where none opens, CURRENT stays as it is, and
    an `IndexerError` says so.
    """
    load_once = cache(load)

    def opens(build_id: str) -> bool:
        try:
            found = open_proven(
                root,
                build_id,
                engine=engine,
                embedder_of=lambda index: load_once(index.manifest.model.name),
            )
        except BaseException as error:
            if not is_fault(error):
                raise
            foreseen = isinstance(error, CANNOT_BE_SERVED)
            words = str(error) if foreseen else f"{type(error).__qualname__}: {error}"
            tell(f"build {build_id} is passed over: {words}")
            return False
        found.index.close()
        return True

    return rollback(root, opens=opens)
