"""Every PromQL expression of dashboard and alerts names series that a running service really exposes, by labels they have."""

import json
import re
from pathlib import Path

import httpx2
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from service import metrics
from tests.acceptance.running import ask, serving, succeed

DASHBOARD = Path(metrics.__file__).with_name("dashboard.json")
ALERTS = Path(metrics.__file__).with_name("deploy") / "monitoring" / "alerts.yml"
QUERIES = sorted(
    {
        *(
            target["expr"]
            for panel in json.loads(DASHBOARD.read_text())["panels"]
            for target in panel["targets"]
        ),
        *(
            rule["expr"]
            for group in yaml.safe_load(ALERTS.read_text("utf-8"))["groups"]
            for rule in group["rules"]
        ),
    }
)
_GROUPED = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")
_SELECTED = re.compile(r"([a-zA-Z_:][\w:]*)\s*\{([^}]*)\}")
_RANGE = re.compile(r"\[[^\]]*\]")
_NAME = re.compile(r"(?<!\w)[a-zA-Z_:][\w:]*(?!\s*\()(?![\w:])")
_WORDS = {"and", "or", "unless", "bool", "offset", "group_left", "group_right"}
_ADDED_SERIES = {"up"}
_ADDED_LABELS = {"instance", "job"}
"""What Prometheus adds itself."""
_SUFFIXES = {
    "counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",),
}  # fmt: skip


def parsed(query: str) -> tuple[set[str], set[str]]:
    """Return the names of series in an expression, and of labels by which it selects or groups."""
    labels = {name.strip() for found in _GROUPED.findall(query) for name in found.split(",")}
    for _, matchers in _SELECTED.findall(query):
        labels |= set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers))
    bare = _RANGE.sub("", _GROUPED.sub("", _SELECTED.sub(r"\1", query)))
    return set(_NAME.findall(bare)) - _WORDS - _ADDED_SERIES, labels - _ADDED_LABELS - {""}


def exposed(client: httpx2.Client) -> tuple[set[str], dict[str, set[str]]]:
    """Return the series that `/metrics` declares, and of those that have been counted the labels."""
    declared: set[str] = set()
    counted: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(client.get("/metrics").text):
        declared |= {f"{family.name}{suffix}" for suffix in _SUFFIXES[family.type]}
        for sample in family.samples:
            counted.setdefault(sample.name, set()).update(sample.labels)
    return declared, counted


def use(client: httpx2.Client, key: str) -> None:
    """Let everything that is counted happen once."""
    client.headers["Authorization"] = f"Bearer {key}"
    for _ in range(2):
        ask(client, "may an officer shoot an unarmed man")
    ask(client, "how to prune roses in early spring")
    client.get("/v1/cases", headers={"Authorization": "Bearer nobody"})


def test_an_expression_is_taken_apart():
    assert parsed(
        'histogram_quantile(0.9, sum by (le, kind) (rate(a_bucket{route=~"/v1/.*", x!="y"}[$__rate_interval])))'
        " / on (z) b_total"
    ) == ({"a_bucket", "b_total"}, {"le", "kind", "route", "x", "z"})


def test_what_prometheus_adds_and_how_far_back_is_left_out():
    query = 'a_build and on (instance, id) a_build offset 14d or up{job="x"} == 0'
    assert parsed(query) == ({"a_build"}, {"id"})


@pytest.mark.slow
def test_every_expression_asks_for_what_is_exposed(seeds_index, tmp_path):
    """Several workers together do not even declare what none has counted: nothing else may be missing there."""
    shown = succeed("keys", "new", "grafana", "--keys-file", tmp_path / "keys")
    key = next(word for word in shown.split() if word.startswith("osk_"))
    seen = []
    for workers in ("1", "2"):
        with serving(
            seeds_index,
            tmp_path / "log",
            OPINION_SEARCH_WORKERS=workers,
            OPINION_SEARCH_KEYS_FILE=str(tmp_path / "keys"),
        ) as client:
            use(client, key)
            seen.append(exposed(client))
    (declared, alone), (_, together) = seen
    for query in QUERIES:
        names, labels = parsed(query)
        assert names or query.startswith("up{"), query
        assert names <= declared, query
        for name in names & alone.keys():
            assert labels <= alone[name], query
            assert name in together, query
            assert labels <= together[name], query
    assert len({name for query in QUERIES for name in parsed(query)[0]} & together.keys()) >= 8
