"""Who presses Ctrl-C twice does not wait, and loses nothing that the model has done."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from indexer.embedding import Embedding
from indexer.store.vector_cache import VectorCache
from models.base import FloatMatrix
from tests.embedders import DIM, WordHashEmbedder
from tests.indexer.test_embedding import known

TEXTS = ["one", "two"]


class Begun(WordHashEmbedder):
    """Says when it works."""

    def __init__(self) -> None:
        super().__init__()
        self.works = threading.Event()

    def embed_passages(self, texts: Sequence[str], /) -> FloatMatrix:
        self.works.set()
        return super().embed_passages(texts)


class Interrupted(ThreadPoolExecutor):
    """Ctrl-C comes while it is waited for, as late as can be."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        super().shutdown(wait=wait, cancel_futures=cancel_futures)
        raise KeyboardInterrupt


def test_a_second_ctrl_c_loses_nothing_that_is_done(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("indexer.embedding.ThreadPoolExecutor", Interrupted)
    model = Begun()

    def texts() -> Iterator[str]:
        yield from TEXTS
        assert model.works.wait(60)
        raise KeyboardInterrupt

    with VectorCache(tmp_path, "f" * 64, DIM) as cache:
        with pytest.raises(KeyboardInterrupt):
            list(Embedding(model, cache, block=len(TEXTS)).matrices(texts()))
        assert known(cache, TEXTS) == [True, True]
