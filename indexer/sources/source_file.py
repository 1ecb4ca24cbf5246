"""A file of a source, wherever it lies: on disk or in an archive."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from stat import S_ISDIR, S_ISREG
from typing import BinaryIO, Final, Protocol

from indexer.sources.gauge import Gauge
from indexer.sources.refused import Refused
from indexer.sources.streams import uncompressed, why

HEAD: Final = 16 * 1024
"""Bytes by which a file is known."""
_PACKED: Final = (".gz", ".xz", ".bz2", ".zst")
_ASIDE: Final = re.compile(
    r"(?:readme|notice|(?:licen[cs]e|copying)(?:[-_]?\d(?:[._]\d)*)?)(?:\.(?:md|markdown|rst|txt|html?))?",
    re.IGNORECASE,
)
"""Names, whole, of files that stand beside sources and are none: ``README``, ``LICENSE-2.0.txt``."""
_NO_FILE: Final = (
    "a pipe, a socket or a device, not read; save what it gives to a file, and name that"
)


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
        try:
            found = folder.is_file()
        except OSError:  # a name that is too long, a folder that may not be searched
            return None
        return DiskFile(folder, self.root, self.gauge) if found else None


def open_source(file: SourceFile) -> BinaryIO:
    """Return a stream of what ``file`` holds, uncompressed; raises `OSError`, here or while reading."""
    return uncompressed(file.open(), file.size)


def plain_name(file: SourceFile) -> str:
    """Return the name of ``file`` without the ending that says how it is compressed."""
    return _unpacked(file.name)


def _unpacked(name: str) -> str:
    return next((name[: -len(end)] for end in _PACKED if name.lower().endswith(end)), name)


def head_of(file: SourceFile) -> bytes:
    """Return the first `HEAD` bytes of what ``file`` holds; raises `OSError`."""
    with open_source(file) as stream:
        return stream.read(HEAD)


def is_hidden(name: str) -> bool:
    """Whether a file or folder of that name is passed over: the system's own, or a program's."""
    return name.startswith(".") or name.lower() == "__macosx"


def is_aside(name: str) -> bool:
    """Whether a file of that name is passed over: it is hidden, or tells of the sources beside it."""
    return is_hidden(name) or _ASIDE.fullmatch(_unpacked(name)) is not None


def unreadable(path: Path) -> Refused | None:
    """Return why nothing is read at ``path``; `None` of a folder and of a file, or a link to one.

    Reading anything else may wait for ever, or never end.
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return _unread(path, error)
    return None if S_ISREG(mode) or S_ISDIR(mode) else Refused(place=str(path), reason=_NO_FILE)


def _unread(path: Path, error: OSError) -> Refused:
    return Refused(place=str(path), reason=f"cannot be read: {why(error)}")


def disk_folders(path: Path, gauge: Gauge | None = None) -> Iterator[Sequence[DiskFile] | Refused]:
    """Yield the files of each folder in and below ``path``, outermost first, sorted by name.

    A folder is entered once, however many links lead to it, and where it stands itself if that is
    below ``path``. What can be neither listed nor read is refused.
    """
    refused = unreadable(path)
    if refused is not None:
        yield refused
    elif path.is_dir():
        yield from _below(path, gauge)
    else:
        yield [DiskFile(path, path.parent, gauge)]


def _below(root: Path, gauge: Gauge | None) -> Iterator[Sequence[DiskFile] | Refused]:
    top = root.resolve()
    entered: set[Path] = set()
    waiting = [_Way(root, top, linked=False)]
    while waiting:
        way = waiting.pop()
        if way.real in entered or (way.linked and _is_walked(way.real, top)):
            continue
        entered.add(way.real)
        files: list[DiskFile] = []
        folders: list[_Way] = []
        for entry in _visible(way.folder):
            if isinstance(entry, Refused):
                yield entry
            elif entry.is_dir():
                folders.append(way.to(entry))
            elif not is_aside(entry.name):
                files.append(DiskFile(entry, root, gauge))
        if files:
            yield files
        waiting += reversed(folders)


@dataclass(frozen=True, slots=True)
class _Way:
    """How a folder is come to."""

    folder: Path
    real: Path
    """Where it stands, links followed."""
    linked: bool
    """Whether there is a link on the way to it."""

    def to(self, folder: Path) -> "_Way":
        """Return the way to a folder in this one."""
        link = folder.is_symlink()
        real = folder.resolve() if link else self.real / folder.name
        return _Way(folder, real, linked=self.linked or link)


def _is_walked(folder: Path, top: Path) -> bool:
    """Whether the walk of ``top`` comes to ``folder``, both without links, by another way."""
    return folder.is_relative_to(top) and not any(map(is_hidden, folder.relative_to(top).parts))


def _visible(folder: Path) -> Iterator[Path | Refused]:
    """Yield the files and folders of ``folder`` that are not hidden, by name, and why one is neither."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield _unread(folder, error)
        return
    for entry in entries:
        if is_hidden(entry.name):
            continue
        refused = unreadable(entry)
        if refused is None:
            yield entry
        elif not is_aside(entry.name):
            yield refused
