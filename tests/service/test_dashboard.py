"""The dashboard and the alerts ask for numbers that the service has, by the labels that they have."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from service import metrics
from service.metrics import Metrics

DASHBOARD = Path(metrics.__file__).with_name("dashboard.json")
ALERTS = Path(metrics.__file__).with_name("deploy") / "monitoring" / "alerts.yml"
PANELS = json.loads(DASHBOARD.read_text())["panels"]
STATS = {panel["title"]: panel for panel in PANELS if panel["type"] == "stat"}
(GROUP,) = yaml.safe_load(ALERTS.read_text("utf-8"))["groups"]
RULES = GROUP["rules"]
QUERIES = {panel["title"]: [t["expr"] for t in panel["targets"]] for panel in PANELS}
ASKED = {**QUERIES, **{rule["alert"]: [rule["expr"]] for rule in RULES}}
_ONLY_WHILE_SERVING = {"build", "cases", "opinions", "passages"}
_TOLD_WHEN_ASKED = {"ready", "current_refused", "keys_unread"}
_NAME = re.compile(r"\bopinion_search_(\w+)(?:\{([^}]*)\})?")
_CHOSEN = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
_BY = re.compile(r"by \(([^)]*)\)")
_OF_OTHERS = ("process_", "rate(process_", "up{")
"""How an expression begins that asks for what the process or Prometheus itself tells."""


def known() -> dict[str, set[str]]:
    """The labels of each sample's name, without the common beginning."""
    counted = Metrics()
    collected = counted._registry.collect()
    names = {f"{one.name}": one for one in collected}
    made = {name.removeprefix("opinion_search_"): one for name, one in names.items()}
    labels: dict[str, set[str]] = {}
    for name, one in made.items():
        given = set(_label_names(counted, one.name))
        labels[name] = given
        labels[f"{name}_total"] = given
        labels[f"{name}_bucket"] = {*given, "le"}
    return {**labels, **{name: set() for name in _TOLD_WHEN_ASKED | _ONLY_WHILE_SERVING}}


def _label_names(counted: Metrics, name: str) -> tuple[str, ...]:
    for collector in vars(counted).values():
        if getattr(collector, "_name", None) == name:
            return tuple(collector._labelnames)
    return ()


@pytest.mark.parametrize("title", ASKED)
def test_every_panel_and_alert_asks_for_what_there_is(title) -> None:
    have = known()
    for query in ASKED[title]:
        found = _NAME.findall(query)
        assert found or query.startswith(_OF_OTHERS), query
        for name, chosen in found:
            assert name in have, query
            asked = set(_CHOSEN.findall(chosen))
            assert asked <= have[name], query
            for by in _BY.findall(query):
                assert {part.strip() for part in by.split(",")} <= have[name], query


def test_panels_do_not_overlap_and_have_names_of_their_own() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        at = panel["gridPos"]
        cells = {(at["x"] + dx, at["y"] + dy) for dx in range(at["w"]) for dy in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
    assert len(QUERIES) == len(PANELS)


@pytest.mark.parametrize("title", STATS)
def test_one_number_is_that_of_now(title) -> None:
    """The last of a range would be that of hours ago where the service is gone."""
    for target in STATS[title]["targets"]:
        assert (target["instant"], target["range"]) == (True, False), title


def test_a_service_that_is_gone_is_not_ready() -> None:
    (target,) = STATS["Ready"]["targets"]
    assert target["expr"] == "min(opinion_search_ready) or vector(0)"
    (mapping,) = STATS["Ready"]["fieldConfig"]["defaults"]["mappings"]
    assert mapping["options"]["0"]["text"] == "no"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_what_is_wrong_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule.keys() == {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert all(text.endswith(".") for text in rule["annotations"].values())
    assert rule["annotations"].keys() == {"summary", "description"}


def test_there_are_alerts_for_what_somebody_must_know() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    said = " ".join(rule["expr"] for rule in RULES)
    for name in (
        "up{",
        "opinion_search_ready",
        "_current_refused",
        "_request_seconds",
        'status="503"',
        "_build ",
    ):
        assert name in said, name
