"""The pages in a real browser, over a small index with a hostile opinion in it.

Skipped where Chromium or Playwright is not there; neither is needed for anything else.
"""

import importlib.util
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from tests.acceptance.running import SEEDS, serving, succeed
from tests.acceptance.web.chromium import QUIET
from tests.acceptance.web.corpus import many_courts

CHROMIUM: Final = shutil.which("chromium")
HOSTILE_NAME: Final = (
    "<img src=x onerror=window.owned=1> v. \u202e\u05d4\u05de\u05d3\u05d9\u05e0\u05d4 😀"
)
HOSTILE: Final = (
    "I. <script>window.owned = 1</script> & ANALYSIS 😀\n\n"
    "The marten 😀😀 clause of the ferry charter reads <img src=x onerror=window.owned=1> &amp; so on. "
    "\u202e\u05d1\u05d9\u05ea \u05d4\u05de\u05e9\u05e4\u05d8 \u05e4\u05e1\u05e7\u202c that \U0001d4d0 ferry keeps its marten when a < b and c > d. "
    "Every 🚢 toll on the marten is void, </p></article><script>window.owned = 1</script>.\n\n"
    "II. DISPOSITION\n\nAffirmed as to the ferry 🛶; the toll is struck.\n"
)


@pytest.fixture(scope="session")
def web_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The opinions of the 6th Circuit, and one that attacks who reads it."""
    folder = tmp_path_factory.mktemp("web")
    source = folder / "source"
    shutil.copytree(SEEDS, source / "ca6")
    record = {
        "id": "hostile-😀",
        "case_name": HOSTILE_NAME,
        "date_filed": "1999-02-03",
        "opinions": [{"type": "dissent", "author": "<b>Judge</b>", "text": HOSTILE}],
    }
    (source / "hostile.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    succeed("build", source / "ca6", source / "hostile.jsonl", "--index", folder / "index")
    return folder / "index"


@pytest.fixture(scope="session")
def site(web_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A client of a server of `web_index`; its base is where the pages are."""
    with serving(web_index, tmp_path_factory.mktemp("site") / "log") as client:
        yield client


@pytest.fixture(scope="session")
def harbor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A client of a server of short cases of many courts."""
    folder = tmp_path_factory.mktemp("harbor")
    lines = [json.dumps(record) for record in many_courts()]
    (folder / "cases.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    succeed("build", folder / "cases.jsonl", "--index", folder / "index")
    with serving(folder / "index", folder / "log") as client:
        yield client


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core."""
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None or found.origin is None:
        pytest.skip("axe-playwright-python is not installed")
    return Path(found.origin).with_name("axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no chromium on the path")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page of its own; the test fails when a script of the page does, or is refused."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    opened, broken = context.new_page(), []
    opened.set_default_timeout(10_000)
    opened.on("pageerror", lambda error: broken.append(str(error)))
    opened.on(
        "console",
        lambda told: broken.append(told.text) if "Content Security Policy" in told.text else None,
    )
    yield opened
    context.close()
    assert broken == []
