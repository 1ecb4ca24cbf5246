"""Clients: as many as there are, each as fast as it is answered; or as many requests a second as is told."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from time import monotonic
from typing import Any, Final

import numpy as np

from tests.soak.connection import Connections
from tests.soak.mix import Ask, Mix
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
    served: Callable[[], frozenset[str]]
    """Returns the builds that may answer what is sent from now on."""

    async def send(self, ask: Ask) -> Verdict:
        """Ask once; the answer may be of a build that was served at any moment until it came."""
        before = self.served()
        try:
            reply = await self.connections.ask(ask.wire)
        except (OSError, TimeoutError) as error:
            return self.truth.fail(ask, error)
        return self.truth.judge(ask, reply, before | self.served())

    async def learn(self, build_id: str) -> list[float]:
        """Ask each request that will be repeated, one after the other, and keep the answers.

        Returns how many milliseconds each took while nobody else asked.
        """
        took = []
        for ask in self.mix.fixed:
            began = monotonic()
            reply = await self.connections.ask(ask.wire)
            took.append((monotonic() - began) * 1e3)
            self.truth.learn(ask, reply, build_id)
            self.truth.judge(ask, reply, frozenset({build_id}))
        return took

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

        Returns what came of each, and how many were not sent since too many were under way. What a
        request fails of that is no verdict is a fault of these tests; it is raised at the end.
        """
        sent: list[Sent] = []
        faults: list[BaseException] = []
        under_way: set[asyncio.Task[None]] = set()
        start, due, held_back = monotonic(), 0.0, 0

        async def ask_one(ask: Ask, at_s: float) -> None:
            verdict = await self.send(ask)
            sent.append(Sent(at_s, monotonic() - start - at_s, ask.kind, verdict))

        def ended(task: asyncio.Task[None]) -> None:
            under_way.discard(task)
            if not task.cancelled() and (fault := task.exception()) is not None:
                faults.append(fault)

        while (due := due + drawn.expovariate(rate)) < seconds:
            await asyncio.sleep(max(0.0, start + due - monotonic()))
            if len(under_way) >= _MOST_UNDER_WAY:
                held_back += 1
                continue
            task = asyncio.create_task(ask_one(self.mix.draw(), due))
            under_way.add(task)
            task.add_done_callback(ended)
        await asyncio.gather(*under_way, return_exceptions=True)
        if faults:
            raise BaseExceptionGroup("requests that could not be judged", faults)
        return sent, held_back


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
