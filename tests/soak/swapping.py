"""Builds published under load: when the new one answers, and that nothing of the old one is still held."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Final

import orjson

from tests.soak.connection import Connections
from tests.soak.mix import Ask
from tests.soak.twin import Shelf
from tests.soak.watching import family

_LOOK_S: Final = 0.2
_SERVED_S: Final = 60.0
_GIVEN_BACK_S: Final = 60.0
"""A request that was begun with the old build may hold it for as long as a request may take."""
_WORKERS_S: Final = 10.0
"""Each worker looks for a new build by itself; the one that was asked may be the first."""
_READY: Final = Ask("status", "GET", "/readyz")


@dataclass(frozen=True, slots=True)
class Swap:
    """What came of one."""

    at_s: float
    build_id: str
    served_after_s: float | None
    """`None`: not within a minute."""
    given_back_after_s: float | None
    """After the new one was served; until then a file of the old build was mapped or open."""
    held: tuple[str, ...]
    """Files of the old build that were not given back."""


class Swapping:
    """Publishes the builds of a shelf in turn."""

    def __init__(self, shelf: Shelf, connections: Connections, pid: int) -> None:
        self.shelf, self._connections, self._pid = shelf, connections, pid
        self.swaps: list[Swap] = []
        self._served: frozenset[str] = frozenset({shelf.current})

    def served(self) -> frozenset[str]:
        """Return the builds that may answer now."""
        return self._served

    async def swap(self, at_s: float = 0.0) -> Swap:
        """Publish the next build, and wait until it is served and the old one is given back."""
        old, new = self.shelf.current, self.shelf.other()
        self._served = frozenset({old, new})
        began = monotonic()
        self.shelf.publish(new)
        served = await self._until_served(new, began)
        back: float | None = None
        held: tuple[str, ...] = ()
        if served is not None:
            back, held = await self._until_given_back(self.shelf.folders[old])
            await asyncio.sleep(max(0.0, began + served + _WORKERS_S - monotonic()))
            self._served = frozenset({new})
        done = Swap(at_s, new, served, back, held)
        self.swaps.append(done)
        return done

    async def every(self, minutes: float) -> None:
        """Swap again and again, until cancelled."""
        start, due = monotonic(), 0.0
        while True:
            due += minutes * 60
            await asyncio.sleep(max(0.0, start + due - monotonic()))
            await self.swap(due)

    async def _until_served(self, build_id: str, began: float) -> float | None:
        while monotonic() - began < _SERVED_S:
            reply = await self._connections.ask(_READY.wire)
            if reply.status == 200 and orjson.loads(reply.body)["index"]["build_id"] == build_id:
                return monotonic() - began
            await asyncio.sleep(_LOOK_S)
        return None

    async def _until_given_back(self, folder: Path) -> tuple[float | None, tuple[str, ...]]:
        began = monotonic()
        while monotonic() - began < _GIVEN_BACK_S:
            if not (held := held_below(folder, self._pid)):
                return monotonic() - began, ()
            await asyncio.sleep(_LOOK_S)
        return None, tuple(sorted(held))

    def record(self) -> dict[str, Any]:
        """Return all of it for JSON."""
        served = [one.served_after_s for one in self.swaps if one.served_after_s is not None]
        back = [one.given_back_after_s for one in self.swaps if one.given_back_after_s is not None]
        return {
            "swaps": len(self.swaps),
            "served": len(served),
            "given_back": len(back),
            "slowest_to_serve_s": round(max(served), 2) if served else None,
            "slowest_to_give_back_s": round(max(back), 2) if back else None,
            "each": [asdict(one) for one in self.swaps],
        }


def held_below(folder: Path, pid: int) -> set[str]:
    """Return the files below a folder that a process or a child of it has mapped or open, removed ones too."""
    beginning = f"{folder.resolve()}{os.sep}"
    return {path for one in family(pid) for path in _files(one) if path.startswith(beginning)}


def _files(pid: int) -> Iterator[str]:
    """Yield the paths that a process has mapped or open; what ends or is closed meanwhile is held no more."""
    process = Path("/proc") / str(pid)
    with suppress(OSError):
        for line in (process / "maps").read_text().splitlines():
            yield "".join(line.partition("/")[1:])
    with suppress(OSError):
        for name in os.listdir(process / "fd"):  # noqa: PTH208  # read at once, so that none is missed
            with suppress(OSError):
                yield os.readlink(process / "fd" / name)  # noqa: PTH115  # as it is called, gone or not
