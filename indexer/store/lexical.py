"""Words: the lexical index, one document a row; the same analysis at build and at query time.

Nothing else imports tantivy. Ranking is its BM25 (k1 = 1.2, b = 0.75, lengths rounded to a byte:
``tantivy:src/query/bm25.rs``). No text of a user is ever parsed as a query.
"""

import math
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache, partial
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import tantivy
from tantivy import Occur, Query

from indexer.errors import IndexCorruptError, IndexWriteError
from indexer.store.analysis import exact_words, ranking_terms
from indexer.store.ranking import Ranking, Rows, Scores, best_first, is_in

_STEM: Final = "stem"
_EXACT: Final = "exact"
_ROW: Final = "row"
_MARGIN: Final = 16
"""Rows looked at beyond those asked for, so that a tie at the cut rarely means asking again."""
_RUN: Final = 16
"""Neighbouring rows from this many on are asked for as a set of terms: one walk through the dictionary."""
_GROUP: Final = 32
"""Rows apart are looked up one by one, and united by so many: all at once, each would be asked at
every step through the documents whether it is there."""
_MOST_SOUGHT: Final = 64
"""Terms that are nested into one query; its cost, and its depth, grow with them."""
_REMEMBERED_TERMS: Final = 8_192
"""Terms whose number of passages is remembered, in 1.2 MB; to ask again takes a microsecond or two."""
_HEAP_BYTES: Final = 512_000_000
"""Bound of the writer's memory. It grows with use and is not taken at the start."""

# What a search is made of, in microseconds at a million passages. Only their ratios matter, and
# only for which of two ways to the same answer is taken.
_LOOKED_UP: Final = 2.5
"""A row apart."""
_IN_RUN: Final = 1.0
"""A row among neighbours."""
_WALKED_BY: Final = 0.065
"""A row of the index that a term set walks by when its rows are everywhere."""
_SOUGHT: Final = 0.2
"""One term in one given row."""
_NESTED: Final = 0.12
"""One term copied into the query that is nested round it."""
_SCORED: Final = 0.0035
"""One posting among given rows."""
_COLLECTED: Final = 0.0065
"""One posting among all rows."""
_HIT: Final = 0.5
"""One row of an answer."""
_WINDOW: Final = 4_096
"""Documents that tantivy's union scores at a time (``tantivy:src/query/union/buffered_union.rs``)."""


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(_STEM, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(_EXACT, tokenizer_name="whitespace", index_option="position")
    builder.add_unsigned_field(_ROW, indexed=True, fast=True)
    return builder.build()


class PassageWords(NamedTuple):
    """The words of one passage as tantivy takes them: separated by spaces."""

    stems: str
    exact: str


def words_of(text: str) -> PassageWords:
    """Return the words of a passage: for ranking those of `analyse`, for phrases `exact_words`."""
    return PassageWords(" ".join(ranking_terms(text)), " ".join(exact_words(text)))


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except (ValueError, OSError) as error:
        raise IndexWriteError(folder, f"tantivy cannot write it ({error})") from error


class LexicalWriter:
    """Writes the lexical index of one build; use it as a context manager.

    One thread and documents sorted by row, so that equal input gives an equal index. What fits the
    heap makes one segment (64 MB held some 50,000 passages); beyond, tantivy merges as it sees fit,
    and readers get the same scores, since its statistics span all segments.
    """

    def __init__(self, folder: Path, *, heap_bytes: int = _HEAP_BYTES) -> None:
        self._folder = folder
        with _writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            index = tantivy.Index(_schema(), path=str(folder), sort_by_field=_ROW)
            self._writer = index.writer(heap_size=heap_bytes, num_threads=1)

    def add(self, row: int, text: str) -> None:
        """Index the text of one passage under its row."""
        self.add_words(row, words_of(text))

    def add_words(self, row: int, words: PassageWords) -> None:
        """Index the words of one passage under its row."""
        document = tantivy.Document()
        document.add_text(_STEM, words.stems)
        document.add_text(_EXACT, words.exact)
        document.add_unsigned(_ROW, row)
        with _writing(self._folder):
            self._writer.add_document(document)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with _writing(self._folder):
            if kind is None:
                self._writer.commit()
            self._writer.wait_merging_threads()
            for lock in self._folder.glob(".tantivy-*.lock"):
                lock.unlink()


class LexicalIndex:
    """The lexical index of one build, read-only; any number of threads may search it."""

    def __init__(self, index: tantivy.Index, folder: Path) -> None:
        """Take an opened index; use `open`."""
        self._folder = folder
        self._schema = index.schema
        self._searcher = index.searcher()
        self._holding = lru_cache(_REMEMBERED_TERMS)(partial(self._searcher.doc_freq, _STEM))
        self._everything = Query.const_score_query(Query.all_query(), 0.0)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open what `LexicalWriter` wrote; `IndexCorruptError` when tantivy cannot."""
        try:
            with _without_locks(folder) as readable:
                return cls(tantivy.Index.open(str(readable)), folder)
        except (ValueError, OSError) as error:
            raise IndexCorruptError(folder, f"tantivy cannot read it ({error})") from error

    @property
    def passages(self) -> int:
        """How many rows are indexed."""
        return self._searcher.num_docs

    def search(self, terms: Sequence[str], k: int, allowed: Rows | None = None) -> Ranking:
        """Return the best ``k`` rows that hold any of ``terms``, by BM25; exact with any filter.

        ``terms`` come from `analysis.query_terms`; ``allowed`` is an ascending set of rows. A small
        one goes into the query; of a large one the unfiltered ranking holds ``k`` rows soon enough.
        """
        if allowed is None:
            return self._top(self._any_of(terms), k)
        if not len(allowed):
            return best_first(np.empty(0, np.int64), np.empty(0, np.float64), 0)
        limit = (k + _MARGIN) * self.passages // len(allowed) * 3 // 2
        held = self._held(terms)
        if self._is_few(allowed, held, self._postings(held) * _COLLECTED + limit * _HIT):
            return self._top(self._among(held, allowed), k)
        return self._top(self._any_of(held), k, allowed=allowed, limit=limit)

    def scores(self, terms: Sequence[str], rows: Rows, *, known: Ranking | None = None) -> Scores:
        """Return the BM25 score of each of ``rows``, in their order; 0 where no term occurs.

        ``known`` is what `search` returned for the same terms: its rows are not looked at again.
        """
        asked, places = np.unique(rows, return_inverse=True)
        scores = np.zeros(len(asked), dtype=np.float64)
        left = asked
        if known is not None and len(known):
            found = is_in(known.rows, asked)
            at = np.searchsorted(asked, known.rows[found])
            scores[at] = known.scores[found]
            left = np.delete(asked, at)
        if len(left):
            ranking = self._run(self._among(self._held(terms), left), len(left))
            scores[np.searchsorted(asked, ranking.rows)] = ranking.scores
        return scores[places]

    def idf(self, term: str) -> float:
        """Return ``ln(1 + (N - n + 1/2) / (n + 1/2))``, n of N passages holding ``term``.

        The form of Lucene and of ``tantivy:src/query/bm25.rs``: never negative.
        """
        holding = self._holding(term)
        return math.log1p((self.passages - holding + 0.5) / (holding + 0.5))

    def phrase_rows(self, phrase: str) -> Rows:
        """Return the rows whose passage has the words of ``phrase`` in a row, as a set.

        What counts as the same word: `analysis.exact_words`. A phrase without a word is in all.
        """
        words = exact_words(phrase)
        if not words:
            return np.arange(self.passages, dtype=np.int64)
        if len(words) == 1:
            return self._all(Query.term_query(self._schema, _EXACT, words[0], "basic"))
        return self._all(Query.phrase_query(self._schema, _EXACT, list(words)))

    def term_rows(self, term: str) -> Rows:
        """Return the rows that hold a ranking term, as a set: for citations, say."""
        return self._all(Query.term_query(self._schema, _STEM, term, "basic"))

    def row_range(self) -> tuple[int, int, int]:
        """Return how many rows are indexed, their sum, and the largest (-1 of none)."""
        stats = self._searcher.aggregate(Query.all_query(), {"rows": {"stats": {"field": _ROW}}})
        found = stats["rows"]
        return (
            int(found["count"]),
            int(found["sum"]),
            int(found["max"] or 0) if found["count"] else -1,
        )

    def _held(self, terms: Sequence[str]) -> list[str]:
        """Return the terms that any passage holds, each once, in their order."""
        return [term for term in dict.fromkeys(terms) if self._holding(term)]

    def _postings(self, terms: Sequence[str]) -> int:
        return sum(map(self._holding, terms))

    def _any_of(self, terms: Sequence[str]) -> Query:
        return _union([self._term(term) for term in dict.fromkeys(terms)])

    def _term(self, term: str) -> Query:
        return Query.term_query(self._schema, _STEM, term, "freq")

    def _among(self, terms: Sequence[str], rows: Rows) -> Query:
        """Return a query for ``rows`` alone, with the scores that `_any_of` gives them, or 0.

        The scores are the same to the bit: either way they are added up in the order of the terms.
        """
        chosen = Query.const_score_query(self._rows(rows), 0.0)
        if len(terms) <= _MOST_SOUGHT and self._seeking(terms, rows) < self._scoring(terms, rows):
            return Query.boolean_query([(Occur.Must, chosen), (Occur.Must, self._sought(terms))])
        optional = [(Occur.Should, self._term(term)) for term in terms]
        return Query.boolean_query([(Occur.Must, chosen), *optional])

    def _sought(self, terms: Sequence[str]) -> Query:
        """Return a query for every document, which looks for each term in that document alone.

        Terms side by side make a union, which scores whole windows of documents; a term by itself
        beside what must be there is sought where that is. So they are nested, one a level.
        """
        query = self._everything
        for term in terms:
            query = Query.boolean_query([(Occur.Must, query), (Occur.Should, self._term(term))])
        return query

    def _rows(self, rows: Rows) -> Query:
        """Return a query for an ascending set of rows, in the form that is fastest for it."""
        together = _in_runs(rows)
        apart = rows[~together].tolist()
        if len(apart) * _LOOKED_UP > self.passages * _WALKED_BY:
            return Query.term_set_query(self._schema, _ROW, rows.tolist())
        looked_up = [Query.term_query(self._schema, _ROW, row, "basic") for row in apart]
        chosen = [_union(looked_up[at : at + _GROUP]) for at in range(0, len(apart), _GROUP)]
        if len(apart) < len(rows):
            chosen.append(Query.term_set_query(self._schema, _ROW, rows[together].tolist()))
        return chosen[0] if len(chosen) == 1 else _union(chosen)

    def _is_few(self, rows: Rows, terms: Sequence[str], cost: float) -> bool:
        """Say whether `_among` will cost less than ``cost``, in microseconds, roughly."""
        if min(len(rows) * _IN_RUN, self.passages * _WALKED_BY) > cost:
            return False
        together = int(np.count_nonzero(_in_runs(rows)))
        apart = min((len(rows) - together) * _LOOKED_UP, self.passages * _WALKED_BY)
        scores = min(self._seeking(terms, rows), self._scoring(terms, rows))
        return apart + together * _IN_RUN + scores <= cost

    def _seeking(self, terms: Sequence[str], rows: Rows) -> float:
        return len(terms) * (len(rows) * _SOUGHT + len(terms) * _NESTED)

    def _scoring(self, terms: Sequence[str], rows: Rows) -> float:
        """Count every posting in the windows of documents where any of the rows is: a union scores them."""
        windows = np.count_nonzero(np.diff(rows // _WINDOW)) + 1
        share = min(1.0, windows * _WINDOW / self.passages)
        return self._postings(terms) * share * _SCORED

    def _all(self, query: Query) -> Rows:
        constant = Query.const_score_query(query, 1.0)
        count = self._searcher.search(constant, limit=1, count=True).count  # type: ignore[attr-defined]
        if not count:
            return np.empty(0, dtype=np.int64)
        return np.sort(self._run(constant, count).rows)

    def _top(
        self, query: Query, k: int, *, allowed: Rows | None = None, limit: int | None = None
    ) -> Ranking:
        """Go down the ranking until ``k`` admitted rows are found and no tie is cut."""
        limit = limit or k + _MARGIN
        while True:
            found = self._run(query, limit)
            kept = found
            if allowed is not None:
                admitted = is_in(found.rows, allowed)
                kept = Ranking(found.rows[admitted], found.scores[admitted])
            exhausted = len(found) < limit
            if exhausted or (len(kept) >= k and found.scores[-1] < kept.scores[k - 1]):
                return best_first(kept.rows, kept.scores, k)
            limit *= 4

    def _run(self, query: Query, limit: int) -> Ranking:
        """Return the best ``limit`` rows of the query, without those of score 0, which come last."""
        try:
            hits = self._searcher.search(
                query, limit=min(limit, max(1, self.passages)), count=False
            ).hits
            rows = self._searcher.fast_field_values(_ROW, [address for _, address in hits])
        except ValueError as error:
            raise IndexCorruptError(self._folder, f"tantivy cannot read it ({error})") from error
        scores = np.array([score for score, _ in hits], dtype=np.float64)
        scoring = np.count_nonzero(scores)
        return Ranking(np.array(rows, dtype=np.int64)[:scoring], scores[:scoring])


def _union(queries: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _in_runs(rows: Rows) -> npt.NDArray[np.bool_]:
    """Say of each row of an ascending set whether it is one of `_RUN` neighbours or more."""
    edges = np.flatnonzero(np.diff(rows, prepend=-2, append=np.iinfo(np.int64).max) > 1)
    sizes = np.diff(edges)
    return np.repeat(sizes >= _RUN, sizes)


@contextmanager
def _without_locks(folder: Path) -> Iterator[Path]:
    """Yield a folder of links to the index's files, or the folder itself where none can be made.

    Opening makes tantivy create and lock a file beside the index: not on a read-only file system,
    and not in a published build. Once open it holds the files themselves, and the links may go.
    """
    with ExitStack() as stack:
        try:
            mirror = Path(tempfile.mkdtemp(prefix="opinion-search-"))
            stack.callback(shutil.rmtree, mirror, ignore_errors=True)
            for path in folder.iterdir():
                (mirror / path.name).symlink_to(path.resolve())
        except OSError:  # full, or read-only
            mirror = folder
        yield mirror
