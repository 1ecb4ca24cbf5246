"""Which case each citation is told to name, and who is counted as cited."""

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.records import Citation, Span
from indexer.store.passages import PassageStore
from tests.indexer.store.citing import (
    FULL,
    LATER,
    RECORDS,
    SHORT,
    STRIPPED,
    SUPRA,
    cite,
    write_citing,
)
from tests.indexer.store.making import opinion, record


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("links") / "passages.sqlite"
    write_citing(made)
    return made


@pytest.fixture(scope="module")
def store(path: Path) -> Iterator[PassageStore]:
    with PassageStore.open(path) as opened:
        yield opened


def linked(path: Path, opinion_id: str) -> list[tuple[str, str | None]]:
    """The words of each citation of an opinion, and the case it names."""
    db = sqlite3.connect(path)
    rows = db.execute(
        'SELECT o.text, c.start, c."end", r.id FROM citation AS c JOIN opinion AS o '
        "ON o.seq = c.opinion_seq LEFT JOIN case_record AS r ON r.seq = c.case_seq "
        "WHERE o.id = ? ORDER BY c.passage_row, c.start",
        (opinion_id,),
    ).fetchall()
    db.close()
    return [(text.decode()[start:end], case) for text, start, end, case in rows]


def test_every_form_names_the_case_that_begins_on_its_page(path):
    assert linked(path, "later/o") == [
        ("Graham v. Connor, 490 U.S. 386, 396 (1989)", "graham"),
        ("490 U.S., at 396", "graham"),
        ("Id., at 397", "graham"),
        ("Graham, supra", "graham"),
        ("Smith v. Jones, 500 U.S. 10", "smith"),  # of two on the page, by its parties
        ("Nobody v. None, 500 U.S. 11", None),  # neither of the two
        ("500 U.S. 12", None),  # a page inside a case
        ("500 U.S., at 13", "smith"),
        ("999 U.S. 1", None),
    ]


def test_parallel_citations_and_bare_names_name_it_too(path):
    assert linked(path, "later/d") == [("104 L. Ed. 2d 443", "graham"), ("Doe v. Roe", "doe")]


def test_no_case_cites_itself(path):
    assert linked(path, "graham/o") == [("490 U.S. 386", None)]


def test_stripped_texts_name_cases_by_their_parties(path):
    assert linked(path, "stripped/o") == [
        ("graham connor", "graham"),
        ("doe roe", "doe"),
        ("doe v. roe", "doe"),
        ("graham v. connor", "graham"),
        ("smith jones", "smith"),
    ]
    assert STRIPPED.count("graham connor") == 2  # the other one is a deputy


def test_no_case_is_named_before_it_was_filed(path):
    assert linked(path, "older/o") == []


def test_cited_by_counts_other_cases_once(store):
    counts = {
        entry.case.id: entry.cited_by for entry in map(store.case, (r.case.id for r in RECORDS))
    }
    assert counts == {"graham": 2, "doe": 2, "smith": 2, "later": 0, "stripped": 0, "older": 0}
    assert store.opinion("graham/o").cited_by == 2
    assert store.fetch([0])[0].cited_by == 2


def test_one_name_borne_by_two_cases_is_left_open(tmp_path):
    twins = [
        record(n, opinion(f"{n}/o", "Text.", case_id=n), name="Doe v. Roe") for n in ("a", "b")
    ]
    text = "doe v. roe is cited, and we say so here in words"
    cites = {"d/o": (cite("See Doe v. Roe, ante.", "Doe v. Roe", SUPRA, name="Doe v. Roe"),)}
    others = [
        record("c", opinion("c/o", text, case_id="c"), name="Cee v. Dee"),
        record("d", opinion("d/o", "See Doe v. Roe, ante.", case_id="d"), name="Dee v. Cee"),
    ]
    write_citing(tmp_path / "p", [*twins, *others], cites)
    assert linked(tmp_path / "p", "c/o") == []
    assert linked(tmp_path / "p", "d/o") == [("Doe v. Roe", None)]


HOPE = "Hope v. Pelzer, 536 U.S. 730, 739, 122 S. Ct. 2508, 153 L. Ed. 2d 666 (2002)."


@pytest.mark.parametrize(
    ("text", "name", "case"),
    [
        (HOPE, "Hope v. Pelzer", "hope"),
        (HOPE, None, None),  # nothing says that they are one case
        (HOPE.replace("739, ", "739 (a long remark on it), "), "Hope v. Pelzer", None),
        (HOPE.replace("122 S. Ct.", "122 U.S."), "Hope v. Pelzer", None),
    ],
)
def test_a_parallel_citation_names_the_case_whose_own_stands_beside_it(tmp_path, text, name, case):
    later = "Hope, 122 S. Ct., at 2510, is clear, and it says so."
    records = [
        record("hope", opinion("hope/o", "Text.", case_id="hope"), citations=("536 U.S. 730",)),
        record("by", opinion("by/o", text, case_id="by")),
        record("later", opinion("later/o", later, case_id="later")),
    ]
    cites = {
        "by/o": [
            cite(text, words, FULL, words, name=name)
            for words in ("536 U.S. 730", "122 S. Ct. 2508", "153 L. Ed. 2d 666")
            if words in text
        ],
        "later/o": [cite(later, "122 S. Ct., at 2510", SHORT, "122 S. Ct. 2508")],
    }
    write_citing(tmp_path / "p", records, cites)
    assert linked(tmp_path / "p", "later/o") == [("122 S. Ct., at 2510", case)]
    with PassageStore.open(tmp_path / "p") as store:
        assert store.case("hope").cited_by == (1 if case is None else 2)
        found = {s.case.id for s in store.fetch(store.citations.rows_citing("122_sct", 2508))}
        assert found == ({"later", "by"} if "S. Ct. 2508" in text else {"later"})


def test_a_parallel_citation_beside_two_cases_is_left_open(tmp_path):
    texts = [f"Doe v. Roe, {n} U.S. 1, 122 S. Ct. 2508 (2002)." for n in (1, 2)]
    records = [
        record(f"c{n}", opinion(f"c{n}/o", "Text.", case_id=f"c{n}"), citations=(f"{n} U.S. 1",))
        for n in (1, 2)
    ]
    records += [
        record(f"by{n}", opinion(f"by{n}/o", texts[n - 1], case_id=f"by{n}")) for n in (1, 2)
    ]
    cites = {
        f"by{n}/o": [
            cite(texts[n - 1], words, FULL, words, name="Doe v. Roe")
            for words in (f"{n} U.S. 1", "122 S. Ct. 2508")
        ]
        for n in (1, 2)
    }
    write_citing(tmp_path / "p", records, cites)
    assert [case for _, case in linked(tmp_path / "p", "by1/o")] == ["c1", None]
    assert [case for _, case in linked(tmp_path / "p", "by2/o")] == ["c2", None]


@pytest.mark.parametrize(
    ("volume", "case"),
    [
        ("565 U. S. ___", "jones"),
        ("566 U. S. ___", None),
        ("132 S. Ct. ___", "jones"),
        ("ante", "jones"),
    ],
)
def test_a_volume_that_is_not_the_cases_belies_its_name(tmp_path, volume, case):
    text = f"See United States v. Jones, {volume} (2012). As Jones, supra, says."
    records = [
        record("jones", opinion("jones/o", "Text.", case_id="jones"), name="United States v. Jones",
               date_filed="2012", citations=("565 U.S. 400",)),
        record("by", opinion("by/o", text, case_id="by"), name="By v. By"),
    ]  # fmt: skip
    name = "United States v. Jones"
    cites = {
        "by/o": (
            cite(text, f"{name}, {volume} (2012)", FULL, name=name),
            cite(text, "Jones, supra", SUPRA, name=name),
        )
    }
    write_citing(tmp_path / "p", records, cites)
    assert [named for _, named in linked(tmp_path / "p", "by/o")] == [case, case]


@pytest.mark.parametrize(
    ("written", "case"),
    [
        ("Smith v. Jones", "one"),
        ("Smith", "one"),
        ("Bd. of Educ. v. Muñoz", "two"),
        ("Munoz", "two"),
        ("Smith v. Muñoz", None),
        ("v.", None),
        ("Gault", "three"),
        ("In re Gault", "three"),
        ("In re Smith", "one"),
        ("Matter of", None),
    ],
)
def test_parties_settle_which_case_of_a_page_is_meant(tmp_path, written, case):
    names = {
        "one": "John Smith v. Jones",
        "two": "Board of Education v. Muñoz",
        "three": "In re Gault",
    }
    records = [
        record(key, opinion(f"{key}/o", "Text.", case_id=key), name=name, citations=("1 U.S. 1",))
        for key, name in names.items()
    ]
    text = "As in 1 U.S. 1, so here."
    records.append(record("by", opinion("by/o", text, case_id="by"), name="By v. By"))
    cites = {"by/o": (cite(text, "1 U.S. 1", FULL, "1 U.S. 1", name=written),)}
    write_citing(tmp_path / "p", records, cites)
    assert linked(tmp_path / "p", "by/o") == [("1 U.S. 1", case)]


CASES = 6
draws = st.lists(
    st.tuples(st.integers(0, CASES - 1), st.integers(0, CASES), st.integers(0, 90)), max_size=30
)


@settings(deadline=None, max_examples=40)
@given(draws)
def test_counts_and_citing_passages_are_those_of_brute_force(drawn):
    """Case *n* is ``n U.S. 1``; citations fall anywhere; there is no case 6."""
    text = "A natural text, Of some Hundred characters, Without anything that is a name or a number at all."
    cites: dict[str, list[Citation]] = {f"{n}/o": [] for n in range(CASES)}
    for by, of, at in drawn:
        span = Span(at, at + 1)
        cites[f"{by}/o"].append(
            Citation(span=span, kind=FULL, cited=f"{of} U.S. 1", name=None, pin=None, quoted=False,
                     parenthetical=None)
        )  # fmt: skip
    records = [
        record(str(n), opinion(f"{n}/o", text, case_id=str(n)), citations=(f"{n} U.S. 1",))
        for n in range(CASES)
    ]
    with tempfile.TemporaryDirectory() as folder:
        write_citing(Path(folder) / "p", records, cites, passage=20)
        with PassageStore.open(Path(folder) / "p") as store:
            own = -(-len(text) // 20)
            for n in range(CASES + 1):
                found = {by * own + at // 20 for by, of, at in drawn if of == n}
                assert store.citations.rows_citing(f"{n}_us", 1).tolist() == sorted(found)
            for n in range(CASES):
                by_case = {
                    by: {at // 20 for b, of, at in drawn if of == n and b == by}
                    for by in {by for by, of, _ in drawn if of == n and by != n}
                }
                assert store.case(str(n)).cited_by == len(by_case)
                expected = sorted(by_case, key=lambda by: (-len(by_case[by]), by))
                citing = store.citations.citing(n, limit=100)
                assert [one.case_id for one in citing] == [str(by) for by in expected]
                assert [one.passage_ids for one in citing] == [
                    tuple(
                        f"{by}/o:{20 * p}-{min(20 * p + 20, len(text))}"
                        for p in sorted(by_case[by])
                    )
                    for by in expected
                ]
                pages = [store.citations.citing(n, after=k, limit=1) for k in range(len(citing))]
                assert [one for page in pages for one in page] == citing


@pytest.mark.parametrize(
    ("start", "end", "reason"), [(60, 900, "not in its text"), (5, 5, "not in its text")]
)
def test_a_citation_outside_the_text_is_a_mistake(tmp_path, start, end, reason):
    words = cite(LATER, "999 U.S. 1")
    bad = Citation(span=Span(start, end), kind=FULL, cited=None, name=None, pin=None, quoted=False,
                   parenthetical=None)  # fmt: skip
    assert words.span.end < 900
    with pytest.raises(ValueError, match=reason):
        write_citing(tmp_path / "p", RECORDS, {"later/o": (bad,)})
