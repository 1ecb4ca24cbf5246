"""Writing that outlives a power cut: a file, a folder and its names are on the disk when a call returns."""

import os
from pathlib import Path


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
