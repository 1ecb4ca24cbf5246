"""The dashboard asks for numbers that the service has, by the labels that they have."""

import json
import re
from pathlib import Path

import pytest

from service import metrics
from service.metrics import Metrics

DASHBOARD = Path(metrics.__file__).with_name("dashboard.json")
PANELS = json.loads(DASHBOARD.read_text())["panels"]
QUERIES = {panel["title"]: [t["expr"] for t in panel["targets"]] for panel in PANELS}
_ONLY_WHILE_SERVING = {"build", "cases", "opinions", "passages"}
_NAME = re.compile(r"\bopinion_search_(\w+)(?:\{([^}]*)\})?")
_BY = re.compile(r"by \(([^)]*)\)")


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
    return {**labels, "ready": set(), **{name: set() for name in _ONLY_WHILE_SERVING}}


def _label_names(counted: Metrics, name: str) -> tuple[str, ...]:
    for collector in vars(counted).values():
        if getattr(collector, "_name", None) == name:
            return tuple(collector._labelnames)
    return ()


@pytest.mark.parametrize("title", QUERIES)
def test_every_panel_asks_for_what_there_is(title) -> None:
    have = known()
    for query in QUERIES[title]:
        found = _NAME.findall(query)
        assert found or query.startswith(("process_", "rate(process_")), query
        for name, chosen in found:
            assert name in have, query
            asked = {part.partition("=")[0].rstrip("~!") for part in chosen.split(",") if part}
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
