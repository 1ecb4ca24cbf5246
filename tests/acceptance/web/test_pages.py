"""What a reader meets: a search, its answer, and the opinion at the passage."""

import json
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from service import keys
from tests.acceptance.running import ask, opinion, serving
from tests.acceptance.web.conftest import HOSTILE_NAME

QUERY = "toll on the marten of the ferry"
SEEDS_QUERY = "may an officer shoot an unarmed suspect"


def base(site: httpx2.Client) -> str:
    return str(site.base_url).rstrip("/")


def search(page: Any, site: httpx2.Client, query: str) -> None:
    page.goto(base(site))
    page.get_by_label("Opinion search").fill(query)
    page.keyboard.press("Enter")
    page.wait_for_selector("#hits > li")


def tab_to(page: Any, selector: str) -> None:
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(selector)


def hits_of_groups(site: httpx2.Client, query: str) -> list[dict[str, Any]]:
    """Return the best hit of each case, as the page shows them."""
    return [group["hits"][0] for group in ask(site, query, group_by="case")["groups"]]


def marked(page: Any, within: str) -> str:
    return "".join(page.locator(f"{within} mark").all_text_contents())


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_from_a_search_to_the_opinion_at_the_passage(page, site):
    hit = hits_of_groups(site, SEEDS_QUERY)[0]

    search(page, site, SEEDS_QUERY)
    first = page.locator("#hits > li").first
    assert first.locator("h2").inner_text() == hit["case"]["name"]
    assert first.locator(".cite").inner_text() == hit["cite"]
    assert first.locator(".path li").all_inner_texts() == hit["section"]["path"]
    first.get_by_role("link", name="Read in the opinion").click()
    page.wait_for_selector("#text mark")

    span = hit["passage"]
    assert page.url.endswith(f"/o/{quote(hit['opinion']['id'])}#p{span['start']}-{span['end']}")
    assert squeezed(marked(page, "#text")) == squeezed(span["text"])
    top = page.locator("#text mark").first.bounding_box()["y"]
    assert 0 <= top < 900
    assert page.locator("h1").inner_text() == hit["case"]["name"]
    page.wait_for_selector("#passage .copy")
    assert page.locator("#passage .cite").inner_text() == hit["cite"]

    page.go_back()
    page.wait_for_selector("#hits > li")
    assert page.locator("#q").input_value() == SEEDS_QUERY


def test_the_reading_view_has_every_word_of_the_opinion_and_its_outline(page, site):
    hit = ask(site, SEEDS_QUERY)["hits"][0]
    read = opinion(site, hit["opinion"]["id"])
    page.goto(f"{base(site)}/o/{hit['opinion']['id']}")
    page.wait_for_selector("#text section")
    shown = page.locator("#text").evaluate("article => article.textContent")
    assert squeezed(shown) == squeezed(read["text"])
    headings = page.locator("#outline a bdi").all_text_contents()
    named = {s["path"][-1].replace("_", " ").casefold() for s in read["sections"]}
    assert named <= {heading.casefold() for heading in headings}
    assert marked(page, "#text") == ""


def test_hostile_text_is_shown_as_text_and_marked_in_the_right_place(page, site):
    hit = next(h for h in hits_of_groups(site, QUERY) if h["case"]["name"] == HOSTILE_NAME)
    text = hit["passage"]["text"]
    lights = [light for light in hit["highlights"] if light["kind"] == "sentence"]
    sentences = [text[light["start"] : light["end"]] for light in lights]
    assert any(ord(c) > 0xFFFF for c in text[: text.index(sentences[0]) + 1] + sentences[0])

    search(page, site, QUERY)
    card = page.locator("#hits > li").filter(has_text="onerror=window.owned").first
    assert card.locator("h2").inner_text() == HOSTILE_NAME
    assert card.locator("blockquote").evaluate("q => q.textContent") == text.rstrip()
    assert card.locator("mark").all_text_contents() == sentences
    card.locator("h2 a").click()
    page.wait_for_selector("#text mark")

    read = opinion(site, quote(hit["opinion"]["id"], safe=""))
    whole = page.locator("#text").evaluate("article => article.textContent")
    assert squeezed(whole) == squeezed(read["text"])
    assert squeezed(marked(page, "#text")) == squeezed(text)
    assert page.evaluate("window.owned") is None
    assert page.locator("img, article script").count() == 0


def test_each_stretch_of_code_points_is_marked_exactly(page, site):
    hit = next(h for h in ask(site, QUERY)["hits"] if h["case"]["name"] == HOSTILE_NAME)
    read = opinion(site, quote(hit["opinion"]["id"], safe=""))
    last = len(read["text"])
    address = f"{base(site)}/o/{quote(hit['opinion']['id'], safe='')}"
    for start, end in ((0, 9), (30, 61), (last - 30, last - 1), (last - 5, last + 500)):
        page.goto(f"{address}#p{start}-{end}")
        page.reload()
        page.wait_for_selector("#text mark")
        assert squeezed(marked(page, "#text")) == squeezed(read["text"][start:end])
    page.goto(f"{address}#p{last + 5}-{last + 9}")
    page.get_by_text("a place that this text does not have").wait_for()


@pytest.mark.parametrize(
    ("address", "kind", "words"),
    [
        ('#q="purple zebra quorum" taser', "phrases", "purple zebra quorum"),
        ("#q=taser&date_filed.gte=2100", "empty", "Nothing was found"),
        ("#q=taser&date_filed.gte=tomorrow", "error", "date_filed"),
        ("#q=recipe for sourdough rye bread", "no-match", "likely to answer"),
    ],
)
def test_what_was_not_found_is_said(page, site, address, kind, words):
    page.goto(f"{base(site)}/{address}")
    notice = page.locator(f".notice.{kind}")
    notice.wait_for()
    assert words in notice.inner_text()


def test_a_service_that_cannot_be_reached_is_said_and_tried_again(page, site):
    page.route("**/v1/search**", lambda route: route.abort())
    page.goto(f"{base(site)}/#q=taser")
    again = page.get_by_role("button", name="Try again")
    again.wait_for()
    page.unroute("**/v1/search**")
    again.click()
    page.wait_for_selector("#hits > li")


def test_an_opinion_that_is_not_there_is_said(page, site):
    page.goto(f"{base(site)}/o/nobody%2F<b>")
    page.get_by_text("This index has no opinion “nobody/<b>”").wait_for()


def test_a_search_by_keyboard_alone(page, site):
    page.goto(base(site))
    page.keyboard.type(SEEDS_QUERY)
    page.keyboard.press("Enter")
    page.wait_for_selector("#hits > li")
    tab_to(page, "aside .skip")
    page.keyboard.press("Enter")
    tab_to(page, "#hits h2 a")
    page.keyboard.press("Enter")
    page.wait_for_selector("#text mark")
    assert page.evaluate("document.activeElement.matches('#text mark')")
    page.keyboard.press("Tab")


def test_the_key_is_asked_for_once_and_kept_for_the_tab(page, web_index, tmp_path):
    made = keys.make("anna")
    keys.add(tmp_path / "keys.jsonl", made.kept)
    with serving(
        web_index, tmp_path / "log", OPINION_SEARCH_KEYS_FILE=str(tmp_path / "keys.jsonl")
    ) as site:
        page.goto(f"{base(site)}/#q={quote(SEEDS_QUERY)}")
        page.get_by_label("API key").fill("osk_wrong")
        page.keyboard.press("Enter")
        page.get_by_text("did not accept this key").wait_for()
        page.get_by_label("API key").fill(made.text)
        page.keyboard.press("Enter")
        page.wait_for_selector("#hits > li")
        page.locator("#hits h2 a").first.click()
        page.wait_for_selector("#text mark")
        assert not page.get_by_label("API key").is_visible()
        assert made.text not in page.url
        kept = page.evaluate("[sessionStorage, localStorage].map(s => ({...s}))")
        assert made.text in json.dumps(kept[0])
        assert kept[1] == {}


def test_a_deep_link_asks_for_the_key_once_whatever_it_needs(page, web_index, tmp_path):
    made = keys.make("anna")
    keys.add(tmp_path / "keys.jsonl", made.kept)
    with serving(
        web_index, tmp_path / "log", OPINION_SEARCH_KEYS_FILE=str(tmp_path / "keys.jsonl")
    ) as site:
        known = {"Authorization": f"Bearer {made.text}"}
        found = site.get("/v1/search", params={"q": SEEDS_QUERY}, headers=known).json()["hits"][0]
        page.goto(
            f"{base(site)}/o/{found['opinion']['id']}#p{found['passage']['start']}-{found['passage']['end']}"
        )
        page.get_by_label("API key").fill(made.text)
        page.keyboard.press("Enter")
        page.wait_for_selector("#text mark")
        assert not page.get_by_label("API key").is_visible()


@pytest.mark.parametrize("width", [320, 390, 900, 1400])
def test_nothing_is_wider_than_the_window(page, site, width):
    page.set_viewport_size({"width": width, "height": 800})
    hit = ask(site, SEEDS_QUERY)["hits"][0]
    for address, wait in (
        (f"/#q={quote(SEEDS_QUERY)}", "#hits > li"),
        (f"/o/{hit['opinion']['id']}#p{hit['passage']['start']}-{hit['passage']['end']}", "mark"),
    ):
        page.goto(base(site) + address)
        page.wait_for_selector(wait)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
