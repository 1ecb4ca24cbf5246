"""From paths to records: which kind of source each file is, and every case once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from indexer.errors import RecordError, SourceError
from indexer.parse import parse_case
from indexer.records import CaseRecord
from indexer.sources import jsonl, text_folder
from indexer.sources.delivered import Delivered
from indexer.sources.lines import TORN_STREAM, open_bytes
from indexer.sources.refused import Refused

_HEAD: Final = 4096
_NOT_SOURCES: Final = ("readme", "license", "licence", "copying", "notice", ".")
"""Beginnings of the names of files that stand beside sources and are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One upstream format."""

    claims: Callable[[Path, bytes], bool]
    """Whether a file, given its path and its first bytes (uncompressed), is of this kind."""
    read: Callable[[Sequence[Path]], Iterator[Delivered | Refused]]
    """Read all files of this kind that one folder holds."""


KINDS: Final = (
    Kind(claims=text_folder.claims, read=text_folder.read),
    Kind(claims=jsonl.claims, read=jsonl.read),
)
"""In the order in which they are asked; the first that claims a file reads it."""

_Given: TypeAlias = Delivered | Refused


def read_sources(paths: Sequence[Path]) -> Iterator[CaseRecord | Refused]:
    """Yield every case of ``paths`` (files, or folders with all below them), and what is refused.

    The order is that of ``paths``, and sorted by name within folders. One case is in memory at a
    time. A case whose id came before is refused. Raises `SourceError` at once for a path that does
    not exist.
    """
    for path in paths:
        if not path.exists():
            raise SourceError(path, "there is no such file or folder; check the path")
    return _records(given for path in paths for given in _deliveries(path))


def _records(deliveries: Iterable[_Given]) -> Iterator[CaseRecord | Refused]:
    places: dict[str, str] = {}
    opinion_ids: set[str] = set()
    for given in deliveries:
        if isinstance(given, Refused):
            yield given
            continue
        record = _parsed(given, places, opinion_ids)
        if isinstance(record, CaseRecord):
            places[record.case.id] = given.place
            opinion_ids.update(opinion.header.id for opinion in record.opinions)
        yield record


def _parsed(
    given: Delivered, places: dict[str, str], opinion_ids: set[str]
) -> CaseRecord | Refused:
    case_id = given.case.id
    if case_id in places:
        reason = f"duplicate id {case_id!r}: the case at {places[case_id]} has it and is kept"
        return Refused(place=given.place, reason=reason, case_id=case_id)
    try:
        record = parse_case(given.case)
    except RecordError as error:
        return Refused(place=given.place, reason=error.reason, case_id=case_id)
    taken = [one.header.id for one in record.opinions if one.header.id in opinion_ids]
    if taken:
        reason = f"duplicate opinion id {taken[0]!r}: an opinion of another case has it"
        return Refused(place=given.place, reason=reason, case_id=case_id)
    return record


def _deliveries(path: Path) -> Iterator[_Given]:
    if path.is_dir():
        yield from _folder(path, seen=frozenset())
    elif path.name == text_folder.METADATA:
        yield from text_folder.read([path, *sorted(path.parent.glob("*.txt"))])
    else:
        yield from _files([path])


def _folder(folder: Path, seen: frozenset[Path]) -> Iterator[_Given]:
    """Yield what the files of ``folder`` hold and then what its folders do, each sorted by name."""
    here = folder.resolve()
    if here in seen:
        return
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield Refused(place=str(folder), reason=f"cannot be read: {error.strerror or error}")
        return
    visible = [entry for entry in entries if not entry.name.lower().startswith(_NOT_SOURCES)]
    yield from _files([entry for entry in visible if not entry.is_dir()])
    for entry in visible:
        if entry.is_dir():
            yield from _folder(entry, seen | {here})


def _files(files: Sequence[Path]) -> Iterator[_Given]:
    claimed: dict[int, list[Path]] = {}
    for path in files:
        kind = _kind_of(path)
        if isinstance(kind, Refused):
            yield kind
        else:
            claimed.setdefault(kind, []).append(path)
    for kind in sorted(claimed):
        yield from KINDS[kind].read(claimed[kind])


def _kind_of(path: Path) -> int | Refused:
    """Return the position of the kind that reads ``path``."""
    try:
        with open_bytes(path) as file:
            head = file.read(_HEAD)
    except (OSError, *TORN_STREAM) as error:
        return Refused(place=str(path), reason=f"cannot be read: {error}")
    for at, kind in enumerate(KINDS):
        if kind.claims(path, head):
            return at
    return Refused(
        place=str(path),
        reason="skipped: neither JSON Lines records (.jsonl, .jsonl.gz, .jsonl.xz) nor text (.txt)",
    )
