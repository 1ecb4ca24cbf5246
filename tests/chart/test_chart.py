"""What can be said of the chart and of the compose file without Helm; `make chart` renders it."""

import copy
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from indexer.store.engine_url import parse_engine
from service.settings import PREFIX, Settings
from tests.chart.rules import broken_rules

ROOT = Path(__file__).parents[2]
CHART = ROOT / "service" / "deploy" / "helm" / "opinion-search"
VALUES = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
CLUSTER = {
    name: one
    for name, one in COMPOSE["services"].items()
    if {"cluster", "build-cluster"} & set(one.get("profiles", ()))
}

POD: dict[str, Any] = {
    "metadata": {"labels": {"app": "search"}},
    "spec": {
        "securityContext": {"runAsNonRoot": True},
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "volumes": [{"name": "tmp"}],
        "containers": [
            {
                "name": "search",
                "image": "r/search:1",
                "args": ["tls://dask:8786"],
                "resources": {"requests": {}, "limits": {}},
                "volumeMounts": [{"name": "tmp"}],
                "securityContext": {
                    "readOnlyRootFilesystem": True,
                    "allowPrivilegeEscalation": False,
                    "capabilities": {"drop": ["ALL"]},
                },
            }
        ],
    },
}
DOCUMENTS: list[dict[str, Any]] = [
    {"kind": "Deployment", "metadata": {"name": "search"}, "spec": {"template": POD}},
    {"kind": "Service", "metadata": {"name": "dask"}, "spec": {"selector": {"app": "search"}}},
]


def test_the_chart_is_of_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert chart["appVersion"] == project["version"]


def test_the_settings_of_the_chart_are_settings_of_the_program() -> None:
    environ = {f"{PREFIX}{name}": value for name, value in VALUES["settings"].items()}
    Settings.from_env({f"{PREFIX}INDEX": "/index", **environ})


def test_the_schema_knows_every_value() -> None:
    def undescribed(values: dict[str, Any], schema: dict[str, Any], path: str) -> list[str]:
        known = schema.get("properties")
        if known is None:
            return []
        missing = [f"{path}{name}" for name in values if name not in known]
        inside = [
            name for name, value in values.items() if isinstance(value, dict) and name in known
        ]
        return [
            *missing,
            *(x for n in inside for x in undescribed(values[n], known[n], f"{path}{n}.")),
        ]

    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    assert undescribed(VALUES, schema, "") == []


def test_a_good_rendering_breaks_no_rule() -> None:
    assert broken_rules(DOCUMENTS) == []


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("spec", "securityContext"), {}, "may run as root"),
        (("spec", "automountServiceAccountToken"), True, "has a token"),
        (("spec", "enableServiceLinks"), True, "OPINION_SEARCH_PORT"),
        (("spec", "volumes"), [{"name": "tmp", "emptyDir": {"medium": "Memory"}}], "in memory"),
        (("spec", "volumes"), [], "mounts"),
        (("metadata", "labels"), {}, "selects no pod"),
        (("spec", "containers", 0, "image"), "search:", "no version"),
        (("spec", "containers", 0, "args"), ["tls://other:8786"], "no service of the chart"),
        (("spec", "containers", 0, "resources"), {"limits": {}}, "no requests"),
        (
            ("spec", "containers", 0, "securityContext", "readOnlyRootFilesystem"),
            False,
            "may write",
        ),
        (("spec", "containers", 0, "securityContext", "capabilities"), {}, "capabilities"),
    ],
)
def test_each_rule_can_be_broken(path: tuple[str | int, ...], value: object, told: str) -> None:
    documents = copy.deepcopy(DOCUMENTS)
    place: Any = documents[0]["spec"]["template"]
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    assert [one for one in broken_rules(documents) if told in one]


def test_only_the_service_of_the_small_cluster_is_published_and_only_here() -> None:
    published = {name: one["ports"] for name, one in CLUSTER.items() if "ports" in one}
    assert published.keys() == {"search-cluster"}
    assert all(port.startswith("127.0.0.1:") for port in published["search-cluster"])


def test_the_engine_has_no_way_out() -> None:
    assert COMPOSE["networks"]["engine"]["internal"] is True
    inside = {name for name, one in CLUSTER.items() if one["networks"] == ["engine"]}
    assert (
        inside
        == CLUSTER.keys() - {"search-cluster"}
        >= {"milvus", "etcd", "minio", "index-cluster"}
    )


def test_the_small_cluster_waits_for_what_it_needs_and_is_pinned() -> None:
    for name, one in CLUSTER.items():
        for needed, how in one.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}
            assert "healthcheck" in CLUSTER[needed]
        if "build" not in one:
            assert ":" in one["image"], name
            assert not one["image"].endswith(":latest")


def test_the_services_name_an_engine_that_runs_there() -> None:
    for name in ("search-cluster", "index-cluster"):
        address = parse_engine(CLUSTER[name]["environment"]["OPINION_SEARCH_ENGINE"])
        assert address is not None
        assert address.uri == "http://milvus:19530"
        assert "milvus" in CLUSTER[name]["depends_on"]


def test_the_larger_lock_holds_the_smaller_and_the_extras() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    small, large = (
        {
            line.split()[0]
            for line in (ROOT / f"requirements{part}.lock").read_text(encoding="utf-8").splitlines()
            if "==" in line and not line.startswith((" ", "#"))
        }
        for part in ("", "-cluster")
    )
    assert small <= large
    names = {line.partition("==")[0] for line in large - small}
    assert {"pymilvus", "distributed"} <= names
    pinned = [
        one
        for name in ("milvus", "cluster")
        for one in project["optional-dependencies"].get(name, ())
    ]
    assert {one for one in pinned if "==" in one} <= large
