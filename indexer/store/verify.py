"""The full check of a build, for the command ``verify``: everything that opening takes on trust."""

import hashlib
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import Final

import numpy as np

from indexer.errors import IndexCorruptError, IndexFormatError
from indexer.filters import Filters
from indexer.store import manifest as manifests
from indexer.store.analysis import analyse
from indexer.store.citation_check import citation_problems
from indexer.store.engine import EMBEDDED, VectorEngine
from indexer.store.files import PASSAGES
from indexer.store.graph_check import graph_problems
from indexer.store.snapshot import Index, build_folder
from indexer.store.stored import StoredOpinion, StoredPassage
from indexer.store.vectors import VectorIndex

_TOLD: Final = 20
"""Problems told of one kind; the rest is counted."""
_BLOCK: Final = 4_096
_SAMPLED: Final = 64
_UNIT_TOLERANCE: Final = 1e-3


def verify(
    root: Path, build_id: str | None = None, *, engine: VectorEngine = EMBEDDED
) -> list[str]:
    """Check a build against itself and return what is wrong, in words; nothing when all holds.

    Checksums and counts; nothing in its folder that is not of it; rows dense; every passage's text against
    its hash and its opinion's text; sections tile their opinion, passages lie in their section; page marks
    within the text; every vector of unit length and in the graph; the words of a sample of passages
    findable; every citation in its passage and of a case that is there, counted. Memory is bounded by the
    largest opinion. `IndexMissingError` when there is no such build, or no more: of the current one, the next
    is checked where it was removed meanwhile.
    """
    folder = build_folder(root, build_id)
    try:
        manifest = manifests.read(folder)
        manifests.unchecked(folder)
        manifests.check_full(folder, manifest)
        with Index.open(root, build_id=folder.name, engine=engine) as index:
            problems: list[str] = []
            for check in (_strangers, _texts, _citations, _vectors, _graph, _words):
                found = check(index)
                problems += islice(found, _TOLD)
                more = sum(1 for _ in found)
                if more:
                    problems.append(f"and {more} more like these")
            return problems
    except (IndexCorruptError, IndexFormatError) as error:
        if not folder.is_dir():
            return verify(root, build_id, engine=engine)
        return [str(error)]


def _strangers(index: Index) -> Iterator[str]:
    for name in manifests.strangers(index.folder, index.manifest):
        yield f"{index.folder / name}: is not of this build, whose manifest does not name it; remove it"


def _texts(index: Index) -> Iterator[str]:
    row, after = 0, -1
    while page := index.passages.cases(Filters(), after=after, limit=100):
        for header in (header for entry in page for header in entry.opinions):
            opinion = index.passages.opinion(header.id)
            if opinion.rows.start != row:
                yield f"opinion {header.id}: its rows begin at {opinion.rows.start}, not at {row}"
            row = opinion.rows.stop
            yield from _opinion(opinion)
            yield from _passages(index, opinion)
        after = page[-1].seq
    if row != index.manifest.counts.passages:
        yield f"the opinions' rows end at {row}, not at {index.manifest.counts.passages}"


def _opinion(opinion: StoredOpinion) -> Iterator[str]:
    name, length = opinion.header.id, len(opinion.text)
    edges = [(0, 0), *((s.span.start, s.span.end) for s in opinion.sections), (length, length)]
    for (_, end), (start, _) in pairwise(edges):
        if end != start:
            yield f"opinion {name}: its sections do not tile the text at {min(end, start)}"
    for mark in opinion.pages:
        if not 0 <= mark.start <= length:
            yield f"opinion {name}: page {mark.page} of {mark.reporter} begins outside the text"


def _passages(index: Index, opinion: StoredOpinion) -> Iterator[str]:
    rows = opinion.rows
    for start in range(rows.start, rows.stop, _BLOCK):
        for stored in index.passages.fetch(range(start, min(rows.stop, start + _BLOCK))):
            yield from _passage(stored, opinion)


def _passage(stored: StoredPassage, opinion: StoredOpinion) -> Iterator[str]:
    passage, section = stored.passage, stored.section
    if passage.opinion_id != opinion.header.id:
        yield f"row {passage.row}: belongs to opinion {passage.opinion_id}"
    if passage.span.of(opinion.text) != passage.text:
        yield f"row {passage.row}: its span and its text differ"
    if hashlib.sha256(passage.text.encode()).hexdigest() != stored.text_sha256:
        yield f"row {passage.row}: its text is not the one that was hashed"
    if not section.span.start <= passage.span.start <= passage.span.end <= section.span.end:
        yield f"row {passage.row}: lies outside its section"


def _citations(index: Index) -> Iterator[str]:
    return citation_problems(index.folder / PASSAGES)


def _vectors(index: Index) -> Iterator[str]:
    for start in range(0, len(index.vectors), _BLOCK):
        rows = np.arange(start, min(len(index.vectors), start + _BLOCK), dtype=np.int64)
        lengths = np.linalg.norm(index.vectors.vectors(rows).astype(np.float64), axis=1)
        for row in rows[~(np.abs(lengths - 1.0) <= _UNIT_TOLERANCE)]:
            yield f"row {row}: its vector is not of unit length"


def _graph(index: Index) -> Iterator[str]:
    vectors = index.vectors
    if not isinstance(vectors, VectorIndex):
        return iter(
            ()
        )  # the server's index is its own affair; recall was measured when it was made
    return graph_problems(index.folder, index.manifest.vectors, vectors)


def _words(index: Index) -> Iterator[str]:
    count = index.manifest.counts.passages
    if index.lexical.row_range() != (count, count * (count - 1) // 2, count - 1):
        yield f"the lexical index does not hold the rows 0 to {count - 1}, each once"
    sampled = np.unique(np.linspace(0, max(0, count - 1), num=_SAMPLED).astype(np.int64))
    for stored in index.passages.fetch(sampled[:count]):
        terms = [term.term for term in analyse(stored.passage.text)]
        row = np.array([stored.passage.row], dtype=np.int64)
        if terms and not index.lexical.scores(terms, row)[0] > 0:
            yield f"row {stored.passage.row}: its words are not in the lexical index"
