"""The corpus at a glance, against the records that it was made of."""

from collections import Counter
from typing import Any

import httpx2
import pytest

from tests.acceptance.web.corpus import many_courts
from tests.acceptance.web.looking import barriers

CASES = many_courts()


def shown(page: Any, harbor: httpx2.Client) -> None:
    page.goto(f"{str(harbor.base_url).rstrip('/')}/corpus")
    page.wait_for_selector("#build")


def test_every_bar_says_its_figure_and_leads_to_its_cases(page, harbor):
    shown(page, harbor)
    decades = Counter(int(case["date_filed"][:3]) * 10 for case in CASES)
    bars = page.locator("#years a.stack").evaluate_all(
        "all => all.map(a => [a.getAttribute('aria-label'), a.href])"
    )
    assert len(bars) == len(decades)
    for (name, href), (decade, cases) in zip(bars, sorted(decades.items()), strict=True):
        assert name.startswith(f"{decade}s: {cases} cases")
        assert href.endswith(f"/#date_filed.gte={decade}&date_filed.lte={decade + 9}")


def test_bars_are_as_high_as_they_should_be(page, harbor):
    shown(page, harbor)
    decades = Counter(int(case["date_filed"][:3]) * 10 for case in CASES)
    heights = page.locator("#years a.stack").evaluate_all(
        "all => all.map(a => [...a.children].reduce((sum, part) => sum + part.getBoundingClientRect().height, 0) / a.clientHeight)"
    )
    most = max(decades.values())
    for height, (_, cases) in zip(heights, sorted(decades.items()), strict=True):
        assert height == pytest.approx(cases / most, abs=0.02)


def test_courts_and_decades_are_a_table(page, harbor):
    shown(page, harbor)
    courts = Counter(case["court_id"] for case in CASES)
    rows = page.locator("#courts tbody tr")
    assert rows.count() == len(courts)
    told = [int(row.locator("td").first.inner_text()) for row in rows.all()]
    assert told == sorted(courts.values(), reverse=True)
    scotus = rows.filter(has_text="Supreme Court of the United States").locator("td a")
    assert scotus.all_inner_texts() == ["1", "1"]
    scotus.first.click()
    page.wait_for_url(
        lambda url: url.endswith("/#court=scotus&date_filed.gte=1950&date_filed.lte=1959")
    )


def test_voices_parts_and_the_build_are_told(page, harbor):
    shown(page, harbor)
    voices = Counter(opinion["type"] for case in CASES for opinion in case["opinions"])
    told = dict(
        zip(
            page.locator("#voices li a").all_inner_texts(),
            [int(n.split()[0]) for n in page.locator("#voices .number").all_inner_texts()],
            strict=True,
        )
    )
    assert told == {"Opinion of the court": voices["lead"], "Dissent": voices["dissent"]}
    facts = page.locator("#build").inner_text()
    index = harbor.get("/readyz").json()["index"]
    assert index["build_id"] in facts
    assert index["model"] in facts


def test_an_error_is_said(page, harbor):
    page.route("**/v1/corpus", lambda route: route.abort())
    page.goto(f"{str(harbor.base_url).rstrip('/')}/corpus")
    page.get_by_role("button", name="Try again").wait_for()


def test_the_corpus_is_open_to_everybody(page, harbor, axe):
    for width, scheme in ((1280, "light"), (320, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        shown(page, harbor)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert barriers(page, axe) == []
