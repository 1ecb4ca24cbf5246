"""`<opinion-search>` on a page of another origin that forbids everything it does not name."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest

from service import keys
from tests.acceptance.running import ask, serving
from tests.acceptance.web.conftest import HOSTILE_NAME
from tests.acceptance.web.looking import barriers

QUERY = "toll on the marten of the ferry"
SHOOTING = "may an officer shoot an unarmed suspect"
LISTEN = "window.heard = []; for (const name of ['select', 'results', 'error']) document.addEventListener(name, (event) => heard.push([name, event.detail]));"
POLICY = "default-src 'none'; script-src {site} 'self'; connect-src {site}; img-src 'self'; require-trusted-types-for 'script'"


@pytest.fixture(scope="module")
def service(web_index, tmp_path_factory) -> Iterator[httpx2.Client]:
    log = tmp_path_factory.mktemp("service") / "log"
    with serving(web_index, log, OPINION_SEARCH_CORS_ORIGINS="*") as client:
        yield client


@pytest.fixture
def foreign(service) -> Iterator[Any]:
    """A function that serves a page with a body and the element's script, and returns its address."""
    own = str(service.base_url).rstrip("/")
    allowed = [own]
    served = {"/listen.js": ("text/javascript", LISTEN)}

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, text = served.get(self.path, ("text/html", None))
            self.send_response(200 if text else 404)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Security-Policy", POLICY.format(site=allowed[0]))
            self.end_headers()
            self.wfile.write((text or "").encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def page_of(
        tag: str, script: str = "/static/opinion-search.js", kind: str = "", site: str = own
    ) -> str:
        allowed[0] = site
        served["/"] = (
            "text/html",
            (
                "<!doctype html><html lang=en><meta name=viewport content='width=device-width'><title>A chat</title>"
                f"<script src=/listen.js></script><script {kind} src={site}{script}></script>"
                f"<main><h1>A chat</h1>{tag}</main>"
            ),
        )
        return f"http://127.0.0.1:{server.server_port}/"

    yield page_of
    server.shutdown()
    server.server_close()


def heard(page: Any, name: str) -> Any:
    page.wait_for_function("name => heard.some(([one]) => one === name)", arg=name)
    return page.evaluate("name => heard.findLast(([one]) => one === name)[1]", name)


@pytest.mark.parametrize("script", ["/static/opinion-search.js", "/embed.js"])
def test_a_foreign_page_searches_and_is_given_the_hit_that_is_chosen(
    page, foreign, service, script
):
    page.goto(foreign("<opinion-search k=3></opinion-search>", script))
    page.get_by_role("searchbox", name="Search court opinions").fill(SHOOTING)
    page.keyboard.press("Enter")
    answer = heard(page, "results")["answer"]
    hits = ask(service, SHOOTING, k=3)["hits"]
    assert [hit["passage"] for hit in answer["hits"]] == [hit["passage"] for hit in hits]

    page.get_by_role("button", name=hits[1]["cite"], exact=True).first.click()
    chosen = heard(page, "select")
    assert chosen["hit"] in hits
    span = chosen["hit"]["passage"]
    assert chosen["url"].startswith(str(service.base_url).rstrip("/"))
    assert chosen["url"].endswith(f"#p{span['start']}-{span['end']}")
    assert service.get(chosen["url"].split("#")[0]).status_code == 200
    assert page.locator("opinion-search li[aria-current]").count() == 1


def test_nothing_but_the_service_is_asked(page, foreign, service):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    address = foreign(f"<opinion-search query='{SHOOTING}'></opinion-search>")
    page.goto(address)
    heard(page, "results")
    own = str(service.base_url).rstrip("/")
    assert {url.split("/v1")[0] for url in asked if not url.startswith(address)} == {
        own,
        f"{own}/static/opinion-search.js",
    }
    assert not any(SHOOTING.split()[1] in url for url in asked)  # what is asked is in no address


def test_filters_stand_in_attributes(page, foreign):
    page.goto(
        foreign(
            "<opinion-search court='ca6, ca9' date-from=2008 section-role=analysis group-by=case k=2"
            f" query='{SHOOTING}'></opinion-search>"
        )
    )
    answer = heard(page, "results")["answer"]
    assert answer["groups"]
    for hit in (hit for group in answer["groups"] for hit in group["hits"]):
        assert hit["case"]["court_id"] == "ca6"
        assert hit["case"]["date_filed"] >= "2008"
        assert hit["section"]["role"] == "analysis"


def test_hostile_words_are_shown_as_words(page, foreign):
    page.goto(foreign(f"<opinion-search query='{QUERY}'></opinion-search>"))
    answer = heard(page, "results")["answer"]
    hit = next(hit for hit in answer["hits"] if hit["case"]["name"] == HOSTILE_NAME)
    card = page.locator("opinion-search li").nth(answer["hits"].index(hit))
    text = hit["passage"]["text"]
    assert card.locator("blockquote").evaluate("q => q.textContent") == text.rstrip()
    lights = [light for light in hit["highlights"] if light["kind"] == "sentence"]
    assert card.locator("mark").all_text_contents() == [
        text[light["start"] : light["end"]] for light in lights
    ]
    assert page.evaluate("window.owned") is None
    assert page.locator("opinion-search img, opinion-search blockquote script").count() == 0


def test_it_is_used_by_keyboard_alone(page, foreign):
    page.goto(foreign("<opinion-search k=3></opinion-search>"))
    page.keyboard.press("Tab")
    page.keyboard.type(SHOOTING)
    page.keyboard.press("Enter")
    hits = heard(page, "results")["answer"]["hits"]
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert heard(page, "select")["hit"]["rank"] == hits[1]["rank"]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    inner = "document.querySelector('opinion-search').shadowRoot.activeElement.tagName"
    assert page.evaluate(inner) == "INPUT"


def test_a_program_searches_and_is_told_of_errors(page, foreign):
    page.goto(foreign("<opinion-search date-from=tomorrow></opinion-search>"))
    told = page.evaluate(
        "document.querySelector('opinion-search').search('taser').catch((error) => error.message)"
    )
    assert "date_filed" in told
    assert "query" in heard(page, "error")
    page.get_by_role("alert").get_by_text("date_filed").wait_for()
    page.evaluate("document.querySelector('opinion-search').removeAttribute('date-from')")
    found = page.evaluate("document.querySelector('opinion-search').search('taser')")
    assert found["hits"]
    assert page.get_by_role("alert").count() == 0


def test_a_key_is_shown_to_the_service(page, web_index, tmp_path, foreign):
    made = keys.make("anna")
    keys.add(tmp_path / "keys.jsonl", made.kept)
    with serving(
        web_index, tmp_path / "log", OPINION_SEARCH_CORS_ORIGINS="*",
        OPINION_SEARCH_KEYS_FILE=str(tmp_path / "keys.jsonl"),
    ) as guarded:  # fmt: skip
        here = str(guarded.base_url).rstrip("/")
        tag = f"<opinion-search endpoint={here} {{}} query=taser></opinion-search>"
        page.goto(foreign(tag.format(f"api-key={made.text}"), site=here))
        assert heard(page, "results")["answer"]["hits"]
        page.goto(foreign(tag.format(""), site=here))
        heard(page, "error")


@pytest.mark.parametrize(
    "endpoint",
    [
        "javascript://x/%0Awindow.owned=1",
        "javascript:window.owned=1",
        "data:text/html,x",
        "file:///etc",
    ],
)
def test_an_endpoint_that_is_no_service_is_told_and_not_asked(page, foreign, service, endpoint):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    address = foreign(f"<opinion-search endpoint='{endpoint}' query=taser></opinion-search>")
    page.goto(address)
    page.get_by_role("alert").get_by_text("http or https address").wait_for()
    page.wait_for_timeout(100)
    assert {url.removeprefix(address).removeprefix(str(service.base_url).rstrip("/")) for url in asked} == {
        "", "listen.js", "/static/opinion-search.js",
    }  # fmt: skip
    assert page.evaluate("window.owned") is None


def test_an_image_that_takes_the_name_of_the_script_leads_it_nowhere(page, foreign, service):
    """A chat shows HTML that it did not write; the document then has what is named in it."""
    image = "<img name=currentScript alt=logo src=/embed.js>"
    page.goto(foreign(f"{image}<opinion-search query='{SHOOTING}'></opinion-search>", kind="defer"))
    assert page.evaluate("document.currentScript.tagName") == "IMG"
    assert heard(page, "results")["answer"]["hits"]
    here = page.locator("opinion-search a").first.evaluate("a => a.origin")
    assert here == str(service.base_url).rstrip("/")


def test_a_module_may_load_it_too(page, foreign, service):
    page.goto(
        foreign(
            f"<opinion-search query='{SHOOTING}'></opinion-search>",
            "/static/opinion-search.js",
            "type=module",
        )
    )
    assert heard(page, "results")["answer"]["hits"]


def test_its_styles_and_the_pages_do_not_meet(page, foreign):
    page.goto(foreign(f"<opinion-search theme=dark query='{SHOOTING}'></opinion-search>"))
    heard(page, "results")
    dark = "getComputedStyle(document.querySelector('opinion-search').shadowRoot.querySelector('li')).backgroundColor"
    assert page.evaluate(dark) == "rgb(31, 33, 37)"
    page.evaluate("document.querySelector('opinion-search').setAttribute('theme', 'light')")
    assert page.evaluate(dark) == "rgb(255, 255, 255)"
    page.evaluate(
        "document.querySelector('opinion-search').style.setProperty('--opinion-search-ground', 'rgb(1, 2, 3)')"
    )
    assert page.evaluate(dark) == "rgb(1, 2, 3)"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily") != ""


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (320, "dark")])
def test_it_is_open_to_everybody(page, foreign, axe, width, theme):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=theme)
    page.goto(foreign(f"<opinion-search query='{SHOOTING}'></opinion-search>"))
    heard(page, "results")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = [one for one in barriers(page, axe) if "opinion-search" in one or "shadow" in one]
    assert found == []
