"""Numbers that tell of trouble while questions are answered, and who may see the names of keys."""

import pytest
from starlette.testclient import TestClient

from service import keys
from service.metrics import Metrics
from tests.service.fakes import FakeLive, client_of
from tests.service.test_metrics import SEARCH, numbers, value


@pytest.fixture
def anna() -> keys.NewKey:
    return keys.make("anna")


@pytest.fixture
def gone() -> keys.NewKey:
    """One that was revoked."""
    return keys.make("gone")


@pytest.fixture
def client(tmp_path, anna, gone):
    """Of a service whose metrics are open, which anna asked once."""
    for one in (anna, gone):
        keys.add(tmp_path / "k", one.kept)
    keys.revoke(tmp_path / "k", "gone")
    with client_of(keys_file=tmp_path / "k", open_metrics=True) as client:
        assert client.post("/v1/search", json=SEARCH, headers=shown(anna)).status_code == 200
        yield client


def shown(key: keys.NewKey) -> dict[str, str]:
    return {"Authorization": f"Bearer {key.text}"}


def seen(client: TestClient, **headers: str) -> str:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    assert value(numbers(answer.text), "searches_total", mode="hybrid") == 1
    text: str = answer.text
    return text


def test_open_metrics_tell_the_names_of_keys_to_who_shows_one(client, anna, gone):
    assert 'opinion_search_key_requests_total{key="anna"} 1.0' in seen(client, **shown(anna))
    for headers in ({}, {"Authorization": "Bearer nonsense"}, shown(gone)):
        text = seen(client, **headers)
        assert "anna" not in text
        assert "key_requests" not in text


def test_what_is_open_is_no_more_than_the_metrics(client, gone):
    assert client.get("/v1/cases").status_code == 401
    assert client.get("/v1/cases", headers=shown(gone)).status_code == 403


class OneRefused(FakeLive):
    """Answers from an older build than the one that `CURRENT` names."""

    refused: str | None = None

    @property
    def problem(self) -> str | None:
        return self.refused


def test_a_build_that_is_not_served_is_told_though_another_one_is():
    live = OneRefused()
    with client_of(live) as client:

        def gauges() -> tuple[float, float]:
            found = numbers(client.get("/metrics").text)
            return value(found, "ready"), value(found, "current_refused")

        assert gauges() == (1, 0)
        live.refused = "INDEX/builds/b: the file vectors.faiss has 7 bytes instead of 9"
        assert gauges() == (1, 1)
        live.refused = None
        assert gauges() == (1, 0)


def test_a_second_look_is_told_apart_from_a_slow_search():
    found = numbers(Metrics().render(None).decode())
    for seconds in ("2.5", "5.0", "10.0", "30.0"):
        labels = frozenset({"stage": "total", "le": seconds}.items())
        assert ("opinion_search_stage_seconds_bucket", labels) in found
