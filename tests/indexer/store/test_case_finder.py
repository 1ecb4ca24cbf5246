"""Cases by citation, page and name, against what their records say."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.records import NameSource
from indexer.store.case_finder import CaseFinder, series_key
from indexer.store.passages import PassageStore
from tests.indexer.store.making import opinion, record, write_passages

TEXT = "abcdefghij" * 20
"""Twenty passages of ten characters."""
PAGES = [("392 U.S.", str(page), 40 * (page - 11)) for page in range(11, 16)]
NOTES = [*PAGES[:4], ("392 U.S.", "", 150), ("392 U.S.", "11", 160), ("20 L. Ed. 2d", "889", 0)]
RECORDS = [
    record("none", opinion("o0", TEXT, case_id="none"), name="Nobody v. None"),
    record(
        "terry",
        opinion("o1", TEXT, case_id="terry", pages=NOTES),
        opinion("o2", TEXT, case_id="terry", pages=PAGES[2:]),
        name="Terry v. Ohio",
        citations=("392 U.S. 11", "20 L. Ed. 2d 889", "44 Ohio Op. 2d 383", "nonsense"),
    ),
    record(
        "twin",
        opinion("o3", TEXT, case_id="twin"),
        name="Andrew Terry, et al. vs. State of Ohio",
        citations=("392 U. S. 40", "5 U.S. (1 Cranch) 137"),
    ),
    record(
        "other", opinion("o4", TEXT, case_id="other"), name="Doe v. Roe", citations=("392 U.S. 40",)
    ),
    record("gault", opinion("o5", TEXT, case_id="gault"), name="In re Gault"),
    record(
        "guess",
        opinion("o6", TEXT, case_id="guess"),
        name="Doe v. Roe",
        name_source=NameSource.INFERRED,
    ),
    record("us", opinion("o7", TEXT, case_id="us"), name="United States v. O'Brien"),
    *(
        record(f"s{n}", opinion(f"s{n}/o", "abc", case_id=f"s{n}"), name=f"State v. Smith {n}")
        for n in range(21)
    ),
]


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseFinder]:
    path: Path = tmp_path_factory.mktemp("finder") / "passages.sqlite"
    write_passages(path, RECORDS, section=50, passage=10)
    with PassageStore.open(path) as store:
        yield store.finder


def ids(found) -> list[str]:
    return [RECORDS[case.seq].case.id for case in found]


@pytest.mark.parametrize(
    ("volume", "reporter", "same"),
    [
        ("392", "U. S.", "392_us"),
        ("392", "US", "392_us"),
        ("20", "L.Ed.2d", "20_led2d"),
        ("5", "U.S. (1 Cranch)", "5_us"),
        ("1968", "U.S. LEXIS", "1968_uslexis"),
    ],
)
def test_spellings_of_a_reporter_are_one(volume, reporter, same):
    assert series_key(volume, reporter) == same


@pytest.mark.parametrize(
    ("series", "page", "cases"),
    [
        ("392_us", 11, ["terry"]),
        ("20_led2d", 889, ["terry"]),
        ("44_ohioop2d", 383, ["terry"]),
        ("5_us", 137, ["twin"]),
        ("392_us", 40, ["twin", "other"]),
        ("392_us", 12, []),
        ("391_us", 11, []),
        ("", 0, []),
    ],
)
def test_a_case_begins_where_its_citation_says(finder, series, page, cases):
    assert ids(finder.beginning_at(series, page)) == cases


@pytest.mark.parametrize(
    ("page", "cases"), [(10, []), (11, []), (12, ["terry"]), (15, ["terry"]), (16, []), (41, [])]
)
def test_a_case_reaches_as_far_as_its_marks(finder, page, cases):
    assert ids(finder.reaching("392_us", page)) == cases


def test_a_found_case_has_the_rows_of_all_its_opinions(finder):
    (case,) = finder.beginning_at("392_us", 11)
    assert case.rows == range(20, 60)


@pytest.mark.parametrize("page", range(10, 18))
def test_the_rows_on_a_page_are_those_that_share_a_character_with_it(finder, page):
    (case,) = finder.beginning_at("392_us", 11)
    expected = []
    for first, marks in ((20, NOTES), (40, PAGES[2:])):
        own = [(start, number) for series, number, start in marks if series == "392 U.S."]
        on_page = {
            at
            for (start, number), (end, _) in zip(own, [*own[1:], (len(TEXT), "")], strict=True)
            for at in range(start, end)
            if number == str(page)
        }
        expected += [
            first + row for row in range(20) if on_page & set(range(10 * row, 10 * row + 10))
        ]
    assert finder.rows_on_page(case, "392_us", page).tolist() == expected


def test_a_case_without_marks_has_no_page(finder):
    twin, _ = finder.beginning_at("392_us", 40)
    assert finder.rows_on_page(twin, "392_us", 40).tolist() == []


@pytest.mark.parametrize(
    ("name", "cases"),
    [
        ("Terry v. Ohio", ["terry"]),
        ("terry V ohio", ["terry"]),
        ("TERRY VERSUS OHIO", ["terry"]),
        ("Terry et al. vs. Ohio", ["terry"]),
        ("andrew terry v. ohio", ["twin"]),
        ("Terry v. State of Ohio", ["twin"]),
        ("Ohio v. Terry", []),
        ("Terry v. Ohio and more", []),
        ("Terry", []),
        ("Terry v.", []),
        ("v. Ohio", []),
        ("In re Gault", ["gault"]),
        ("Gault", []),
        ("Doe v. Roe", ["other"]),
        ("U.S. v. O’Brien", ["us"]),
        ("us v obrien", ["us"]),
        ("States v. O'Brien", ["us"]),
        ("State v. Smith", []),
        ("State v. Smith 7", ["s7"]),
        ("", []),
        ("v v v", []),
        ("\ud800 v. \udfff", []),
    ],
)
def test_a_name_finds_its_cases(finder, name, cases):
    assert ids(finder.named(name)) == cases


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_text_is_a_wrong_name(finder, one, other):
    for name in (one, f"{one} v. {other}", f"{one} v. {other} " * 30):
        assert all(
            "v" in RECORDS[c.seq].case.name.lower() or "re" in name for c in finder.named(name)
        )


def test_a_name_of_the_commonest_words_is_not_looked_for(finder, monkeypatch):
    monkeypatch.setattr("indexer.store.case_finder._MOST_BEARERS", 0)
    assert finder.named("Terry v. Ohio") == []
