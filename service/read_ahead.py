"""Reads a build's files once through, so that the first searches need not wait for the disk page by page."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from indexer.store.files import GRAPH, LEXICAL, PASSAGES, VECTORS

_PART: Final = 1 << 20
_SHARE: Final = 0.5
"""Of the memory that is free; the rest is for work, and for the build after this one."""
_MEMINFO: Final = Path("/proc/meminfo")
_CGROUP: Final = Path("/sys/fs/cgroup")


def read_ahead(folder: Path, *, stop: Callable[[], bool], free: int | None = None) -> int:
    """Read the files of a build that searches jump about in, and return how many bytes that were.

    The ones that a search touches most come first; one that would fill more than half of the memory
    that is ``free`` (in bytes; `None`: asked of the kernel, and nothing is read where that does not say)
    is left out, and so is what follows it. Ends early when ``stop`` says so.
    """
    most = int((free_memory() if free is None else free) * _SHARE)
    done = 0
    for path in _files(folder):
        size = path.stat().st_size
        if done + size > most:
            break
        with path.open("rb", buffering=0) as file:
            buffer = bytearray(_PART)
            while read := file.readinto(buffer):
                done += read
                if stop():
                    return done
    return done


def _files(folder: Path) -> Iterator[Path]:
    lexical = folder / LEXICAL
    for path in (folder / GRAPH, *sorted(lexical.glob("*")), folder / VECTORS, folder / PASSAGES):
        if path.is_file():
            yield path


def free_memory(meminfo: Path = _MEMINFO, cgroup: Path = _CGROUP) -> int:
    """Return how many bytes are to be had, for this container where it has a limit; 0: nobody knows.

    ``Documentation/filesystems/proc.rst`` and ``admin-guide/cgroup-v2.rst`` of Linux.
    """
    try:
        lines = meminfo.read_text("ascii").splitlines()
    except OSError:
        return 0
    found = next((line for line in lines if line.startswith("MemAvailable:")), "")
    free = int(found.split()[1]) * 1024 if found else 0
    try:
        limit = (cgroup / "memory.max").read_text("ascii").strip()
        used = int((cgroup / "memory.current").read_text("ascii"))
    except OSError:
        return free
    return free if limit == "max" else max(0, min(free, int(limit) - used))
