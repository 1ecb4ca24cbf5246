"""From paths to records: which kind of source each file is, and every case once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from indexer.errors import RecordError, SourceError
from indexer.parse import parse_case
from indexer.records import CaseRecord
from indexer.sources import (
    cap,
    courtlistener_api,
    courtlistener_bulk,
    html_page,
    jsonl,
    pdf,
    text_folder,
)
from indexer.sources.archives import DEEPEST, archive_folders, is_archive
from indexer.sources.delivered import Delivered
from indexer.sources.described import DESCRIBED, METADATA
from indexer.sources.gauge import Gauge
from indexer.sources.noticed import Noticed
from indexer.sources.one_record import one_record
from indexer.sources.refused import Refused
from indexer.sources.same_words import KnownCases
from indexer.sources.source_file import (
    DiskFile,
    SourceFile,
    disk_folders,
    head_of,
    is_aside,
    unreadable,
)
from indexer.sources.streams import why
from indexer.sources.unknown_courts import UnknownCourts

_SKIPPED: Final = (
    "skipped: neither text (.txt), nor a PDF, nor a web page (.html), nor records in JSON, nor CourtListener's objects or tables, "
    "nor a case of the Harvard Caselaw Access Project"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One upstream format."""

    claims: Callable[[SourceFile, bytes], bool]
    """Whether a file, given its first bytes (uncompressed), is of this kind."""
    read: Callable[[Sequence[SourceFile]], Iterator[Delivered | Refused]]
    """Read all files of this kind that one folder holds; or one source, where it needs them all."""
    needs_all: bool = False
    """Whether one case may be spread over several folders of a source."""


KINDS: Final = (
    Kind(claims=text_folder.claims, read=text_folder.read),
    Kind(claims=courtlistener_bulk.claims, read=courtlistener_bulk.read, needs_all=True),
    Kind(claims=courtlistener_api.claims, read=courtlistener_api.read, needs_all=True),
    Kind(claims=cap.claims, read=cap.read),
    Kind(claims=jsonl.claims, read=jsonl.read),
    Kind(claims=pdf.claims, read=pdf.read),
    Kind(claims=html_page.claims, read=html_page.read),
)
"""In the order in which they are asked; the first that claims a file reads it."""

_Given: TypeAlias = Delivered | Refused


def read_sources(
    paths: Sequence[Path], *, gauge: Gauge | None = None
) -> Iterator[CaseRecord | Refused | Noticed]:
    """Yield every case of ``paths`` (files, or folders with all below them), and what is refused.

    The order is that of ``paths``, and sorted by name within folders. One case is in memory at a
    time. A case whose id, or all of whose words, came before is refused. What there is to say of a
    case that is not refused comes before it; of courts that nobody knows, at the end. ``gauge`` is
    told how far the files are read. Raises `SourceError` at once for a path that does not exist, or
    that may not be looked at.
    """
    for path in paths:
        _check(path)
    counted = gauge or Gauge()
    for path in paths if gauge else ():
        _announce(path, counted)
    return _Corpus().read(given for path in paths for given in _deliveries(path, counted))


def _check(path: Path) -> None:
    try:
        found = path.exists()
    except OSError as error:  # in a folder that may not be searched, or too long a name
        raise SourceError(path, f"{why(error)}; check the path and who may read it") from error
    if not found:
        raise SourceError(path, "there is no such file or folder; check the path")


def _announce(path: Path, gauge: Gauge) -> None:
    for folder in _folders(path, gauge):
        if not isinstance(folder, Refused):
            for file in folder:
                gauge.announce(file.path)


class _Corpus:
    """What came before: ids, words, courts that nobody knows."""

    def __init__(self) -> None:
        self._places: dict[str, str] = {}
        self._opinion_ids: set[str] = set()
        self._words = KnownCases()
        self._courts = UnknownCourts()

    def read(self, deliveries: Iterable[_Given]) -> Iterator[CaseRecord | Refused | Noticed]:
        """Yield what becomes of ``deliveries``, in their order."""
        for given in deliveries:
            if isinstance(given, Refused):
                yield given
                continue
            try:
                with one_record():
                    record = self._new(given)
            except RecordError as error:
                yield Refused(place=given.place, reason=error.reason, case_id=given.case.id)
                continue
            self._courts.see(record.case, given.place)
            for note in given.case.notes:
                yield Noticed(
                    place=given.place, kind=note.kind, note=note.words, case_id=given.case.id
                )
            yield record
        yield from self._courts.notices()

    def _new(self, given: Delivered) -> CaseRecord:
        """Return and remember the case; `RecordError` where it cannot be one, or is not new."""
        case_id = given.case.id
        if case_id in self._places:
            raise RecordError(
                f"duplicate id {case_id!r}: the case at {self._places[case_id]} has it and is kept; give each its own"
            )
        record = parse_case(given.case)
        ids = [one.header.id for one in record.opinions]
        if taken := [one for one in ids if one in self._opinion_ids]:
            raise RecordError(
                f"duplicate opinion id {taken[0]!r}: an opinion of another case has it; give each its own"
            )
        if (twin := self._words.same_as(record)) is not None:
            raise RecordError(
                f"the same words as the case {twin!r} at {self._places[twin]}, which is kept; give one of them"
            )
        self._places[case_id] = given.place
        self._opinion_ids.update(ids)
        return record


def _deliveries(path: Path, gauge: Gauge) -> Iterator[_Given]:
    return _source(_folders(path, gauge), gauge, depth=0)


def _folders(path: Path, gauge: Gauge) -> Iterator[Sequence[DiskFile] | Refused]:
    if path.name == METADATA and path.is_file():
        return _with_described(path, gauge)
    return disk_folders(path, gauge)


def _with_described(path: Path, gauge: Gauge) -> Iterator[Sequence[DiskFile] | Refused]:
    """Yield the metadata ``path`` with the files beside it that it may describe."""
    files = [DiskFile(path, path.parent, gauge)]
    try:
        beside = sorted(path.parent.iterdir())
    except OSError as error:
        yield Refused(place=str(path.parent), reason=f"cannot be read: {why(error)}")
        beside = []
    for file in beside:
        if file.suffix.lower() not in DESCRIBED or is_aside(file.name):
            continue
        refused = unreadable(file)
        if refused is not None:
            yield refused
        elif not file.is_dir():
            files.append(DiskFile(file, path.parent, gauge))
    yield files


def _source(
    folders: Iterable[Sequence[SourceFile] | Refused], gauge: Gauge, depth: int
) -> Iterator[_Given]:
    """Yield what ``folders`` hold, each folder before the archives in it; ``depth`` archives down."""
    waiting: dict[int, list[SourceFile]] = {}
    for folder in folders:
        if isinstance(folder, Refused):
            yield folder
            continue
        claimed: dict[int, list[SourceFile]] = {}
        packed: list[tuple[SourceFile, bytes]] = []
        yield from _sort(folder, gauge, claimed, packed)
        for kind in sorted(claimed):
            if KINDS[kind].needs_all:
                waiting.setdefault(kind, []).extend(claimed[kind])
            else:
                yield from KINDS[kind].read(claimed[kind])
        for file, head in packed:
            yield from _archive(file, head, gauge, depth + 1)
    for kind in sorted(waiting):
        yield from KINDS[kind].read(waiting[kind])


def _sort(
    folder: Sequence[SourceFile],
    gauge: Gauge,
    claimed: dict[int, list[SourceFile]],
    packed: list[tuple[SourceFile, bytes]],
) -> Iterator[Refused]:
    """Put the files of a folder where they belong, and yield those that belong nowhere."""
    for file in folder:
        with gauge.paused():
            refused = _sorted_in(file, claimed, packed)
        if refused is not None:
            yield refused


def _sorted_in(
    file: SourceFile,
    claimed: dict[int, list[SourceFile]],
    packed: list[tuple[SourceFile, bytes]],
) -> Refused | None:
    """Put ``file`` where it belongs, or return why it belongs nowhere."""
    try:
        head = head_of(file)
    except OSError as error:
        return Refused(place=file.place, reason=f"cannot be read: {why(error)}")
    if is_archive(head):
        packed.append((file, head))
        return None
    for at, kind in enumerate(KINDS):
        if kind.claims(file, head):
            claimed.setdefault(at, []).append(file)
            return None
    return Refused(place=file.place, reason=_SKIPPED)


def _archive(file: SourceFile, head: bytes, gauge: Gauge, depth: int) -> Iterator[_Given]:
    if depth > DEEPEST:
        reason = "an archive in an archive in an archive; unpack the outer one first"
        yield Refused(place=file.place, reason=reason)
        return
    try:
        with archive_folders(file, head) as folders:
            inside = _source(folders, gauge, depth)
            first = next(inside, None)
            yield first or Refused(place=file.place, reason="the archive has no sources in it")
            yield from inside
    except OSError as error:
        yield Refused(place=file.place, reason=f"cannot be read: {why(error)}")
