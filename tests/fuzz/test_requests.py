"""Damaged requests: answered or refused in good order, never a 5xx, never without end, never out of memory."""

import json
import resource
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, cast

import pytest
from starlette.testclient import TestClient

from indexer.store.snapshot import Index
from models.load import load_embedder
from service.search import SearchEngine
from tests.fuzz.requests import Asked, asked
from tests.service.corpus import EMBEDDER, build_corpus
from tests.service.fakes import FakeLive, client_of

_SERVER_FAULT: Final = 500
_TAKEN, _REFUSED = 202, 400
_LONGEST_ADDRESS: Final = 60_000
_GROWTH_MB: Final = 300
_LONGEST_S: Final = 20
"""Then the service answers 503 itself, which is one of the answers that must not be."""


@pytest.fixture(scope="module")
def client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
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
        yield stack.enter_context(client_of(live, request_timeout_s=_LONGEST_S))


def check(client: TestClient, one: Asked) -> None:
    if len(one.url) > _LONGEST_ADDRESS:  # no client sends it
        return
    answer = client.request(one.method, one.url, content=one.content, headers=dict(one.headers))

    assert answer.status_code < _SERVER_FAULT, answer.text
    assert answer.headers["X-Request-ID"]
    if one.method == "HEAD":
        assert answer.content == b""
        return
    for told in ("Traceback", "site-packages", 'File "'):
        assert answer.status_code < _REFUSED or told not in answer.text
    if answer.status_code == _TAKEN:  # a notification of MCP: there is nothing to say
        assert answer.content == b""
    elif answer.headers.get("content-type", "").startswith("application/json"):
        found = json.loads(answer.content, parse_constant=_no_number)
        assert answer.status_code < _REFUSED or isinstance(found, dict | list | str)


def _no_number(name: str) -> None:
    pytest.fail(f"{name} is no JSON")


def held_mb() -> float:
    """Return the most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def test_a_damaged_request_is_answered_or_refused(fuzz, client):
    seen: list[float] = []

    def one(example: Asked) -> None:
        check(client, example)
        seen.append(held_mb())

    fuzz(one, asked())
    assert seen[-1] - seen[len(seen) // 10] < _GROWTH_MB
