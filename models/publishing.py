"""A model's folder: there whole or not at all, also after a power cut."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def published(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside ``target``, which becomes it unless something goes wrong.

    All that was written there is on the disk before ``target`` is its name, and then the name is. An
    error leaves nothing there, unless only the disk refused to keep the name: then ``target`` is whole.
    """
    parent = target.absolute().parent
    part = parent / f".{target.name}.{uuid4().hex}.part"  # same file system as the target
    _make_folder(parent)
    try:
        part.mkdir()
        yield part
        _sync_tree(part)
        part.rename(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    _sync(parent)


def _make_folder(path: Path) -> None:
    """Make a folder and those above it; each that is new outlives a power cut."""
    if path.is_dir():
        return
    _make_folder(path.parent)
    path.mkdir(exist_ok=True)
    _sync(path.parent)


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    """Return when ``path``, a file or a folder, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
