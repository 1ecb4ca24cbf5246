"""Writing that outlives a power cut, and why the disk refused to."""

import errno
import os
import re
from pathlib import Path
from typing import Final

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
_SAID_BY_RUST: Final = re.compile(r"\(os error (\d+)\)")
"""Where safetensors and tokenizers have the number: their errors are no `OSError`."""
_SAID_BY_OPENVINO: Final = {
    "iostream error": "the disk takes no more",
    "Can't open bin file": "no file can be made there",
    "Can't open xml file": "no file can be made there",
}
"""All that it says when a file is cut, or cannot be made."""


def refusal(error: Exception, below: Path) -> str | None:
    """Return why the disk refused what was done below ``below``, a folder or one yet to be made.

    `None` where ``error`` does not say so, or says it of a file that lies elsewhere.
    """
    if not isinstance(error, OSError):
        return _in_words(str(error))
    if not _concerns(error, below):
        return None
    if error.errno is None and _CUT_BY_NUMPY.search(str(error)):
        return _FULL
    return _REASONS.get(error.errno or 0)


def _in_words(told: str) -> str | None:
    number = _SAID_BY_RUST.search(told)
    if number:
        return _REASONS.get(int(number[1]))
    return next((reason for words, reason in _SAID_BY_OPENVINO.items() if words in told), None)


def _concerns(error: OSError, below: Path) -> bool:
    if not isinstance(error.filename, (str, os.PathLike)):
        return True
    named, folder = Path(error.filename).absolute(), below.absolute()
    return named.is_relative_to(folder) or folder.is_relative_to(named)


def sync(path: Path) -> None:
    """Return when ``path``, a file or a folder, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Return when every file and folder below ``folder``, and itself, is on the disk."""
    for path in sorted(folder.rglob("*")):
        sync(path)
    sync(folder)


def make_folder(path: Path) -> None:
    """Make a folder and those above it; each that is new outlives a power cut."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync(path.parent)
