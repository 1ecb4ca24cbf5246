"""A live index that counts what it answers, and stops for those who do not wait any more."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, cast

from models.base import Embedder, EmbedsTogether, FloatMatrix, FloatVector
from service.answers import Answer, Hit, Mode, SearchQuery
from service.damage import Damage
from service.live import Live, Searcher
from service.metrics import Metrics
from service.query_vectors import RememberingEmbedder
from service.turns import Turns
from service.work import Work, current_work


class ObservedLive:
    """Is the `Live` it wraps, apart from that. ``doubt`` may say why it is not ready although it answers."""

    def __init__(
        self,
        live: Live,
        metrics: Metrics,
        *,
        doubt: Callable[[], str | None] = lambda: None,
        lanes: int | None = None,
    ) -> None:
        """``lanes`` searches are worked on at once; `None`: one for each processor."""
        self._live = live
        self._metrics = metrics
        self._doubt = doubt
        self._turns = Turns(lanes or os.cpu_count() or 1)
        self._damage = Damage()

    @contextmanager
    def searcher(self) -> Iterator[Searcher]:
        """Lend the current searcher; `AbandonedError` when nobody waits for an answer any more."""
        work = current_work()
        work.check()
        with self._live.searcher() as searcher, self._damage.told(searcher):
            observed = _ObservedSearcher(searcher, self._metrics, work, self._turns, self._damage)
            yield cast("Searcher", observed)

    def reason_not_ready(self) -> str | None:
        """Say why no question can be answered now, or should not be."""
        return self._live.reason_not_ready() or self._doubt()

    @property
    def problem(self) -> str | None:
        """Why the build that `CURRENT` names is not served; or `None`."""
        return self._live.problem

    def close(self) -> None:
        """Close what is wrapped."""
        self._live.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._live, name)


class _ObservedSearcher:
    """A `Searcher`; what it does not know, the one it wraps does."""

    def __init__(
        self, searcher: Searcher, metrics: Metrics, work: Work, turns: Turns, damage: Damage
    ) -> None:
        self._searcher = searcher
        self._metrics = metrics
        self._work = work
        self._turns = turns
        self._damage = damage

    @property
    def embedder(self) -> Embedder:
        """The model, for texts of a caller: each call has its turn among the searches."""
        return cast("Embedder", _EmbedderInTurn(self._searcher.embedder, self._work, self._turns))

    def search(self, query: SearchQuery, /) -> Answer:
        # Told of here too: a batch puts its errors into its answer.
        with self._announced(query), self._turns.mine(), self._damage.told(self._searcher):
            self._work.begin(query.text)
            answer = self._searcher.search(query)
        self._work.answered(answer)
        self._metrics.answered(answer)
        embedder = self._searcher.embedder
        if isinstance(embedder, RememberingEmbedder):
            self._metrics.looked_up("query_vectors", embedder.take_lookups())
        return answer

    def _announced(self, query: SearchQuery) -> AbstractContextManager[None]:
        """While it waits for its turn, let the question be embedded along with another's."""
        if not self._turns.taken or query.mode is Mode.LEXICAL:
            return nullcontext()
        embedder = self._searcher.embedder
        return (
            embedder.coming(query.text) if isinstance(embedder, EmbedsTogether) else nullcontext()
        )

    def similar(self, passage_id: str, /, *, k: int, same_case: bool = False) -> tuple[Hit, ...]:
        with self._turns.mine():
            self._work.check()
            return self._searcher.similar(passage_id, k=k, same_case=same_case)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._searcher, name)


class _EmbedderInTurn:
    """An `Embedder`; what it does not know, the one it wraps does."""

    def __init__(self, embedder: Embedder, work: Work, turns: Turns) -> None:
        self._embedder = embedder
        self._work = work
        self._turns = turns

    def embed_passages(self, texts: Sequence[str], /) -> FloatMatrix:
        with self._turns.mine():
            self._work.check()
            return self._embedder.embed_passages(texts)

    def embed_query(self, text: str, /) -> FloatVector:
        with self._turns.mine():
            self._work.check()
            return self._embedder.embed_query(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)
