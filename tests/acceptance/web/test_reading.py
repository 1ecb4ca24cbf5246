"""The reading view: an opinion of the Supreme Court with pages, notes, citations and other voices."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from tests.acceptance.running import ask, opinion, serving
from tests.acceptance.web.looking import barriers, build, sample

QUESTION = "stop and frisk of a suspicious person for weapons"


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Iterator[httpx2.Client]:
    """A few real cases that cite one another, and one too long to be printed at leisure."""
    folder = tmp_path_factory.mktemp("library")
    cases = sample("Terry v. Ohio", "Michigan v. Long", "Scott v. Harris", "Illinois v. Wardlow")
    paragraph = f"The toll of the ferry was due, see Terry v. Ohio, 392 U.S. 1, 27 (1968). {'A quay. ' * 60}"
    long = {
        "id": "long",
        "case_name": "Quay v. Ferry",
        "date_filed": "2001",
        "citations": ["540 U.S. 9"],
        "opinions": [{"id": "long-o", "text": "\n\n".join([paragraph] * 200)}],
    }
    with serving(build(folder, [*cases, long]), folder / "log") as client:
        yield client


def base(library: httpx2.Client) -> str:
    return str(library.base_url).rstrip("/")


def opened(page: Any, library: httpx2.Client, opinion_id: str, fragment: str = "") -> None:
    page.goto(f"{base(library)}/o/{quote(opinion_id, safe='')}{fragment}")
    page.wait_for_selector("#text section")


@pytest.fixture(scope="module")
def terry(library) -> dict[str, Any]:
    """The longest opinion of Terry v. Ohio, which has notes and pages."""
    found = library.get("/v1/citations", params={"ref": "392 U.S. 1"}).json()["matches"][0]
    return opinion(library, found["opinion_id"])


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_each_citation_of_a_case_in_the_corpus_leads_to_it(page, library):
    hit = next(
        hit
        for hit in ask(library, "Terry v. Ohio frisk of a car", k=30)["hits"]
        if hit["case"]["name"] == "Michigan v. Long" and hit["passage"]["cites"]
    )
    opinion_id = hit["opinion"]["id"]
    cited = library.get(f"/v1/opinions/{opinion_id}/citations").json()["citations"]
    text = opinion(library, opinion_id)["text"]
    linked = [one for one in cited if one["opinion_id"]]
    assert linked
    opened(page, library, opinion_id)
    shown = page.locator("#text a.case").all_text_contents()
    assert {squeezed(text[one["start"] : one["end"]]) for one in linked} & set(map(squeezed, shown))
    assert len(shown) >= len(linked) * 0.9  # a citation within another one is not a second link

    page.locator("#text a.case").first.click()
    page.wait_for_url(f"**/o/{linked[0]['opinion_id']}*")
    page.wait_for_selector("#text section")
    assert page.locator("h1").inner_text() == "Terry v. Ohio"


def test_a_pinned_citation_opens_the_page_that_it_names(page, library, terry):
    opened(page, library, "long-o")
    href = page.locator("#text a.case").first.get_attribute("href")
    assert href.endswith("#at-392_U.S.-27")
    page.goto(href)
    page.wait_for_selector("#text section")
    mark = page.locator("[id='at-392_U.S.-27']")
    if mark.count():
        page.wait_for_function(
            "document.getElementById('at-392_U.S.-27').getBoundingClientRect().top < 400"
        )
    assert {"reporter": "392 U.S.", "page": "27"}.items() <= next(
        p for p in terry["pages"] if p["page"] == "27" and p["reporter"] == "392 U.S."
    ).items()


def test_pages_stand_in_the_margin_and_never_in_the_words(page, library, terry):
    opened(page, library, terry["id"])
    marks = page.locator("#text .page").evaluate_all("all => all.map(m => m.dataset.page)")
    assert marks == [mark["page"] for mark in terry["pages"]]
    whole = page.locator("#text").evaluate("article => article.textContent")
    assert squeezed(whole) == squeezed(terry["text"])


def test_a_footnote_leads_to_its_note_and_back(page, library, terry):
    noted = [s for s in terry["sections"] if s["noted_at"] is not None]
    assert noted
    opened(page, library, terry["id"])
    marks = page.locator("#text a.note")
    assert marks.count() == len(noted)
    told = marks.all_text_contents()
    texts = sorted(noted, key=lambda section: section["noted_at"])
    assert all(
        terry["text"][s["noted_at"] :].startswith(t) for s, t in zip(texts, told, strict=True)
    )
    assert all(re.search(r"\d|\*", mark) for mark in told)

    marks.first.focus()
    page.keyboard.press("Enter")
    note = page.locator(page.url[page.url.index("#") :])
    box = note.bounding_box()
    assert 0 <= box["y"] < 800
    back = note.locator("a.back")
    assert re.findall(r"\d+", back.inner_text()) == re.findall(r"\d+", told[0])
    back.click()
    page.wait_for_function("document.querySelector('#text a.note').getBoundingClientRect().top > 0")
    assert page.evaluate("document.querySelector('#text a.note').matches(':target')")


def test_the_outline_follows_the_reader(page, library, terry):
    opened(page, library, terry["id"])
    last = page.locator("#outline a[data-here]").last
    last.click()
    here = page.locator("#outline [aria-current]")
    page.wait_for_function(
        "href => document.querySelector('#outline [aria-current]')?.getAttribute('href') === href",
        arg=last.get_attribute("href"),
    )
    assert here.count() == 1
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_function("href => document.querySelector('#outline [aria-current]')?.getAttribute('href') !== href",
                           arg=last.get_attribute("href"))  # fmt: skip


def test_other_voices_of_the_case_are_named_and_linked(page, library, terry):
    case = library.get(f"/v1/cases/{quote(terry['case']['id'])}").json()
    opened(page, library, terry["id"])
    listed = page.locator("#opinions li")
    listed.nth(len(case["opinions"]) - 1).wait_for()
    assert listed.count() == len(case["opinions"])
    assert page.locator("#opinions [aria-current]").count() == 1
    page.locator("#opinions .dissent a").first.click()
    page.wait_for_selector("#text section.dissent")
    assert "Dissent" in page.locator("#head .voice").inner_text()


def test_similar_passages_stand_beside_and_are_asked_for_late(page, library):
    hit = ask(library, QUESTION)["hits"][0]
    span = f"#p{hit['passage']['start']}-{hit['passage']['end']}"
    asked = []
    page.on(
        "request", lambda request: asked.append(request.url) if "/similar" in request.url else None
    )
    page.set_viewport_size({"width": 700, "height": 800})
    opened(page, library, hit["opinion"]["id"], span)
    page.wait_for_selector("#passage .copy")
    assert asked == []
    page.get_by_text("Similar passages").first.click()
    page.wait_for_selector("#similar li a")
    assert len(asked) == 1
    similar = library.get(f"/v1/passages/{hit['passage']['id']}/similar?k=6").json()["hits"]
    assert page.locator("#similar li a").all_inner_texts() == [h["case"]["name"] for h in similar]
    page.locator("#similar li a").first.click()
    page.wait_for_selector("#text mark")
    first = similar[0]["passage"]
    assert page.url.endswith(f"#p{first['start']}-{first['end']}")


def test_selected_words_are_copied_with_their_pin_cite(page, library, terry):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=base(library))
    opened(page, library, terry["id"])
    page.evaluate(
        """() => {
          const part = [...document.querySelectorAll("#text p:not(.told)")].filter((p) => p.textContent.length > 400)[3];
          const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
          const node = walker.nextNode();
          getSelection().setBaseAndExtent(node, 3, node, 60);
          window.chosen = getSelection().toString();
        }"""
    )
    page.get_by_role("button", name="Copy with citation").wait_for()
    page.keyboard.press("Alt+c")
    page.locator("#picked").get_by_text("Copied", exact=True).wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    chosen = " ".join(page.evaluate("window.chosen").split())
    assert copied.startswith(f"“{chosen}” Terry v. Ohio, 392 U.S. 1")
    start = terry["text"].index(page.evaluate("window.chosen"))
    cite = library.get(
        f"/v1/opinions/{terry['id']}/cite", params={"start": start, "end": start + 57}
    )
    assert copied.endswith(cite.json()["cite"])

    page.keyboard.press("Escape")
    assert not page.locator("#picked").is_visible()


def test_a_printed_opinion_has_its_pages_in_the_line_and_nothing_around_it(page, library, terry):
    opened(page, library, terry["id"])
    page.emulate_media(media="print")
    for part in (".bar", "#outline", "aside", "#opinions"):
        assert not page.locator(part).is_visible(), part
    assert page.locator("#head h1").is_visible()
    mark = page.locator("#text .page").first
    content = mark.evaluate("m => getComputedStyle(m, '::before').content")
    assert "attr(data-page)" in content or mark.get_attribute("data-page") in content
    assert mark.evaluate("m => getComputedStyle(m, '::before').position") == "static"
    pdf = page.pdf()
    assert pdf.startswith(b"%PDF")
    assert page.title() == "Terry v. Ohio, 392 U.S. 1"  # what browsers print above
    assert page.locator("#head .meta bdi").first.inner_text() == "392 U.S. 1"
    assert set(terry["case"]["citations"]) <= set(page.locator("#head .meta bdi").all_inner_texts())


def test_find_in_page_sees_the_whole_text(page, library):
    opened(page, library, "long-o")
    found = page.evaluate("(() => { let n = 0; getSelection().removeAllRanges(); scrollTo(0, 0);"
                          " while (n < 1000 && window.find('toll of the ferry')) n += 1; return n; })()")  # fmt: skip
    assert found == 200


def test_at_twice_the_size_everything_is_in_reach(browser, library):
    hit = ask(library, QUESTION)["hits"][0]
    span = f"#p{hit['passage']['start']}-{hit['passage']['end']}"
    context = browser.new_context(viewport={"width": 640, "height": 400}, device_scale_factor=2)
    page = context.new_page()
    opened(page, library, hit["opinion"]["id"], span)
    page.wait_for_selector("#passage .copy")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    top = page.locator("#text mark").first.bounding_box()
    bar = page.locator("#passage").bounding_box()
    assert bar["y"] + bar["height"] <= top["y"] < 300  # what stays at the top does not hide it
    cut = page.evaluate(
        "[...document.querySelectorAll('#text p, #text h2, #head *, #passage *')].filter((part) =>"
        " { const box = part.getBoundingClientRect(); return box.width && (box.left < 0 || box.right > 640); }).length"
    )
    assert cut == 0
    context.close()


def test_the_whole_view_is_open_to_everybody(page, library, axe):
    hit = ask(library, QUESTION)["hits"][0]
    span = f"#p{hit['passage']['start']}-{hit['passage']['end']}"
    for width, scheme in ((1280, "light"), (320, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        opened(page, library, hit["opinion"]["id"], span)
        page.reload()
        page.wait_for_selector("#passage .copy")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert barriers(page, axe) == []
