"""The same passages and vectors in other programs, each in a process of its own, and in ours.

`python -m tests.benchmarks peers --peers-python PYTHON` runs this part.
"""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from indexer.filters import Filters
from indexer.store.snapshot import Index
from service.answers import SearchQuery
from service.search import SearchEngine
from tests.benchmarks.bench import Bench
from tests.benchmarks.conditions import Condition, days, periods
from tests.benchmarks.corpora import SIZES, build_corpus
from tests.benchmarks.cut_store import cut_of
from tests.benchmarks.peer_programs import PROGRAMS
from tests.benchmarks.peer_work import Found, K, Period, Work, measured
from tests.benchmarks.serving import run_module

_SIZES: Final = ("10k", "100k")
_QUESTIONS: Final = 60
_SHARES: Final = (0.1, 0.01, 0.001)
_PERIODS: Final = 6
_BLOCK: Final = 10_000


def measure(bench: Bench) -> dict[str, Any]:
    """Measure the sizes that every program can hold in minutes."""
    sizes = [size for size in bench.sizes if size in _SIZES] or list(bench.sizes[:1])
    return {size: of_size(bench, size) for size in sizes}


def of_size(bench: Bench, size: str) -> dict[str, Any]:
    """Measure one size: ours first, then whatever is installed."""
    count = bench.times(_QUESTIONS, least=5)
    folder = bench.folder("peers")
    with Index.open(bench.index(size)) as index:
        work = _work(bench, index, folder, count + 3)
        work.write()
        found = {"passages": len(work.texts), "ours": _ours(bench, index, work, size, count)}
    bench.say(f"{size} ours: {found['ours']}")
    for name in PROGRAMS:
        if bench.peers_python is None:
            found[name] = {"absent": "no interpreter with the peers was given (--peers-python)"}
            continue
        try:
            words = (name, str(folder), str(count))
            found[name] = run_module("peer_programs", *words, python=bench.peers_python)
        except ValueError as error:
            found[name] = {"absent": str(error)[-300:]}
        bench.say(f"{size} {name}: {found[name]}")
    shutil.rmtree(folder)
    return found


class Ours:
    """This program, in the process that asks, as the peers are."""

    name = "ours"
    default_model: str | None = "the prepared model (OpenVINO, int8)"

    def __init__(self, bench: Bench, index: Index, size: str, target: Path) -> None:
        self._bench = bench
        self._index = index
        self._size = size
        self._target = target
        self._engine = SearchEngine(index, bench.embedder)

    def fill(self, work: Work) -> None:
        """Build an index of the same passages: the words and everything else a build writes included."""
        base = Index.open(self._bench.base_index)
        with base:
            store = cut_of(base, self._bench.embedder, self._bench.scratch, say=self._bench.say)
        build_corpus(store, SIZES[self._size], self._target, self._bench.embedder)

    def by_vector(self, vector: npt.NDArray[np.float32], period: Period | None) -> Found:
        """Search the vectors alone, as the peers do."""
        allowed = None
        if period is not None:
            allowed = self._index.passages.select(
                Filters(date_from=_iso(period[0]), date_to=_iso(period[1]))
            )
        ranked = self._index.vectors.nearest(vector, K, allowed)
        return [
            (one.passage.row, one.passage.text) for one in self._index.passages.fetch(ranked.rows)
        ]

    def by_text(self, text: str) -> Found:
        """Search as the service does: words and vectors, sections, citations, highlights."""
        answer = self._engine.search(SearchQuery(text=text, k=K))
        return [(hit.stored.passage.row, hit.stored.passage.text) for hit in answer.hits]


def _ours(bench: Bench, index: Index, work: Work, size: str, count: int) -> dict[str, Any]:
    target = work.folder / "ours"
    figures = measured(Ours(bench, index, size, target), work, most=count)
    shutil.rmtree(target)
    return {"name": "ours", **figures}


def _work(bench: Bench, index: Index, folder: Path, count: int) -> Work:
    questions = bench.questions.take(count)
    day_of = days(index)
    return Work(
        folder=folder,
        texts=list(_texts(index)),
        vectors=index.vectors.vectors(np.arange(len(index.vectors), dtype=np.int64)),
        days=day_of,
        questions=questions,
        question_vectors=np.stack([bench.embedder.embed_query(one) for one in questions]),
        filters={
            f"{share:.1%}": _same_for_all(day_of, periods(index, share, _PERIODS))
            for share in _SHARES
        },
    )


def _same_for_all(day_of: npt.NDArray[np.int64], conditions: Sequence[Condition]) -> list[Period]:
    """Return those periods that keep the same rows for a peer, which has one day of each passage.

    A case of which only the year is known lies in every period that touches the year.
    """
    found = []
    for condition in conditions:
        if condition.days is not None:
            since, until = condition.days
            rows = np.flatnonzero((day_of >= since) & (day_of <= until))
            if np.array_equal(rows, condition.rows):
                found.append((since, until))
    return found


def _texts(index: Index) -> Iterator[str]:
    count = index.manifest.counts.passages
    for start in range(0, count, _BLOCK):
        for stored in index.passages.fetch(range(start, min(count, start + _BLOCK))):
            yield stored.passage.text


def _iso(day: int) -> str:
    return f"{day // 10000:04}-{day // 100 % 100:02}-{day % 100:02}"
