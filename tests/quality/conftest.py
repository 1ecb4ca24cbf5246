from collections.abc import Iterator

import pytest

from indexer.store.snapshot import Index
from service.search import SearchEngine
from tests.service.corpus import EMBEDDER, build_corpus


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The made-up cases of the service's tests, indexed with the stand-in model."""
    with build_corpus(tmp_path_factory.mktemp("measured")) as index:
        yield index


@pytest.fixture(scope="session")
def engine(corpus: Index) -> SearchEngine:
    return SearchEngine(corpus, EMBEDDER)
