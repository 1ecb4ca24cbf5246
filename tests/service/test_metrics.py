from functools import partial
from pathlib import Path

import pytest
from prometheus_client import ProcessCollector
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from service import keys, metrics
from service.metrics import Metrics
from tests.service.fakes import FakeLive, client_of, manifest

SEARCH = {"query": "privileged words"}
Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]


def numbers(text: str) -> Numbers:
    """Read Prometheus's own text form."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(found: Numbers, name: str, **labels: str) -> float:
    return found.get((f"opinion_search_{name}", frozenset(labels.items())), 0.0)


def test_what_was_done_is_counted():
    with client_of() as client:
        for k in (1, 5, 5):
            client.post("/v1/search", json={**SEARCH, "k": k})
        client.post("/v1/search/batch", json={"searches": [SEARCH, SEARCH]})
        client.get("/v1/cases/floyd-nobody")
        client.head("/v1/cases")
        answer = client.get("/metrics")
    found = numbers(answer.text)

    assert answer.headers["content-type"].startswith("text/plain")
    assert value(found, "requests_total", route="/v1/search", method="POST", status="200") == 3
    assert value(found, "requests_total", route="/v1/cases/{id}", method="GET", status="404") == 1
    assert value(found, "requests_total", route="/v1/cases", method="HEAD", status="200") == 1
    assert value(found, "request_seconds_count", route="/v1/search") == 3
    assert value(found, "searches_total", mode="hybrid") == 5
    assert value(found, "hits_count") == 5
    assert value(found, "hits_sum") == 1 + 4 * 5
    for stage, milliseconds in (("total", 6.12345), ("embed", 4.0), ("dense", 0.0)):
        assert value(found, "stage_seconds_count", stage=stage) == 5
        assert value(found, "stage_seconds_sum", stage=stage) == pytest.approx(
            5 * milliseconds / 1e3
        )
    assert value(found, "requests_inside") == 0


def test_the_build_that_is_served_is_told_as_it_is_now():
    live = FakeLive()
    with client_of(live) as client:
        first = numbers(client.get("/metrics").text)
        live.lent.build_id = "b2"
        second = numbers(client.get("/metrics").text)
        live.reason = "gone"
        third = numbers(client.get("/metrics").text)

    assert value(first, "build", build_id="b1", model="tiny") == 1
    assert (value(first, "cases"), value(first, "opinions"), value(first, "passages")) == (2, 3, 5)
    assert value(first, "ready") == 1
    assert value(second, "build", build_id="b2", model="tiny") == 1
    assert value(second, "build", build_id="b1", model="tiny") == 0
    assert value(third, "ready") == 0
    assert value(third, "passages") == 0


def test_what_is_refused_is_counted_by_its_reason(tmp_path):
    anna, watcher = keys.make("anna", per_minute=1), keys.make("prometheus")
    for one in (anna, watcher):
        keys.add(tmp_path / "k", one.kept)
    with client_of(keys_file=tmp_path / "k", max_body_bytes=1024) as client:
        good = {"X-API-Key": anna.text}
        client.get("/v1/cases")
        client.post("/v1/search", json={"query": "x" * 2000}, headers=good)
        client.get("/v1/cases", headers=good)
        found = numbers(client.get("/metrics", headers={"X-API-Key": watcher.text}).text)

    assert value(found, "refused_total", reason="unauthorized") == 1
    assert value(found, "refused_total", reason="body_too_large") == 1
    assert value(found, "refused_total", reason="too_many_requests") == 1
    assert value(found, "key_requests_total", key="anna") == 2


def test_no_number_is_named_after_what_a_caller_sends():
    with client_of() as client:
        for url in ("/privileged", "/v1/cases/privileged", "/v1/search?q=privileged"):
            client.get(url)
        client.request("PRIVILEGED", "/v1/search")
        client.post("/v1/search", json=SEARCH)
        text = client.get("/metrics").text

    assert "rivileged" not in text
    assert "PRIVILEGED" not in text
    assert 'route="none"' in text


def test_a_search_that_nothing_answers_is_counted():
    metrics, live = Metrics(), FakeLive()
    from dataclasses import replace

    from service.answers import SearchQuery

    answer = live.lent.search(SearchQuery(text="x"))
    metrics.answered(answer)
    metrics.answered(replace(answer, no_match=True, hits=()))
    found = numbers(metrics.render(None).decode())

    assert value(found, "no_match_total") == 1
    assert value(found, "searches_total", mode="hybrid") == 2


def test_applications_do_not_count_for_each_other():
    one, other = Metrics(), Metrics()
    one.searches.labels("hybrid").inc()

    assert value(numbers(one.render(None).decode()), "searches_total", mode="hybrid") == 1
    assert value(numbers(other.render(None).decode()), "searches_total", mode="hybrid") == 0


def test_memory_and_processor_time_of_the_process_are_there():
    text = Metrics().render(manifest()).decode()
    assert Path("/proc").exists() <= ("process_resident_memory_bytes" in text)


def test_what_several_workers_use_is_added_under_the_names_of_one(tmp_path, monkeypatch):
    """Of a process as it was at one moment: what this one uses changes from one look to the next."""
    (tmp_path / "7" / "fd").mkdir(parents=True)
    (tmp_path / "7" / "fd" / "0").touch()
    for name in ("stat", "self/stat", "self/limits"):
        copy = tmp_path / name.replace("self", "7")
        copy.write_bytes((Path("/proc") / name).read_bytes())
    collector = partial(ProcessCollector, proc=str(tmp_path), registry=None)
    monkeypatch.setattr(metrics, "ProcessCollector", collector)

    own = used(collector(pid=lambda: 7))
    both = used(metrics._Processes([7, 7]))

    assert own["process_open_fds"] == 1
    assert own["process_resident_memory_bytes"] > 0
    assert both == {name: 2 * own[name] for name in both}
    assert both.keys() < own.keys()
    assert both.keys() == {
        "process_resident_memory_bytes",
        "process_virtual_memory_bytes",
        "process_open_fds",
        "process_cpu_seconds_total",
    }


def used(collector: Collector) -> dict[str, float]:
    return {
        sample.name: sample.value for family in collector.collect() for sample in family.samples
    }
