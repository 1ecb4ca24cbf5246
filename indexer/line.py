"""One run of the line into one stage folder: cut, write, embed, calibrate; streaming."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

from indexer.calibration import Lanes, calibrate
from indexer.cost import Cost, Meter
from indexer.cut_again import KnownCuts, cut_new
from indexer.cutting import CutCase, Cutter
from indexer.embedding import BLOCK, Embedding
from indexer.errors import EmptyCorpusError, RecordError
from indexer.graph_questions import questions_of
from indexer.records import CaseRecord, PassageLimits
from indexer.sources.noticed import Noticed
from indexer.sources.refused import Refused
from indexer.standing import Standing
from indexer.store import files, manifest
from indexer.store.engine import EMBEDDED, VectorEngine, Written
from indexer.store.lexical import LexicalIndex, LexicalWriter
from indexer.store.made_cache import MadeCache
from indexer.store.passage_writer import PassageWriter
from indexer.store.passages import PassageStore
from indexer.store.vector_cache import VectorCache
from indexer.store.vectors import write_vectors
from models.base import Embedder, token_reader

KEEP_BUILDS: Final = 3
"""Published builds left in the folder after a build, the new one included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a build has come."""

    cases: int
    passages: int
    embedded: int
    """Passages whose vectors are known, from the cache or from the model."""
    from_cache: int
    step: str = ""
    """What is done once all is embedded, in a few words; empty until then."""


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
    on_published: Callable[[str], None] = field(default=lambda _: None)
    """Told the build id as soon as CURRENT names it: what stops the build from then on undoes nothing."""
    block: int = BLOCK
    """Passages embedded and cached together: about what a killed build loses."""
    standing: Standing | None = None
    """The build that this one goes on from, if it is that: lets it keep the calibration."""
    helpers: int = 0
    """Processes that cut opinions beside this one; the build is the same."""
    threads: int = 1
    """Of the graph over the vectors of a large build; the build is the same."""
    engine: VectorEngine = EMBEDDED
    """Where the vectors are searched."""


class Caches(NamedTuple):
    """What earlier builds made, so that it need not be made again."""

    vectors: VectorCache
    made: MadeCache
    build: Path | None = None
    """Folder of the build that was served before, whose graph can be gone on with."""


class Line:
    """One run of the line into one stage folder, streaming: memory does not grow with the corpus."""

    def __init__(
        self, stage: Path, embedder: Embedder, caches: Caches, options: BuildOptions
    ) -> None:
        self.stage = stage
        self.embedder = embedder
        self.options = options
        self.limits = _limits(options.limits, embedder.spec.passage_budget)
        self._made = caches.made
        self._before = caches.build
        self.vectors = Embedding(
            embedder, caches.vectors, block=options.block, on_block=self._report
        )
        self.refused: list[Refused] = []
        self.notices = 0
        self.cases = self.opinions = self.sections = self.passages = self.characters = 0
        self.tokens_total = self.tokens_embedded = 0
        self._meter = Meter(helpers=options.helpers)

    def run(
        self,
        records: Iterable[CaseRecord | Refused | Noticed],
        *,
        build_id: str,
        not_before: datetime,
    ) -> tuple[manifest.Manifest, Cost]:
        """Write every file of the build, the manifest last.

        It was made ``not_before`` then, in UTC, whatever the clock says.
        """
        self._write(records)
        if not self.passages:
            raise EmptyCorpusError(
                refused=len(self.refused), reasons=[str(one) for one in self.refused]
            )
        _append(self.stage / files.REFUSED, *self.refused)
        _append(self.stage / files.NOTICES)
        search = self._taken(build_id)
        described = self._described(build_id, search, max(datetime.now(UTC), not_before))
        self._report("learning how far scores can be trusted")
        calibration = self._calibration(described)
        self.options.engine.settle(self.stage)
        cost = self._meter.read(seconds_embedding=self.vectors.clock.seconds)
        described = replace(described, calibration=calibration, cost=asdict(cost))
        self._report("writing checksums")
        return manifest.write(self.stage, described), cost

    def _write(self, records: Iterable[CaseRecord | Refused | Noticed]) -> None:
        """Write words, passages and vectors, all in one pass over ``records``."""
        cutter = Cutter(token_spans=token_reader(self.embedder), limits=self.limits)
        known = KnownCuts(self._made, cutter, fingerprint=self.embedder.spec.fingerprint)
        cases, helpers = self._cases(records), self.options.helpers
        with (
            PassageWriter(self.stage / files.PASSAGES) as passages,
            LexicalWriter(self.stage / files.LEXICAL) as words,
            closing(cut_new(cases, cutter, known, helpers=helpers)) as cuts,
            closing(self.vectors.matrices(self._texts(cuts, passages, words))) as blocks,
        ):
            write_vectors(self.stage / files.VECTORS, blocks, self.embedder.spec.dim)

    def _taken(self, build_id: str) -> manifest.VectorSearch:
        """Hand the vectors to the engine, and say how they are searched."""
        with PassageStore.open(self.stage / files.PASSAGES) as passages:
            return self.options.engine.take(
                Written(
                    stage=self.stage,
                    build_id=build_id,
                    previous=self._before,
                    threads=self.options.threads,
                    questions=lambda: questions_of(passages, self.embedder, total=self.passages),
                    siblings=files.list_builds(self.stage.parents[1]),
                    say=self._report,
                )
            )

    def _described(
        self, build_id: str, search: manifest.VectorSearch, made: datetime
    ) -> manifest.Manifest:
        """Return the manifest but for what is not known yet: calibration, cost, files."""
        return manifest.Manifest(
            build_id=build_id,
            created_at=made.isoformat(timespec="seconds"),
            program_version=self.options.program_version,
            model=self.embedder.spec,
            limits=self.limits,
            counts=self._counts(),
            tokens_total=self.tokens_total,
            tokens_embedded=self.tokens_embedded,
            sources=self.options.source_names,
            vectors=search,
        )

    def _calibration(self, described: manifest.Manifest) -> Mapping[str, object]:
        """Learn the calibration, or take over that of the build this one goes on from."""
        standing = self.options.standing
        taken = standing.calibration(described) if standing else None
        if taken is not None:
            return taken
        with PassageStore.open(self.stage / files.PASSAGES) as passages:
            lanes = Lanes(
                passages,
                self.options.engine.open(self.stage, described),
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

    def _cases(
        self, records: Iterable[CaseRecord | Refused | Noticed]
    ) -> Iterator[CaseRecord | Refused]:
        """Keep what was noticed, and hand on the rest."""
        for given in records:
            if isinstance(given, Noticed):
                _append(self.stage / files.NOTICES, given)
                self.notices += 1
            else:
                yield given

    def _texts(
        self, cuts: Iterable[CutCase | Refused], passages: PassageWriter, words: LexicalWriter
    ) -> Iterator[str]:
        """Write every case, and hand on the passages' texts in row order."""
        for made in cuts:
            if isinstance(made, Refused):
                self.refused.append(made)
                continue
            placed = made.placed(self.passages)
            try:
                passages.add(made.record, made.sections, placed, made.cited)
            except RecordError as error:
                case_id = made.record.case.id
                self.refused.append(Refused(place=case_id, reason=error.reason, case_id=case_id))
                continue
            self._count(made)
            for passage, found in zip(chain.from_iterable(placed), made.words, strict=True):
                words.add_words(passage.row, found)
                yield passage.text

    def _count(self, made: CutCase) -> None:
        self.cases += 1
        self.opinions += len(made.record.opinions)
        self.sections += sum(map(len, made.sections))
        self.passages += len(made.words)
        self.characters += sum(len(opinion.text) for opinion in made.record.opinions)
        self.tokens_total += made.tokens_total
        self.tokens_embedded += made.tokens_embedded
        self._report()

    def _report(self, step: str = "") -> None:
        self.options.on_progress(
            Progress(
                cases=self.cases,
                passages=self.passages,
                embedded=self.vectors.embedded + self.vectors.from_cache,
                from_cache=self.vectors.from_cache,
                step=step,
            )
        )


def _limits(wanted: PassageLimits | None, budget: int) -> PassageLimits:
    if wanted is None:
        return PassageLimits.for_window(budget)
    return PassageLimits(
        max_tokens=min(wanted.max_tokens, budget), target_tokens=min(wanted.target_tokens, budget)
    )


def _append(path: Path, *lines: Refused | Noticed) -> None:
    """Write ``lines`` at the end of ``path``, which is there afterwards even where there are none."""
    # A file name that is not UTF-8 holds lone surrogates; escaped they are JSON.
    with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.writelines(f"{one.to_json_line()}\n" for one in lines)
