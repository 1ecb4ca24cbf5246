"""Damaged requests: answered or refused in good order, never a 5xx, never without end, never out of memory."""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import numpy as np
import pytest
from starlette.testclient import TestClient

from indexer.store.snapshot import Index
from models.load import load_embedder
from service.search import SearchEngine
from tests.fuzz.memory import Peak
from tests.fuzz.requests import REFUSED, Asked, Known, asked, good_requests
from tests.schema.__main__ import dialects
from tests.service.corpus import EMBEDDER, build_corpus
from tests.service.fakes import FakeLive, client_of

_SERVER_FAULT: Final = 500
_TAKEN, _REFUSED = 202, 400
_LONGEST_ADDRESS: Final = 60_000
_GROWTH_MB: Final = 300
"""All examples together, and any of them: a body of a megabyte is the largest that is sent."""
_LONGEST_S: Final = 20
"""Then the service answers 503 itself, which is one of the answers that must not be."""
_PLACE: Final = re.compile(r"\{\w+(?::path)?\}")


class Served(NamedTuple):
    client: TestClient
    requests: tuple[Asked, ...]
    """That are answered."""


@pytest.fixture(scope="module")
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The application over a real index: the one given, or a made-up one with a stand-in for the model."""
    given = request.config.getoption("--fuzz-index")
    with ExitStack() as stack:
        if given:
            index = stack.enter_context(Index.open(Path(given)))
            engine = SearchEngine(index, load_embedder(threads=1))
        else:
            index = stack.enter_context(build_corpus(tmp_path_factory.mktemp("corpus")))
            engine = SearchEngine(index, EMBEDDER)
        live = FakeLive(lent=cast("Any", engine))
        client = stack.enter_context(client_of(live, request_timeout_s=_LONGEST_S))
        yield Served(client, good_requests(Known.of(index)))


def check(client: TestClient, one: Asked) -> int:
    """See that one request is answered in good order; return the status, 0 where it cannot be sent."""
    if len(one.url) > _LONGEST_ADDRESS:  # no client sends it
        return 0
    answer = client.request(one.method, one.url, content=one.content, headers=dict(one.headers))

    assert answer.status_code < _SERVER_FAULT, answer.text
    assert answer.headers["X-Request-ID"]
    if one.method == "HEAD":
        assert answer.content == b""
        return answer.status_code
    for told in ("Traceback", "site-packages", 'File "'):
        assert answer.status_code < _REFUSED or told not in answer.text
    if answer.status_code == _TAKEN:  # a notification of MCP: there is nothing to say
        assert answer.content == b""
    elif answer.headers.get("content-type", "").startswith("application/json"):
        found = json.loads(answer.content, parse_constant=_no_number)
        assert answer.status_code < _REFUSED or isinstance(found, dict | list | str)
    return answer.status_code


def _no_number(name: str) -> None:
    pytest.fail(f"{name} is no JSON")


def address_of(one: Asked, addresses: Iterable[str]) -> str | None:
    """Return which of ``addresses`` serves a request: of those that fit the one with the most words."""
    fitting = [
        address
        for address in addresses
        if re.fullmatch(".+".join(map(re.escape, _PLACE.split(address))), one.path)
    ]
    return max(fitting, key=lambda address: len(_PLACE.sub("", address)), default=None)


def test_requests_are_damaged_of_every_address_that_is_described(served):
    """A new address needs a request here, in `good_requests`."""
    for document in (served.client.get("/openapi.json").json(), dialects()):
        described = {
            (method.upper(), path)
            for path, operations in document["paths"].items()
            for method in operations
        }
        addresses = document["paths"].keys()
        reached = {(one.method, address_of(one, addresses)) for one in (*served.requests, *REFUSED)}
        assert described - reached == set()


def test_a_request_is_good_before_it_is_damaged(served):
    """Else nothing behind its first check would ever meet a damage."""
    for one in served.requests:
        answer = served.client.request(
            one.method, one.url, content=one.content, headers=dict(one.headers)
        )
        assert answer.status_code == 200, (one, answer.text)
        assert "error" not in (answer.json() if one.path == "/mcp" else {}), (one, answer.text)
    for one in REFUSED:
        assert _REFUSED <= check(served.client, one) < _SERVER_FAULT


def test_a_damaged_request_is_answered_or_refused(fuzz, served):
    for one in served.requests:
        check(served.client, one)  # what is loaded at the first use is no growth
    held = Peak()
    fuzz(lambda example: check(served.client, example), asked(served.requests))
    assert held.grown_mb() < _GROWTH_MB


def test_a_peak_of_memory_is_seen_though_it_is_over():
    np.ones(100 << 17).sum()  # another one, before
    held = Peak()
    assert held.grown_mb() < 20
    np.ones(100 << 17).sum()  # 100 MiB, given back at once
    assert held.grown_mb() > 80
