"""One run: what the service can do, the hour with its swaps, ten times as much, and afterwards."""

import asyncio
import json
import os
import platform
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any, Final

from tests.soak import capacity, judging
from tests.soak.books import Book
from tests.soak.connection import Connections
from tests.soak.driving import Clients, Sent, summary
from tests.soak.mix import Mix, first_passages, survey
from tests.soak.process import Server
from tests.soak.swapping import Swapping
from tests.soak.truth import Truth
from tests.soak.twin import Shelf
from tests.soak.unit import unit_ms
from tests.soak.watching import Sample, sample

_EVERY_S: Final = 10.0
_UNIT_EVERY_S: Final = 60.0
_MEMORY_IN_OVERLOAD: Final = 1.5
"""Times what it held before."""
_RECOVERY_S: Final = 10.0
"""After an overload, until it is as before."""
_REACHED: Final = 0.9
"""Of the overload that was meant, what must have been sent: else it was none."""


class Soak:
    """One run and its figures."""

    def __init__(self, given: Namespace, server: Server, shelf: Shelf) -> None:
        self._given, self._server, self._shelf = given, server, shelf
        self._drawn = Random(given.seed)  # not for secrets
        self._phase, self._start = "survey", monotonic()
        self._samples: list[Sample] = []
        self._units: list[tuple[float, float]] = []
        self.figures: dict[str, Any] = {
            "commit": given.commit,
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
            "server_cores": given.server_cores,
            "client_cores": given.client_cores,
            "settings": given.set,
            "warm_up_not_judged_s": judging.warm_up_s(given.minutes * 60),
            "index": server.client.get("/readyz").json()["index"],
        }

    async def run(self) -> None:
        """Go through all phases; `figures` grows with each and is written as it does."""
        books = {name: Book(folder) for name, folder in self._shelf.folders.items()}
        connections = Connections(self._server.host, self._server.port)
        self._swapping = Swapping(self._shelf, connections, self._server.pid)
        self._truth = Truth(books)
        with self._background(self._watch()):
            unloaded = await self._learn(connections)
            able = await self._capacity(unloaded)
            await self._soak(able)
            await self._overload(able)
        self._note(
            answers={
                **self._truth.counts,
                "by_build": self._truth.by_build,
                "first_wrong": self._truth.wrong,
            }
        )
        connections.close()

    async def _learn(self, connections: Connections) -> list[float]:
        """Ask both builds what will be asked again; return the milliseconds when nobody else asked."""
        ground = survey(self._server.client, self._drawn)
        await self._swapping.swap()
        mix = Mix(first_passages(self._server.client, ground), self._drawn)
        self._clients = Clients(connections, mix, self._truth, self._swapping.served)
        await self._clients.learn(self._shelf.current)
        await self._swapping.swap()
        await self._clients.learn(self._shelf.current)
        return await self._clients.learn(self._shelf.current)

    async def _capacity(self, unloaded: Sequence[float]) -> float:
        self._phase, given = "measuring", self._given
        if given.rate:
            return float(given.rate)
        bound = capacity.bound_ms(unloaded)

        async def try_rate(rate: float) -> Sequence[Sent]:
            seconds = max(given.step_s, min(capacity.ENOUGH / rate, capacity.LONGEST_S))
            sent, _ = await self._clients.open(rate=rate, seconds=seconds, drawn=self._drawn)
            return sent

        most = await self._clients.closed(clients=given.clients, seconds=given.step_s)
        found, steps = await capacity.highest(try_rate, most=most, bound=bound)
        self._note(
            capacity={"closed_per_s": round(most, 2), **capacity.record(found, steps, bound)}
        )
        if not found:
            raise SystemExit("no rate at all was answered in time: see the steps; give --rate")
        return found

    async def _soak(self, able: float) -> None:
        self._phase, given = "soak", self._given
        seconds, rate = given.minutes * 60, able * given.share
        self._note(offered_per_s=round(rate, 2))
        self._swapping.swaps.clear()
        self._look()
        with self._background(self._measure_units()), self._background(self._swap()):
            sent, held_back = await self._clients.open(
                rate=rate, seconds=seconds, drawn=self._drawn
            )
        self._look()
        minutes = judging.with_conditions(judging.by_minute(sent), self._samples, self._units)
        self._worst_ms = max(one["p99"] for one in minutes)
        self._note(
            soak={**summary(sent, seconds), "held_back": held_back, "by_kind": _by_kind(sent)},
            minutes=minutes,
            swaps=self._swapping.record(),
            memory=judging.memory(self._samples, seconds),
            latency=judging.latency(minutes, seconds),
        )

    async def _overload(self, able: float) -> None:
        given = self._given
        self._phase = "overload"
        during, held_back = await self._clients.open(
            rate=able * given.times, seconds=given.overload_s, drawn=self._drawn
        )
        self._look()
        self._phase = "after"
        after, _ = await self._clients.open(
            rate=able * given.share, seconds=given.after_s, drawn=self._drawn
        )
        self._look()
        before = judging.peak(self._samples, "soak")
        most = judging.peak(self._samples, "overload", "after")
        recovered = judging.recovery_s(after, p99_ms=self._worst_ms, seconds=given.after_s)
        bounded = most["heap_mb"] < before["heap_mb"] * _MEMORY_IN_OVERLOAD
        self._note(
            overload={
                "meant_per_s": round(able * given.times, 2),
                **summary(during, given.overload_s),
                "held_back": held_back,
            },
            after={**summary(after, given.after_s), "recovered_after_s": recovered},
            overload_memory={"before": before, "most": most, "bounded": bounded},
        )

    async def _swap(self) -> None:
        if self._given.swap_minutes:
            await self._swapping.every(self._given.swap_minutes)

    async def _measure_units(self) -> None:
        """Once a minute, on the cores of the service: what is measured there is what it has."""
        began, cores = monotonic(), self._given.server_cores
        chosen = frozenset(map(int, cores.split(","))) if cores else None
        while True:
            at_s = monotonic() - began
            self._units.append((at_s, await asyncio.to_thread(unit_ms, chosen)))
            await asyncio.sleep(began + at_s + _UNIT_EVERY_S - monotonic())

    async def _watch(self) -> None:
        while True:
            self._look()
            self._write()
            await asyncio.sleep(_EVERY_S if self._phase != "overload" else 1.0)

    @contextmanager
    def _background(self, work: Any) -> Iterator[None]:
        """Let something go on meanwhile; what it fails of is raised."""
        task = asyncio.create_task(work)
        try:
            yield
        finally:
            if not task.done():
                task.cancel()
            elif task.exception():
                task.result()

    def _look(self) -> None:
        at_s = monotonic() - self._start
        self._samples.append(sample(self._server.pid, at_s=at_s, phase=self._phase))

    def _note(self, **figures: Any) -> None:
        self.figures.update(figures)
        self._write()
        shown = {name: value for name, value in figures.items() if name != "minutes"}
        print(  # noqa: T201
            f"{monotonic() - self._start:7.0f} s {json.dumps(shown)}", file=sys.stderr, flush=True
        )

    def _write(self) -> None:
        out: Path | None = self._given.out
        if out:
            samples = [one.record() for one in self._samples]
            out.write_text(json.dumps({**self.figures, "samples": samples}, indent=1) + "\n")

    def judge(self, server: dict[str, Any]) -> tuple[list[str], list[str]]:
        """Take how the server ended; return what does not hold and what could not be judged.

        Both are noted with all else.
        """
        self._note(server=server)
        failed, unjudged = failures(self.figures), not_judged(self.figures)
        self._note(failed=failed, not_judged=unjudged)
        return failed, unjudged


def _by_kind(sent: Sequence[Sent]) -> dict[str, Any]:
    kinds = sorted({one.kind for one in sent})
    whole = {kind: summary([one for one in sent if one.kind == kind], 1) for kind in kinds}
    return {
        kind: {name: figures[name] for name in ("requests", "p50", "p99") if name in figures}
        for kind, figures in whole.items()
    }


def _rows(figures: dict[str, Any]) -> dict[str, Any]:
    return {**figures["memory"], **figures["latency"]}


def failures(figures: dict[str, Any]) -> list[str]:
    """Return what does not hold."""
    swaps, overload = figures["swaps"], figures["overload"]
    recovered = figures["after"]["recovered_after_s"]
    holds = {
        **{f"{name} is flat": row.get("flat") is not False for name, row in _rows(figures).items()},
        "no wrong answer": not figures["answers"].get("wrong"),
        "nothing refused at the usual load": not figures["soak"]["refused"],
        "everything was sent at the usual load": not figures["soak"]["held_back"],
        "the overload was one": overload["sent_per_s"] >= _REACHED * overload["meant_per_s"],
        "every build that was published is served": swaps["served"] == swaps["swaps"],
        "every old build is given back": swaps["given_back"] == swaps["swaps"],
        "memory bounded in the overload": figures["overload_memory"]["bounded"],
        "recovered in seconds": recovered is not None and recovered <= _RECOVERY_S,
        "no error in the log": not figures["server"]["errors_logged"],
        "stopped when told to": figures["server"]["exit_code"] == 0,
    }
    return [name for name, held in holds.items() if not held]


def not_judged(figures: dict[str, Any]) -> list[str]:
    """Return the figures that ought to be flat and of which there were too few."""
    return [name for name, row in _rows(figures).items() if row.get("flat", 1) is None]
