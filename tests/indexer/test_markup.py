"""HTML to text, on the forms that CourtListener and the Harvard CAP deliver."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.markup import html_to_text
from indexer.pagination import paginate


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("<h1>MEYER<br>\nv.<br>\nSTATE</h1><p>Held</p>", "MEYER\nv.\nSTATE\n\nHeld"),
        ("<p>42&nbsp;U.S.C. &sect; 1983 &amp; Mu&ntilde;oz</p>", "42\xa0U.S.C. § 1983 & Muñoz"),
        ("<p>a\n   long\tline</p>", "a long line"),
        ("<pre>Sample,\n      Plaintiff</pre>", "Sample,\n      Plaintiff"),
        ("<p>He said:</p><blockquote><p>Stop</p></blockquote>after", "He said:\n\nStop\n\nafter"),
        ("<p>x<script>alert(1)</script><style>p{}</style><!-- no -->y</p>", "xy"),
        ("<p>suspicion<sup>1</sup> or [2]</p>", "suspicion1 or [2]"),
        ("<p><i>Graham</i> v. <b>Connor</b>, 490</p>", "Graham v. Connor, 490"),
        ("<table><tr><td>A</td><td>1</td></tr><tr><td>B</td><td>2</td></tr></table>", "A 1\nB 2"),
        ("<ul><li>one</li><li>two</li></ul>", "one\n\ntwo"),
        ("<html><head><title>t</title></head><body>words</body></html>", "words"),
        ("no markup, 5 < 6 & 7", "no markup, 5 < 6 & 7"),
        ("<div> <p> </p> </div>", ""),
        ("", ""),
    ],
)
def test_words_and_paragraphs(markup, text):
    assert html_to_text(markup).text == text


@pytest.mark.parametrize(
    "label",
    [
        '<span class="star-pagination">*331</span>',
        '<span class="star-pagination" number="331" pagescheme="U.S.">*331</span>',
        '<a id="p331" href="#p331" data-label="331" data-citation-index="1" class="page-label">*331</a>',
        '<page-number citation-index="1" label="331">*331</page-number>',
    ],
)
def test_page_labels_become_marks(label):
    marked = html_to_text(f"<p>whether the {label} officer had jurisdic{label}tion</p>")
    paged = paginate([marked], ["490 U.S. 330"])[0]
    assert paged.text == "whether the officer had jurisdiction"
    assert [
        (mark.reporter, mark.page, paged.text[mark.start :][:4]) for mark in paged.pages[1:]
    ] == [
        ("490 U.S.", "331", "offi"),
        ("490 U.S.", "331", "tion"),
    ]


def test_labels_of_parallel_reporters():
    markup = (
        '<p>a <span class="star-pagination">*331</span> b'
        ' <span class="star-pagination">**1247</span> c</p>'
    )
    paged = paginate([html_to_text(markup)], ["490 U.S. 330", "109 S. Ct. 1245"])[0]
    assert paged.text == "a b c"
    assert {(mark.reporter, mark.page) for mark in paged.pages} >= {
        ("490 U.S.", "331"),
        ("109 S. Ct.", "1247"),
    }


def test_labels_go_even_where_no_citation_fits():
    marked = html_to_text('<p>a <span class="star-pagination">*xvii</span> b</p>')
    assert paginate([marked], [])[0].text == "a b"


def test_deep_nesting_is_no_recursion():
    assert html_to_text("<div>" * 5000 + "deep" + "</div>" * 5000).text == "deep"


@given(
    st.lists(st.text(alphabet="abc §<>&'\"¶", min_size=1).filter(str.strip), min_size=1, max_size=6)
)
def test_escaped_paragraphs_come_back(paragraphs):
    markup = "".join(f"<p>{html.escape(one)}</p>" for one in paragraphs)
    assert html_to_text(markup).text == "\n\n".join(" ".join(one.split()) for one in paragraphs)
