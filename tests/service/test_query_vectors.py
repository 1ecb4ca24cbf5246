"""A remembered vector is the one that the model would give; what was asked cannot be read out of it."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.store.snapshot import Index
from models.base import Embedder, EmbedsTokens, FloatVector
from models.errors import UnsupportedModelError
from models.load import load_embedder
from service.answers import Mode, SearchQuery
from service.metrics import Metrics
from service.observed import ObservedLive
from service.query_vectors import Lookups, RememberingEmbedder
from service.search import SearchEngine
from tests.contracts import EmbedderContract
from tests.embedders import WordHashEmbedder
from tests.service.corpus import EMBEDDER
from tests.service.fakes import FakeLive


class Counting(WordHashEmbedder):
    """Notes what it is asked to embed."""

    def __init__(self) -> None:
        super().__init__(window=64)
        self.asked: list[str] = []

    def embed_query(self, text: str, /) -> FloatVector:
        self.asked.append(text)
        return super().embed_query(text)


class TestRememberingEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return RememberingEmbedder(WordHashEmbedder(window=64), size=3)


@given(st.lists(st.sampled_from(["a", "b", "c", "d", "e", "\ud800"])), st.integers(1, 4))
def test_it_forgets_what_was_asked_longest_ago(texts: list[str], size: int) -> None:
    """The judge is an ordered list of the last distinct questions."""
    model, recent, expected = Counting(), OrderedDict[str, None](), list[str]()
    remembering = RememberingEmbedder(model, size=size)

    for text in texts:
        assert np.array_equal(remembering.embed_query(text), WordHashEmbedder().embed_query(text))
        if text not in recent:
            expected.append(text)
        recent[text] = None
        recent.move_to_end(text)
        if len(recent) > size:
            recent.popitem(last=False)

    assert model.asked == expected
    missed = len(expected)
    assert remembering.take_lookups() == Lookups(hit=len(texts) - missed, miss=missed)
    assert remembering.take_lookups() == Lookups(0, 0)


def test_nobody_can_change_what_the_next_is_given() -> None:
    remembering = RememberingEmbedder(WordHashEmbedder(), size=1)

    with pytest.raises(ValueError, match="read-only"):
        remembering.embed_query("taser")[0] = 9.0


def test_the_words_of_a_question_are_not_kept() -> None:
    remembering = RememberingEmbedder(WordHashEmbedder(), size=9)
    secret = "privileged " * 3
    remembering.embed_query(secret)

    assert all(len(name) == 32 and b"privileged" not in name for name in remembering._vectors)
    other = RememberingEmbedder(WordHashEmbedder(), size=9)
    other.embed_query(secret)
    assert set(other._vectors).isdisjoint(remembering._vectors), "hashes are under a key"


def test_threads_are_counted_to_the_last() -> None:
    remembering = RememberingEmbedder(WordHashEmbedder(), size=5)
    texts = [f"question {n % 8}" for n in range(400)]

    with ThreadPoolExecutor(8) as threads:
        vectors = list(threads.map(remembering.embed_query, texts))

    alone = WordHashEmbedder()
    assert all(
        np.array_equal(found, alone.embed_query(text))
        for found, text in zip(vectors, texts, strict=True)
    )
    assert sum(remembering.take_lookups()) == len(texts)
    assert len(remembering._vectors) == 5


def test_what_a_model_cannot_it_cannot_remembered_either() -> None:
    remembering = RememberingEmbedder(WordHashEmbedder(), size=1)

    assert isinstance(remembering, EmbedsTokens)
    assert not remembering.has_token_vectors
    with pytest.raises(UnsupportedModelError):
        remembering.query_tokens("taser")
    remembering.warm(stop=lambda: False)


def test_what_a_model_can_it_can_remembered_too() -> None:
    default_embedder = load_embedder()
    remembering = RememberingEmbedder(default_embedder, size=1)
    assert isinstance(default_embedder, EmbedsTokens)

    assert remembering.has_token_vectors
    found = remembering.query_tokens("the officer fired")
    assert np.array_equal(found.vectors, default_embedder.query_tokens("the officer fired").vectors)


def test_no_room_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        RememberingEmbedder(WordHashEmbedder(), size=0)


def test_a_search_is_counted_as_a_hit_or_a_miss(corpus: Index) -> None:
    engine = SearchEngine(corpus, RememberingEmbedder(EMBEDDER, size=9))
    metrics = Metrics()
    live = ObservedLive(_Serving(engine), metrics)

    with live.searcher() as searcher:
        first, again = (
            searcher.search(SearchQuery(text="the officer fired the taser")) for _ in range(2)
        )
        searcher.search(SearchQuery(text="the officer fired the taser", mode=Mode.LEXICAL))

    assert [hit.stored for hit in first.hits] == [hit.stored for hit in again.hits]
    told = metrics.render(None).decode()
    for outcome in ("hit", "miss"):
        name = "opinion_search_cache_lookups_total"
        assert f'{name}{{cache="query_vectors",outcome="{outcome}"}} 1.0' in told


class _Serving(FakeLive):
    """Lends one real searcher."""

    def __init__(self, engine: SearchEngine) -> None:
        super().__init__()
        self.engine = engine

    @contextmanager
    def searcher(self) -> Iterator[Any]:
        yield self.engine


def test_only_a_question_that_is_not_known_is_announced() -> None:
    model = Announced()
    remembering = RememberingEmbedder(model, size=9)
    remembering.embed_query("taser")

    for text in ("taser", "surrendered"):
        with remembering.coming(text):
            pass
    with RememberingEmbedder(Counting(), size=9).coming("a model that takes no such word"):
        pass

    assert model.announced == ["surrendered"]


@pytest.mark.parametrize(
    ("mode", "announced"), [(Mode.HYBRID, ["second"]), (Mode.DENSE, ["second"]), (Mode.LEXICAL, [])]
)
def test_a_search_that_waits_is_announced_until_it_is_answered(
    corpus: Index, mode: Mode, announced: list[str]
) -> None:
    model = Announced()
    live = ObservedLive(_Serving(SearchEngine(corpus, model)), Metrics(), lanes=1)

    with ThreadPoolExecutor(2) as threads, live.searcher() as searcher:

        def ask(text: str) -> None:
            searcher.search(SearchQuery(text=text, mode=mode))

        with live._turns.mine():
            waiting = threads.submit(ask, "second")
            until(lambda: len(live._turns._waiting) == 1)
            assert model.announced == model.inside == announced
        waiting.result(60)
        ask("nobody waits")

    assert model.announced == announced
    assert model.inside == []


class Announced(Counting):
    """Notes what is announced to it."""

    def __init__(self) -> None:
        super().__init__()
        self.announced: list[str] = []
        self.inside: list[str] = []

    @contextmanager
    def coming(self, text: str, /) -> Iterator[None]:
        self.announced.append(text)
        self.inside.append(text)
        try:
            yield
        finally:
            self.inside.remove(text)


def until(holds: Callable[[], bool]) -> None:
    end = monotonic() + 60
    while not holds():
        assert monotonic() < end
        sleep(0.001)
