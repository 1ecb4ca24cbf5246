"""Citations taken apart, and the order of table T1."""

import pytest

from indexer.reporters import Citation, parse_citation, preferred


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("518 F.3d 398", ("518", "F.3d", 398)),
        ("88 S. Ct. 1868", ("88", "S. Ct.", 1868)),
        ("20 L. Ed. 2d 889", ("20", "L. Ed. 2d", 889)),
        ("44 Ohio Op. 2d 383", ("44", "Ohio Op. 2d", 383)),
        ("2013 WL 2443849", ("2013", "WL", 2443849)),
    ],
)
def test_parts(text, parts):
    cited = parse_citation(text)
    assert cited == Citation(*parts)
    assert cited is not None
    assert cited.series == f"{parts[0]} {parts[1]}"


@pytest.mark.parametrize(
    "text", ["", "F.3d 398", "518 F.3d", "not a citation", "518 398", "518 F.3d ___"]
)
def test_no_citation(text):
    assert parse_citation(text) is None


@pytest.mark.parametrize(
    ("citations", "first"),
    [
        (
            ["20 L. Ed. 2d 889", "88 S. Ct. 1868", "392 U.S. 1", "1968 U.S. LEXIS 1345"],
            "392 U.S. 1",
        ),
        (["2008 U.S. App. LEXIS 5", "518 F.3d 398"], "518 F.3d 398"),
        (["88 S. Ct. 1868", "20 L. Ed. 2d 889"], "88 S. Ct. 1868"),
        (["2013 WL 2443849"], "2013 WL 2443849"),
        (["94 A. 330", "126 Md. 59"], "94 A. 330"),
        ([], None),
    ],
)
def test_the_official_reporter_comes_first(citations, first):
    assert preferred(citations) == first


@pytest.mark.parametrize(
    ("reporter", "electronic"),
    [
        ("WL", True),
        ("U.S. LEXIS", True),
        ("U.S. Dist. LEXIS", True),
        ("U.S.", False),
        ("Wall.", False),
    ],
)
def test_data_bases_are_told_from_books(reporter, electronic):
    assert Citation("1", reporter, 1).is_electronic is electronic


@pytest.mark.parametrize(
    "text",
    ["1 U.S. " + "9" * 5000, "1 x" + " " * 100_000 + "y", "1 " + "U.S. " * 50_000 + "5"],
    ids=["digits", "spaces", "words"],
)
def test_what_no_citation_is_as_long_as_is_none(text):
    assert parse_citation(text) is None
