"""The pages for a browser, as a program sees them; tests/acceptance/web opens them in one."""

import re
from pathlib import Path

import pytest

from service import keys, routes_web
from tests.service.fakes import client_of

FOLDER = Path(routes_web.__file__).with_name("web")
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@pytest.fixture
def client():
    with client_of() as client:
        yield client


def parts(html: str) -> list[str]:
    return re.findall(r'(?:href|src|action)="([^"#]*)"', html)


def test_a_browser_gets_the_search_page_and_a_program_the_landing(client):
    page = client.get("/", headers=BROWSER)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.text == (FOLDER / "index.html").read_text("utf-8")
    assert page.headers["vary"] == "Accept"
    for accept in ("*/*", "application/json"):
        assert client.get("/", headers={"Accept": accept}).json()["name"] == "opinion-search"


def test_files_are_served_as_what_they_are(client):
    served = {path.name for path in FOLDER.iterdir() if path.suffix in KINDS}
    for name in served:
        answer = client.get(f"/static/{name}")
        assert answer.content == (FOLDER / name).read_bytes()
        assert answer.headers["content-type"].startswith(KINDS[Path(name).suffix])
    assert {"page.js", "reading.js", "page.css", "icon.svg"} <= served


def test_every_part_of_a_page_is_there_wherever_the_page_is(client):
    for url in ("/", "/o/floyd", "/o/a%2Fb", "/o/a/b", "/o/a/b/c?x=/y"):
        page = client.get(url, headers=BROWSER)
        for part in parts(page.text):
            assert client.get(str(page.url.join(part))).status_code == 200, (url, part)


def test_every_module_that_a_script_imports_is_there(client):
    for script in FOLDER.glob("*.js"):
        for name in re.findall(r'from "\./([^"]+)"', script.read_text("utf-8")):
            assert client.get(f"/static/{name}").status_code == 200, (script.name, name)


@pytest.mark.parametrize("url", ["/", "/o/floyd", "/corpus"])
def test_pages_run_nothing_inline_and_nothing_foreign(client, url):
    answer = client.get(url, headers=BROWSER)
    policy = dict(
        part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; ")
    )
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:", answer.text)
    assert not any("//" in part for part in parts(answer.text))


def test_no_form_puts_into_an_address_what_is_written_in_it(client):
    """A form that is sent before its script is there, or without one, is sent to nobody."""
    for url in ("/", "/o/floyd", "/corpus"):
        page = client.get(url, headers=BROWSER)
        assert "form-action 'none'" in page.headers["content-security-policy"]
        for form in re.findall(r"<form\b[^>]*>.*?</form>", page.text, re.DOTALL):
            assert 'method="dialog"' in form or " name=" not in form, (url, form)


def test_no_script_puts_words_into_the_query_of_an_address():
    """What is searched for goes into a body, or behind `#`: a proxy before the service logs the rest."""
    asked = set()
    for script in FOLDER.glob("*.js"):
        asked |= set(re.findall(r"[?&](\w+)=", script.read_text("utf-8")))
    assert asked == {"k", "start", "end", "ref"}


def test_scripts_never_read_a_text_as_markup():
    for script in FOLDER.glob("*.js"):
        made = script.read_text("utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|srcdoc|\beval\b|new Function"
            r"|createContextualFragment|setHTML|https?://",
            made,
        ), script.name


@pytest.mark.parametrize(
    "url",
    [
        "/static/", "/static/none.js", "/static/../routes_web.py", "/static/..%2froutes_web.py",
        "/static/%2e%2e%2froutes_web.py", "/static/..%5croutes_web.py", "/static/web/page.js",
        "/static//etc/passwd", "/static/%2fetc%2fpasswd", "/static/page.js%00", "/static/PAGE.JS",
        "/static/index.html", "/static/opinion.html", "/o/", "/o",
        "/o/" + "a/" * 64, "/o/%FF", "/o/a%C3", "/o/%ED%A0%80", "/o/50%", "/o/50%zz",
    ],
)  # fmt: skip
def test_nothing_else_is_served(client, url):
    assert client.get(url).status_code == 404


def test_the_reading_view_does_not_tell_which_opinions_there_are():
    with client_of(keys_file=None) as client:
        known, unknown = client.get("/o/floyd"), client.get("/o/nobody")
    assert known.status_code == unknown.status_code == 200
    assert known.text == unknown.text


def test_pages_need_no_key_and_what_they_ask_for_does(tmp_path):
    keys.add(tmp_path / "keys.jsonl", keys.make("anna").kept)
    with client_of(keys_file=tmp_path / "keys.jsonl") as client:
        for url in ("/", "/o/floyd", "/static/page.js", "/static/page.css"):
            assert client.get(url, headers=BROWSER).status_code == 200, url
        for url in ("/v1/search?q=x", "/v1/opinions/floyd", "/v1/cases", "/o"):
            assert client.get(url, headers=BROWSER).status_code == 401, url


def test_a_browser_that_has_a_file_is_not_sent_it_again(client):
    for url in ("/", "/o/floyd", "/static/page.js"):
        whole = client.get(url, headers=BROWSER)
        tag = whole.headers["etag"]
        again = client.get(url, headers={**BROWSER, "If-None-Match": f'"other", {tag}'})
        assert (again.status_code, again.content) == (304, b""), url
        for name in ("content-security-policy", "content-type"):  # a browser takes those of the 304
            assert again.headers[name] == whole.headers[name], url
        assert client.get(url, headers={**BROWSER, "If-None-Match": '"x"'}).status_code == 200
    assert client.get("/o/a").headers["etag"] != client.get("/o/a/b").headers["etag"]


def test_the_whole_of_the_pages_is_small():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 100_000
