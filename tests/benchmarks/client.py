"""A load client with nothing between it and the socket; as a process, its own: JSON in, JSON out.

    python -m tests.benchmarks.client < plan.json > answers.json

Closed loop: so many clients, each asks again as soon as it was answered. Open loop: requests come
at random moments, whether earlier ones were answered or not, and the time of an answer counts from
the moment that its request was *meant* to be sent: a slow answer delays nobody's clock.
"""

import asyncio
import json
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final, Self

HOST: Final = "127.0.0.1"
_END_OF_HEAD: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"
_LOOKED_INTO: Final = 10
"""One answer of so many is kept, to see where the time went."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much is asked, how."""

    seconds: float
    warm_up_s: float = 0.0
    """Requests meant to be sent in the first seconds are answered, but not counted."""
    clients: int = 1
    """Closed loop: clients at once."""
    rate: float | None = None
    """Open loop, when given: requests a second, on average."""
    seed: int = 0


@dataclass(slots=True, kw_only=True)
class Answers:
    """What came back."""

    latencies_ms: list[float] = field(default_factory=list)
    """Of the answers of status 200 that count; in an open loop from the intended moment."""
    lateness_ms: list[float] = field(default_factory=list)
    """Open loop: how long after the intended moment a request was sent."""
    statuses: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    """In which those that count were answered."""
    looked_into: list[Any] = field(default_factory=list)
    """Some of the answers, parsed."""

    @property
    def per_second(self) -> float:
        """Good answers a second."""
        return len(self.latencies_ms) / self.seconds if self.seconds else 0.0


def http_request(path: str, body: bytes) -> bytes:
    """Return the bytes of a POST of JSON."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def answer_in(buffer: bytes | bytearray) -> tuple[int, bytes] | None:
    """Return status and body once they are all there; `ValueError` for an answer without a length."""
    end = buffer.find(_END_OF_HEAD)
    if end < 0:
        return None
    head = bytes(buffer[:end]).lower()
    at = head.find(_LENGTH)
    if at < 0:
        raise ValueError(f"an answer without a length: {head[:200]!r}")
    length = int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0])
    begin = end + len(_END_OF_HEAD)
    if len(buffer) < begin + length:
        return None
    return int(head.split(b" ", 2)[1]), bytes(buffer[begin : begin + length])


class Asker:
    """One connection that is kept alive; asks one question at a time, and waits."""

    def __init__(self, port: int, path: str = "/v1/search") -> None:
        self._socket = socket.create_connection((HOST, port), timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._path = path

    def ask(self, **body: Any) -> tuple[float, Any]:
        """Return milliseconds from sending to the last byte, and the answer; `ValueError` if bad."""
        request = http_request(self._path, json.dumps(body).encode())
        buffer = bytearray()
        start = time.perf_counter()
        self._socket.sendall(request)
        while (answer := answer_in(buffer)) is None:
            got = self._socket.recv(1 << 18)
            if not got:
                raise ValueError("the service closed the connection")
            buffer += got
        took = (time.perf_counter() - start) * 1e3
        status, found = answer
        if status != 200:
            raise ValueError(f"{status}: {found[:300]!r}")
        return took, json.loads(found)

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Connection(asyncio.Protocol):
    """Sends one request at a time."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._answered: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        answer = answer_in(self._buffer)
        if answer is not None and self._answered is not None:
            self._buffer.clear()
            self._answered.set_result(answer)
            self._answered = None

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered is not None:
            self._answered.set_result((0, b""))
            self._answered = None

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Return status and body; status 0 when the connection was lost."""
        if self._transport is None or self._transport.is_closing():
            return 0, b""
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answered

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class _Pool:
    """Connections to one port: idle ones, and as many new ones as are needed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[_Connection] = []

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[_Connection]:
        connection = self._idle.pop() if self._idle else await self._open()
        try:
            yield connection
        finally:
            self._idle.append(connection)

    async def fill(self, count: int) -> None:
        self._idle += [await self._open() for _ in range(count)]

    def close(self) -> None:
        for connection in self._idle:
            connection.close()

    async def _open(self) -> _Connection:
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(_Connection, HOST, self._port)
        return made


class _Noting:
    """Notes the answers of one load."""

    def __init__(self, load: Load) -> None:
        self._start = time.perf_counter()
        self.counted_from = self._start + load.warm_up_s
        self.until = self._start + load.warm_up_s + load.seconds
        self.answers = Answers()
        self._statuses: Counter[str] = Counter()
        self._last = self.counted_from

    def note(self, began: float, status: int, body: bytes) -> None:
        now = time.perf_counter()
        self._statuses[str(status)] += 1
        if began < self.counted_from or status != 200:
            return
        self._last = max(self._last, now)
        answers = self.answers
        answers.latencies_ms.append(round((now - began) * 1e3, 3))
        if len(answers.latencies_ms) % _LOOKED_INTO == 1:
            answers.looked_into.append(body)

    def done(self) -> Answers:
        self.answers.seconds = self._last - self.counted_from
        self.answers.statuses = dict(self._statuses)
        self.answers.looked_into = [json.loads(body) for body in self.answers.looked_into]
        return self.answers


async def closed_loop(port: int, requests: Iterator[bytes], load: Load) -> Answers:
    """Let ``load.clients`` ask, each one question after the other."""
    pool = _Pool(port)
    await pool.fill(load.clients)
    noting = _Noting(load)

    async def client() -> None:
        async with pool.lend() as connection:
            for request in requests:
                began = time.perf_counter()
                if began >= noting.until:
                    return
                noting.note(began, *await connection.ask(request))

    await asyncio.gather(*(client() for _ in range(load.clients)))
    pool.close()
    return noting.done()


def arrivals(rate: float, seconds: float, seed: int) -> Iterator[float]:
    """Yield the moments of a Poisson process, in seconds from its beginning."""
    drawn = random.Random(seed)
    at = drawn.expovariate(rate)
    while at < seconds:
        yield at
        at += drawn.expovariate(rate)


async def open_loop(port: int, requests: Iterator[bytes], load: Load) -> Answers:
    """Send requests at random moments, ``load.rate`` a second, however long answers take."""
    assert load.rate is not None
    pool = _Pool(port)
    await pool.fill(load.clients)
    noting = _Noting(load)
    start = noting.counted_from - load.warm_up_s

    async def one(request: bytes, intended: float) -> None:
        async with pool.lend() as connection:
            if intended >= noting.counted_from:
                late = (time.perf_counter() - intended) * 1e3
                noting.answers.lateness_ms.append(round(late, 3))
            noting.note(intended, *await connection.ask(request))

    under_way = set()
    moments = arrivals(load.rate, load.warm_up_s + load.seconds, load.seed)
    for request, at in zip(requests, moments, strict=False):
        await asyncio.sleep(max(0.0, start + at - time.perf_counter()))
        under_way.add(asyncio.create_task(one(request, start + at)))
    await asyncio.gather(*under_way)
    pool.close()
    return noting.done()


def run_load(port: int, bodies: Sequence[dict[str, Any]], load: Load) -> Answers:
    """Ask ``bodies`` of ``/v1/search``, from a process of its own; `ValueError` when they run out."""
    plan = {"port": port, "load": asdict(load), "bodies": bodies}
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.client"],
        input=json.dumps(plan), cwd=Path(__file__).parents[2], check=True, capture_output=True, text=True,
    )  # fmt: skip
    answers = Answers(**json.loads(done.stdout))
    if load.rate is None and sum(answers.statuses.values()) >= len(bodies):
        raise ValueError(f"{len(bodies)} questions are too few for {load}")
    return answers


def main() -> None:
    """Read a plan, carry it out, write what came of it."""
    plan = json.load(sys.stdin)
    load = Load(**plan["load"])
    requests = (http_request("/v1/search", json.dumps(body).encode()) for body in plan["bodies"])
    ready = iter(list(islice(requests, len(plan["bodies"]))))
    loop = closed_loop if load.rate is None else open_loop
    answers = asyncio.run(loop(plan["port"], ready, load))
    json.dump(asdict(answers), sys.stdout)


if __name__ == "__main__":
    main()
