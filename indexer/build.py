"""The line itself: from sources to a published build. The one place where the stages meet."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, pairwise
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from indexer.calibration import Lanes, calibrate
from indexer.citations import find_citations
from indexer.embedding import BLOCK, Embedding
from indexer.errors import EmptyCorpusError, RecordError
from indexer.passages import cut_passages
from indexer.records import CaseRecord, OpinionType, Passage, PassageLimits, Section
from indexer.sections import split_sections
from indexer.sources.refused import Refused
from indexer.store import files, manifest
from indexer.store.lexical import LexicalIndex, LexicalWriter
from indexer.store.passage_writer import PassageWriter
from indexer.store.passages import PassageStore
from indexer.store.snapshot import Index
from indexer.store.vector_cache import VectorCache
from indexer.store.vectors import VectorIndex, write_vectors
from indexer.voices import separate_voices
from models.base import Embedder

KEEP_BUILDS: Final = 3
"""Published builds left in the folder after a build, the new one included."""
_STRETCH: Final = 65_536
"""Characters whose tokens are counted at once: a token costs some 800 bytes while it is counted."""
_SPACE: Final = re.compile(r"[ \n\t]")


_UNDIVIDED: Final = frozenset({OpinionType.COMBINED, OpinionType.OTHER, OpinionType.SYLLABUS})


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
    """`None`: the default target within the model's window; wider ones are narrowed to the window."""
    keep: int = KEEP_BUILDS
    source_names: tuple[str, ...] = ()
    program_version: str = "0"
    on_progress: Callable[[Progress], None] = field(default=lambda _: None)
    on_warning: Callable[[str], None] = field(default=lambda _: None)
    """Told, in a sentence, what the build goes on without: a vector cache that cannot be read."""
    block: int = BLOCK
    """Passages embedded and cached together: about what a killed build loses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What was published."""

    build_id: str
    manifest: manifest.Manifest
    refused: tuple[Refused, ...]
    embedded: int
    """Passages that the model had to embed."""
    from_cache: int
    """Passages that it did not: their text was embedded before."""


def build(
    records: Iterable[CaseRecord | Refused],
    root: Path,
    *,
    embedder: Embedder,
    options: BuildOptions | None = None,
) -> BuildReport:
    """Index ``records`` and publish the result as the current build of ``root``.

    Nothing is published when anything fails, and vectors that were computed are kept for the next
    try. A case that the index cannot hold is refused, and the rest goes on. Raises
    `EmptyCorpusError`, `BuildLockedError`, `IndexWriteError`, and what the embedder and ``records``
    raise.
    """
    options = options or BuildOptions()
    spec = embedder.spec
    with (
        files.build_lock(root),
        VectorCache(root, spec.fingerprint, spec.dim, warn=options.on_warning) as cache,
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
        embedded=line.vectors.embedded,
        from_cache=line.vectors.from_cache,
    )


def merged(
    root: Path, records: Iterable[CaseRecord | Refused], *, replaced: frozenset[str]
) -> Iterator[CaseRecord | Refused]:
    """Yield the current corpus without the cases ``replaced``, then ``records``.

    The current build is opened when the first is asked for: raises what `Index.open` raises.
    """
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
        self.options = options
        self.limits = _limits(options.limits, embedder.spec.passage_budget)
        self.vectors = Embedding(embedder, cache, block=options.block, on_block=self._report)
        self.refused: list[Refused] = []
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
            with closing(self.vectors.matrices(texts)) as blocks:
                write_vectors(self.stage / files.VECTORS, blocks, spec.dim)
        if not self.passages:
            raise EmptyCorpusError(
                refused=len(self.refused), reasons=[str(one) for one in self.refused]
            )
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
        for given in records:
            if isinstance(given, Refused):
                self.refused.append(given)
                continue
            record = _by_voice(given)
            try:
                sections, cut = self._cut(record)
                cited = [find_citations(opinion.text) for opinion in record.opinions]
                passages.add(record, sections, cut, cited)
            except RecordError as error:
                case_id = record.case.id
                self.refused.append(Refused(place=case_id, reason=error.reason, case_id=case_id))
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
        starts = self._token_starts(text)
        self.tokens_total += len(starts)
        for passage in cut:
            if passage.tokens <= self.limits.max_tokens:
                first, end = np.searchsorted(starts, [passage.span.start, passage.span.end])
                self.tokens_embedded += int(end - first)

    def _token_starts(self, text: str) -> npt.NDArray[np.int64]:
        """Return where each token begins, reading stretch by stretch: the memory is that of one.

        The count is that of the whole where no token reaches across a space, as in word pieces.
        """
        found = [
            self.embedder.token_spans(text[start:end])[:, 0] + start
            for start, end in pairwise(_stretches(text))
        ]
        return np.concatenate([np.empty(0, np.int64), *found])

    def _report(self) -> None:
        self.options.on_progress(
            Progress(
                cases=self.cases,
                passages=self.passages,
                embedded=self.vectors.embedded + self.vectors.from_cache,
                from_cache=self.vectors.from_cache,
            )
        )


def _limits(wanted: PassageLimits | None, budget: int) -> PassageLimits:
    if wanted is None:
        return PassageLimits.for_window(budget)
    return PassageLimits(
        max_tokens=min(wanted.max_tokens, budget), target_tokens=min(wanted.target_tokens, budget)
    )


def _stretches(text: str) -> Iterator[int]:
    """Yield the edges of stretches of ``text``, its ends included, each but the last at a space."""
    edge = 0
    while edge < len(text):
        yield edge
        space = _SPACE.search(text, edge + _STRETCH)
        edge = space.start() if space else len(text)
    yield len(text)


def _by_voice(record: CaseRecord) -> CaseRecord:
    """Divide a text of several voices; where the source gives the voices apart, leave it to them."""
    kinds = {opinion.header.type for opinion in record.opinions}
    return separate_voices(record) if kinds <= _UNDIVIDED else record


def _write_refused(path: Path, refused: Sequence[Refused]) -> None:
    # A file name that is not UTF-8 holds lone surrogates; escaped they are JSON.
    with path.open("w", encoding="utf-8", errors="backslashreplace") as file:
        file.writelines(f"{one.to_json_line()}\n" for one in refused)
