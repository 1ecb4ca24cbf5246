"""What a tar archive names, header by header.

`tarfile` takes one header apart. It is not asked to go from one to the next: a header that lies sends it
back for ever, each header before a member's own takes it one call deeper, and a damaged one is the
end to it.
"""

import io
import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

_BLOCK: Final = tarfile.BLOCKSIZE
_LONGEST: Final = 8 * 1024 * 1024
"""Bytes of a header that says something of the member behind it: its long name, its attributes."""
_MOST: Final = 16
"""Headers that one member may have before its own; programs write four at most."""
_LONG_NAMES: Final = {tarfile.GNUTYPE_LONGNAME: "path", tarfile.GNUTYPE_LONGLINK: "linkpath"}
_RECORDS: Final = frozenset({tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.XGLTYPE})
_SPARSE: Final = "GNU.sparse."
_MINDED: Final = frozenset({"path", "size", f"{_SPARSE}name"})
"""Records that count here; of the others it counts that a file is sparse."""
_MAP_GOES_ON: Final = (482, 504)
"""Bytes of a sparse file's header, and of each block behind it, that say whether another one follows."""
_SIZE: Final = re.compile(r"[0-9]{1,19}")
_DIGITS: Final = 20
_CUT: Final = "unexpected end of data"


@dataclass(frozen=True, slots=True, kw_only=True)
class TarEntry:
    """A file, a folder, a link or a device."""

    name: str
    """As the archive has it: perhaps absolute, perhaps with ``..``."""
    start: int
    """Where in the archive its bytes begin."""
    size: int
    is_folder: bool
    is_file: bool
    is_sparse: bool


def tar_entries(base: BinaryIO) -> Iterator[TarEntry]:
    """Yield what the archive ``base`` (seekable) names, in order, until the block of zeros or its end.

    Raises `tarfile.ReadError` where it is torn or a header cannot be; what came before is sound.
    """
    reader = _Reader(base)
    while (entry := reader.next()) is not None:
        yield entry


class _Reader:
    """Goes from header to header, never back."""

    def __init__(self, base: BinaryIO) -> None:
        self._base = base
        self._length = base.seek(0, io.SEEK_END)
        self._at = 0
        self._of_all: dict[str, str] = {}
        """What the archive says of all members that follow."""

    def next(self) -> TarEntry | None:
        """Return what comes next, `None` at the end."""
        said: dict[str, str] = {}
        for _ in range(_MOST):
            header = self._header()
            if header is None:
                if said:
                    raise tarfile.ReadError(_CUT)
                return None
            if header.type in _LONG_NAMES:
                said.setdefault(_LONG_NAMES[header.type], _until_zero(self._data(header)))
            elif header.type == tarfile.XGLTYPE:
                self._of_all.update(_records(self._data(header)))
            elif header.type in _RECORDS:
                said = {**dict(_records(self._data(header))), **said}
            else:
                return self._entry(header, {**self._of_all, **said})
        raise tarfile.ReadError(f"more than {_MOST} headers before one file")

    def _header(self) -> tarfile.TarInfo | None:
        """Go behind the next header and return it; `None` at the end."""
        if self._at > self._length:
            raise tarfile.ReadError(_CUT)
        self._base.seek(self._at)
        block = self._base.read(_BLOCK)
        if not block.strip(b"\0"):
            return None
        try:
            header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(str(error)) from error
        if header.size < 0:
            raise tarfile.ReadError(f"a file of {header.size:,} bytes")
        self._at += _BLOCK
        return header

    def _data(self, header: tarfile.TarInfo) -> bytes:
        """Go behind what belongs to a header and return it."""
        if header.size > _LONGEST:
            raise tarfile.ReadError(f"a header of {header.size:,} bytes")
        data = self._base.read(header.size)
        if len(data) < header.size:
            raise tarfile.ReadError(_CUT)
        self._skip(header.size)
        return data

    def _skip(self, size: int) -> None:
        self._at += -(-size // _BLOCK) * _BLOCK

    def _entry(self, header: tarfile.TarInfo, said: Mapping[str, str]) -> TarEntry:
        """Go behind the bytes of a member and return it."""
        if header.type == tarfile.GNUTYPE_SPARSE:
            self._skip_map()
        start, size = self._at, _size(header, said)
        if header.isreg() or header.type not in tarfile.SUPPORTED_TYPES:
            self._skip(size)
        return TarEntry(
            name=said.get(f"{_SPARSE}name") or said.get("path") or header.name,
            start=start,
            size=size,
            is_folder=header.isdir(),
            is_file=header.isreg(),
            is_sparse=header.type == tarfile.GNUTYPE_SPARSE or _SPARSE in said,
        )

    def _skip_map(self) -> None:
        """Go behind the blocks that say where the bytes of a sparse file belong."""
        self._base.seek(self._at - _BLOCK)
        here, behind = _MAP_GOES_ON
        goes_on = self._base.read(_BLOCK)[here]
        while goes_on:
            block = self._base.read(_BLOCK)
            if len(block) < _BLOCK:
                raise tarfile.ReadError(_CUT)
            goes_on = block[behind]
            self._at += _BLOCK


def _until_zero(data: bytes) -> str:
    return _text(data.partition(b"\0")[0])


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _size(header: tarfile.TarInfo, said: Mapping[str, str]) -> int:
    given = said.get("size")
    if given is None:
        return header.size
    if not _SIZE.fullmatch(given):
        raise tarfile.ReadError("a size that is no number of bytes")
    return int(given)


def _records(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield name and value of the records ``18 path=a/b.txt`` of a header (POSIX, pax) that count here."""
    at = 0
    while at < len(data) and data[at]:
        digits = data[at : at + _DIGITS].partition(b" ")[0]
        end = at + int(digits) if digits.isdigit() else at
        name, equals, value = data[at + len(digits) + 1 : end - 1].partition(b"=")
        if not at < end <= len(data) or not name or not equals:
            raise tarfile.ReadError("a header that cannot be read")
        if name.startswith(_SPARSE.encode()):
            yield _SPARSE, ""
        if (known := _text(name)) in _MINDED:
            yield known, _text(value)
        at = end
