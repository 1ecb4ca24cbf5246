"""Web pages of several kinds; what the opinion on each says is written apart from its markup."""

import html
import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.errors import RecordError
from indexer.markup import html_to_text
from indexer.records import CaseRecord, NameSource
from indexer.sources import Refused, html_page, read_sources
from tests.indexer.growth import grows_like_the_text

FIRST = (
    "The plaintiff appeals from the judgment of the district court, which granted the motion of the "
    "officers for summary judgment; we review that decision anew & reverse."
)
SECOND = (
    "Officers enjoy immunity unless they violated a right that was clearly established at the time "
    "of the events in question, and the burden of showing that is not theirs but the plaintiff's."
)
THIRD = (
    "Here the record shows that the second officer stood by while the first one struck the plaintiff, "
    "who had been handcuffed and offered no resistance."
)  # fmt: skip
MENU = "".join(f'<li><a href="/{at}">Practice area {at} of the law</a></li>' for at in range(40))
AROUND = (
    (
        f'<header class="site"><nav><ul>{MENU}</ul></nav><form><p>Search the site here</p></form></header>'
        '<div class="cookie-banner" role="dialog"><p>We value your privacy and use cookies.</p></div>'
    ),
    (
        '<section id="comments"><h3>Comments</h3><p>I read this case in my first year of law school.</p>'
        f"</section><aside><p>Related cases</p></aside><footer>{MENU}<p>All rights reserved.</p></footer>"
        "<script>document.write('<p>evil</p>')</script>"
    ),
)


def p(*texts: str) -> str:
    return "".join(f"<p>{html.escape(text)}</p>" for text in texts)


def page(body: str, head: str = "") -> bytes:
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8>{head}</head>"
        f"<body>{AROUND[0]}{body}{AROUND[1]}</body></html>"
    ).encode()


def one(path, data: bytes) -> CaseRecord:
    path.write_bytes(data)
    (record,) = read_sources([path])
    assert isinstance(record, CaseRecord), record
    return record


def text_of(path, body: str) -> str:
    return one(path / "a.html", page(body)).opinions[0].text


@pytest.mark.parametrize(
    "body",
    [
        "<main><article>{}</article></main>",
        '<div class="wrap has-sidebar"><div id="opinion"><div class="plain">{}</div></div></div>',
        '<form id="aspnetForm"><div id="ctl00_content">{}</div></form>',
        '<div><section class="caselaw-content searchable-content">{}</section></div>',
        '<div id="gs_opinion_wrapper"><div id="gs_opinion">{}</div></div>',
        "<table><tr><td>{}</td></tr></table>",
        "{}",
        '<div style="width:1px"><span hidden>one two</span>{}<p style="display: none">gone</p></div>',
    ],
)
def test_the_opinion_is_found_and_what_is_around_it_goes(tmp_path, body):
    assert text_of(tmp_path, body.format(p(FIRST, SECOND, THIRD))).split("\n\n") == [
        FIRST,
        SECOND,
        THIRD,
    ]


def test_headings_are_paragraphs_of_their_own(tmp_path):
    body = (
        f"<article><h2>I. FACTS</h2><p>{SECOND}</p><center>II</center><p>{THIRD}<br><br>{SECOND}<br>"
        f"<b>III. DISCUSSION</b><br>{THIRD} <b>so</b> it is.</p><p><strong>A. The claim</strong></p></article>"
    )
    assert text_of(tmp_path, body).split("\n\n") == [
        *["I. FACTS", SECOND, "II", THIRD, SECOND, "III. DISCUSSION", f"{THIRD} so it is."],
        "A. The claim",
    ]


def test_footnotes_are_kept_with_their_marks(tmp_path):
    body = (
        f'<article><p>{SECOND}<sup>1</sup></p><p>{THIRD}<a class="footnote" href="#fn2">2</a> The 2<sup>nd</sup>'
        ' officer.</p></article><div class="footnotes"><p><a href="#fnref1">1</a> He did not say so.</p>'
        '<p><a href="#r2">[2]</a> See <a href="/x">490 U.S. 386</a>; <a href="/y">471 U.S. 1</a>.</p></div>'
    )
    assert text_of(tmp_path, f'<div id="content">{body}</div>').split("\n\n") == [
        f"{SECOND}[1]",
        f"{THIRD}[2] The 2nd officer.",
        "[1] He did not say so.",
        "[2] See 490 U.S. 386; 471 U.S. 1.",
    ]


@pytest.mark.parametrize(
    "label",
    [
        '<span class="star-pagination">*{}</span>',
        '<a class="gsl_pagenum" href="#p{0}">{0}</a><a class="gsl_pagenum2">*{0}</a>',
        '<a class="page-label" data-citation-index="1" data-label="{0}">*{0}</a>',
        "<strong>Page 490 U. S. {}</strong>",
        "[490 U.S. 386, {}]",
        '<span id="page_number_{0}" class="page-number">[{0}]</span>',
    ],
)
def test_page_labels_become_pages(tmp_path, label):
    body = f"<p>{FIRST} {label.format(387)} {SECOND} {label.format(388)} {THIRD}</p>"
    head = "<title>Graham v. Connor, 490 U.S. 386 (1989)</title>"
    opinion = one(tmp_path / "a.html", page(f"<article>{body}</article>", head)).opinions[0]
    assert opinion.text == f"{FIRST} {SECOND} {THIRD}"
    assert [(mark.page, mark.start) for mark in opinion.pages if mark.page in ("387", "388")] == [
        ("387", len(FIRST) + 1),
        ("388", len(FIRST) + len(SECOND) + 2),
    ]


@pytest.mark.parametrize(
    "head",
    [
        "<title>Graham v. Connor, 490 U.S. 386 (1989) :: Justia US Supreme Court Center</title>",
        "<title>GRAHAM v. CONNOR, 490 U.S. 386 (1989) | FindLaw</title>",
        "<title>Graham v. Connor, 490 U.S. 386 – CourtListener.com</title>",
        "<title>Graham v. Connor, 490 US 386 - Supreme Court 1989 - Google Scholar</title>",
        '<title>LII</title><meta property="og:title" content="GRAHAM v. CONNOR | 490 U.S. 386">',
        '<meta name="citation_title" content="Graham v. Connor"><title>490 U.S. 386</title>',
    ],
)
def test_titles_name_the_case(tmp_path, head):
    case = one(tmp_path / "a.html", page(f"<article>{p(FIRST, SECOND)}</article>", head)).case
    assert (case.name, case.name_source) == ("Graham v. Connor", NameSource.GIVEN)
    assert (case.citations, case.court_id) == (("490 U.S. 386",), "scotus")


def test_the_caption_and_meta_elements_say_the_rest(tmp_path):
    caption = p(
        "FLOYD v. CITY OF DETROIT", "No. 07-1234", "United States Court of Appeals, Sixth Circuit."
    )
    head = (
        '<link rel="canonical" href="https://example.org/floyd">'
        '<meta name="citation_publication_date" content="2008/03/07">'
    )
    case = one(tmp_path / "a.htm", page(f"<main>{caption}{p(FIRST, SECOND)}</main>", head)).case
    assert (case.name, case.name_source) == ("Floyd v. City of Detroit", NameSource.INFERRED)
    assert (case.court_id, case.docket_number, case.date_filed) == ("ca6", "07-1234", "2008-03-07")
    assert case.url == "https://example.org/floyd"


def test_metadata_beside_it_go_first(tmp_path):
    line = {"file": "a.html", "id": "floyd", "case_name": "Floyd", "citations": []}
    (tmp_path / "metadata.jsonl").write_text(json.dumps(line), encoding="utf-8")
    head = "<title>Graham v. Connor, 490 U.S. 386 (1989)</title>"
    case = one(tmp_path / "a.html", page(f"<article>{p(FIRST, SECOND)}</article>", head)).case
    assert (case.id, case.name, case.citations) == ("floyd", "Floyd", ())


def test_preformatted_pages_are_unwrapped(tmp_path):
    lines = [
        "          The plaintiff appeals from the judgment of the district",
        "court, which granted the motion of the officers for summary",
        "judgment.  We review that decision anew, and view the facts in",
        "the light most favorable to the party that did not move, and",
        "find that the second officer stood by while the first one did",
        "what he is said to have done to the plaintiff &amp; to others.",
    ]
    text = text_of(tmp_path, f"<pre>{chr(10).join(lines)}</pre>")
    assert text.split() == " ".join(lines).replace("&amp;", "&").split()
    assert "\n" not in text.strip()


NOT_OF_PAGES = (
    *("idna", "punycode", "undefined", "unicode_escape", "raw-unicode-escape"),
    *("utf-16", "utf_32_le", "utf-7"),
)
"""What Python decodes, or fails to, and no browser reads a page by."""


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("\N{SECTION SIGN} 1983, \N{EM DASH} Muñoz".encode(), "\N{SECTION SIGN} 1983, \N{EM DASH} Muñoz"),
        (b"<meta charset=windows-1252>\xa7 1983 \x97 Mu\xf1oz", "\N{SECTION SIGN} 1983 \N{EM DASH} Muñoz"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">\x93so\x94', "“so”"),
        (b"\xa7 1983 \x97 Mu\xf1oz", "\N{SECTION SIGN} 1983 \N{EM DASH} Muñoz"),
        (b"\xef\xbb\xbf<meta charset=windows-1252>Mu\xc3\xb1oz", "Muñoz"),
        ("\ufeff<p>Muñoz".encode("utf-16-le"), "Muñoz"),
        (b"<meta charset=no-such>Mu\xc3\xb1oz", "Muñoz"),
        (b"<meta charset=utf-8>Mu\xf1oz", "Mu\N{REPLACEMENT CHARACTER}oz"),
        (b"<meta charset=base64>Mu\xc3\xb1oz", "Muñoz"),
        *((f"<meta charset={name}>Mu\\xf1oz".encode(), "Mu\\xf1oz") for name in NOT_OF_PAGES),
    ],
)  # fmt: skip
def test_encodings(data, text):
    assert html_page.decode_page(data).endswith(text)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html></html>",
        page("<p>404: this page was not found.</p>"),
        page(f"<main><h1>Opinions</h1><ul>{MENU}</ul></main>"),
        page(f"<div>{MENU * 9}</div>"),
        b"<frameset><frame src=x></frameset>",
    ],
)
def test_a_page_without_an_opinion_is_refused(tmp_path, data):
    path = tmp_path / "a.html"
    path.write_bytes(data)
    (refused,) = read_sources([path])
    assert isinstance(refused, Refused)
    assert refused.reason.startswith("no opinion found: ")


@pytest.mark.parametrize("name", ["a.html", "A.HTM", "page"])
def test_a_page_is_known_by_its_name_or_its_beginning(tmp_path, name):
    assert (
        one(tmp_path / name, page(f"<main>{p(FIRST, SECOND)}</main>")).case.id == name.split(".")[0]
    )


def test_a_page_nested_too_deep_is_refused(tmp_path):
    path = tmp_path / "a.html"
    path.write_bytes(b"<div>" * 300_000)
    (refused,) = read_sources([path])
    assert isinstance(refused, Refused)
    assert "nested 10,001 deep" in refused.reason


WORDS = p(FIRST, SECOND)
GROWING = {
    "space around a mark": lambda n: f"<sup>{' ' * n}</sup>",
    "space in spans": lambda n: f"{'<span>' * (n // 10)}{' ' * n * 20}{'</span>' * (n // 10)}",
    "spans in blocks": lambda n: f"{'<div><span>' * (n // 10)}x{'</span></div>' * (n // 10)}",
    "bold in blocks": lambda n: f"{'<div><b>' * (n // 100)}{'x ' * n}{'</b></div>' * (n // 100)}",
    "heads": lambda n: f"{'<header>' * (n // 10)}{'</header>' * (n // 10)}",
    "titles": lambda n: f"{'<div><h1>' * (n // 10)}{'x ' * n}{'</h1></div>' * (n // 10)}",
}


@pytest.mark.parametrize("body", GROWING.values(), ids=GROWING)
def test_no_page_takes_more_than_its_length(body):
    def look(times: int) -> None:
        html_page.read_document(page(f"<div id=opinion>{WORDS * 40}{body(times)}</div>"), {})

    grows_like_the_text(look, 5_000)


def test_a_heading_or_mark_with_much_space_around_it_is_one_still(tmp_path):
    space = "\n" * 900
    text = text_of(
        tmp_path, f"<main>{WORDS}<b>{space}I{space}</b>{p(THIRD)}<sup>{space}1{space}</sup></main>"
    )
    assert text.split("\n\n") == [
        *(html.unescape(one) for one in (FIRST, SECOND)),
        "I",
        THIRD,
        "[1]",
    ]


def test_deep_and_broad_pages_take_no_more_than_their_length(tmp_path):
    deep = "<div>" * 9_000 + p(FIRST, SECOND)
    assert text_of(tmp_path, deep).split("\n\n") == [FIRST, SECOND]
    broad = "<b>x</b> " * 20_000 + p(FIRST)
    assert text_of(tmp_path, broad).split() == ["x"] * 20_000 + FIRST.split()


TAGS = [
    "p",
    "div",
    "b",
    "br",
    "sup",
    "a",
    "pre",
    "table",
    "tr",
    "td",
    "li",
    "ul",
    "h2",
    "center",
    "span",
    "article",
    "script",
    "nav",
    "footer",
    "!--",
    "page-number",
]
PIECES = st.one_of(
    st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS]),
    st.sampled_from(['<a href="#fn1">', '<span class="star-pagination">', '<div id="opinion">', "&#151;", "&"]),
    st.text(max_size=12),
    st.just(f" {SECOND} "),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=40))
@example(["<b>", "<b>", f" {SECOND} {SECOND} "])
def test_any_soup_gives_a_document_or_a_reason(pieces):
    data = "".join(pieces).encode(errors="replace")
    try:
        document = html_page.read_document(data, {})
    except RecordError as error:
        assert "no opinion found" in error.reason or "no words" in error.reason  # noqa: PT017
    else:
        assert document.title
        assert document.opinion.text


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from("abcdefgh"), min_size=20, max_size=40), min_size=3, max_size=9
    )
)
def test_no_word_is_lost(paragraphs):
    texts = [" ".join(words) for words in paragraphs]
    raw = html_page.read_document(page(f"<main>{p(*texts)}</main>"), {}).opinion
    assert html_to_text(raw.text).text == "\n\n".join(texts)
