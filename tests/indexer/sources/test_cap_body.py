"""Head matter and opinions of a Harvard case, out of JSON, HTML and XML."""

import pytest

from indexer.errors import RecordError
from indexer.raw import RawOpinion, TextFormat
from indexer.records import OpinionType
from indexer.sources.cap_body import opinions_of_body, opinions_of_markup

HTML = """<section class="casebody" data-firstpage="113">
<section class="head-matter"><h4 class="parties">ROE v. WADE</h4><p class="docketnumber">No. 70-18.</p></section>
<article class="opinion" data-type="majority"><p class="author">Mr. Justice BLACKMUN:</p>
<p>This appeal <a class="page-label" data-label="114">*114</a>presents.<a class="footnotemark" href="#f">1</a></p>
<aside class="footnote"><a>1</a><p>See the opinion.</p></aside></article>
<article class="opinion" data-type="dissent"><p class="author">White, J.</p><p>I dissent.</p></article>
</section>"""
XML = """<?xml version="1.0" encoding="utf-8"?>
<casebody xmlns="http://nrs.harvard.edu/"><parties id="a">ROE v. WADE</parties><court>Supreme Court</court>
<opinion type="majority"><author>Blackmun, J.</author><p>Held.</p></opinion>
<opinion type="remittitur"><p>Returned.</p></opinion></casebody>"""
BODY = {
    "head_matter": "ROE v. WADE\nNo. 70-18.",
    "opinions": [
        {"type": "majority", "author": "Mr. Justice Blackmun", "text": "This appeal presents."},
        {"type": "dissent", "author": None, "text": "I dissent."},
    ],
}


def shown(opinions: list[RawOpinion]) -> list[tuple[str, str | None]]:
    return [(one.type.value, one.author) for one in opinions]


def test_json_alone():
    opinions = opinions_of_body(BODY, None)
    assert shown(opinions) == [("other", None), ("lead", "Mr. Justice Blackmun"), ("dissent", None)]
    assert [one.text for one in opinions] == [
        "ROE v. WADE\nNo. 70-18.",
        "This appeal presents.",
        "I dissent.",
    ]
    assert {one.format for one in opinions} == {TextFormat.TEXT}


def test_html_beside_json_gives_the_words_and_json_the_author():
    opinions = opinions_of_body(BODY, HTML)
    assert shown(opinions) == [
        ("other", None),
        ("lead", "Mr. Justice Blackmun"),
        ("dissent", "White, J."),
    ]
    assert {one.format for one in opinions} == {TextFormat.HTML}
    assert 'data-label="114"' in opinions[1].text
    assert "See the opinion." in opinions[1].text
    assert "dissent" not in opinions[1].text
    assert "No. 70-18." in opinions[0].text


def test_opinions_in_one_another_do_not_fill_the_memory():
    """Each would have the words of all that are in it."""
    nested = "<opinion>" * 3000 + "<p>Held. </p>" * 3000 + "</opinion>" * 3000
    with pytest.raises(RecordError, match="stand in one another"):
        opinions_of_markup(f"<casebody>{nested}</casebody>")
    with pytest.raises(RecordError, match="stand in one another"):
        opinions_of_body({"opinions": [{"text": "x"}] * 3000}, nested)


def test_html_with_fewer_opinions_is_not_read():
    """An opinion must not get lost because one rendering lacks it."""
    opinions = opinions_of_body(BODY, HTML.replace('class="opinion" data-type="dissent"', ""))
    assert [one.text for one in opinions][1:] == ["This appeal presents.", "I dissent."]


def test_html_alone():
    assert shown(opinions_of_markup(HTML)) == [
        ("other", None),
        ("lead", "Mr. Justice BLACKMUN"),
        ("dissent", "White, J."),
    ]


def test_xml_alone():
    head, lead, rest = opinions_of_markup(XML)
    assert (head.type, "ROE v. WADE" in head.text, "Supreme Court" in head.text) == (
        OpinionType.OTHER,
        True,
        True,
    )
    assert "Held." not in head.text
    assert (lead.type, lead.author) == (OpinionType.LEAD, "Blackmun, J.")
    assert (rest.type, rest.extra) == (OpinionType.OTHER, {"type": "remittitur"})


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ("majority", OpinionType.LEAD),
        ("unanimous", OpinionType.UNANIMOUS),
        ("plurality", OpinionType.PLURALITY),
        ("per-curiam", OpinionType.PER_CURIAM),
        ("concurrence", OpinionType.CONCURRENCE),
        ("concurring-in-part-and-dissenting-in-part", OpinionType.CONCURRENCE_IN_PART),
        ("dissent", OpinionType.DISSENT),
        ("addendum", OpinionType.ADDENDUM),
        ("rehearing", OpinionType.REHEARING),
        ("on-the-merits", OpinionType.ON_THE_MERITS),
        ("on-motion-to-strike-cost-bill", OpinionType.OTHER),
        (None, OpinionType.COMBINED),
    ],
)
def test_types(given, kind):
    (opinion,) = opinions_of_body({"opinions": [{"type": given, "text": "Held."}]}, None)
    assert opinion.type is kind
    assert opinion.extra == ({"type": given} if kind is OpinionType.OTHER else {})


@pytest.mark.parametrize(
    "body", [{}, {"opinions": None}, {"opinions": [], "head_matter": " "}, {"opinions": ["x"]}]
)
def test_a_body_without_words(body):
    assert opinions_of_body(body, None) == []
    assert opinions_of_markup("<section class='casebody'><p> </p></section>") == []
