"""From sources to a published build."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Final, Self

from indexer.cost import Cost
from indexer.cutting import by_voice
from indexer.errors import IndexOpenError, IndexWriteError, RecordError
from indexer.line import KEEP_BUILDS, BuildOptions, Caches, Line, Progress
from indexer.records import CaseRecord
from indexer.sources.noticed import Noticed
from indexer.sources.refused import Refused
from indexer.sources.same_words import KnownCases
from indexer.store import files, manifest
from indexer.store.build_ages import id_at, next_moment
from indexer.store.made_cache import MadeCache
from indexer.store.passage_hashes import text_hashes
from indexer.store.snapshot import Index
from indexer.store.vector_cache import VectorCache
from models.base import Embedder

__all__ = [
    "KEEP_BUILDS",
    "BuildOptions",
    "BuildReport",
    "Progress",
    "build",
    "helpers_for",
    "merged",
]

_PROCESSORS_A_HELPER: Final = 4
"""One helper keeps the models' threads on so many processors busy: cutting takes a tenth of the time
that embedding takes. With fewer, the helper costs more than it brings."""


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
    notices: int
    """Notes about cases that are indexed, in ``notices.jsonl``."""
    forgotten: int
    """Vectors that the cache has no more: of no kept build, and older than they are."""
    cost: Cost


def helpers_for(processors: int) -> int:
    """Return how many helpers pay in a build that may use so many processors."""
    return processors // _PROCESSORS_A_HELPER


def build(
    records: Iterable[CaseRecord | Refused | Noticed],
    root: Path,
    *,
    embedder: Embedder,
    options: BuildOptions | None = None,
) -> BuildReport:
    """Index ``records`` and publish the result as the current build of ``root``.

    Nothing is published when anything fails, and vectors that were computed are kept for the next
    try. A case that the index cannot hold is refused, and the rest goes on. Once it is published,
    neither the disk nor Ctrl-C makes a failure of it: what was not tidied up is told as a warning.
    Raises `EmptyCorpusError`, `BuildLockedError`, `IndexWriteError`, `HelperError`, and what the
    embedder and ``records`` raise.
    """
    options = options or BuildOptions()
    spec, warn = embedder.spec, options.on_warning
    with ExitStack() as stack:
        stack.enter_context(files.build_lock(root))
        began = next_moment(root / files.BUILDS / one for one in files.list_builds(root))
        build_id, replaced = id_at(began), files.served_build(root)
        if options.standing and options.standing.manifest.build_id != replaced:
            options = replace(options, standing=None)  # another was published meanwhile
        publication = stack.enter_context(_Publication(root, build_id, options))
        caches = Caches(
            stack.enter_context(VectorCache(root, spec.fingerprint, spec.dim, warn=warn)),
            stack.enter_context(MadeCache(root, build_id, warn=warn)),
            None if replaced is None else root / files.BUILDS / replaced,
        )
        with files.publish(
            root, build_id, then=lambda before: publication.replace(before, caches)
        ) as stage:
            line = Line(stage, embedder, caches, options)
            done, cost = line.run(records, build_id=build_id, not_before=began)
        publication.tidy(caches)
    return BuildReport(
        build_id=build_id,
        manifest=done,
        refused=tuple(line.refused),
        embedded=line.vectors.embedded,
        from_cache=line.vectors.from_cache,
        notices=line.notices,
        forgotten=publication.forgotten,
        cost=cost,
    )


class _Publication:
    """The publishing of one build: once CURRENT names it, neither the disk nor Ctrl-C is a failure."""

    def __init__(self, root: Path, build_id: str, options: BuildOptions) -> None:
        self._root = root
        self._build_id = build_id
        self._options = options
        self._done = False
        self.forgotten = 0
        """Vectors that the cache has no more."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> bool:
        if not isinstance(error, (KeyboardInterrupt, OSError, IndexWriteError)):
            return False
        if not self._done and not files.is_current(self._root, self._build_id):
            return False
        self._options.on_published(self._build_id)
        self._options.on_warning(
            f"{self._root}: build {self._build_id} is published; tidying was cut short "
            f"({_reason(error)}), the next build goes on with it"
        )
        return True

    def replace(self, replaced: str | None, caches: Caches) -> None:
        """Remove the builds that are too many, now that CURRENT names this one instead of ``replaced``."""
        self._done = True
        self._options.on_published(self._build_id)
        caches.vectors.mark(self._build_id)
        caches.made.note()
        try:
            files.prune(self._root, self._options.keep, replaced=replaced)
        except (OSError, IndexWriteError) as error:
            told = f"{self._root}: builds that are too many stay ({_reason(error)})"
            self._options.on_warning(told)

    def tidy(self, caches: Caches) -> None:
        """Let go of what no kept build needs."""
        engine = self._options.engine
        engine.publish(self._build_id)
        engine.prune(files.list_builds(self._root))
        self.forgotten = _forget(self._root, caches)


def _reason(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "stopped"
    if isinstance(error, IndexWriteError):
        return error.reason
    return str(getattr(error, "strerror", None) or error)


def _forget(root: Path, caches: Caches) -> int:
    """Forget the cuts and vectors of no kept build, but for those that came after the oldest of them.

    The latter may be of a build that was stopped, and will be asked for when it is tried again.
    """
    builds = files.own_builds(root)
    if not builds:  # the disk does not let even the new one be read
        return 0
    caches.made.prune(before=min(builds))
    tables = [root / files.BUILDS / build_id / files.PASSAGES for build_id in builds]
    try:
        return caches.vectors.prune(chain.from_iterable(map(text_hashes, tables)), before=builds[0])
    except IndexOpenError:  # an old build is damaged: what it needs is not known
        return 0


def merged(
    root: Path, records: Iterable[CaseRecord | Refused | Noticed], *, replaced: frozenset[str]
) -> Iterator[CaseRecord | Refused | Noticed]:
    """Yield the current corpus without the cases ``replaced``, then ``records``.

    A new case that has only words which a case of the current corpus has is refused. The current
    build is opened when the first is asked for: raises what `Index.open` raises.
    """
    known = KnownCases()
    with Index.open(root) as index:
        for record in index.passages.records():
            if record.case.id not in replaced:
                known.same_as(record)
                yield record
    for given in records:
        if not isinstance(given, CaseRecord):
            yield given
            continue
        try:
            new = by_voice(given)  # as those of the current corpus are
        except RecordError as error:
            yield Refused(place=given.case.id, reason=error.reason, case_id=given.case.id)
            continue
        if (twin := known.same_as(new)) is None:
            yield new
        else:
            reason = f"the same words as the case {twin!r} of the index, which is kept; remove that one first"
            yield Refused(place=new.case.id, reason=reason, case_id=new.case.id)
