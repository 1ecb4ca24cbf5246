"""Clients: as many as there are, each as fast as it is answered; or as many requests a second as is told."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from time import monotonic
from typing import Any, Final

import numpy as np

from tests.soak.connection import Connections
from tests.soak.mix import Ask, Mix, read
from tests.soak.truth import Truth, Verdict

_MOST_UNDER_WAY: Final = 4000
"""More requests than that are not sent: a client has only so many ports."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that was due at a time, and what came of it."""

    at_s: float
    """When it was due, after the beginning of its phase."""
    seconds: float
    """From then until its answer, so that a request that had to wait for its turn to be sent counts."""
    kind: str
    verdict: Verdict


@dataclass
class Clients:
    """Those who ask, and the judge of what they are answered."""

    connections: Connections
    mix: Mix
    truth: Truth

    async def send(self, ask: Ask) -> Verdict:
        """Ask once."""
        try:
            reply = await self.connections.ask(ask.wire)
        except (OSError, TimeoutError) as error:
            return self.truth.fail(ask, error)
        return self.truth.judge(ask, reply)

    async def learn(self) -> None:
        """Ask each request that will be repeated, one after the other, and keep the answers."""
        for ask in self.mix.fixed:
            self.truth.learn(ask, await self.connections.ask(ask.wire))

    async def closed(self, *, clients: int, seconds: float) -> float:
        """Ask from so many clients, each when it was answered; return the answers a second."""
        end, answered = monotonic() + seconds, 0

        async def go_on() -> None:
            nonlocal answered
            while monotonic() < end:
                await self.send(self.mix.draw())
                answered += monotonic() < end

        await asyncio.gather(*(go_on() for _ in range(clients)))
        return answered / seconds

    async def open(self, *, rate: float, seconds: float, drawn: Random) -> tuple[list[Sent], int]:
        """Send ``rate`` requests a second at random times, whatever has been answered.

        Returns what came of each, and how many were not sent since too many were under way.
        """
        sent: list[Sent] = []
        under_way: set[asyncio.Task[None]] = set()
        start, due, held_back = monotonic(), 0.0, 0

        async def ask_one(ask: Ask, at_s: float) -> None:
            verdict = await self.send(ask)
            sent.append(Sent(at_s, monotonic() - start - at_s, ask.kind, verdict))

        while (due := due + drawn.expovariate(rate)) < seconds:
            await asyncio.sleep(max(0.0, start + due - monotonic()))
            if len(under_way) >= _MOST_UNDER_WAY:
                held_back += 1
                continue
            task = asyncio.create_task(ask_one(self._next(), due))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)
        return sent, held_back

    async def prove(self) -> None:
        """Read every opinion of which words are not yet compared with it."""
        while self.truth.open:
            before = len(self.truth.open)
            for opinion_id in list(self.truth.open):
                await self.send(read(opinion_id))
            if len(self.truth.open) >= before:  # they cannot be read, which was told of
                return

    def _next(self) -> Ask:
        ask = self.mix.draw()
        if ask.kind == "opinion" and ask not in self.truth.first and self.truth.open:
            return read(next(iter(self.truth.open)))
        return ask


def summary(sent: Sequence[Sent], seconds: float) -> dict[str, Any]:
    """Return counts and percentiles in milliseconds; refusals are answered fast and so stand apart."""
    waits = [one.seconds * 1e3 for one in sent if one.verdict is Verdict.RIGHT]
    refusals = [one.seconds * 1e3 for one in sent if one.verdict is Verdict.REFUSED]
    return {
        "requests": len(sent),
        "sent_per_s": round(len(sent) / seconds, 2),
        "answered_per_s": round(len(waits) / seconds, 2),
        **{
            verdict.value: sum(one.verdict is verdict for one in sent)
            for verdict in (Verdict.REFUSED, Verdict.WRONG)
        },
        **percentiles(waits),
        **({"of_refusals": percentiles(refusals)} if refusals else {}),
    }


def percentiles(milliseconds: Sequence[float]) -> dict[str, float]:
    """Return the median, the 95th and the 99th percentile and the most, if there is any."""
    if not milliseconds:
        return {}
    figures = np.percentile(milliseconds, (50, 95, 99, 100))
    return {
        name: round(float(figure), 1)
        for name, figure in zip(("p50", "p95", "p99", "most"), figures, strict=True)
    }
