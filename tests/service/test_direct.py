"""FastAPI's own way is the judge: what goes past it is answered, and refused, just the same."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final
from urllib.parse import quote_plus

import pytest
from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from service.dependencies import WORK, JsonRoute, LiveDep
from service.direct import DirectRoute
from service.errors import OverloadedError, QueryError
from service.gate import Gate
from service.problem_response import refusal
from service.schemas_params import SearchParams
from service.schemas_requests import SearchRequest

FEW: Final = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NAMES: Final = [
    *(field.alias or name for name, field in SearchParams.model_fields.items()),
    "date_filed_gte",
    "nothing",
]
WORDS: Final = st.sampled_from(
    [
        "",
        " ",
        "ca6",
        "1989",
        "1989-02-30",
        "true",
        "hybrid",
        "case",
        "facts",
        "3",
        "1.0",
        "-1",
        "é&=+",
    ]
)


async def refused(_: Request, error: Exception) -> Response:
    return refusal(error)


def served(route_class: type[JsonRoute]) -> FastAPI:
    """An application that answers with what was understood."""
    router = APIRouter(prefix="/v1", route_class=route_class, dependencies=WORK)

    @router.post("/search")
    def post(body: SearchRequest, live: LiveDep) -> Response:
        return Response(f"{live} {body!r}")

    @router.get("/search")
    def get(params: Annotated[SearchParams, Query()], live: LiveDep) -> Response:
        return Response(f"{live} {params!r}")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        yield {"live": "live", "gate": Gate(limit=limit[0])}

    app = FastAPI(lifespan=lifespan)
    app.include_router(router)
    for kind in (RequestValidationError, HTTPException, QueryError, OverloadedError):
        app.add_exception_handler(kind, refused)
    return app


limit = [1]


@pytest.fixture(scope="module")
def both():
    with TestClient(served(DirectRoute)) as direct, TestClient(served(JsonRoute)) as judge:
        yield direct, judge


def told(response) -> tuple[int, str, dict[str, str]]:
    return response.status_code, response.text, dict(response.headers)


@FEW
@given(st.lists(st.tuples(st.sampled_from(NAMES), WORDS), max_size=5), st.booleans())
def test_query_strings_are_understood_as_fastapi_does(both, pairs, with_q):
    pairs = [("q", "taser"), *pairs] if with_q else pairs
    address = "/v1/search?" + "&".join(f"{name}={quote_plus(value)}" for name, value in pairs)
    direct, judge = both
    assert told(direct.get(address)) == told(judge.get(address))


VALUES = st.one_of(
    WORDS,
    st.none(),
    st.booleans(),
    st.integers(-1, 101),
    st.floats(0, 2),
    st.lists(WORDS, max_size=2),
)
BODIES = st.one_of(
    st.dictionaries(
        st.sampled_from([*SearchRequest.model_fields, "nothing"]), VALUES, max_size=4
    ).map(lambda body: {"query": "taser", **body}),
    VALUES,
).map(json.dumps)


@FEW
@given(
    BODIES | st.sampled_from(["", "{", '{"query":"a"} ', '{"query":"\\ud800"}', "NaN"]),
    st.sampled_from(["application/json", "application/problem+json; x=y", "text/plain", ""]),
    st.sampled_from(["", "?a=1", "?a=1&a=2", "?court=1&court=2"]),
)
def test_bodies_are_understood_as_fastapi_does(both, body, kind, query):
    direct, judge = both
    request = {"content": body, "headers": {"content-type": kind}}
    address = f"/v1/search{query}"
    assert told(direct.post(address, **request)) == told(judge.post(address, **request))


def test_what_is_well_formed_does_not_go_through_fastapi(both, monkeypatch):
    def never(**_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("fastapi.routing.solve_dependencies", never)
    direct, _ = both
    assert direct.get("/v1/search?q=taser&court=ca6&court=scotus&date_filed.gte=1989").is_success
    assert direct.post("/v1/search", json={"query": "taser", "k": 3}).is_success
    with pytest.raises(AssertionError):
        direct.post("/v1/search", json={"query": "taser", "k": 0})


def test_a_place_is_held_and_given_back():
    limit[0] = 0
    try:
        with TestClient(served(DirectRoute)) as full:
            assert full.get("/v1/search?q=a").json()["error"]["code"] == "overloaded"
    finally:
        limit[0] = 1
    with TestClient(served(DirectRoute)) as client:
        assert [client.get("/v1/search?q=a").status_code for _ in range(3)] == [200] * 3
