"""The search page: filters, the years, groups, copying, the address, keys, and what can go wrong."""

import re
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx2
import pytest

QUERY = "who answers for a barge that broke the pier"


def base(site: httpx2.Client) -> str:
    return str(site.base_url).rstrip("/")


def opened(page: Any, site: httpx2.Client, more: str = "") -> None:
    page.goto(f"{base(site)}/#q={quote(QUERY)}{more}")
    settled(page)
    page.locator("#left:not(:empty)").wait_for()


def settled(page: Any) -> None:
    """Wait for the answer to what was asked last."""
    page.wait_for_selector("#answer:not([aria-busy=true]):has(#hits > li, .notice)")


def asked(page: Any) -> dict[str, list[str]]:
    """Return what the address holds, without the question."""
    return {k: v for k, v in parse_qs(urlsplit(page.url).fragment).items() if k != "q"}


def shown(page: Any) -> list[str]:
    """Return the names of the cases."""
    found: list[str] = page.locator("#hits > li h2").all_inner_texts()
    return found


def answer(site: httpx2.Client, **more: Any) -> list[str]:
    """Return the names of the cases as the service ranks them."""
    found = site.get("/v1/search", params={"q": QUERY, "group_by": "case", **more}).json()
    return [group["case"]["name"] for group in found["groups"]]


def grant(page: Any, site: httpx2.Client) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=base(site))


def clipboard(page: Any, kind: str = "text/plain") -> str:
    text: str = page.evaluate(
        "async (kind) => (await (await navigator.clipboard.read())[0].getType(kind)).text()", kind
    )
    return text


def copy(card: Any, name: str) -> None:
    """Press the button and wait until it says that it has copied, which it does not say for long."""
    button = card.get_by_role("button", name=name)
    button.click()
    button.filter(has_text="Copied").wait_for()


def test_a_filter_is_chosen_counted_told_and_taken_back(page, harbor):
    opened(page, harbor)
    assert shown(page) == answer(harbor)
    row = page.locator("#types label").filter(has_text="Dissent")
    counted = harbor.get("/v1/facets").json()
    dissents = next(c for c in counted["opinion_types"] if c["value"] == "dissent")
    assert row.locator(".count").inner_text().split() == [str(dissents["passages"]), "passages"]

    row.get_by_role("checkbox").check()
    page.wait_for_url("**opinion_type=dissent**")
    settled(page)
    assert shown(page) == answer(harbor, opinion_type="dissent")
    page.get_by_text(f"{dissents['cases']} cases of the index, ").wait_for()
    assert page.evaluate("document.activeElement.value") == "dissent"

    page.reload()
    page.get_by_role("button", name="Remove the filter Voice Dissent").click()
    settled(page)
    assert asked(page) == {}
    page.go_back()
    page.wait_for_url("**opinion_type=dissent**")
    assert shown(page) == answer(harbor, opinion_type="dissent")
    assert page.locator("#types").get_by_role("checkbox", name="Dissent").is_checked()


def test_courts_stand_in_their_order_and_are_chosen_one_by_one_or_together(page, harbor):
    opened(page, harbor)
    rows = page.locator("#courts .list > *").all_inner_texts()
    names = [re.sub(r"\s*\d+\s*cases?$", "", row).strip() for row in rows]
    assert names == [
        "Supreme Court of the United States", "Sixth Circuit", "Ninth Circuit",
        "United States Tax Court", "California", "Supreme Court of Florida", "New York",
        "Texas Supreme Court",
    ]  # fmt: skip
    page.locator("#courts summary").filter(has_text="Sixth Circuit").click()
    page.get_by_label("All 4, Sixth Circuit").check()
    page.wait_for_url("**court=miwb**")
    assert set(asked(page)["court"]) == {"ca6", "mied", "ohnd", "miwb"}
    settled(page)
    assert shown(page) == answer(harbor, court=["ca6", "mied", "ohnd", "miwb"])

    page.locator("#courts").get_by_role("checkbox", name=re.compile("N.D. Ohio")).uncheck()
    page.wait_for_url(lambda url: "ohnd" not in url)
    page.get_by_label("Find a court").fill("second app")
    part = page.locator("#courts .list label")
    assert "Second Appellate District" in part.inner_text()


def test_years_are_dragged_over(page, harbor):
    opened(page, harbor)
    box = page.locator(".bars").bounding_box()
    bars = page.locator(".bars span").count()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * (bars - 6.5) / bars, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * (bars - 3.5) / bars, middle, steps=4)
    page.mouse.up()
    page.wait_for_url("**date_filed.gte=**")
    settled(page)
    chosen = asked(page)
    first, last = int(chosen["date_filed.gte"][0]), int(chosen["date_filed.lte"][0])
    assert 1921 < first < last < 2019
    assert (last - first + 1) % 4 == 0  # four bars
    assert shown(page) == answer(harbor, **{"date_filed.gte": first, "date_filed.lte": last})
    assert page.get_by_role("textbox", name="From").input_value() == str(first)
    page.locator(".bars .out").first.wait_for()


def test_years_are_moved_with_keys_and_typed(page, harbor):
    opened(page, harbor)
    earliest = page.get_by_label("Earliest year")
    earliest.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_url("**date_filed.gte=1924**")
    settled(page)
    assert "date_filed.lte" not in asked(page)
    page.get_by_role("textbox", name="To").fill("1990-06")
    page.keyboard.press("Enter")
    page.wait_for_url("**date_filed.lte=1990-06**")
    settled(page)
    bounds = {"date_filed.gte": 1924, "date_filed.lte": "1990-06"}
    assert shown(page) == answer(harbor, **bounds)
    page.get_by_role("textbox", name="From").fill("soon")
    page.keyboard.press("Enter")
    assert "soon" not in page.url


def test_cases_are_grouped_opened_and_ungrouped(page, harbor):
    opened(page, harbor)
    others = page.locator("#hits > li").first.locator(".others")
    assert others.locator("article").count() == 0
    others.locator("summary").first.click()
    others.locator("article").first.wait_for()  # made when the browser tells that it was opened
    assert others.locator("article").count() == 2
    page.get_by_label("Group by case").uncheck()
    page.wait_for_url("**group_by=none**")
    settled(page)
    hits = harbor.get("/v1/search", params={"q": QUERY}).json()["hits"]
    assert page.locator("#hits .cite").all_inner_texts() == [hit["cite"] for hit in hits]
    page.reload()
    settled(page)
    assert not page.get_by_label("Group by case").is_checked()


def test_more_results_follow_and_leave_what_was_opened_open(page, harbor):
    opened(page, harbor)
    page.locator(".why summary").first.click()
    page.get_by_role("button", name="More results").click()
    page.wait_for_url("**k=20**")
    settled(page)
    assert shown(page) == answer(harbor, k=20)
    assert page.locator("#hits > li").first.locator(".why[open] li").count() > 1
    assert page.evaluate("document.activeElement.closest('li').parentElement.id") == "hits"


def test_why_a_hit_was_found_is_said_in_words(page, harbor):
    opened(page, harbor)
    first = page.locator("#hits > li").first
    first.get_by_text("Why this hit").click()
    found = harbor.get(
        "/v1/search", params={"q": QUERY, "group_by": "case", "explain": True}
    ).json()
    explain = found["groups"][0]["hits"][0]["explain"]
    told = first.locator(".why").inner_text()
    assert re.search(rf"By meaning it is the {explain['dense_rank']}(st|nd|rd|th) nearest", told)
    assert {"barge", "pier"} <= set(re.findall(r"\w+", told))


def test_more_like_this_has_an_address_of_its_own(page, harbor):
    opened(page, harbor)
    hit = harbor.get("/v1/search", params={"q": QUERY, "group_by": "case"}).json()["groups"][0][
        "hits"
    ][0]
    page.get_by_role("link", name="More like this").first.click()
    page.wait_for_url("**like=**")
    page.locator(".source blockquote").wait_for()
    similar = harbor.get(f"/v1/passages/{quote(hit['passage']['id'])}/similar").json()["hits"]
    assert page.locator("#hits .cite").all_inner_texts() == [one["cite"] for one in similar]
    assert page.locator(".source blockquote").inner_text() == hit["passage"]["text"].strip()
    page.go_back()
    settled(page)
    assert shown(page) == answer(harbor)


def test_citations_are_copied_in_three_styles(page, harbor):
    grant(page, harbor)
    opened(page, harbor, "&court=scotus&opinion_type=dissent")
    card = page.locator("#hits > li").first
    cite = card.locator(".cite").inner_text()
    assert re.fullmatch(
        r"Pier 0 v\. Harbor, 400 U\.S\. 1 \(1954\) \(Brennan, J\., dissenting\)", cite
    )
    copy(card, "Plain citation")
    assert clipboard(page) == cite
    copy(card, "Bluebook citation")
    assert clipboard(page) == cite
    assert cite.removeprefix("Pier 0 v. Harbor") in clipboard(page, "text/html")
    assert "<i>Pier 0 v. Harbor</i>" in clipboard(page, "text/html")
    copy(card, "Markdown citation")
    link = card.get_by_role("link", name="Read in the opinion").evaluate("link => link.href")
    assert clipboard(page) == f"[*Pier 0 v. Harbor*{cite.removeprefix('Pier 0 v. Harbor')}]({link})"
    copy(card, "Quote with citation")
    assert clipboard(page) == f"“{card.locator('mark').inner_text()}” {cite}"


def test_everything_by_keyboard_alone(page, harbor):
    grant(page, harbor)
    page.goto(base(harbor))
    page.keyboard.type(QUERY)
    page.keyboard.press("Enter")
    settled(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("j")
    at = "[...document.querySelectorAll('#hits > li')].findIndex(li => li.contains(document.activeElement))"
    assert page.evaluate(at) == 1
    page.keyboard.press("c")
    page.locator("#hits > li").nth(1).get_by_text("Copied").wait_for()
    assert clipboard(page) == page.locator("#hits .cite").nth(1).inner_text()
    page.keyboard.press("w")
    assert page.locator("#hits > li").nth(1).locator(".why[open]").count() == 1
    page.keyboard.press("o")
    assert page.locator("#hits > li").nth(1).locator(".others[open]").count() == 1
    page.keyboard.press("k")
    assert page.evaluate(at) == 0
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("/?jc")  # letters, where one types
    assert page.locator("#q").input_value().endswith("/?jc")
    page.keyboard.press("Tab")
    page.keyboard.press("?")
    page.locator("#help[open]").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    assert page.evaluate("document.activeElement.matches('#filters summary')")
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#text mark")


def test_no_key_traps_and_single_letters_can_be_switched_off(page, harbor):
    opened(page, harbor)
    page.locator("#ask-keys").click()
    page.get_by_label("Single letters are commands").uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    settled(page)
    page.locator("#hits a").first.focus()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "q"
    seen = set()
    page.locator("#q").focus()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate("document.activeElement.closest('header, aside, .tools, #hits')?.tagName")
        )
    assert {"ASIDE", "OL"} <= seen


def test_a_newer_question_overtakes_a_slow_one(page, harbor):
    opened(page, harbor)
    held: list[Any] = []
    given_up: list[str] = []

    def hold(route: Any) -> None:
        if "slow ropes" in route.request.post_data:
            held.append(route)
        else:
            route.continue_()

    page.route("**/v1/search", hold)
    page.on("requestfailed", lambda request: given_up.append(request.post_data_json["query"]))
    page.locator("#q").fill("slow ropes in a storm")
    page.keyboard.press("Enter")
    page.locator("#answer[aria-busy=true]").wait_for()
    page.locator("#q").fill(QUERY)
    page.keyboard.press("Enter")
    settled(page)
    assert shown(page) == answer(harbor)
    assert given_up == ["slow ropes in a storm"]


@pytest.mark.parametrize(("status", "wait"), [(429, "1"), (503, "1"), (500, None)])
def test_what_passes_is_tried_again(page, harbor, status, wait):
    def refuse(route: Any) -> None:
        route.fulfill(
            status=status,
            headers={"Retry-After": wait} if wait else {},
            json={"error": {"code": "later", "message": "Come <b>later</b>.", "field": None}},
        )

    page.route("**/v1/search**", refuse, times=1)
    page.goto(f"{base(harbor)}/#q=barge")
    told = page.locator(".notice.error")
    told.wait_for()
    assert "Come <b>later</b>." in told.inner_text()
    if wait is None:
        page.get_by_role("button", name="Try again").click()
    else:
        assert "Trying again in 1 second" in told.inner_text()
    page.wait_for_selector("#hits > li")
    assert told.count() == 0
