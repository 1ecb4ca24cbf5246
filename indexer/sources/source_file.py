"""A file of a source, wherever it lies: on disk or in an archive."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, Protocol

from indexer.sources.gauge import Gauge
from indexer.sources.refused import Refused
from indexer.sources.streams import uncompressed, why

HEAD: Final = 16 * 1024
"""Bytes by which a file is known."""
_PACKED: Final = (".gz", ".xz", ".bz2", ".zst")
_NOT_SOURCES: Final = ("readme", "license", "licence", "copying", "notice", ".", "__macosx")
"""Beginnings of the names of files that stand beside sources and are none."""


class SourceFile(Protocol):
    """One file that may hold opinions, readable from its start as often as one likes."""

    @property
    def place(self) -> str:
        """Where it is, for messages: ``us/cases.jsonl``, ``us.zip!cases.jsonl``."""
        ...

    @property
    def name(self) -> str:
        """The last part of its path."""
        ...

    @property
    def size(self) -> int:
        """Bytes that it takes on disk."""
        ...

    def open(self) -> BinaryIO:
        """Return a seekable stream of its bytes, still compressed if they are."""
        ...

    def beside(self, relative: str) -> "SourceFile | None":
        """Return the file at ``relative`` (to its folder, ``..`` allowed) if the source has it."""
        ...


@dataclass(frozen=True, slots=True)
class DiskFile:
    """A file on disk, of the source that is, or lies below, ``root``."""

    path: Path
    root: Path
    gauge: Gauge | None = None
    """Told how far it is read."""

    @property
    def place(self) -> str:
        """See `SourceFile`."""
        return str(self.path)

    @property
    def name(self) -> str:
        """See `SourceFile`."""
        return self.path.name

    @property
    def size(self) -> int:
        """See `SourceFile`."""
        return self.path.stat().st_size

    def open(self) -> BinaryIO:
        """See `SourceFile`."""
        return self.path.open("rb") if self.gauge is None else self.gauge.open(self.path)

    def beside(self, relative: str) -> SourceFile | None:
        """See `SourceFile`."""
        folder = self.path.parent
        for part in PurePosixPath(relative).parts:
            if part == ".." and folder == self.root:
                return None
            folder = folder.parent if part == ".." else folder / part
        return DiskFile(folder, self.root, self.gauge) if folder.is_file() else None


def open_source(file: SourceFile) -> BinaryIO:
    """Return a stream of what ``file`` holds, uncompressed; raises `OSError`, here or while reading."""
    return uncompressed(file.open(), file.size)


def plain_name(file: SourceFile) -> str:
    """Return the name of ``file`` without the ending that says how it is compressed."""
    name = file.name
    return next((name[: -len(end)] for end in _PACKED if name.lower().endswith(end)), name)


def head_of(file: SourceFile) -> bytes:
    """Return the first `HEAD` bytes of what ``file`` holds; raises `OSError`."""
    with open_source(file) as stream:
        return stream.read(HEAD)


def is_aside(name: str) -> bool:
    """Whether a file or folder of that name only stands beside sources (README, hidden files)."""
    return name.lower().startswith(_NOT_SOURCES)


def disk_folders(path: Path, gauge: Gauge | None = None) -> Iterator[Sequence[DiskFile] | Refused]:
    """Yield the files of each folder in and below ``path``, outermost first, sorted by name.

    A folder that links lead back to is entered once; one that cannot be listed is refused.
    """
    if path.is_dir():
        yield from _folder(path, DiskFile(path, path, gauge), frozenset())
    else:
        yield [DiskFile(path, path.parent, gauge)]


def _folder(
    folder: Path, source: DiskFile, seen: frozenset[Path]
) -> Iterator[Sequence[DiskFile] | Refused]:
    here = folder.resolve()
    if here in seen:
        return
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield Refused(place=str(folder), reason=f"cannot be read: {why(error)}")
        return
    visible = [entry for entry in entries if not is_aside(entry.name)]
    yield [replace(source, path=entry) for entry in visible if not entry.is_dir()]
    for entry in visible:
        if entry.is_dir():
            yield from _folder(entry, source, seen | {here})
