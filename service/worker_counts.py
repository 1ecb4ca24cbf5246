"""The files in which several workers count together: one of each kind for each that lives, and one for the dead."""

import fcntl
import logging
import os
import re
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import orjson
from prometheus_client.mmap_dict import MmapedDict

_log: Final = logging.getLogger(__name__)
_NAME: Final = re.compile(r"([a-z_]+)_([0-9]+)\.db")
"""As prometheus-client names a file: what is in it, and whose it is."""
_ADDED_UP: Final = ("counter", "histogram")
"""Kinds that count on when their process has died; gauges say what is so while it lives."""


class WorkerCounts:
    """The folder that the workers share.

    prometheus-client leaves the counts of a dead worker in files of its own, so a worker that dies
    again and again would fill the disk; and without them every counter would go backward. So they are
    added up in one file. Whoever reads or does that keeps the others out: nothing is counted twice.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def alone(self) -> Iterator[set[int]]:
        """Keep the other processes out, and yield who lives, once the dead are added up."""
        with (self.folder / "lock").open("a+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # until the file is closed
            yield self._living()

    def _living(self) -> set[int]:
        found = [
            (named[1], int(named[2]), path)
            for path in self.folder.glob("*.db")
            if (named := _NAME.fullmatch(path.name)) is not None
        ]
        pids = {pid for _, pid, _ in found}
        living = {pid for pid in pids if _is_alive(pid)}
        left = [(kind, path) for kind, pid, path in found if pid not in living]
        for kind in _ADDED_UP:
            files = [path for of, path in left if of == kind]
            if files:
                _add_up(files, into=self.folder / f"{kind}_dead.db")
        for _, path in left:
            path.unlink(missing_ok=True)
        return living


def _add_up(files: Iterable[Path], *, into: Path) -> None:
    """Add what was counted in ``files`` to what ``into`` has, which is replaced whole."""
    sums: defaultdict[str, float] = defaultdict(float)
    for file in (into, *files):
        for name, value in _counted(file):
            sums[name] += value
    part = into.with_suffix(".part")
    part.unlink(missing_ok=True)
    made = MmapedDict(str(part))  # type: ignore[no-untyped-call]
    for name, value in sums.items():
        made.write_value(name, value, 0.0)  # type: ignore[no-untyped-call]
    made.close()  # type: ignore[no-untyped-call]
    part.replace(into)


def _counted(file: Path) -> Iterator[tuple[str, float]]:
    """Yield what was counted, by prometheus-client's names; of a file that its process left torn, what can be read."""
    if not file.exists():
        return
    try:
        for name, value, _, _ in MmapedDict.read_all_values_from_file(str(file)):  # type: ignore[no-untyped-call]
            orjson.loads(name)
            yield name, value
    except (RuntimeError, ValueError, struct.error):
        _log.warning("a worker that died left some of its counts unreadable; they are missing")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # its number is another user's by now
        return True
    return True
