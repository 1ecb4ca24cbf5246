"""What can be said of the Dockerfile and the compose file without an engine; `make container` tries them."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
import yaml

from tests.acceptance.running import environment
from tests.container.opening import opened
from tests.container.options import COMPOSE, ROOT

TEXT = COMPOSE.read_text(encoding="utf-8")
SAID: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = SAID["services"]
OURS = {name: one for name, one in SERVICES.items() if one["image"].startswith("opinion-search")}
ONCE = {name for name, one in SERVICES.items() if one["restart"] == "no"}
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
MONITORING = ROOT / "service" / "deploy" / "monitoring"
PATTERNS = [
    line
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
CHECK: list[str] = json.loads(
    re.findall(r"^HEALTHCHECK[^\n]*\\\n +CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)[0]
)
ASKED = """
import socket
def told(address, *_, **__):
    print(*address)
    raise SystemExit
socket.create_connection = told
"""
"""Put before the health check, it prints the address that is asked, and asks nobody."""
PATIENT = """
import socket
at_once = socket.create_connection
socket.create_connection = lambda address, _, *more: at_once(address, 60, *more)
"""
"""Put there, it waits for an answer however busy the machine is."""


def test_a_service_that_cannot_write_its_root_is_given_files() -> None:
    """Compose itself puts `content` and `environment` into a container, which it cannot in these."""
    given = [
        (name, one["source"])
        for name, service in SERVICES.items()
        if service.get("read_only")
        for one in service.get("configs", ())
    ]
    assert {name for name, _ in given} == {"prometheus", "grafana"}
    for _, source in given:
        assert SAID["configs"][source].keys() == {"file"}, source
        assert (ROOT / SAID["configs"][source]["file"]).is_file(), source


def default(text: str) -> str:
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def test_all_can_be_up_together_and_only_here() -> None:
    ports = [default(port) for one in SERVICES.values() for port in one.get("ports", ())]
    assert all(port.startswith("127.0.0.1:") for port in ports)
    published = [port.split(":")[1] for port in ports]
    assert sorted(published) == ["3000", "8000", "8001", "9090"]


def test_no_profile_that_stays_up_starts_what_runs_once() -> None:
    assert {"index", "index-cluster"} == ONCE
    of_once = {profile for name in ONCE for profile in SERVICES[name]["profiles"]}
    for name in SERVICES.keys() - ONCE:
        alone = set(SERVICES[name].get("profiles", ()))
        assert not alone or alone - of_once, name


def test_a_service_that_is_named_brings_what_it_needs() -> None:
    """Naming it turns on its profiles, and no others."""
    for name, one in SERVICES.items():
        for needed in one.get("depends_on", ()):
            assert set(one["profiles"]) <= set(SERVICES[needed]["profiles"]), (name, needed)


def test_every_image_of_ours_is_built_and_no_other() -> None:
    assert {name for name, one in SERVICES.items() if "build" in one} == OURS.keys()
    built: dict[str, set[str]] = {}
    for one in OURS.values():
        built.setdefault(one["image"], set()).add(json.dumps(one["build"], sort_keys=True))
    assert built == {
        "opinion-search": {'"."'},
        "opinion-search-cluster": {
            '{"args": {"LOCK": "requirements-cluster.lock"}, "context": "."}'
        },
    }
    for one in SERVICES.values():
        assert ":" in one["image"] or "build" in one, one["image"]


def test_what_is_indexed_must_be_there_and_is_only_read() -> None:
    for name in ONCE:
        (sources,) = [
            one
            for one in SERVICES[name]["volumes"]
            if isinstance(one, dict) and one["target"] == "/opinions"
        ]
        assert (sources["type"], sources["read_only"]) == ("bind", True)
        assert sources["bind"] == {"create_host_path": False}
        assert (ROOT / default(sources["source"])).is_dir(), "`keys new` in a fresh clone needs it"


def test_large_temporary_files_do_not_count_as_memory() -> None:
    made = re.findall(
        r"install --directory --owner=10001 --group=10001 (.*?)(?: &&|$)", DOCKERFILE, re.M
    )
    folders = set(made[0].split())
    for name in ONCE:
        one = SERVICES[name]
        unnamed = [v["target"] for v in one["volumes"] if isinstance(v, dict) and "source" not in v]
        assert one["environment"]["TMPDIR"] in unnamed, name
        assert one["environment"]["TMPDIR"] in folders
        assert one["tmpfs"] == ["/tmp:size=256m,mode=1777"]
    assert "/keys" in folders


def test_the_marks_let_others_in_with_a_key_only() -> None:
    before, after = SERVICES["search"], yaml.safe_load(opened(TEXT))["services"]["search"]
    assert before["environment"].keys() == {
        "OPINION_SEARCH_WITHOUT_KEYS",
        "OPINION_SEARCH_OPEN_METRICS",
    }
    assert after["environment"] == {"OPINION_SEARCH_KEYS_FILE": "/keys/keys.jsonl"}
    assert [default(port) for port in before["ports"]] == ["127.0.0.1:8000:8000"]
    assert [default(port) for port in after["ports"]] == ["8000:8000"]
    rest = {"environment", "ports"}
    assert {k: v for k, v in before.items() if k not in rest} == {
        k: v for k, v in after.items() if k not in rest
    }


def test_the_marks_give_prometheus_a_key() -> None:
    after = yaml.safe_load(opened(TEXT))
    at = {one["source"]: one["target"] for one in after["services"]["prometheus"]["configs"]}
    assert after["configs"]["metrics-key"] == {"file": "./metrics-key"}
    scraped = opened((MONITORING / "prometheus.yml").read_text(encoding="utf-8"))
    (job,) = yaml.safe_load(scraped)["scrape_configs"]
    assert job["authorization"] == {"credentials_file": at["metrics-key"]}
    assert "/metrics-key" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_prometheus_reads_the_alerts_that_it_is_given() -> None:
    at = {one["source"]: one["target"] for one in SERVICES["prometheus"]["configs"]}
    read = yaml.safe_load((MONITORING / "prometheus.yml").read_text(encoding="utf-8"))
    assert read["rule_files"] == [at["alerts"]]
    assert f"--config.file={at['prometheus']}" in SERVICES["prometheus"]["command"]
    (target,) = read["scrape_configs"][0]["static_configs"][0]["targets"]
    name, _, port = target.partition(":")
    assert default(SERVICES[name]["ports"][0]).endswith(f":{port}")


def test_grafana_asks_the_prometheus_that_runs_beside_it() -> None:
    (source,) = yaml.safe_load((MONITORING / "datasource.yml").read_text(encoding="utf-8"))[
        "datasources"
    ]
    (provider,) = yaml.safe_load((MONITORING / "dashboards.yml").read_text(encoding="utf-8"))[
        "providers"
    ]
    panels = json.loads((ROOT / "service" / "dashboard.json").read_text(encoding="utf-8"))["panels"]
    assert source["url"] == "http://prometheus:9090"
    assert {panel["datasource"]["uid"] for panel in panels} == {source["uid"]}
    at = {one["source"]: one["target"] for one in SERVICES["grafana"]["configs"]}
    assert at["dashboard"].startswith(provider["options"]["path"])


@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        ({}, "127.0.0.1 8000"),
        ({"PORT": "", "HOST": ""}, "127.0.0.1 8000"),
        ({"PORT": "9000", "HOST": "0.0.0.0"}, "127.0.0.1 9000"),
        ({"HOST": "10.1.2.3"}, "10.1.2.3 8000"),
        ({"HOST": "::"}, "::1 8000"),
        ({"HOST": "::1"}, "::1 8000"),
    ],
)
def test_the_health_check_asks_where_the_service_listens(
    settings: dict[str, str], asked: str
) -> None:
    given = {f"OPINION_SEARCH_{name}": value for name, value in settings.items()}
    assert checked(ASKED, **given).stdout.strip() == asked


@pytest.mark.parametrize(("answered", "code"), [(200, 0), (503, 1)])
def test_the_health_check_asks_no_proxy(answered: int, code: int) -> None:
    proxies = dict.fromkeys(("http_proxy", "HTTP_PROXY", "all_proxy"), "http://127.0.0.1:1")
    with readiness(answered) as port:
        done = checked(PATIENT, OPINION_SEARCH_PORT=str(port), no_proxy="", **proxies)
    assert done.returncode == code, done.stderr


def checked(before: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run the health check as the engine does, with this Python."""
    program, option, code = CHECK
    assert (program, option) == ("python", "-c")
    return subprocess.run(
        [sys.executable, "-c", before + code],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        env=environment(**settings),
    )


@contextmanager
def readiness(answered: int) -> Iterator[int]:
    """Answer `/readyz` with a status, and all else with 404; yields the port."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(answered if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            serving.join()


def sent(path: str) -> bool:
    """Whether the builder gets a file: of the patterns that fit it or a folder above, the last decides."""
    parts = path.split("/")
    above = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
    last = True
    for pattern in PATTERNS:
        plain = re.escape(pattern.lstrip("!")).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
        if any(re.fullmatch(plain, one) for one in above):
            last = pattern.startswith("!")
    return last


@pytest.mark.parametrize(
    ("path", "is_sent"),
    [
        ("service/app.py", True),
        ("models/prepared/all-minilm-l6-v2/model.bin", True),
        ("data/sample/ca6/metadata.jsonl", True),
        ("data/index/CURRENT", False),
        ("data/scotus.jsonl", False),
        ("opinions/client.pdf", False),
        ("metrics-key", False),
        ("tests/conftest.py", False),
        ("tests/benchmarks/results/soak.json", False),
        (".git/config", False),
        (".venv/bin/python", False),
        (".venv-bench/bin/python", False),
        ("service/__pycache__/app.cpython-311.pyc", False),
        ("service/deploy/helm/opinion-search/values.yaml", False),
    ],
)
def test_the_builder_gets_what_the_image_is_made_of(path: str, is_sent: bool) -> None:
    assert sent(path) == is_sent


def test_all_that_the_dockerfile_copies_is_sent_and_there() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    locks = ["requirements.lock", "requirements-cluster.lock"]
    named = [one for line in copied for one in line.split()]
    for name in [*(one for one in named if one != "${LOCK}"), *locks]:
        assert (ROOT / name).exists(), name
        assert sent(name), name
    assert {"requirements-build.lock", "THIRD-PARTY-LICENSES.md", "data/sample"} <= set(named)
