from typing import Any, cast
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from indexer.records import Passage, Span
from service.links import DEFAULT_BASE, Links, links_at
from service.live import Live
from tests.service.fakes import FakeLive, client_of, settings, wait_until_opened
from tests.service.serving import quietly_configured

IDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)


@given(IDS, st.integers(0, 10**6), st.integers(0, 10**6))
def test_an_address_says_the_id_and_the_span_whatever_their_characters(opinion_id, start, end):
    parts = urlsplit(Links("https://x.example/sub").passage(opinion_id, start, end))
    assert parts.path.startswith("/sub/o/")
    assert parts.path.count("/") == 3
    assert unquote(parts.path.rpartition("/")[2]) == opinion_id
    assert (parts.query, parts.fragment) == ("", f"p{start}-{end}")


def test_a_passage_has_the_address_of_its_span():
    passage = Passage(row=7, opinion_id="a/b", section=0, span=Span(3, 9), text="words.", tokens=1)
    assert Links("http://h").of(passage) == "http://h/o/a%2Fb#p3-9"


def test_the_public_address_may_end_in_a_slash_and_may_be_unset():
    assert links_at("https://x.example/").base == "https://x.example"
    assert links_at(None).base == DEFAULT_BASE


@pytest.mark.parametrize(
    ("public_url", "begins"),
    [
        (None, "http://testserver/o/"),
        ("https://opinions.example/app/", "https://opinions.example/app/o/"),
    ],
)
def test_answers_link_to_the_setting_or_else_to_where_they_were_asked(engine, public_url, begins):
    live = cast("Live", FakeLive(lent=cast("Any", engine)))
    with client_of(live, public_url=public_url) as client:
        answer = client.post("/v1/context", json={"query": "officer", "max_tokens": 500}).json()
    assert answer["blocks"]
    assert all(block["link"].startswith(begins) for block in answer["blocks"])
    assert f"<{begins}" in answer["markdown"]


@pytest.mark.parametrize("wrong", ["opinions.example", "ftp://x", "https://x/?q=1", "https://x y"])
def test_a_public_address_is_one(wrong):
    with pytest.raises(ValueError, match="public_url"):
        settings(public_url=wrong)


@pytest.mark.parametrize(
    ("trusted", "public_url", "begins"),
    [
        ("", None, "http://testserver/o/"),
        ("192.0.2.1", None, "https://testserver/o/"),
        ("198.51.100.0/24", None, "http://testserver/o/"),
        ("", "https://opinions.example", "https://opinions.example/o/"),
    ],
)
def test_a_proxy_that_speaks_tls_is_believed_if_it_is_trusted(engine, trusted, public_url, begins):
    live = FakeLive(lent=cast("Any", engine))
    config = quietly_configured(live, trusted_proxies=trusted, public_url=public_url)
    config.load()
    with TestClient(config.loaded_app, client=("192.0.2.1", 5)) as client:
        wait_until_opened(client)
        sent = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.1"}
        body = {"query": "officer", "max_tokens": 500}
        answer = client.post("/v1/context", json=body, headers=sent).json()
    assert answer["blocks"]
    assert all(block["link"].startswith(begins) for block in answer["blocks"])
