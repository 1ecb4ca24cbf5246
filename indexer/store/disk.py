"""Writing that outlives a power cut, and what the disk refuses as this package's own error."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

from indexer.errors import IndexWriteError
from models import disk
from models.disk import sync

_FULL: Final = "the disk is full"
_REASONS: Final = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ENOTDIR: "a file stands where a folder is needed",
    errno.EEXIST: "a file stands where a folder is needed",
    errno.ENAMETOOLONG: "its name is too long",
    errno.EFBIG: "the file system refuses a file of this size",
    errno.EIO: "the disk reports an error",
    errno.ENOLCK: "the file system cannot lock files",
    errno.EOPNOTSUPP: "the file system cannot lock files",
}
_CUT_BY_NUMPY: Final = re.compile(r"\d+ requested and \d+ written")
"""All that numpy says when an array does not fit on the disk: its error has no number."""


@contextmanager
def write_errors(where: Path) -> Iterator[None]:
    """Turn what the disk refuses below ``where`` into `IndexWriteError`; other errors pass."""
    try:
        yield
    except OSError as error:
        reason = _reason(error)
        if reason is None or not _concerns(error, where):
            raise
        raise IndexWriteError(where, reason) from error


def _reason(error: OSError) -> str | None:
    if error.errno is None and _CUT_BY_NUMPY.search(str(error)):
        return _FULL
    return _REASONS.get(error.errno or 0)


def _concerns(error: OSError, where: Path) -> bool:
    if not isinstance(error.filename, (str, os.PathLike)):
        return True
    named, folder = Path(error.filename).absolute(), where.absolute()
    return named.is_relative_to(folder) or folder.is_relative_to(named)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path to write a file at, which then takes the place of ``path``.

    A reader sees the old file or the new, also after a power cut; whatever goes wrong leaves the old one.
    """
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")  # same file system as the target
    with write_errors(path.parent):
        try:
            yield part
            sync(part)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync(path.parent)


def atomic_write(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path``: a reader sees the old bytes or the new, also after a power cut."""
    with replacing(path) as part:
        part.write_bytes(data)


def make_folder(path: Path) -> None:
    """Make a folder and those above it; each that is new outlives a power cut."""
    try:
        disk.make_folder(path)
    except FileNotFoundError as error:  # as below /proc: its parent is there
        raise IndexWriteError(Path(error.filename), "no folder can be made there") from error
