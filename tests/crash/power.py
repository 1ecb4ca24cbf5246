"""What a power cut may leave of a folder: all that was not synced is anybody's guess.

A file keeps its bytes from its last sync, and the names in a folder are as they were at the folder's last
sync, unless the kernel happened to write more. `cut` guesses by a random number.
"""

import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class _Unsynced:
    """What would be lost at the worst."""

    bytes: set[Path] = field(default_factory=set)
    """Files whose content is not on the disk."""
    made: list[Path] = field(default_factory=list)
    """Names that are not in their folder on the disk."""
    renamed: list[tuple[Path, Path]] = field(default_factory=list)


def cut(root: Path, before: Path, calls: Sequence[Sequence[str]], seed: int) -> None:
    """Let ``root`` lose some of what ``calls``, all made, did not sync; ``before`` is a copy from before.

    Seed 0 loses everything, 1 the content of files only, 2 renames only; any other a share of it all.
    """
    unsynced = _follow(calls)
    drawn = random.Random(seed)
    share = {0: (1, 1, 1), 1: (1, 0, 0), 2: (0, 0, 1)}.get(seed, (0.5, 0.5, 0.5))
    for path in sorted(unsynced.bytes):
        if path.is_file() and drawn.random() < share[0]:
            kept = drawn.choice((0, path.stat().st_size // 2))
            with path.open("r+b") as file:
                file.truncate(kept)
    for path in reversed(unsynced.made):
        if path.exists() and drawn.random() < share[1]:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for old, new in reversed(unsynced.renamed):
        if new.exists() and drawn.random() < share[2]:
            new.rename(old)
            was = before / new.relative_to(root)
            if was.is_file():
                shutil.copy2(was, new)


def _follow(calls: Sequence[Sequence[str]]) -> _Unsynced:
    left = _Unsynced()
    for operation, name, target in calls:
        path = Path(name)
        if operation == "sync":
            _synced(left, path)
        elif operation == "rename":
            _renamed(left, path, Path(target))
        elif operation == "create":
            left.made.append(path)
        if operation in {"write", "truncate"} or target == "empty":
            left.bytes.add(path)
    return left


def _synced(left: _Unsynced, path: Path) -> None:
    left.bytes.discard(path)
    left.made = [made for made in left.made if made.parent != path]
    left.renamed = [(old, new) for old, new in left.renamed if new.parent != path]


def _renamed(left: _Unsynced, old: Path, new: Path) -> None:
    def moved(path: Path) -> Path:
        return new / path.relative_to(old) if path.is_relative_to(old) else path

    left.bytes = {moved(path) for path in left.bytes}
    left.made = [moved(path) for path in left.made if path != old]
    left.renamed.append((old, new))
