"""The bytes of a source, uncompressed by what its first bytes say, and never more than they may be.

Whatever goes wrong while reading is an `UnreadableError`, an `OSError` whose words can be shown.
"""

import bz2
import gzip
import importlib
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any, BinaryIO, Final

GENEROUS_RATIO: Final = 200
"""Uncompressed bytes for one compressed byte; legal text stays under 30, its worst tables under 60."""
ALWAYS_ALLOWED: Final = 64 * 1024 * 1024
"""Uncompressed bytes that nobody asks about."""
_MAGIC: Final = 6
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_BLOCK: Final = 1024 * 1024
_ZSTD_BLOCK: Final = 4096
"""Compressed bytes unpacked at once: of zstd they can become 32,768 times as many."""
_TORN: Final = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error, zipfile.BadZipFile)


class UnreadableError(OSError):
    """The bytes of a source cannot be had; the message says why and what to do."""


class TornError(UnreadableError):
    """A compressed stream ends early or is not what it says."""


class OverfullError(UnreadableError):
    """A compressed stream holds far more than its size makes likely."""

    def __init__(self, allowed: int) -> None:
        super().__init__(
            f"holds more than {allowed:,} bytes, over {GENEROUS_RATIO} for each compressed one; "
            "if that is what it should be, decompress it first"
        )


def allowance(size: int) -> int:
    """Return how many bytes ``size`` compressed bytes may become."""
    return max(ALWAYS_ALLOWED, size * GENEROUS_RATIO)


def uncompressed(raw: BinaryIO, size: int) -> BinaryIO:
    """Return a stream of what ``raw`` (seekable, at its start) holds, taken out of its compression.

    gzip, xz, bzip2 and zstd are known by their first bytes; anything else is handed on as it is.
    ``size`` is what the bytes of ``raw`` take on disk. Closing the stream closes ``raw``. Raises
    `UnreadableError`, here and while reading.
    """
    try:
        magic = raw.read(_MAGIC)
        raw.seek(0)
        unpack = _unpacker(magic)
        inner = raw if unpack is None else unpack(raw)
    except UnreadableError:
        raw.close()
        raise
    except (OSError, MemoryError, *_TORN) as error:
        raw.close()
        raise _explained(error) from error
    return io.BufferedReader(GuardedStream(inner, allowance(size), beneath=raw), _BLOCK)


def is_packed(raw: BinaryIO) -> bool:
    """Whether what ``raw`` (seekable, at its start) holds is compressed; goes back to the start."""
    packed = _unpacker(raw.read(_MAGIC)) is not None
    raw.seek(0)
    return packed


def _unpacker(magic: bytes) -> Callable[[BinaryIO], Any] | None:
    for beginning, unpack in _UNPACKERS.items():
        if magic.startswith(beginning):
            return unpack
    return None


def _gunzip(raw: BinaryIO) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=raw, mode="rb")


def _unzstd(raw: BinaryIO) -> Any:
    if find_spec("zstandard") is None:
        raise UnreadableError(
            "compressed with Zstandard, which needs a package that is not here: "
            "install zstandard, or decompress it first"
        )
    return _ZstdReader(raw)


class _ZstdReader:
    """Reads zstd frames one after another; unlike the package's own reader it minds a torn end."""

    def __init__(self, raw: BinaryIO) -> None:
        self._package: Any = importlib.import_module("zstandard")
        self._raw = raw
        self._frame: Any = None
        self._packed = b""
        self._data = b""

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes, none only at the end; `EOFError` inside a frame."""
        while not self._data:
            self._packed = self._packed or self._raw.read(_ZSTD_BLOCK)
            if not self._packed:
                if self._frame is not None:
                    raise EOFError("the file ends inside a frame")
                return b""
            self._data = self._next()
        given, self._data = self._data[:size], self._data[size:]
        return given

    def _next(self) -> bytes:
        frame = self._frame or self._package.ZstdDecompressor().decompressobj()
        try:
            data: bytes = frame.decompress(self._packed)
        except self._package.ZstdError as error:
            raise TornError(f"torn or not what it says ({error}); fetch the file again") from error
        self._frame, self._packed = (None, frame.unused_data) if frame.eof else (frame, b"")
        return data

    def close(self) -> None:
        """Let go of what is read from."""
        self._frame = None


_UNPACKERS: Final[Mapping[bytes, Callable[[BinaryIO], Any]]] = {
    b"\x1f\x8b": _gunzip,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
    **{b"BZh%d" % level: bz2.BZ2File for level in range(1, 10)},
    _ZSTD: _unzstd,
}


class GuardedStream(io.RawIOBase):
    """Reads ``inner`` up to ``allowed`` bytes and explains what goes wrong; closes what is beneath."""

    def __init__(self, inner: Any, allowed: int, *, beneath: BinaryIO) -> None:
        super().__init__()
        self._inner = inner
        self._allowed = allowed
        self._beneath = beneath
        self._given = 0

    def readable(self) -> bool:
        """Say that this can be read."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill ``buffer`` and return how far."""
        room = memoryview(buffer).cast("B")
        try:
            data = self._inner.read(min(len(room), _BLOCK))
        except UnreadableError:
            raise
        except (OSError, MemoryError, *_TORN) as error:
            raise _explained(error) from error
        self._given += len(data)
        if self._given > self._allowed and self._inner is not self._beneath:
            raise OverfullError(self._allowed)
        room[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the stream and what it reads from."""
        if not self.closed:
            self._inner.close()
            self._beneath.close()
        super().close()


def _explained(error: Exception) -> UnreadableError:
    """Return ``error`` as this module's own: only what the system says has a number."""
    if isinstance(error, OSError) and error.errno is not None:
        return UnreadableError(error.errno, error.strerror or str(error))
    if isinstance(error, MemoryError):
        return UnreadableError("wants more memory than there is; decompress it first")
    return TornError(f"torn or not what it says ({error}); fetch the file again")


def why(error: OSError) -> str:
    """Return the words of ``error`` without its number and path."""
    return error.strerror or str(error)
