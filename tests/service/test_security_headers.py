from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from service.security_headers import SecurityHeaders
from tests.service.fakes import FakeLive, client_of

EVERYWHERE = [
    "/",
    "/healthz",
    "/metrics",
    "/openapi.json",
    "/v1/search?q=x",
    "/v1/search",
    "/nowhere",
]


def policy(csp: str) -> dict[str, list[str]]:
    return {name: values for name, *values in (part.split() for part in csp.split(";"))}


def test_every_answer_forbids_what_it_does_not_need():
    with client_of() as client:
        for url in EVERYWHERE:
            check(client.get(url).headers)


def check(headers: Mapping[str, str]) -> None:
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    allowed = policy(headers["content-security-policy"])
    assert allowed["default-src"] == ["'none'"]
    assert allowed["frame-ancestors"] == ["'none'"]
    assert "server" not in headers


def test_an_unforeseen_error_is_guarded_as_well():
    live = FakeLive()

    def fail(_: object) -> None:
        raise ZeroDivisionError

    live.lent.before_search = fail
    with client_of(live) as client:
        answer = client.get("/v1/search?q=x")
    assert answer.status_code == 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_answers_are_kept_by_no_cache():
    with client_of() as client:
        assert client.get("/v1/search?q=x").headers["cache-control"] == "no-store"
        assert client.get("/v1/cases/nobody").headers["cache-control"] == "no-store"


def pages() -> TestClient:
    def own(_: object) -> Response:
        return HTMLResponse("<p>", headers={"Content-Security-Policy": "default-src 'self'"})

    app = Starlette(
        routes=[
            Route("/page", lambda _: HTMLResponse("<p>")),
            Route("/own", own),
            Route(
                "/static/opinion-search.js",
                lambda _: PlainTextResponse("1", media_type="text/javascript"),
            ),
            Route("/embed.js", lambda _: PlainTextResponse("1", media_type="text/javascript")),
            Route(
                "/static/page.js", lambda _: PlainTextResponse("1", media_type="text/javascript")
            ),
        ]
    )
    app.add_middleware(SecurityHeaders)
    return TestClient(app)


def test_a_page_runs_scripts_of_this_origin_and_none_inline():
    allowed = policy(pages().get("/page").headers["content-security-policy"])

    assert allowed["script-src"] == ["'self'"]
    assert allowed["style-src"] == ["'self'"]
    assert allowed["connect-src"] == ["'self'"]
    assert allowed["base-uri"] == ["'none'"]
    assert allowed["default-src"] == ["'none'"]
    assert not any(
        "unsafe" in value or "*" in value for values in allowed.values() for value in values
    )


def test_what_an_answer_says_itself_stands():
    assert pages().get("/own").headers["content-security-policy"] == "default-src 'self'"


def test_only_the_element_may_be_loaded_by_pages_of_other_origins():
    for url in ("/embed.js", "/static/opinion-search.js"):
        assert pages().get(url).headers["cross-origin-resource-policy"] == "cross-origin"
    assert pages().get("/static/page.js").headers["cross-origin-resource-policy"] == "same-origin"
    assert "cache-control" not in pages().get("/embed.js").headers
