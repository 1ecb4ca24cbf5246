"""The service for an hour at 80% of what it can do, then a minute at ten times that.

    python -m tests.soak --index DIR --minutes 60 --server-cores 0 --client-cores 1 --out FILE

The server is the real one, in a process of its own. Exit code 1: an answer was wrong, the memory or the
99th percentile grew, a refusal did not say how long to wait, or it did not recover.
"""

import argparse
import asyncio
import json
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any, Final

from tests.soak import judging
from tests.soak.connection import Connections
from tests.soak.driving import Clients, Sent, summary
from tests.soak.mix import Mix, survey
from tests.soak.process import Server, serve
from tests.soak.truth import Truth
from tests.soak.watching import Sample, sample

_EVERY_S: Final = 10.0
_MEMORY_IN_OVERLOAD: Final = 1.5
"""Times what it held before."""


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Soak and overload the service.")
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--share", type=float, default=0.8, help="of what it can do")
    parser.add_argument("--times", type=float, default=10, help="of what it can do, at the end")
    parser.add_argument("--overload-s", type=float, default=60)
    parser.add_argument("--after-s", type=float, default=120)
    parser.add_argument("--measure-s", type=float, default=60, help="to learn what it can do")
    parser.add_argument("--rate", type=float, help="requests a second it can do; unset: measured")
    parser.add_argument("--clients", type=int, default=8, help="while that is measured")
    parser.add_argument("--server-cores", help="as in 0 or 0,1; unset: any")
    parser.add_argument("--client-cores", help="as in 1; unset: any")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE",
                        help="a setting of the service, without OPINION_SEARCH_")  # fmt: skip
    parser.add_argument("--log", type=Path, default=Path("soak.log"), help="of the server")
    parser.add_argument("--out", type=Path, help="the figures as JSON; unset: printed only")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--commit", default="")
    return parser.parse_args(arguments)


class Soak:
    """One run and its figures."""

    def __init__(self, given: argparse.Namespace, server: Server) -> None:
        self._given, self._server = given, server
        self._drawn = Random(given.seed)  # not for secrets
        self._phase, self._start = "survey", monotonic()
        self._samples: list[Sample] = []
        ready = server.client.get("/readyz").json()["index"]
        self.figures: dict[str, Any] = {
            "commit": given.commit,
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
            "server_cores": given.server_cores,
            "client_cores": given.client_cores,
            "settings": given.set,
            "index": ready,
        }
        self._clients = Clients(
            Connections(server.host, server.port),
            Mix(survey(server.client, self._drawn), self._drawn),
            Truth(ready["build_id"]),
        )

    async def run(self) -> None:
        """Go through all phases; `figures` grows with each and is written as it does."""
        watching = asyncio.create_task(self._watch())
        try:
            await self._clients.learn()
            capacity = await self._capacity()
            await self._soak(capacity)
            await self._overload(capacity)
        finally:
            watching.cancel()
        await self._clients.prove()
        self._judge_answers()

    async def _capacity(self) -> float:
        self._phase = "measuring"
        given = self._given
        await self._clients.closed(clients=given.clients, seconds=given.measure_s / 4)
        measured = await self._clients.closed(clients=given.clients, seconds=given.measure_s)
        capacity: float = given.rate or measured
        self._note(
            capacity={"measured_per_s": round(measured, 2), "taken_per_s": round(capacity, 2)}
        )
        return capacity

    async def _soak(self, capacity: float) -> None:
        self._phase, seconds = "soak", self._given.minutes * 60
        rate = capacity * self._given.share
        self._note(offered_per_s=round(rate, 2))
        sent, held_back = await self._clients.open(rate=rate, seconds=seconds, drawn=self._drawn)
        minutes = judging.by_minute(sent)
        self._worst_ms = max(one["p99"] for one in minutes)
        self._note(
            soak={**summary(sent, seconds), "held_back": held_back, "by_kind": _by_kind(sent)},
            minutes=minutes,
            memory=judging.memory(self._samples, seconds),
            latency=judging.latency(minutes),
        )

    async def _overload(self, capacity: float) -> None:
        given = self._given
        self._phase = "overload"
        during, held_back = await self._clients.open(
            rate=capacity * given.times, seconds=given.overload_s, drawn=self._drawn
        )
        self._look()
        self._phase = "after"
        after, _ = await self._clients.open(
            rate=capacity * given.share, seconds=given.after_s, drawn=self._drawn
        )
        self._look()
        before = judging.peak(self._samples, "soak")
        most = judging.peak(self._samples, "overload", "after")
        self._note(
            overload={**summary(during, given.overload_s), "held_back": held_back},
            after={
                **summary(after, given.after_s),
                "recovered_after_s": judging.recovery_s(
                    after, p99_ms=self._worst_ms, seconds=given.after_s
                ),
            },
            overload_memory={
                "before": before,
                "most": most,
                "bounded": most["pss_mb"] < before["pss_mb"] * _MEMORY_IN_OVERLOAD,
            },
        )

    def _judge_answers(self) -> None:
        truth = self._clients.truth
        unread = sum(len(words) for words in truth.open.values())
        self._note(
            answers={**truth.counts, "words_never_compared": unread, "first_wrong": truth.wrong}
        )

    async def _watch(self) -> None:
        while True:
            self._look()
            self._write()
            await asyncio.sleep(_EVERY_S if self._phase != "overload" else 1.0)

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
        if self._given.out:
            samples = [one.record() for one in self._samples]
            self._given.out.write_text(json.dumps({**self.figures, "samples": samples}, indent=1))


def _by_kind(sent: Sequence[Sent]) -> dict[str, Any]:
    kinds = sorted({one.kind for one in sent})
    whole = {kind: summary([one for one in sent if one.kind == kind], 1) for kind in kinds}
    return {
        kind: {name: figures[name] for name in ("requests", "p50", "p99") if name in figures}
        for kind, figures in whole.items()
    }


def failures(figures: dict[str, Any]) -> list[str]:
    """Return what does not hold."""
    rows = {**figures["memory"], **figures["latency"]}
    holds = {
        **{f"{name} is flat": row["flat"] is not False for name, row in rows.items()},
        "no wrong answer": not figures["answers"].get("wrong"),
        "nothing refused at the usual load": not figures["soak"]["refused"],
        "memory bounded in the overload": figures["overload_memory"]["bounded"],
        "recovered": figures["after"]["recovered_after_s"] is not None,
        "no error in the log": not figures["server"]["errors_logged"],
        "stopped when told to": figures["server"]["exit_code"] == 0,
    }
    return [name for name, held in holds.items() if not held]


def main() -> int:
    """Run, print what does not hold."""
    given = options()
    with serve(given.index, given.log, cores=given.server_cores, settings=given.set) as server:
        if given.client_cores:
            os.sched_setaffinity(0, {int(core) for core in given.client_cores.split(",")})
        soak = Soak(given, server)
        asyncio.run(soak.run())
        soak._note(server=server.stop())
        failed = failures(soak.figures)
        soak._note(failed=failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
