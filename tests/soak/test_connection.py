"""The client tells an answer that was torn from a connection that was closed before anything came."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.soak.connection import Connections, Reply, TornAnswerError

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
ASKED = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"

Answer = Callable[[asyncio.StreamWriter, int], None]


async def asked_twice(answer: Answer) -> Reply:
    """Ask a server two times; ``answer`` is told the number of the request, over all connections."""
    requests = 0
    serving: list[asyncio.Task[Any] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        serving.append(asyncio.current_task())
        while await reader.readline():
            await reader.readuntil(b"\r\n\r\n")
            requests += 1
            answer(writer, requests)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    connections = Connections(*server.sockets[0].getsockname()[:2])
    try:
        await connections.ask(ASKED)
        return await connections.ask(ASKED)
    finally:
        connections.close()
        server.close()
        await server.wait_closed()
        await asyncio.gather(*filter(None, serving))


def run(work: Awaitable[Reply]) -> Reply:
    async def in_time() -> Reply:
        async with asyncio.timeout(60):
            return await work

    return asyncio.run(in_time())


def test_a_line_that_was_closed_between_two_requests_is_taken_up_anew():
    def answer(writer: asyncio.StreamWriter, number: int) -> None:
        if number == 2:
            writer.close()
        else:
            writer.write(WHOLE)

    assert run(asked_twice(answer)).body == b"ok"


def test_half_an_answer_is_no_answer():
    def answer(writer: asyncio.StreamWriter, number: int) -> None:
        writer.write(WHOLE if number != 2 else WHOLE[:-1])
        if number == 2:
            writer.close()

    with pytest.raises(TornAnswerError):
        run(asked_twice(answer))
