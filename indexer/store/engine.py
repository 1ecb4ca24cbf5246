"""The seam: what the program needs of a search engine. Any that keeps these promises can serve it.

A build is one snapshot that never changes; a row means the same in all of its parts. `Vectors` and
`Words` are what a question asks, `VectorEngine` is where the vectors of builds live: beside the build's other
files (`EMBEDDED`), or in a server (`indexer.store.milvus_engine`). The passage table and the words
(SQLite, tantivy) lie on the disk of whoever answers, with either engine.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from indexer.errors import EngineNotNamedError
from indexer.store.files import VECTORS
from indexer.store.graph_writer import write_graph
from indexer.store.manifest import MILVUS, Manifest, VectorSearch
from indexer.store.ranking import Ranking, Rows, Scores
from indexer.store.vectors import VectorIndex
from models.base import FloatMatrix, FloatVector


class Vectors(Protocol):
    """The vectors of one build; any number of threads may ask.

    Raises `EngineUnavailableError` where an engine does not answer; what it said before holds.
    """

    def __len__(self) -> int:
        """How many rows there are: 0 to this, each once."""
        ...

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    @property
    def is_exact(self) -> bool:
        """Whether `nearest` always finds the true nearest; `Ranking.exact` says it of one answer."""
        ...

    def nearest(self, query: FloatVector, k: int, allowed: Rows | None = None) -> Ranking:
        """Return the ``k`` rows nearest to ``query``, of the ascending set ``allowed`` if it is given.

        Scores are those of `dots`; equal ones stand in row order. No other row than those allowed, and
        as many as there are up to ``k``. `ValueError` for a query that is not ``(dim,)``.
        """
        ...

    def dots(self, query: FloatVector, rows: Rows) -> Scores:
        """Return the products with ``rows``, in their order, summed in double precision row by row."""
        ...

    def vectors(self, rows: Rows) -> FloatMatrix:
        """Return the vectors of ``rows``, in their order, bit for bit as they were written."""
        ...

    def reason_not_ready(self) -> str | None:
        """Ask the engine, and say why it would not answer now; without an address. `None`: it would."""
        ...

    def close(self) -> None:
        """Give back what is held. May be called twice."""
        ...


class Words(Protocol):
    """The words of one build: see `lexical.LexicalIndex`, whose promises these are."""

    @property
    def passages(self) -> int:
        """How many rows are indexed."""
        ...

    def search(self, terms: Sequence[str], k: int, allowed: Rows | None = None) -> Ranking:
        """Return the best ``k`` rows that hold any of ``terms``, by BM25; exact with any filter."""
        ...

    def scores(self, terms: Sequence[str], rows: Rows, *, known: Ranking | None = None) -> Scores:
        """Return the BM25 score of each of ``rows``, in their order; 0 where no term occurs."""
        ...

    def idf(self, term: str) -> float:
        """Return ``ln(1 + (N - n + 1/2) / (n + 1/2))``, n of N passages holding ``term``."""
        ...

    def phrase_rows(self, phrase: str) -> Rows:
        """Return the rows whose passage has the words of ``phrase`` in a row, as a set."""
        ...

    def term_rows(self, term: str) -> Rows:
        """Return the rows that hold a ranking term, as a set."""
        ...

    def row_range(self) -> tuple[int, int, int]:
        """Return how many rows are indexed, their sum, and the largest (-1 of none)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A build being made: its vectors are in ``stage / VECTORS``, row by row."""

    stage: Path
    build_id: str
    previous: Path | None
    """Folder of the build that was served before."""
    threads: int
    questions: Callable[[], FloatMatrix]
    """Vectors of questions to measure recall by; asked for only where there is something to measure."""
    siblings: Sequence[str] | None = None
    """Published builds of the same index; `None`: not told."""
    say: Callable[[str], None] = lambda _: None
    """Told, in a few words, what is being done, again and again while it takes long."""


class VectorEngine(Protocol):
    """Where the vectors of builds live."""

    def take(self, written: Written) -> VectorSearch:
        """Make the vectors of a build searchable, and say how; nobody else sees it before `publish`."""
        ...

    def open(self, folder: Path, manifest: Manifest) -> Vectors:
        """Open the vectors of a build that `take` took. Raises an `IndexOpenError` or `EngineUnavailableError`."""
        ...

    def settle(self, stage: Path) -> None:
        """Remove from ``stage`` what a published build does not need in its folder."""
        ...

    def publish(self, build_id: str) -> None:
        """Point to a build that has been published."""
        ...

    def prune(self, kept: Sequence[str]) -> None:
        """Forget all builds but ``kept``."""
        ...


class EmbeddedEngine:
    """FAISS, in this process and in the build's folder."""

    def take(self, written: Written) -> VectorSearch:
        """Write the graph over the vectors where they are many."""
        return write_graph(
            written.stage,
            written.questions,
            previous=written.previous,
            threads=written.threads,
            say=written.say,
        )

    def open(self, folder: Path, manifest: Manifest) -> Vectors:
        """Map the vectors of a build; those that lie in a server become `Elsewhere`."""
        spec, count, search = manifest.model, manifest.counts.passages, manifest.vectors
        if search is not None and search.kind == MILVUS:
            return Elsewhere(dim=spec.dim, count=count)
        return VectorIndex.open(folder / VECTORS, dim=spec.dim, count=count, search=search)

    def settle(self, stage: Path) -> None:
        """Keep all."""

    def publish(self, build_id: str) -> None:
        """Nothing: CURRENT is enough."""

    def prune(self, kept: Sequence[str]) -> None:
        """Nothing: a build's folder is all there is."""


EMBEDDED: Final[VectorEngine] = EmbeddedEngine()


class Elsewhere:
    """Stands for vectors in a server that was not named: texts and words can be read without them."""

    is_exact = False

    def __init__(self, *, dim: int, count: int) -> None:
        self.dim = dim
        self._count = count

    def __len__(self) -> int:
        return self._count

    def nearest(self, query: FloatVector, k: int, allowed: Rows | None = None) -> Ranking:  # noqa: ARG002 - the Protocol's
        """Raise `EngineNotNamedError`."""
        raise EngineNotNamedError

    def dots(self, query: FloatVector, rows: Rows) -> Scores:  # noqa: ARG002 - the Protocol's
        """Raise `EngineNotNamedError`."""
        raise EngineNotNamedError

    def vectors(self, rows: Rows) -> FloatMatrix:  # noqa: ARG002 - the Protocol's
        """Raise `EngineNotNamedError`."""
        raise EngineNotNamedError

    def reason_not_ready(self) -> str | None:
        """Say that no server is named."""
        return str(EngineNotNamedError())

    def close(self) -> None:
        """Nothing is held."""
