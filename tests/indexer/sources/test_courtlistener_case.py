"""CourtListener's fields: every one has a place, and the same words are read once."""

import pytest

from indexer.errors import RecordError
from indexer.raw import RawCase, TextFormat
from indexer.records import NameSource, OpinionType
from indexer.sources.courtlistener_case import (
    TEXT_FIELDS,
    Parts,
    case_of_parts,
    cluster_id_of,
    link_id,
    name_of_slug,
    slim,
)

API = "https://www.courtlistener.com/api/rest/v4"
LAWBOX = (
    '<div>\n<center><b><span class="citation no-link"><span class="volume">74</span> '
    '<span class="reporter">U.S.</span> <span class="page">700</span></span> (1869)</b></center>\n'
    "<center><b>7 Wall. 700</b></center>\n<center><h1>TEXAS<br>v.<br>WHITE</h1></center>"
    "<p>The court holds, as in 5 U.S. 137.</p></div>"
)
CASE_CITE = '<p class="case_cite">19 F.3d 708</p>\n<p class="case_cite">28 Fed. R. Serv. 3d 1160</p><p>Held.</p>'


def case(cluster=None, docket=None, citations=(), **opinion) -> RawCase:
    opinions = [{"id": 9, "plain_text": "Held.", **opinion}]
    parts = Parts(
        cluster_id="7",
        opinions=opinions,
        cluster=cluster or {},
        docket=docket or {},
        citations=citations,
    )
    return case_of_parts(parts)[0]


@pytest.mark.parametrize(
    ("value", "kind", "found"),
    [
        (f"{API}/clusters/147681/", "clusters", "147681"),
        ("http://www.courtlistener.com/api/rest/v3/clusters/147681", "clusters", "147681"),
        (f"{API}/courts/ca1/", "courts", "ca1"),
        (f"{API}/courts/ca1/", "clusters", None),
        (147681, "clusters", "147681"),
        ("147681", "clusters", "147681"),
        ({"id": 5}, "clusters", "5"),
        ({"resource_uri": f"{API}/clusters/6/"}, "clusters", "6"),
        ("", "clusters", None),
        (None, "clusters", None),
        (True, "clusters", None),
    ],
)
def test_links_are_ids(value, kind, found):
    assert link_id(value, kind) == found


def test_the_cluster_of_an_opinion():
    assert cluster_id_of({"cluster_id": 5, "cluster": f"{API}/clusters/6/"}) == "5"
    assert cluster_id_of({"cluster": f"{API}/clusters/6/"}) == "6"
    assert cluster_id_of({"absolute_url": "/opinion/7/a-v-b/"}) == "7"
    with pytest.raises(RecordError, match="without a cluster"):
        cluster_id_of({"id": 1})


def test_everything_of_a_full_case():
    made = case(
        cluster={
            "id": 7,
            "case_name": "Floyd v. Detroit",
            "case_name_full": "Jevon FLOYD v. City of DETROIT",
            "date_filed": "2008-03-05",
            "judges": "Moore, Sutton",
            "precedential_status": "Published",
            "absolute_url": "/opinion/7/floyd-v-detroit/",
            "citations": [
                {"volume": 518, "reporter": "F.3d", "page": "398", "type": 1},
                {"volume": 2008, "reporter": "WL", "page": "", "type": 7},
            ],
            "citation_count": 31,
            "posture": "",
            "sub_opinions": ["x"],
        },
        docket={
            "id": 3,
            "court": f"{API}/courts/ca6/",
            "docket_number": "07-1034",
            "cause": "42:1983",
        },
        author_str="Moore",
        joined_by_str="Sutton, Cole",
        type="020lead",
        sha1="abc",
        download_url="https://ca6/x.pdf",
    )
    (opinion,) = made.opinions
    assert (made.id, made.name, made.name_full) == (
        "cl-7",
        "Floyd v. Detroit",
        "Jevon FLOYD v. City of DETROIT",
    )
    assert (made.name_source, made.status) == (NameSource.GIVEN, "published")
    assert (made.court_id, made.date_filed, made.docket_number) == ("ca6", "2008-03-05", "07-1034")
    assert (made.citations, made.judges) == (("518 F.3d 398",), ("Moore", "Sutton"))
    assert made.url == "https://www.courtlistener.com/opinion/7/floyd-v-detroit/"
    assert made.extra == {"citation_count": 31, "docket": {"cause": "42:1983"}}
    assert (opinion.id, opinion.type, opinion.author) == ("9", OpinionType.LEAD, "Moore")
    assert opinion.joined_by == ("Sutton", "Cole")
    assert opinion.extra == {
        "type": "020lead",
        "sha1": "abc",
        "download_url": "https://ca6/x.pdf",
        "text_field": "plain_text",
    }


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("010combined", OpinionType.COMBINED),
        ("015unamimous", OpinionType.UNANIMOUS),
        ("020lead", OpinionType.LEAD),
        ("025plurality", OpinionType.PLURALITY),
        ("030concurrence", OpinionType.CONCURRENCE),
        ("035concurrenceinpart", OpinionType.CONCURRENCE_IN_PART),
        ("040dissent", OpinionType.DISSENT),
        ("050addendum", OpinionType.ADDENDUM),
        ("060remittitur", OpinionType.OTHER),
        ("070rehearing", OpinionType.REHEARING),
        ("080onthemerits", OpinionType.ON_THE_MERITS),
        ("090onmotiontostrike", OpinionType.OTHER),
        ("100trialcourt", OpinionType.TRIAL_COURT),
        ("999new", OpinionType.OTHER),
        (None, OpinionType.COMBINED),
    ],
)
def test_types(code, kind):
    (opinion,) = case(type=code).opinions
    assert opinion.type is kind
    assert opinion.extra.get("type") == code


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("020lead", OpinionType.PER_CURIAM),
        ("015unamimous", OpinionType.PER_CURIAM),
        ("010combined", OpinionType.COMBINED),
        ("040dissent", OpinionType.DISSENT),
    ],
)
@pytest.mark.parametrize("true", [True, "t"])
def test_per_curiam_is_whom_the_court_speaks_through(code, kind, true):
    """A combined text may hold a dissent too, so it stays what it is."""
    (opinion,) = case(type=code, per_curiam=true).opinions
    assert (opinion.type, opinion.author) == (kind, "Per Curiam")
    assert case(type=code, per_curiam=True, author_str="Cyr").opinions[0].author == "Cyr"


@pytest.mark.parametrize("at", range(len(TEXT_FIELDS)))
def test_the_first_rendering_with_words_is_read(at):
    empty = dict.fromkeys(TEXT_FIELDS[:at], "<div>\n <p></p></div>")
    full = {name: f"<p>{name}</p>" for name in TEXT_FIELDS[at:]}
    (opinion,) = case(**empty, **full).opinions
    assert opinion.text == f"<p>{TEXT_FIELDS[at]}</p>"
    assert opinion.format is (TextFormat.TEXT if at == 6 else TextFormat.HTML)
    assert opinion.wrapped is (at == 6)


def test_plain_text_that_was_only_set_into_pre_is_read_plain():
    markup = '<pre class="inline">United\nStates</pre>'
    (opinion,) = case(html_with_citations=markup, plain_text="United\nStates").opinions
    assert (opinion.text, opinion.format, opinion.wrapped) == (
        "United\nStates",
        TextFormat.TEXT,
        True,
    )
    (alone,) = case(html_with_citations=markup, plain_text="").opinions
    assert (alone.text, alone.format, alone.wrapped) == (markup, TextFormat.HTML, True)


def test_slim_keeps_what_is_read_and_nothing_twice():
    fields = {
        "id": 1,
        "html": "<p>x</p>",
        "html_columbia": "",
        "plain_text": "x",
        "type": "020lead",
    }
    assert slim(fields) == {"id": 1, "html": "<p>x</p>", "type": "020lead"}
    assert slim({"id": 1, "html": ""}) == {"id": 1}


def test_an_opinion_without_text_is_told_and_the_others_stay():
    parts = Parts(cluster_id="7", opinions=[{"id": 1, "html": ""}, {"id": 2, "html": "<p>x</p>"}])
    made, reasons = case_of_parts(parts)
    assert [one.id for one in made.opinions] == ["2"]
    assert reasons == [f"opinion 1 has no text: none of {', '.join(TEXT_FIELDS)} has words"]
    with pytest.raises(RecordError, match="opinion 1 has no text"):
        case_of_parts(Parts(cluster_id="7", opinions=[{"id": 1}]))


def test_opinions_stand_in_the_order_of_their_types():
    given = [
        ("040dissent", 1),
        ("999new", 2),
        ("020lead", 30),
        ("030concurrence", 5),
        ("020lead", 4),
    ]
    opinions = [
        {"id": number, "type": code, "plain_text": f"text {number}"} for code, number in given
    ]
    made, _ = case_of_parts(Parts(cluster_id="7", opinions=opinions))
    assert [one.id for one in made.opinions] == ["4", "30", "5", "1", "2"]


def test_head_matter_is_an_opinion_of_its_own():
    made = case(cluster={"headmatter": "<parties>A v. B</parties>"})
    assert [(one.id, one.type) for one in made.opinions] == [
        ("headmatter", OpinionType.OTHER),
        ("9", OpinionType.COMBINED),
    ]
    assert len(case(cluster={"headmatter": "<p> </p>"}).opinions) == 1


def test_a_combined_text_beside_its_parts_is_left_out_and_named():
    words = {kind: " ".join(f"{kind}{n}" for n in range(90)) for kind in ("lead", "dissent")}
    opinions = [
        {"id": 1, "type": "010combined", "plain_text": " ".join(words.values())},
        {"id": 2, "type": "020lead", "plain_text": words["lead"]},
        {"id": 3, "type": "040dissent", "plain_text": words["dissent"]},
    ]
    made, _ = case_of_parts(Parts(cluster_id="7", opinions=opinions))
    assert [one.id for one in made.opinions] == ["2", "3"]
    assert made.extra["left_out"] == ["combined 1: its words are in the others"]


@pytest.mark.parametrize(
    ("cluster", "citations", "expected"),
    [
        ({"citations": ["518 F.3d 398", "518 F.3d 398"]}, (), ("518 F.3d 398",)),
        ({"federal_cite_one": "1 F. 2", "lexis_cite": "1 LEXIS 3", "neutral_cite": ""}, (), ("1 F. 2", "1 LEXIS 3")),
        ({}, ("1 U.S. 1", "2 U.S. 2"), ("1 U.S. 1", "2 U.S. 2")),
        ({"citations": []}, (), ()),
    ],
)  # fmt: skip
def test_citations_of_every_age(cluster, citations, expected):
    assert case(cluster=cluster, citations=citations).citations == expected


def test_a_heading_tells_citation_and_year_where_nothing_else_does():
    made = case(html_lawbox=LAWBOX)
    assert (made.citations, made.date_filed) == (("74 U.S. 700", "7 Wall. 700"), "1869")
    made = case(html=CASE_CITE)
    assert (made.citations, made.date_filed) == (("19 F.3d 708", "28 Fed. R. Serv. 3d 1160"), None)
    made = case(cluster={"citations": ["1 U.S. 1"], "date_filed": "1900-01-02"}, html_lawbox=LAWBOX)
    assert (made.citations, made.date_filed) == (("1 U.S. 1",), "1900-01-02")
    assert case(html="<p>See <b>5 U.S. 137 (1803)</b>.</p>").citations == ()
    assert case(html=LAWBOX.replace("1869", "____")).date_filed is None


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("rule-v-fort-dodge-animal-health-inc", "Rule v. Fort Dodge Animal Health Inc"),
        ("in-re-estate-of-smith", "In re Estate of Smith"),
        ("--", "--"),
    ],
)
def test_names_of_slugs(slug, name):
    assert name_of_slug(slug) == name


@pytest.mark.parametrize(
    ("cluster", "docket", "opinion", "name", "source"),
    [
        ({"case_name": "A v. B"}, {"case_name": "X"}, {}, "A v. B", NameSource.GIVEN),
        ({"case_name": "", "case_name_short": "Ax"}, {}, {}, "Ax", NameSource.GIVEN),
        ({}, {"case_name": "X v. Y"}, {}, "X v. Y", NameSource.GIVEN),
        ({"case_name_full": "Full"}, {}, {}, "Full", NameSource.GIVEN),
        ({"slug": "a-v-b"}, {}, {}, "A v. B", NameSource.INFERRED),
        ({}, {}, {"absolute_url": "/opinion/7/c-v-d/"}, "C v. D", NameSource.INFERRED),
        ({}, {}, {}, "Held.", NameSource.INFERRED),
    ],
)
def test_names(cluster, docket, opinion, name, source):
    made = case(cluster=cluster, docket=docket, **opinion)
    assert (made.name, made.name_source) == (name, source)


@pytest.mark.parametrize(
    ("cluster", "docket", "court"),
    [
        ({"court": f"{API}/courts/ca1/"}, {}, "ca1"),
        ({"court_id": "ca2"}, {"court_id": "ca6"}, "ca6"),
        ({"court": "Court of Appeals"}, {}, None),
        ({}, {}, None),
    ],
)
def test_courts(cluster, docket, court):
    assert case(cluster=cluster, docket=docket).court_id == court


def test_without_an_address_the_download_is_one():
    assert case(download_url="https://ca1/x.pdf").url == "https://ca1/x.pdf"
    assert case(cluster={"slug": "a-v-b"}).url == "https://www.courtlistener.com/opinion/7/a-v-b/"
    assert case().url is None


def test_ids_that_cannot_stand_in_an_address_are_refused():
    with pytest.raises(RecordError, match="id"):
        case_of_parts(Parts(cluster_id="a/b", opinions=[{"plain_text": "Held."}]))
