"""The line itself: from sources to a published build. The one place where the stages meet."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from indexer.calibration import Lanes, calibrate
from indexer.errors import EmptyCorpusError, RecordError
from indexer.passages import cut_passages
from indexer.records import CaseRecord, Passage, PassageLimits, Section
from indexer.sections import split_sections
from indexer.sources.refused import Refused
from indexer.store import files, manifest
from indexer.store.lexical import LexicalIndex, LexicalWriter
from indexer.store.passage_writer import PassageWriter
from indexer.store.passages import PassageStore
from indexer.store.snapshot import Index
from indexer.store.vector_cache import VectorCache
from indexer.store.vectors import VectorIndex, write_vectors
from models.base import Embedder, FloatMatrix

KEEP_BUILDS: Final = 3
"""Published builds left in the folder after a build, the new one included."""
_BLOCK: Final = 512
"""Passages embedded and cached together: what a killed build loses at the most."""
_AHEAD: Final = 2
"""Blocks that may wait for the embedder while the next ones are cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a build has come."""

    cases: int
    passages: int
    embedded: int
    """Passages whose vectors are known, from the cache or from the model."""
    from_cache: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """What may differ between two builds of the same sources."""

    limits: PassageLimits | None = None
    """`None`: the default target within the model's window."""
    keep: int = KEEP_BUILDS
    source_names: tuple[str, ...] = ()
    program_version: str = "0"
    on_progress: Callable[[Progress], None] = field(default=lambda _: None)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What was published."""

    build_id: str
    manifest: manifest.Manifest
    refused: tuple[Refused, ...]
    embedded: int
    """Distinct passages that the model had to embed."""
    from_cache: int


def build(
    records: Iterable[CaseRecord | Refused],
    root: Path,
    *,
    embedder: Embedder,
    options: BuildOptions | None = None,
) -> BuildReport:
    """Index ``records`` and publish the result as the current build of ``root``.

    Nothing is published when anything fails, and vectors that were computed are kept for the next
    try. Raises `EmptyCorpusError`, `BuildLockedError`, `IndexWriteError` and what the embedder raises.
    """
    options = options or BuildOptions()
    with (
        files.build_lock(root),
        VectorCache(root, embedder.spec.fingerprint, embedder.spec.dim) as cache,
    ):
        build_id = _new_build_id()
        with files.publish(root, build_id) as stage:
            line = _Line(stage, embedder, cache, options)
            done = line.run(records, build_id=build_id)
        files.prune(root, options.keep)
    return BuildReport(
        build_id=build_id,
        manifest=done,
        refused=tuple(line.refused),
        embedded=line.embedded,
        from_cache=line.from_cache,
    )


def merged(
    root: Path, records: Iterable[CaseRecord | Refused], *, replaced: frozenset[str]
) -> Iterator[CaseRecord | Refused]:
    """Yield the current corpus without the cases ``replaced``, then ``records``."""
    with Index.open(root) as index:
        for record in index.passages.records():
            if record.case.id not in replaced:
                yield record
    yield from records


def _new_build_id() -> str:
    """Return an id that sorts by time: UTC to the microsecond."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")


class _Line:
    """One run of the line into one stage folder, streaming: memory does not grow with the corpus."""

    def __init__(
        self, stage: Path, embedder: Embedder, cache: VectorCache, options: BuildOptions
    ) -> None:
        self.stage = stage
        self.embedder = embedder
        self.cache = cache
        self.options = options
        self.limits = options.limits or PassageLimits.for_window(embedder.spec.passage_budget)
        self.refused: list[Refused] = []
        self.embedded = 0
        self.from_cache = 0
        self.cases = self.opinions = self.sections = self.passages = self.characters = 0
        self.tokens_total = self.tokens_embedded = 0

    def run(self, records: Iterable[CaseRecord | Refused], *, build_id: str) -> manifest.Manifest:
        """Write every file of the build, the manifest last."""
        spec = self.embedder.spec
        with (
            PassageWriter(self.stage / files.PASSAGES) as passages,
            LexicalWriter(self.stage / files.LEXICAL) as words,
        ):
            texts = self._cut_all(records, passages, words)
            write_vectors(self.stage / files.VECTORS, self._embed_all(texts), spec.dim)
        if not self.passages:
            raise EmptyCorpusError(refused=len(self.refused))
        _write_refused(self.stage / files.REFUSED, self.refused)
        return manifest.write(
            self.stage,
            manifest.Manifest(
                build_id=build_id,
                created_at=datetime.now(UTC).isoformat(timespec="seconds"),
                program_version=self.options.program_version,
                model=spec,
                limits=self.limits,
                counts=self._counts(),
                tokens_total=self.tokens_total,
                tokens_embedded=self.tokens_embedded,
                sources=self.options.source_names,
                calibration=self._calibration(),
            ),
        )

    def _calibration(self) -> dict[str, object]:
        with PassageStore.open(self.stage / files.PASSAGES) as passages:
            lanes = Lanes(
                passages,
                VectorIndex.open(self.stage / files.VECTORS),
                LexicalIndex.open(self.stage / files.LEXICAL),
            )
            return calibrate(lanes, self.embedder).to_json()

    def _counts(self) -> manifest.Counts:
        return manifest.Counts(
            cases=self.cases,
            opinions=self.opinions,
            sections=self.sections,
            passages=self.passages,
            refused=len(self.refused),
            characters=self.characters,
        )

    def _cut_all(
        self,
        records: Iterable[CaseRecord | Refused],
        passages: PassageWriter,
        words: LexicalWriter,
    ) -> Iterator[str]:
        """Cut and write every case, and hand on the passages' texts in row order."""
        for record in records:
            if isinstance(record, Refused):
                self.refused.append(record)
                continue
            sections, cut = self._cut(record)
            try:
                passages.add(record, sections, cut)
            except RecordError as error:
                self.refused.append(
                    Refused(place=record.case.id, reason=str(error), case_id=record.case.id)
                )
                continue
            self._count(record, sections, cut)
            for passage in chain.from_iterable(cut):
                words.add(passage.row, passage.text)
                yield passage.text

    def _cut(self, record: CaseRecord) -> tuple[list[tuple[Section, ...]], list[list[Passage]]]:
        """Cut each opinion of a case into sections, and those into passages with their rows."""
        all_sections: list[tuple[Section, ...]] = []
        all_passages: list[list[Passage]] = []
        row = self.passages
        for opinion in record.opinions:
            sections = split_sections(opinion.text, opinion_type=opinion.header.type)
            cut: list[Passage] = []
            for position, section in enumerate(sections):
                cut += cut_passages(
                    opinion,
                    section,
                    position=position,
                    first_row=row + len(cut),
                    token_spans=self.embedder.token_spans,
                    limits=self.limits,
                )
            row += len(cut)
            all_sections.append(sections)
            all_passages.append(cut)
        return all_sections, all_passages

    def _count(
        self,
        record: CaseRecord,
        sections: Sequence[Sequence[Section]],
        passages: Sequence[Sequence[Passage]],
    ) -> None:
        self.cases += 1
        self.opinions += len(record.opinions)
        self.sections += sum(map(len, sections))
        self.passages += sum(map(len, passages))
        for opinion, cut in zip(record.opinions, passages, strict=True):
            self.characters += len(opinion.text)
            self._count_tokens(opinion.text, cut)
        self._report()

    def _count_tokens(self, text: str, cut: Sequence[Passage]) -> None:
        """Count the tokens of the whole text, and those that lie in a passage the model reads whole."""
        starts = self.embedder.token_spans(text)[:, 0]
        self.tokens_total += len(starts)
        for passage in cut:
            if passage.tokens <= self.limits.max_tokens:
                first, end = np.searchsorted(starts, [passage.span.start, passage.span.end])
                self.tokens_embedded += int(end - first)

    def _embed_all(self, texts: Iterable[str]) -> Iterator[FloatMatrix]:
        """Yield vectors in row order, block by block; the model works while the next block is cut."""
        waiting: deque[_Block] = deque()
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="embed") as pool:
            try:
                for block in _blocks(texts, _BLOCK):
                    waiting.append(self._look_up(block, pool))
                    if len(waiting) > _AHEAD:
                        yield self._collect(waiting.popleft())
                while waiting:
                    yield self._collect(waiting.popleft())
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _look_up(self, texts: Sequence[str], pool: ThreadPoolExecutor) -> "_Block":
        """Take what the cache knows, and let the model work on the rest: each text once."""
        hashes = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        known, matrix = self.cache.get(hashes)
        fresh = {hashes[i]: texts[i] for i in np.flatnonzero(~known).tolist()}
        future = pool.submit(self.embedder.embed_passages, list(fresh.values())) if fresh else None
        return _Block(hashes, known, matrix, list(fresh), future)

    def _collect(self, block: "_Block") -> FloatMatrix:
        """Wait for the model, keep what it gave, and return the block's vectors in order."""
        if block.future is not None:
            vectors = block.future.result()
            self.cache.put(block.fresh, vectors)
            place = {text_hash: i for i, text_hash in enumerate(block.fresh)}
            for i in np.flatnonzero(~block.known).tolist():
                block.matrix[i] = vectors[place[block.hashes[i]]]
        self.embedded += len(block.fresh)
        self.from_cache += len(block.hashes) - len(block.fresh)
        self._report()
        return block.matrix

    def _report(self) -> None:
        self.options.on_progress(
            Progress(
                cases=self.cases,
                passages=self.passages,
                embedded=self.embedded + self.from_cache,
                from_cache=self.from_cache,
            )
        )


class _Block(NamedTuple):
    """A block of passages on its way: what is known of it, and what the model is working on."""

    hashes: list[str]
    known: npt.NDArray[np.bool_]
    matrix: FloatMatrix
    fresh: list[str]
    """Hashes of the texts the model was given, in its order."""
    future: Future[FloatMatrix] | None


def _blocks(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    block: list[str] = []
    for text in texts:
        block.append(text)
        if len(block) == size:
            yield block
            block = []
    if block:
        yield block


def _write_refused(path: Path, refused: Sequence[Refused]) -> None:
    path.write_text("".join(f"{one.to_json_line()}\n" for one in refused), encoding="utf-8")
