"""Archives (zip, tar and compressed tar): their members are files of a source like those on disk.

Nothing is unpacked under its own name. An archive that cannot be read from any place in it, a
compressed tar or an archive in an archive, is uncompressed into one nameless temporary file.
"""

import errno
import io
import re
import shutil
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any, BinaryIO, Final, cast

from indexer.sources.refused import Refused
from indexer.sources.source_file import DiskFile, SourceFile, is_aside, is_hidden, open_source
from indexer.sources.streams import (
    OverfullError,
    TornError,
    UnreadableError,
    allowance,
    is_packed,
)
from indexer.sources.tar_entries import TarEntry, tar_entries

DEEPEST: Final = 2
"""How many archives may stand in one another: an archive, and archives in it."""
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OFFICE: Final = ("[Content_Types].xml", "mimetype")
_UNREADABLE: Final = {
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive; unpack it first, or make a zip of it",
    b"Rar!\x1a\x07": "a RAR archive; unpack it first, or make a zip of it",
}
_ENCRYPTED: Final = 0x1
_UNIX: Final = 3
_LINK: Final = "a link or a device, not read; pack the file itself"
_NOT_A_ZIP: Final = (zipfile.BadZipFile, OverflowError, RuntimeError, ValueError)
"""What the reader of zip archives raises on one that is torn, or lies."""
_METHODS: Final = frozenset(
    {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
)
_TAR_BLOCK: Final = 512
_SPOOL_BLOCK: Final = 1024 * 1024
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")

Folder = Sequence[SourceFile]


def is_archive(head: bytes) -> bool:
    """Whether a file that begins (uncompressed) with ``head`` is an archive, readable or not."""
    return head.startswith((*_ZIP, *_UNREADABLE)) or _is_tar(head)


def _is_tar(head: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(head[:_TAR_BLOCK], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


@contextmanager
def archive_folders(file: SourceFile, head: bytes) -> Iterator[list[Folder | Refused]]:
    """Hand out the members of the archive ``file``, folder by folder, sorted; valid inside the block.

    Raises `OSError` for an archive that cannot be read, is encrypted as a whole, or would unpack to
    far more than it is; members that cannot be read are among the folders as what is refused.
    """
    for magic, reason in _UNREADABLE.items():
        if head.startswith(magic):
            raise UnreadableError(reason)
    with ExitStack() as stack:
        opened = _zip if head.startswith(_ZIP) else _tar
        yield _folders(opened(file, stack))


@dataclass(slots=True)
class _Archive:
    """What an archive has, and what of it is refused."""

    place: str
    members: dict[str, "_Member"] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)

    def refuse(self, name: str, reason: str) -> None:
        """Add a member that is not read."""
        self.refused.append(Refused(place=f"{self.place}!{name}", reason=reason))


@dataclass(frozen=True, slots=True)
class _Member:
    archive: _Archive
    path: str
    size: int
    opener: Callable[[], BinaryIO]
    """Returns a seekable stream of the member's bytes."""

    @property
    def place(self) -> str:
        return f"{self.archive.place}!{self.path}"

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    def open(self) -> BinaryIO:
        return self.opener()

    def beside(self, relative: str) -> SourceFile | None:
        return self.archive.members.get(normpath(PurePosixPath(self.path).parent / relative))


def clean_name(name: str) -> str:
    """Return the name of a member as a relative path that can be shown: no controls, no way up."""
    shown = _CONTROLS.sub("_", name.replace("\\", "/")).encode("utf-8", "replace").decode()
    parts = [part for part in shown.split("/") if part not in ("", ".")]
    return "/".join("_" if part == ".." else part for part in parts)


def _folders(archive: _Archive) -> list[Folder | Refused]:
    by_folder: dict[str, list[SourceFile]] = {}
    for path in sorted(archive.members):
        *above, name = PurePosixPath(path).parts
        if not is_aside(name) and not any(map(is_hidden, above)):
            by_folder.setdefault("/".join(above), []).append(archive.members[path])
    return [*archive.refused, *(by_folder[name] for name in sorted(by_folder))]


def _zip(file: SourceFile, stack: ExitStack) -> _Archive:
    base = stack.enter_context(_seekable(file))
    try:
        packed = stack.enter_context(zipfile.ZipFile(base))
    except _NOT_A_ZIP as error:
        raise TornError(f"torn or not a zip archive ({error}); fetch the file again") from error
    infos = [info for info in packed.infolist() if not info.filename.endswith("/")]
    if infos and infos[0].filename in _OFFICE:
        raise UnreadableError("an office document, no archive; save it as plain text (.txt)")
    allowed = allowance(file.size)
    if sum(info.file_size for info in infos) > allowed:
        raise OverfullError(allowed)
    archive = _Archive(file.place)
    for info in infos:
        name, reason = clean_name(info.filename), _refusal(info)
        if reason is not None:
            archive.refuse(name, reason)
        else:
            member = _Member(archive, name, info.compress_size, _ZipMember(packed, info))
            _add(archive, member)
    return archive


def _refusal(info: zipfile.ZipInfo) -> str | None:
    """Return why a member of a zip archive is not read."""
    if info.flag_bits & _ENCRYPTED:
        return "encrypted; decrypt it first"
    if info.compress_type not in _METHODS:
        return f"compressed by method {info.compress_type}, not readable here; pack it again"
    if info.create_system == _UNIX and stat.S_ISLNK(info.external_attr >> 16):
        return _LINK
    return None


def _add(archive: _Archive, member: _Member) -> None:
    if not member.path:
        archive.refuse("", "a member without a name; pack it again")
    elif member.path in archive.members:
        archive.refuse(member.path, "the archive has two of this name; the first is read")
    else:
        archive.members[member.path] = member


@dataclass(frozen=True, slots=True)
class _ZipMember:
    packed: zipfile.ZipFile
    info: zipfile.ZipInfo

    def __call__(self) -> BinaryIO:
        try:
            return cast("BinaryIO", self.packed.open(self.info))
        except _NOT_A_ZIP as error:
            raise TornError(f"torn or not what it says ({error}); fetch the file again") from error


def _tar(file: SourceFile, stack: ExitStack) -> _Archive:
    base = stack.enter_context(_seekable(file))
    archive = _Archive(file.place)
    try:
        for entry in tar_entries(base):
            _add_tar_entry(archive, entry, base)
    except tarfile.TarError as error:
        archive.refused.append(
            Refused(
                place=file.place,
                reason=f"torn: nothing after this was read ({error}); fetch the file again",
            )
        )
    return archive


def _add_tar_entry(archive: _Archive, entry: TarEntry, base: BinaryIO) -> None:
    name = clean_name(entry.name)
    if entry.is_folder:
        return
    if entry.is_sparse or not entry.is_file:
        sparse = "a sparse file, not read; pack the file itself"
        archive.refuse(name, sparse if entry.is_sparse else _LINK)
        return
    opener = _TarMember(base, entry.start, entry.size)
    _add(archive, _Member(archive, name, entry.size, opener))


@dataclass(frozen=True, slots=True)
class _TarMember:
    base: BinaryIO
    start: int
    size: int

    def __call__(self) -> BinaryIO:
        return io.BufferedReader(_Slice(self.base, self.start, self.size))


class _Slice(io.RawIOBase):
    """The bytes ``start`` … ``start + size`` of ``base``, which is left open."""

    def __init__(self, base: BinaryIO, start: int, size: int) -> None:
        super().__init__()
        self._base, self._start, self._size = base, start, size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, origin + offset)
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        room = memoryview(buffer).cast("B")
        wanted = min(len(room), max(0, self._size - self._at))
        self._base.seek(self._start + self._at)
        data = self._base.read(wanted)
        if len(data) < wanted:
            raise TornError("torn: the archive ends inside this file")
        room[:wanted] = data
        self._at += wanted
        return wanted


@contextmanager
def _seekable(file: SourceFile) -> Iterator[BinaryIO]:
    """Hand out the bytes of ``file`` for reading at any place; from a temporary file where needed."""
    with file.open() as raw:
        if isinstance(file, DiskFile) and not is_packed(raw):
            yield raw
            return
    with tempfile.TemporaryFile() as spool:
        try:
            with open_source(file) as stream:
                shutil.copyfileobj(stream, spool, _SPOOL_BLOCK)
            spool.seek(0)
        except OSError as error:
            raise _spool_error(error) from error
        yield spool


def _spool_error(error: OSError) -> OSError:
    if error.errno == errno.ENOSPC:
        return UnreadableError(
            f"does not fit uncompressed into {tempfile.gettempdir()}; "
            "set TMPDIR to a folder with more space, or unpack it first"
        )
    return error
