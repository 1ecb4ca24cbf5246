"""What a corpus, a link or a page around may do to a reader: nothing."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from tests.acceptance.running import ask, serving
from tests.acceptance.web.conftest import HOSTILE_NAME
from tests.acceptance.web.looking import build
from tests.acceptance.web.test_searching import base, clipboard, grant

QUESTION = "toll on the marten of the ferry"
TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
LONG = "W" * 10_000
SCRIPT = "javascript:window.owned=1"
IMAGE = "<img src=x onerror=window.owned=1>"
CASE = {
    "id": "long",
    "case_name": f"{LONG} v. {TURNS}{IMAGE}",
    "court_id": "scotus",
    "court": f"{IMAGE}{LONG}",
    "docket_number": LONG,
    "url": SCRIPT,
    "judges": [IMAGE, SCRIPT],
    "citations": ["540 U.S. 9"],
    "status": LONG[:400],
    "date_filed": "2001",
    "opinions": [
        {
            "id": "long-o",
            "type": "concurrence",
            "author": f"{TURNS}{IMAGE}{LONG}",
            "text": f"I. {IMAGE} ANALYSIS\n\nThe toll on the marten of the ferry is due. {TURNS} {LONG} It is due. [{SCRIPT}]({SCRIPT})\n\n"
            f"II. {'W' * 250}\n\nAffirmed, for the toll of the ferry was {LONG} due.\n",
        }
    ],
}
SAFE = "[...document.querySelectorAll('a, area, form, [src]')].every((one) => /^https?:/.test(one.href ?? one.action ?? one.src))"


@pytest.fixture(scope="module")
def quay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A service of one case, each of whose words was chosen to hurt."""
    folder = tmp_path_factory.mktemp("quay")
    with serving(build(folder, [CASE]), folder / "log") as client:
        yield client


def assert_unhurt(page: Any, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.owned") is None
    assert page.evaluate(SAFE)
    assert page.locator("img, article script, iframe, object").count() == 0


@pytest.mark.parametrize("width", [320, 1280])
def test_words_of_any_length_and_kind_stay_words(page, quay, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{base(quay)}/#q={quote(QUESTION)}&judge={quote(LONG[:400])}")
    page.locator("#chips button").first.wait_for()
    assert_unhurt(page, width)
    page.goto(f"{base(quay)}/corpus")
    page.wait_for_selector("#build")
    assert_unhurt(page, width)
    page.goto(f"{base(quay)}/#q={quote(QUESTION)}")
    page.wait_for_selector("#hits > li")
    page.locator("#hits .why > summary").first.click()
    assert_unhurt(page, width)
    hit = ask(quay, QUESTION)["hits"][0]
    assert page.locator("#hits .cite").first.inner_text() == " ".join(hit["cite"].split())
    page.get_by_role("link", name="Read in the opinion").first.click()
    page.wait_for_selector("#passage .copy")
    assert page.locator("#passage").bounding_box()["height"] <= 320  # and does not cover the text
    assert_unhurt(page, width)


def test_a_name_that_turns_the_direction_is_copied_without_its_turns(page, site):
    grant(page, site)
    hit = next(h for h in ask(site, QUESTION)["hits"] if h["case"]["name"] == HOSTILE_NAME)
    assert set(hit["cite"]) & set(TURNS)
    place = f"/o/{quote(hit['opinion']['id'], safe='')}#p{hit['passage']['start']}-{hit['passage']['end']}"
    page.goto(base(site) + place)
    page.get_by_role("button", name="Copy cite").click()
    page.locator("#passage").get_by_text("Copied", exact=True).wait_for()
    straight = hit["cite"].translate(dict.fromkeys(map(ord, TURNS)))
    assert clipboard(page) == straight

    page.evaluate(
        """() => {
          const node = document.createTreeWalker(document.querySelector("#text mark"), NodeFilter.SHOW_TEXT).nextNode();
          getSelection().setBaseAndExtent(node, 0, node, 5);
        }"""
    )
    page.get_by_role("button", name="Copy with citation").click()
    page.locator("#picked").get_by_text("Copied", exact=True).wait_for()
    assert clipboard(page).endswith(f"” {straight}")


@pytest.mark.parametrize("fragment", ["#%E0%A4%A", "#%", "#at-%FF-1", "#key", f"#at-{IMAGE}-1"])
def test_a_fragment_of_any_kind_opens_the_opinion(page, quay, fragment):
    page.goto(f"{base(quay)}/o/long-o{fragment}")
    page.wait_for_selector("#text section")
    page.wait_for_load_state("networkidle")
    assert page.locator("#head h1").is_visible()
    assert_unhurt(page, 1200)


def test_an_opinion_whose_id_is_no_text_is_not_opened(quay):
    for written in ("/o/%FF", "/o/a%C3", "/o/%ED%A0%80"):
        assert quay.get(written).status_code == 404
