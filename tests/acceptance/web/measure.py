"""How soon a browser shows something, and how soon an answer: medians over fresh and asked pages.

``python -m tests.acceptance.web.measure URL [--repeat 15] [--key KEY] [--out FILE] [--question TEXT]…``
against any service that runs. Chromium must be on the path, Playwright installed.

* first paint: the search page from nothing, until something is to be read (First Contentful Paint);
* first answer: an address with a question from nothing, until the results stand in the page;
* search to render: Enter in an open page, until the results stand in the page. Of it, the service's
  own time is ``took_ms.total``; the rest is HTTP, JSON and making the cards.
"""

import argparse
import importlib
import json
import shutil
import statistics
import sys
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from tests.acceptance.web.chromium import QUIET

QUESTIONS: Final = (
    "officer shot an unarmed suspect who was fleeing",
    "search of a car without a warrant",
    "school may not punish a student for what he said",
    "when is an official immune from suit",
    "contract signed under duress",
)
_PAINT: Final = """() => new Promise((resolve) => {
  const told = () => performance.getEntriesByName("first-contentful-paint")[0];
  const look = () => told() ? resolve(told().startTime) : requestAnimationFrame(look);
  look();
})"""
_SHOWN: Final = """() => new Promise((resolve) => {
  const look = () => {
    const marks = performance.getEntriesByName("shown");
    if (marks.length) resolve(marks.at(-1).startTime); else requestAnimationFrame(look);
  };
  look();
})"""
_ASKED_TO_SHOWN: Final = """() => {
  const last = (name) => performance.getEntriesByName(name).at(-1).startTime;
  return [last("shown") - last("asked"), last("answered") - last("asked")];
}"""


def first_paint(browser: Any, url: str, key: str | None) -> float:
    page = fresh(browser, key)
    page.goto(url)
    taken: float = page.evaluate(_PAINT)
    page.context.close()
    return taken


def first_answer(browser: Any, url: str, key: str | None, question: str) -> float:
    page = fresh(browser, key)
    page.goto(f"{url}/#q={quote(question)}")
    taken: float = page.evaluate(_SHOWN)
    page.context.close()
    return taken


def searches(
    browser: Any, url: str, key: str | None, questions: list[str]
) -> list[tuple[float, float, float]]:
    """Return, of each question, until shown, until answered, and the service's own part, in ms."""
    page = fresh(browser, key)
    page.goto(url)
    page.locator("#notices dl").wait_for()
    taken = []
    for question in questions:
        page.evaluate("performance.clearMarks()")
        page.locator("#q").fill(question)
        with page.expect_response("**/v1/search") as answered:
            page.keyboard.press("Enter")
        page.evaluate(_SHOWN)
        shown, received = page.evaluate(_ASKED_TO_SHOWN)
        taken.append((shown, received, answered.value.json()["took_ms"]["total"]))
    page.context.close()
    return taken


def fresh(browser: Any, key: str | None) -> Any:
    """Open a page of a browser that has nothing of the service yet, with the key it will need."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    if key:
        told = json.dumps(["opinion-search key", key])
        context.add_init_script(f"sessionStorage.setItem(...{told})")
    return context.new_page()


def summary(taken: list[float]) -> dict[str, float]:
    """Return the median, and what nine in ten stay below."""
    return {
        "median_ms": round(statistics.median(taken), 1),
        "p90_ms": round(statistics.quantiles(taken, n=10)[-1], 1),
        "n": len(taken),
    }


def measure(url: str, questions: list[str], *, repeat: int, key: str | None) -> dict[str, Any]:
    """Return all figures; each question is asked once before, so that none pays for a cold disk."""
    playwright = importlib.import_module("playwright.sync_api")  # no part of the environment
    asked = [questions[n % len(questions)] for n in range(repeat)]
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(QUIET)
        )
        searches(browser, url, key, questions)
        paints = [first_paint(browser, url, key) for _ in range(repeat)]
        answers = [first_answer(browser, url, key, question) for question in asked]
        shown = searches(browser, url, key, asked)
        browser.close()
    return {
        "first_paint": summary(paints),
        "first_answer": summary(answers),
        "search_to_render": summary([one[0] for one in shown]),
        "of_it_until_answered": summary([one[1] for one in shown]),
        "of_it_in_the_service": summary([one[2] for one in shown]),
        "of_it_rendering": summary([one[0] - one[1] for one in shown]),
    }


def main() -> None:
    """Measure what the command line names, and tell it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("url")
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--key")
    parser.add_argument("--question", action="append", default=[])
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    questions = given.question or list(QUESTIONS)
    found = measure(given.url.rstrip("/"), questions, repeat=given.repeat, key=given.key)
    told = json.dumps(found, indent=1)
    if given.out:
        given.out.write_text(told + "\n", encoding="utf-8")
    sys.stdout.write(told + "\n")


if __name__ == "__main__":
    main()
