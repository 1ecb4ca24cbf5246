"""Vectors in order, each text given to the model as rarely as can be, and nothing computed is lost."""

import hashlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, wait
from pathlib import Path
from time import monotonic, sleep
from typing import Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.embedding import Embedding
from indexer.store.vector_cache import VectorCache
from models.base import Embedder, FloatMatrix
from models.errors import ModelCorruptError
from tests.embedders import DIM, WordHashEmbedder

TEXTS = [f"passage number {at}" for at in range(10)]
PATIENCE_S: Final = 60
"""How long a test waits for what comes at once, but for a machine or a disk that stalls."""


class Watched(WordHashEmbedder):
    """Keeps what it was given, and fails at a text when told so."""

    def __init__(self, *, fails_at: str | None = None, scale: float = 1.0) -> None:
        super().__init__()
        self.given: list[list[str]] = []
        self.fails_at = fails_at
        self.scale = scale

    def embed_passages(self, texts: Sequence[str], /) -> FloatMatrix:
        self.given.append(list(texts))
        if self.fails_at in texts:
            raise RuntimeError("the model broke")
        return super().embed_passages(texts) * np.float32(self.scale)


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def known(cache: VectorCache, texts: Sequence[str]) -> list[bool]:
    return [bool(one) for one in cache.get([sha(text) for text in texts])[0]]


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[VectorCache]:
    with VectorCache(tmp_path, "f" * 64, DIM) as opened:
        yield opened


def vectors(embedding: Embedding, texts: Iterable[str]) -> FloatMatrix:
    blocks = list(embedding.matrices(texts))
    return np.concatenate([np.empty((0, DIM), np.float32), *blocks])


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.sampled_from(TEXTS), max_size=30),
    st.integers(1, 9),
    st.sets(st.sampled_from(TEXTS)),
)
def test_vectors_come_in_order_whatever_was_known(tmp_path_factory, texts, block, before) -> None:
    model = Watched()
    with VectorCache(tmp_path_factory.mktemp("cache"), "f" * 64, DIM) as cache:
        cache.put([sha(text) for text in sorted(before)], model.embed_passages(sorted(before)))
        model.given.clear()
        embedding = Embedding(model, cache, block=block)
        found = vectors(embedding, texts)
        assert found.tolist() == WordHashEmbedder().embed_passages(texts).tolist()
        assert all(known(cache, texts))
    asked = [text for given in model.given for text in given]
    assert before.isdisjoint(asked)
    assert all(len(set(given)) == len(given) <= block for given in model.given)
    assert embedding.embedded == len(asked)
    assert embedding.embedded + embedding.from_cache == len(texts)


def test_blocks_are_reported_one_by_one(cache) -> None:
    told: list[int] = []
    embedding = Embedding(
        Watched(),
        cache,
        block=3,
        on_block=lambda: told.append(embedding.embedded + embedding.from_cache),
    )
    vectors(embedding, TEXTS)
    assert told == [3, 6, 9, 10]


def test_a_vector_is_cached_before_it_is_handed_on(cache) -> None:
    given = 0
    for matrix in Embedding(Watched(), cache, block=2).matrices(TEXTS):
        given += len(matrix)
        assert all(known(cache, TEXTS[:given]))


def test_no_more_than_three_blocks_of_texts_are_taken_ahead(cache) -> None:
    taken = 0

    def texts() -> Iterator[str]:
        nonlocal taken
        for at in range(100):
            taken += 1
            yield f"text {at}"

    given = 0
    for matrix in Embedding(Watched(), cache, block=4).matrices(texts()):
        given += len(matrix)
        assert taken <= given + 2 * 4


@pytest.mark.parametrize("fails_at", [0, 4, 9])
def test_what_was_done_before_the_model_broke_is_kept(cache, fails_at) -> None:
    model = Watched(fails_at=TEXTS[fails_at])
    with pytest.raises(RuntimeError, match="the model broke"):
        vectors(Embedding(model, cache, block=2), TEXTS)
    done = fails_at // 2 * 2
    assert all(known(cache, TEXTS[:done]))
    assert not any(known(cache, TEXTS[done : done + 2]))


class Gated(WordHashEmbedder):
    """Says when it works, and goes on when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.works = threading.Event()
        self.may_end = threading.Event()

    def embed_passages(self, texts: Sequence[str], /) -> FloatMatrix:
        self.works.set()
        assert self.may_end.wait(2 * PATIENCE_S)
        return super().embed_passages(texts)


def test_what_the_model_is_working_on_is_kept_when_the_texts_fail(cache) -> None:
    model = Gated()

    def texts() -> Iterator[str]:
        yield from TEXTS[:4]
        assert model.works.wait(PATIENCE_S), "the model waited for the second block"
        threading.Timer(0.05, model.may_end.set).start()
        raise RuntimeError("the source broke")

    with pytest.raises(RuntimeError, match="the source broke"):
        list(Embedding(model, cache, block=4).matrices(texts()))
    assert all(known(cache, TEXTS[:4]))


class Following(Embedding):
    """Tells a test when the model is done, and counts how often that is looked at."""

    def __init__(self, model: Embedder, cache: VectorCache) -> None:
        super().__init__(model, cache, block=1)
        self.looks = 0
        self._futures: list[Future[FloatMatrix]] = []

    def _look_up(self, texts, pool):
        block = super()._look_up(texts, pool)
        assert block.future is not None
        self._futures.append(block.future)
        return block

    def _keep(self, blocks):
        self.looks += 1
        super()._keep(blocks)

    def wait_for(self, *blocks: int) -> None:
        """Return when the model has ended with these blocks, well or not."""
        given = [self._futures[at] for at in blocks]
        assert not wait(given, timeout=PATIENCE_S).not_done


def test_what_the_model_has_done_is_kept_while_texts_are_awaited(cache) -> None:
    model = Gated()
    embedding = Following(model, cache)
    seen: list[bool] = []

    def texts() -> Iterator[str]:
        yield TEXTS[0]
        model.may_end.set()
        embedding.wait_for(0)
        yield TEXTS[1]
        seen.extend(known(cache, TEXTS[:1]))
        yield TEXTS[2]

    assert len(list(embedding.matrices(texts()))) == 3
    assert seen == [True]


@pytest.mark.parametrize("scale", [0.0, 2.0, float("nan"), float("inf")])
def test_a_vector_that_is_not_of_unit_length_is_refused_and_not_kept(cache, scale) -> None:
    with pytest.raises(ModelCorruptError, match="not of unit length"):
        vectors(Embedding(Watched(scale=scale), cache), TEXTS)
    assert not any(known(cache, TEXTS))


def test_no_text_gives_no_block(cache) -> None:
    assert list(Embedding(Watched(), cache).matrices([])) == []


class Far(Watched):
    """Stands for many machines; the first block that comes to it waits until it is let go."""

    def __init__(self, blocks_ahead: int) -> None:
        super().__init__()
        self.blocks_ahead = blocks_ahead
        self.may_end = threading.Event()

    def embed_passages(self, texts: Sequence[str], /) -> FloatMatrix:
        if TEXTS[0] in texts:
            assert self.may_end.wait(2 * PATIENCE_S)
        return super().embed_passages(texts)


def test_many_machines_get_as_many_blocks_as_keep_them_busy_and_no_more(cache) -> None:
    model = Far(5)
    taken: list[str] = []
    seen: list[int] = []

    def let_go() -> None:
        seen.append(len(taken))
        model.may_end.set()

    def texts() -> Iterator[str]:
        for text in TEXTS:
            taken.append(text)
            if len(taken) == 6:
                threading.Timer(0.1, let_go).start()
            yield text

    found = np.concatenate(list(Embedding(model, cache, block=1).matrices(texts())))
    assert found.tolist() == WordHashEmbedder().embed_passages(TEXTS).tolist()
    assert seen == [6]  # five ahead of the one that is waited for


@pytest.mark.parametrize("came_in", ["before the wait", "during the wait"])
def test_what_came_in_is_kept_while_an_earlier_block_is_awaited(cache, tmp_path, came_in) -> None:
    model = Far(4)
    embedding = Following(model, cache)
    opened = threading.Event()
    seen: list[list[bool]] = []

    def look() -> None:
        with VectorCache(tmp_path, "f" * 64, DIM) as other:
            opened.set()  # opening writes, and from here on only one does
            end = monotonic() + PATIENCE_S
            while sum(now := known(other, TEXTS[:4])) < 3 and monotonic() < end:
                sleep(0.01)
        seen.append(now)
        model.may_end.set()

    def texts() -> Iterator[str]:
        yield from TEXTS[:4]
        if came_in == "before the wait":
            embedding.wait_for(1, 2, 3)

    watch = threading.Thread(target=look)
    watch.start()
    assert opened.wait(PATIENCE_S)
    vectors(embedding, texts())
    watch.join()
    assert seen == [[False, True, True, True]]


def test_one_that_failed_is_not_waited_for_again_and_again(cache) -> None:
    model = Far(4)
    model.fails_at = TEXTS[2]
    embedding = Following(model, cache)

    def let_go() -> None:
        embedding.wait_for(1, 2, 3)  # else those that no thread has begun are given up
        model.may_end.set()

    def texts() -> Iterator[str]:
        yield from TEXTS[:4]
        threading.Timer(0.2, let_go).start()

    with pytest.raises(RuntimeError, match="the model broke"):
        vectors(embedding, texts())
    assert embedding.looks < 12
    assert known(cache, TEXTS[:4]) == [True, True, False, True]
