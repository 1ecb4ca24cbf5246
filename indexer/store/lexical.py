"""Words: the lexical index, one document a row; the same analysis at build and at query time.

Nothing else imports tantivy. Ranking is its BM25 (k1 = 1.2, b = 0.75, lengths rounded to a byte:
``tantivy:src/query/bm25.rs``). No text of a user is ever parsed as a query.
"""

import math
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
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
"""Neighbouring rows from this many on are asked for as a set of terms: one walk through the dictionary.
Rows apart are looked up one by one, in half the time, up to so many:"""
_MOST_LOOKED_UP: Final = 400
_REMEMBERED_TERMS: Final = 65_536
_HEAP_BYTES: Final = 512_000_000
"""Bound of the writer's memory. It grows with use and is not taken at the start."""


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
        self._idf = lru_cache(_REMEMBERED_TERMS)(self._read_idf)

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
        query = self._any_of(terms)
        if allowed is None:
            return self._top(query, k)
        if not len(allowed):
            return best_first(np.empty(0, np.int64), np.empty(0, np.float64), 0)
        depth = (k + _MARGIN) * self.passages // len(allowed)
        if len(allowed) <= depth:
            return self._top(self._only(query, allowed), k)
        return self._top(query, k, allowed=allowed, limit=depth * 3 // 2)

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
            ranking = self._run(self._only(self._any_of(terms), left), len(left))
            scores[np.searchsorted(asked, ranking.rows)] = ranking.scores
        return scores[places]

    def idf(self, term: str) -> float:
        """Return ``ln(1 + (N - n + 1/2) / (n + 1/2))``, n of N passages holding ``term``.

        The form of Lucene and of ``tantivy:src/query/bm25.rs``: never negative.
        """
        return self._idf(term)

    def _read_idf(self, term: str) -> float:
        holding = self._searcher.doc_freq(_STEM, term)
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

    def _any_of(self, terms: Sequence[str]) -> Query:
        return Query.boolean_query(
            [
                (Occur.Should, Query.term_query(self._schema, _STEM, term, "freq"))
                for term in dict.fromkeys(terms)
            ]
        )

    def _only(self, query: Query, rows: Rows) -> Query:
        """Return ``query`` restricted to ``rows``, its scores unchanged."""
        return Query.boolean_query(
            [(Occur.Must, query), (Occur.Must, Query.const_score_query(self._rows(rows), 0.0))]
        )

    def _rows(self, rows: Rows) -> Query:
        """Return a query for an ascending set of rows, in the form that is fastest for it."""
        together = _in_runs(rows)
        apart = rows[~together].tolist()
        if len(apart) > _MOST_LOOKED_UP:
            return Query.term_set_query(self._schema, _ROW, rows.tolist())
        chosen = [Query.term_query(self._schema, _ROW, row, "basic") for row in apart]
        if len(apart) < len(rows):
            chosen.append(Query.term_set_query(self._schema, _ROW, rows[together].tolist()))
        return Query.boolean_query([(Occur.Should, one) for one in chosen])

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
        try:
            hits = self._searcher.search(
                query, limit=min(limit, max(1, self.passages)), count=False
            ).hits
            rows = self._searcher.fast_field_values(_ROW, [address for _, address in hits])
        except ValueError as error:
            raise IndexCorruptError(self._folder, f"tantivy cannot read it ({error})") from error
        return Ranking(
            np.array(rows, dtype=np.int64), np.array([score for score, _ in hits], dtype=np.float64)
        )


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
    try:
        mirror = Path(tempfile.mkdtemp(prefix="opinion-search-"))
    except OSError:
        yield folder
        return
    try:
        for path in folder.iterdir():
            (mirror / path.name).symlink_to(path.resolve())
        yield mirror
    finally:
        shutil.rmtree(mirror, ignore_errors=True)
