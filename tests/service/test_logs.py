import json
import logging
import logging.config
import sys
from pathlib import Path

import pytest

from service import keys
from service.logs import REQUEST, JsonLines, PlainLines, configuration
from tests.service.fakes import FakeLive, client_of, settings

QUERY = "privileged words"


def record(
    message: str, *arguments: object, error: BaseException | None = None
) -> logging.LogRecord:
    info = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord("service.x", logging.ERROR, "f", 1, message, arguments, info)


def look_up() -> object:
    found: dict[str, object] = {}
    return found[QUERY]


def raised() -> BaseException:
    try:
        try:
            look_up()
        except KeyError as error:
            raise ZeroDivisionError(QUERY) from error
    except ZeroDivisionError as error:
        return error
    raise AssertionError


def test_a_line_is_one_json_object_whatever_it_says():
    line = JsonLines().format(record("two\nlines “%s”", "\x00é"))

    assert "\n" not in line
    told = json.loads(line)
    assert told["message"] == "two\nlines “\x00é”"
    assert (told["level"], told["logger"]) == ("error", "service.x")
    assert told["time"].endswith("Z")
    assert "request_id" not in told


def test_a_line_carries_the_id_of_its_request():
    token = REQUEST.set("abc-1")
    try:
        assert json.loads(JsonLines().format(record("x")))["request_id"] == "abc-1"
        assert "request_id=abc-1" in PlainLines().format(record("x"))
    finally:
        REQUEST.reset(token)


@pytest.mark.parametrize("form", [JsonLines, PlainLines])
def test_an_exception_is_told_by_kind_and_place_without_words_and_paths(form):
    line = form().format(record("failed", error=raised()))

    assert "ZeroDivisionError" in line
    assert "KeyError" in line
    assert "test_logs.py" in line
    assert " look_up" in line
    assert QUERY not in line
    assert "Traceback" not in line
    assert str(Path(__file__).parents[2]) not in line


@pytest.mark.parametrize("form", [JsonLines, PlainLines])
def test_the_words_of_an_exception_come_when_they_are_asked_for(form):
    assert QUERY in form(with_words=True).format(record("failed", error=raised()))


def test_what_the_code_stands_in_is_named_from_the_root_of_the_packages():
    try:
        Path("nowhere/at/all").read_text()
    except OSError as error:
        places = json.loads(JsonLines().format(record("x", error=error)))["errors"][0]["at"]
    assert places[0].startswith("tests/service/test_logs.py:")
    assert not any(place.startswith("/") for place in places)


@pytest.mark.parametrize(
    ("given", "terminal", "form"),
    [
        ("auto", True, PlainLines),
        ("auto", False, JsonLines),
        ("json", True, JsonLines),
        ("text", False, PlainLines),
    ],
)
def test_the_form_is_chosen(monkeypatch, given, terminal, form):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    made = configuration(settings(log_format=given, log_level="debug"))

    assert made["formatters"]["lines"]["()"] is form
    assert made["loggers"]["service"]["level"] == "DEBUG"
    assert set(made["loggers"]) == {"service", "indexer", "models", "uvicorn"}


@pytest.fixture
def lines(capsys, monkeypatch):
    """Log as the service does; what is returned reads the lines."""
    names = ("service", "indexer", "models", "uvicorn", None)
    logs = [logging.getLogger(name) for name in names]
    before = [(log, log.handlers[:], log.level, log.propagate) for log in logs]

    def start(**given: object) -> None:
        logging.config.dictConfig(configuration(settings(log_format="json", **given)))

    start.read = lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]  # type: ignore[attr-defined]
    yield start
    for log, handlers, level, propagate in before:
        log.handlers[:], log.propagate = handlers, propagate
        log.setLevel(level)


def test_a_request_is_one_line_that_says_how_it_went_and_not_what_was_asked(lines):
    lines()
    with client_of() as client:
        headers = {"X-Request-ID": "abc-1"}
        client.post("/v1/search", json={"query": QUERY, "k": 2}, headers=headers)
        client.get("/v1/search", params={"q": QUERY, "k": 0}, headers=headers)
        client.get("/v1/cases/secret-case", headers=headers)
        client.get("/healthz")
    told = [line for line in lines.read() if line["logger"] == "service.requests"]

    assert [(line["method"], line["route"], line["status"]) for line in told] == [
        ("POST", "/v1/search", 200),
        ("GET", "/v1/search", 422),
        ("GET", "/v1/cases/{id}", 404),
    ]
    assert all(line["request_id"] == "abc-1" for line in told)
    assert (told[0]["hits"], told[0]["no_match"], told[0]["build_id"]) == (2, 0, "b1")
    assert told[0]["ms"] > 0
    assert told[1]["problem"] == "invalid_value"
    assert QUERY not in json.dumps(told)
    assert "secret-case" not in json.dumps(told)


def test_what_was_asked_is_logged_when_that_is_set(lines):
    lines(log_queries=True)
    with client_of(log_queries=True) as client:
        client.post("/v1/search", json={"query": QUERY})
        client.get("/v1/cases/some-case")
    told = [line for line in lines.read() if line["logger"] == "service.requests"]

    assert told[0]["query"] == QUERY
    assert told[1]["path"] == "/v1/cases/some-case"


def test_no_key_ever_stands_in_a_line(lines, tmp_path):
    anna = keys.make("anna")
    keys.add(tmp_path / "k", anna.kept)
    lines(log_queries=False, log_level="debug")
    with client_of(keys_file=tmp_path / "k") as client:
        for headers in ({"Authorization": f"Bearer {anna.text}"}, {"X-API-Key": anna.text + "x"}):
            client.post("/v1/search", json={"query": "x"}, headers=headers)
        client.get(f"/v1/search?q=x&key={anna.text}", headers={"X-API-Key": anna.text})
    told = lines.read()

    assert anna.text not in json.dumps(told)
    assert anna.kept.sha256 not in json.dumps(told)
    requests = [line for line in told if line.get("route") not in {None, "/readyz"}]
    assert [line.get("key") for line in requests] == ["anna", None, "anna"]


def test_an_unforeseen_error_is_logged_with_its_request(lines):
    lines()
    live = FakeLive()

    def fail(_: object) -> None:
        logging.getLogger("service.search").warning("in the thread")
        raise ZeroDivisionError(QUERY)

    live.lent.before_search = fail
    with client_of(live) as client:
        headers = {"X-Request-ID": "abc-1"}
        assert client.post("/v1/search", json={"query": QUERY}, headers=headers).status_code == 500
    told = lines.read()

    assert {line["request_id"] for line in told} == {"abc-1"}
    assert [line["message"] for line in told] == ["in the thread", "request"]
    assert told[1]["status"] == 500
