"""What a reader looks for is in no address that a browser asks for: proxies before a service log those.

It stands behind `#`, which is never sent, and in bodies.
"""

import re
from typing import Any
from urllib.parse import parse_qs, quote, urldefrag, urlsplit

import pytest

from tests.acceptance.web.test_searching import base, clipboard, copy, grant, settled

QUERY = "zealous ropemaker moored a hull carelessly"
WORDS = re.compile("zealous|ropemaker|moored|hull|careless|brennan|scotus|1950|group_by", re.I)
STATE = f"q={quote(QUERY)}&court=scotus&court=ca6&date_filed.gte=1950&group_by=none&k=20"


@pytest.fixture
def requests(page) -> list[Any]:
    """Every request that any page of the browser makes, pages themselves among them."""
    made: list[Any] = []
    page.context.on("request", lambda request: made.append(request))  # noqa: PLW0108
    return made


def sent(request: Any) -> str:
    """Return the address as whoever stands in between sees it."""
    address: str = urldefrag(request.url).url
    return address


def assert_silent(requests: list[Any]) -> None:
    for request in requests:
        address = sent(request)
        assert not WORDS.search(address), address
        assert set(parse_qs(urlsplit(address).query)) <= {"k", "start", "end"}, address
        assert not request.headers.get("referer"), address


def cites(page: Any) -> list[str]:
    found: list[str] = page.locator("#hits .cite").all_inner_texts()
    return found


def select_words(page: Any) -> None:
    page.evaluate(
        """() => {
          const node = document.createTreeWalker(document.querySelector("#text p:not(.told)"), NodeFilter.SHOW_TEXT).nextNode();
          getSelection().setBaseAndExtent(node, 3, node, 30);
        }"""
    )


def press(place: Any, name: str) -> None:
    """Press a button of the reading view that copies, whose name then says so."""
    place.get_by_role("button", name=name).click()
    place.get_by_text("Copied", exact=True).wait_for()


def choose(page: Any, harbor: Any) -> None:
    """Search and filter until few passages are left."""
    page.goto(base(harbor))
    page.get_by_label("Opinion search").fill(QUERY)
    page.keyboard.press("Enter")
    settled(page)
    page.locator("#types label").filter(has_text="Dissent").get_by_role("checkbox").check()
    page.wait_for_url("**opinion_type=dissent**")
    settled(page)
    page.locator("#judge").fill("Brennan")
    page.keyboard.press("Enter")
    page.wait_for_url("**judge=Brennan**")
    settled(page)
    page.get_by_label("Group by case").uncheck()
    page.wait_for_url("**group_by=none**")
    settled(page)


def read_and_cite(page: Any) -> None:
    """Open the first passage, and copy it, words of it, and what is like them."""
    page.get_by_role("link", name="Read in the opinion").first.click()
    press(page.locator("#passage"), "Copy cite")
    select_words(page)
    press(page.locator("#picked"), "Copy with citation")
    page.locator("#picked").get_by_role("button", name="Similar passages").click()
    page.locator("#similar li a").first.wait_for()


def test_no_address_holds_what_was_looked_for(page, harbor, requests):
    grant(page, harbor)
    choose(page, harbor)
    shared, found = page.url, cites(page)
    assert found
    read_and_cite(page)
    page.get_by_role("searchbox", name="Search all opinions").fill(QUERY)
    page.keyboard.press("Enter")
    settled(page)
    assert parse_qs(urlsplit(page.url).fragment) == {"q": [QUERY]}

    page.go_back()
    page.wait_for_selector("#text section")
    page.go_back()
    settled(page)
    assert (page.url, cites(page)) == (shared, found)
    page.reload()
    settled(page)
    assert (page.url, cites(page)) == (shared, found)
    page.get_by_role("link", name="More like this").first.click()
    page.locator(".source blockquote").wait_for()
    other = page.context.new_page()
    other.goto(shared)
    settled(other)
    assert cites(other) == found

    assert_silent(requests)
    bodies = "\n".join(request.post_data or "" for request in requests)
    assert bodies.count(QUERY) >= 6
    assert '"judge":["Brennan"]' in bodies
    assert {urlsplit(sent(one)).path for one in requests if one.post_data} == {
        "/v1/search",
        "/v1/facets",
    }


def test_an_old_link_is_answered_and_its_words_are_moved_at_once(page, harbor, requests):
    page.goto(f"{base(harbor)}/corpus")
    page.goto(f"{base(harbor)}/?{STATE}&utm_source=mail")
    settled(page)
    parts = urlsplit(page.url)
    assert (parts.path, parts.query) == ("/", "")
    assert parse_qs(parts.fragment) == parse_qs(STATE)
    asked = {"q": QUERY, "court": ["scotus", "ca6"], "date_filed.gte": 1950, "k": 20}
    hits = harbor.get("/v1/search", params=asked).json()["hits"]
    assert cites(page) == [hit["cite"] for hit in hits]
    page.locator("#left:not(:empty)").wait_for()
    page.reload()
    settled(page)
    assert cites(page) == [hit["cite"] for hit in hits]
    followed = [request for request in requests if "utm_source" in sent(request)]
    assert len(followed) == 1  # the link itself, and never again
    assert_silent([request for request in requests if request not in followed])

    page.go_back()
    assert page.url == f"{base(harbor)}/corpus"  # the old address is not in the history


def test_a_link_that_got_a_query_on_its_way_keeps_its_state(page, harbor):
    page.goto(f"{base(harbor)}/?fbclid=x&q=rope#q=barge&court=ca6")
    settled(page)
    assert urlsplit(page.url).query == ""
    assert parse_qs(urlsplit(page.url).fragment) == {"q": ["barge"], "court": ["ca6"]}
    assert page.locator("#q").input_value() == "barge"


@pytest.mark.parametrize(
    ("path", "script"), [("/", "page.js"), ("/o/pier-0-dissent", "reading.js")]
)
def test_a_question_before_the_script_is_there_is_sent_to_nobody(
    page, harbor, requests, path, script
):
    page.route(f"**/static/{script}", lambda route: route.abort())
    page.goto(base(harbor) + path)
    page.get_by_role("searchbox").first.fill(QUERY)
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert page.url == base(harbor) + path
    assert_silent(requests)


@pytest.mark.parametrize("path", ["/", "/o/pier-0-dissent"])
def test_without_scripts_a_page_says_so_and_sends_nothing(browser, harbor, path):
    context = browser.new_context(java_script_enabled=False)
    page, made = context.new_page(), []
    page.on("request", lambda request: made.append(request))  # noqa: PLW0108
    page.goto(base(harbor) + path)
    told = page.locator("noscript").text_content()
    assert "This page needs JavaScript" in told
    page.get_by_role("searchbox").first.fill(QUERY)
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert page.url == base(harbor) + path
    assert_silent(made)
    context.close()


def test_skipping_to_the_results_leaves_the_state_where_it_is(page, harbor):
    page.goto(f"{base(harbor)}/#{STATE}")
    settled(page)
    address, entries = page.url, page.evaluate("history.length")
    for skip in page.locator(".skip").all():
        skip.focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "answer"
    assert (page.url, page.evaluate("history.length")) == (address, entries)
    assert cites(page)


def test_links_of_the_page_and_its_address_lead_to_answers_and_back(page, harbor):
    page.goto(base(harbor))
    page.locator("#notices dl a").first.click()
    page.wait_for_selector("#hits > li, .notice.no-match")
    example = page.locator("#q").input_value()
    assert parse_qs(urlsplit(page.url).fragment) == {"q": [example]}
    page.evaluate("location.hash = 'q=barge&group_by=none'")  # as if typed into the address
    page.wait_for_function("document.querySelector('#q').value === 'barge'")
    settled(page)
    hits = harbor.get("/v1/search", params={"q": "barge"}).json()["hits"]
    assert cites(page) == [hit["cite"] for hit in hits]

    page.go_back()
    page.wait_for_function("told => document.querySelector('#q').value === told", arg=example)
    page.go_back()
    page.locator("#notices dl").wait_for()
    assert page.locator("#hits > li").count() == 0
    page.go_forward()
    page.go_forward()
    page.wait_for_function("document.querySelector('#q').value === 'barge'")
    settled(page)
    assert cites(page) == [hit["cite"] for hit in hits]


def test_each_part_of_a_state_reaches_the_service(page, harbor, requests):
    """What a link may hold is asked as it would be by GET."""
    more = "&mode=lexical&forum=mied&min_score=0.25&binding_on=ca6&status=published&section_role=analysis"
    page.goto(f"{base(harbor)}/#{STATE}{more}&cites=490+U.S.+386&case_id=pier-0&rerank=false")
    settled(page)
    body = next(one.post_data_json for one in requests if sent(one).endswith("/v1/search"))
    assert body == {
        "query": QUERY,
        "k": 20,
        "mode": "lexical",
        "rerank": False,
        "forum": "mied",
        "min_score": 0.25,
        "group_by": None,
        "explain": True,
        "filters": {
            "court": ["scotus", "ca6"],
            "opinion_type": [],
            "section_role": ["analysis"],
            "case_id": ["pier-0"],
            "judge": [],
            "status": ["published"],
            "cites": ["490 U.S. 386"],
            "binding_on": "ca6",
            "date_filed": {"gte": "1950", "lte": None},
        },
    }
    assert page.locator(".notice.error").count() == 0


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("mode=fuzzy", "mode"), ("rerank=maybe", "rerank"), ("min_score=much", "min_score"),
        ("opinion_type=__proto__", "opinion_type"), ("court=%E0%A4%A", "court"), ("k=1000", "100"),
    ],
)  # fmt: skip
def test_a_state_that_cannot_be_is_said(page, harbor, wrong, told):
    page.goto(f"{base(harbor)}/#q=barge&{wrong}")
    notice = page.locator(".notice.error")
    notice.wait_for()
    assert told in notice.inner_text()


def test_the_copied_link_of_a_passage_holds_no_question(page, harbor):
    grant(page, harbor)
    page.goto(f"{base(harbor)}/#{STATE}")
    settled(page)
    copy(page.locator("#hits > li").first, "Markdown citation")
    assert not WORDS.search(clipboard(page).partition("](")[2])
