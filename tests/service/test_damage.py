"""A build that a request finds damaged is told in the log: once a minute, whole, and not what was asked."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.errors import IndexCorruptError, IndexOpenError
from service.damage import Damage
from service.logs import JsonLines
from tests.service.dialects.test_mcp import call
from tests.service.fakes import FakeLive, FakeSearcher, client_of

QUERY = "privileged words"
PLACE = Path("/index/builds/b1/passages.sqlite")
DAMAGE = IndexCorruptError(PLACE, "the passage table is damaged")


class Kept(logging.Handler):
    """Keeps each line as it is written where it is told, with the id of the request there."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(JsonLines().format(record)))


@pytest.fixture
def log() -> Iterator[list[dict[str, Any]]]:
    kept, told = Kept(), logging.getLogger("service.damage")
    told.addHandler(kept)
    yield kept.lines
    told.removeHandler(kept)


class Damaged(FakeSearcher):
    """Whatever is asked, the table cannot be read."""

    def search(self, *_: object) -> Any:
        raise DAMAGE

    def passage(self, *_: object, **__: object) -> Any:
        raise DAMAGE


@pytest.fixture
def client():
    with client_of(FakeLive(lent=Damaged())) as client:
        yield client


ASKED = {
    "a search": ("POST", "/v1/search", {"query": QUERY}, 503),
    "a link to a search": ("GET", f"/v1/search?q={QUERY}", None, 503),
    "a batch, which goes on": ("POST", "/v1/search/batch", {"searches": [{"query": QUERY}] * 2}, 200),
    "a passage": ("GET", f"/v1/passages/{QUERY}", None, 503),
}  # fmt: skip


@pytest.mark.parametrize("asked", ASKED)
def test_one_line_names_the_build_the_place_and_the_request(client, log, asked):
    method, path, body, status = ASKED[asked]
    for number in range(3):
        headers = {"X-Request-ID": f"request-{number}"}
        answer = client.request(method, path, json=body, headers=headers)
        assert answer.status_code == status
        assert '"not_ready"' in answer.text.replace(" ", "")
        assert str(PLACE) not in answer.text

    (line,) = log
    assert (line["level"], line["request_id"]) == ("error", "request-0")
    assert line["message"].startswith(f"build b1 is damaged: {PLACE}: the passage table is damaged")
    assert QUERY not in json.dumps(log)


def test_a_tool_of_mcp_tells_it_too(client, log):
    assert call(client, "search", {"query": QUERY})["isError"] is True
    (line,) = log
    assert "build b1 is damaged" in line["message"]
    assert line["request_id"]


def test_it_is_told_again_after_a_minute_and_of_each_build(log):
    clock = [0.0]
    damage = Damage(now=lambda: clock[0])
    for at, build_id in ((0, "b1"), (1, "b2"), (59.9, "b1"), (60, "b1"), (60.5, "b2"), (119, "b1")):
        clock[0] = at
        with pytest.raises(IndexCorruptError) as passed, damage.told(FakeSearcher(build_id)):
            raise DAMAGE
        assert passed.value is DAMAGE

    assert [line["message"].split()[1] for line in log] == ["b1", "b2", "b1"]


@pytest.mark.parametrize("error", [ZeroDivisionError(), IndexOpenError("the index was closed")])
def test_other_errors_are_not_damage(log, error):
    with pytest.raises(type(error)), Damage().told(FakeSearcher()):
        raise error
    assert log == []
