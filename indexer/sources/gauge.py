"""How far the files of a source are read: what an estimate of the time left goes by."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO


class Gauge:
    """Counts the bytes of files that were read, each once however often it is; for one thread."""

    def __init__(self) -> None:
        self.total = 0
        """Bytes of all files, as far as they were announced."""
        self._furthest: dict[Path, int] = {}
        self._paused = False

    def announce(self, path: Path) -> None:
        """Say that a file will be read."""
        try:
            self.total += path.stat().st_size
        except OSError:  # whoever reads it says so
            return

    @property
    def share(self) -> float | None:
        """Share of the announced bytes that were read, 0 to 1; None where none were announced."""
        if not self.total:
            return None
        return min(1.0, sum(self._furthest.values()) / self.total)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Count nothing that is opened meanwhile: a look at a file's first bytes."""
        self._paused = True
        try:
            yield
        finally:
            self._paused = False

    def open(self, path: Path) -> BinaryIO:
        """Open a file, and count what is read of it."""
        if self._paused:
            return path.open("rb")
        return io.BufferedReader(_Counted(self, path))

    def saw(self, path: Path, end: int) -> None:
        """Count ``path`` as read up to byte ``end``."""
        self._furthest[path] = max(end, self._furthest.get(path, 0))


class _Counted(io.FileIO):
    """A file that tells a gauge how far it was read."""

    def __init__(self, gauge: Gauge, path: Path) -> None:
        super().__init__(path)
        self._gauge = gauge
        self._path = path

    def readinto(self, buffer: Any, /) -> int:
        """Fill ``buffer`` and return how far."""
        count = super().readinto(buffer)
        self._gauge.saw(self._path, self.tell())
        return count

    def readall(self) -> bytes:
        """Return the rest of the file."""
        data = super().readall()
        self._gauge.saw(self._path, self.tell())
        return data
