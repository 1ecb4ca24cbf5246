"""What axe-core finds, in light and dark, at three widths: nothing."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.acceptance.running import ask
from tests.acceptance.web.test_searching import QUERY, base

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
Q = f"/#q={quote(QUERY)}"


def nothing(page: Any) -> None:
    page.wait_for_timeout(250)


def open_filters(page: Any) -> None:
    if not page.locator("#filters").evaluate("filters => filters.open"):
        page.locator("#filters > summary").click()
    page.locator("#courts summary").first.wait_for()
    for summary in page.locator("#courts summary").all():
        if not summary.evaluate("summary => summary.parentElement.open"):
            summary.click()


def open_results(page: Any) -> None:
    for summary in page.locator("#hits .why > summary, #hits .others > summary").all()[:3]:
        summary.click()


def open_help(page: Any) -> None:
    page.locator("#ask-keys").click()


VIEWS = {
    "welcome": ("/", "#notices dl", nothing),
    "results": (Q, "#hits > li", open_results),
    "filters": (f"{Q}&court=ca6&status=published", "#hits > li", open_filters),
    "keys": (Q, "#hits > li", open_help),
    "error": ("/#q=barge&date_filed.gte=tomorrow", ".notice", nothing),
    "empty": ("/#q=barge&date_filed.gte=2100", ".notice", nothing),
    "alike": ("/#like={passage}", ".source blockquote", nothing),
    "reading": ("/o/{opinion}#p{start}-{end}", "#text mark", nothing),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(browser, harbor, axe, view, scheme):
    address, wait, act = VIEWS[view]
    hit = ask(harbor, QUERY)["hits"][0]
    span = hit["passage"]
    address = address.format(
        passage=quote(span["id"]), opinion=quote(hit["opinion"]["id"]), start=span["start"], end=span["end"]
    )  # fmt: skip
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    for width in (320, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("about:blank")
        page.goto(base(harbor) + address)
        page.wait_for_selector(wait)
        act(page)
        page.add_script_tag(content=axe)
        found = page.evaluate("rules => axe.run({runOnly: {type: 'tag', values: rules}})", RULES)[
            "violations"
        ]
        told = [(one["id"], [node["target"] for node in one["nodes"]]) for one in found]
        assert told == [], f"{view}, {width} wide, {scheme}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
