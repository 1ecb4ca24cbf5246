import hashlib
import sqlite3
import threading
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.errors import (
    IndexCorruptError,
    IndexOpenError,
    IndexWriteError,
    NotInIndexError,
    RecordError,
)
from indexer.filters import Filters
from indexer.records import CaseRecord, NameSource, OpinionType, PageMark, Span
from indexer.store.passage_writer import PassageWriter
from indexer.store.passages import PassageStore
from indexer.store.stored import PageMap, PageRange, StoreCounts
from tests.indexer.store.making import cut, opinion, record, small_corpus, write_passages


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a dir?#%" / "passages.sqlite"


@pytest.fixture
def store(path):
    path.parent.mkdir()
    write_passages(path, small_corpus())
    with PassageStore.open(path) as opened:
        yield opened


TEXT = st.text(alphabet="aé§😀\n ", max_size=70)
NAMES = st.text(alphabet="aé\u0301'\" 😀", max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | NAMES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
)


@st.composite
def corpora(draw):
    made = []
    for number in range(draw(st.integers(0, 4))):
        opinions = [
            opinion(
                f"o{number}:{place}",
                draw(TEXT),
                case_id=f"c{number}",
                type=draw(st.sampled_from(OpinionType)),
                author=draw(st.none() | NAMES),
                joined_by=tuple(draw(st.lists(NAMES, max_size=2))),
                pages=[("1 U.S.", str(at), at) for at in sorted(draw(st.sets(st.integers(0, 9))))],
                extra=draw(st.dictionaries(NAMES, JSON, max_size=2)),
            )
            for place in range(draw(st.integers(0, 3)))
        ]
        made.append(
            record(
                f"c{number}",
                *opinions,
                name=draw(NAMES),
                name_source=draw(st.sampled_from(NameSource)),
                court_id=draw(st.none() | NAMES),
                date_filed=draw(st.sampled_from([None, "2005", "2005-05", "2005-05-31"])),
                citations=tuple(draw(st.lists(NAMES, max_size=2))),
                judges=tuple(draw(st.lists(NAMES, max_size=2))),
                extra=draw(st.dictionaries(NAMES, JSON, max_size=2)),
            )
        )
    return made


@given(corpora())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_everything_that_goes_in_comes_out(tmp_path_factory, corpus) -> None:
    path = tmp_path_factory.mktemp("round") / "p.sqlite"
    passages = write_passages(path, corpus)

    with PassageStore.open(path) as store:
        assert list(store.records()) == corpus
        stored = store.fetch(range(len(passages)))
        assert [one.passage for one in stored] == passages
        for one in stored:
            assert one.text_sha256 == hashlib.sha256(one.passage.text.encode()).hexdigest()
            assert store.row_of(one.passage.id) == one.passage.row
        row = 0
        for whole in corpus:
            entry = store.case(whole.case.id)
            assert (entry.case, entry.opinions) == (
                whole.case,
                tuple(o.header for o in whole.opinions),
            )
            for words in whole.opinions:
                found = store.opinion(words.header.id)
                sections, here = cut(words, row)
                assert (found.text, found.pages, found.header) == (
                    words.text,
                    words.pages,
                    words.header,
                )
                assert (found.sections, found.case) == (tuple(sections), whole.case)
                assert found.rows == range(row, row + len(here))
                assert store.opinion_rows(words.header.id) == (row, row + len(here))
                assert [s.section for s in store.fetch(found.rows)] == [
                    sections[p.section] for p in here
                ]
                row += len(here)


def test_fetch_keeps_the_order_asked_and_repeats(store) -> None:
    assert [one.passage.row for one in store.fetch([5, 0, 5, 8])] == [5, 0, 5, 8]
    assert store.fetch([]) == []


@pytest.mark.parametrize("row", [-1, 13, 10**30])
def test_a_row_that_is_not_there_is_told(store, row) -> None:
    with pytest.raises(NotInIndexError, match="row"):
        store.fetch([0, row])
    if row < 10**18:
        with pytest.raises(NotInIndexError, match="row"):
            store.neighbours(row, 1)


@pytest.mark.parametrize(
    "passage_id",
    ["floyd-1:0-9", "floyd-1:00-10", "floyd-1:0-10 ", "FLOYD-1:0-10", "floyd-1", ":0-10", "floyd-1:\u0660-10",
     "floyd-1:0-" + "9" * 40, "\ud800:0-10", "floyd-1:10-0", ""],
)  # fmt: skip
def test_only_the_exact_id_of_a_passage_finds_it(store, passage_id) -> None:
    assert store.row_of("floyd-1:0-10") == 0
    with pytest.raises(NotInIndexError, match="ids come with search hits"):
        store.row_of(passage_id)


def test_unknown_opinions_and_cases_are_told(store) -> None:
    for ask in (store.opinion, store.opinion_rows, store.case):
        for identifier in ("nobody", "", "\ud800"):
            with pytest.raises(NotInIndexError):
                ask(identifier)


def test_neighbours_stay_in_the_opinion(store) -> None:
    first, end = store.opinion_rows("floyd-2")

    assert store.neighbours(first, 5) == (range(first, first), range(first + 1, end))
    assert store.neighbours(first + 1, 1) == (range(first, first + 1), range(first + 2, end))
    assert store.neighbours(3, 2) == (range(1, 3), range(4, 6))
    assert store.neighbours(3, 0) == (range(3, 3), range(4, 4))


def test_counts_and_facets(store) -> None:
    lengths = [len(o.text) for r in small_corpus() for o in r.opinions]

    assert store.counts() == StoreCounts(
        cases=2, opinions=3, sections=5, passages=13, characters=sum(lengths)
    )
    facets = store.facets()
    assert (facets.court, facets.year, facets.status) == ({"ca6": 1}, {"2008": 1}, {})
    assert facets.opinion_type == {"combined": 1, "dissent": 1, "lead": 1}
    assert list(facets.section_role.values()) == [3, 1, 1]


def test_the_catalogue_goes_page_by_page(tmp_path) -> None:
    corpus = [
        record(
            f"c{n}", opinion(f"o{n}", "text", case_id=f"c{n}"), court_id="ca1" if n % 3 else "ca2"
        )
        for n in range(10)
    ]
    write_passages(tmp_path / "p", corpus)
    with PassageStore.open(tmp_path / "p") as store:
        pages, after = [], -1
        while page := store.cases(Filters(court=("ca1",)), after=after, limit=4):
            pages.append([entry.case.id for entry in page])
            after = page[-1].seq

        assert pages == [["c1", "c2", "c4", "c5"], ["c7", "c8"]]
        assert [
            e.case.id for e in store.cases(Filters(opinion_type=(OpinionType.COMBINED,)), limit=2)
        ] == ["c0", "c1"]
        assert store.cases(Filters(opinion_type=(OpinionType.DISSENT,)), limit=2) == []


MARKS = [
    PageMark(reporter=r, page=p, start=s)
    for r, p, s in [("A", "1", 5), ("B", "9", 5), ("A", "2", 10), ("A", "3", 20)]
]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 5, []),
        (0, 6, [("A", "1", "1"), ("B", "9", "9")]),
        (5, 10, [("A", "1", "1"), ("B", "9", "9")]),
        (7, 11, [("A", "1", "2"), ("B", "9", "9")]),
        (10, 20, [("A", "2", "2"), ("B", "9", "9")]),
        (12, 99, [("A", "2", "3"), ("B", "9", "9")]),
        (20, 20, [("A", "3", "3"), ("B", "9", "9")]),
    ],
)
def test_the_pages_of_a_span(start, end, expected) -> None:
    ranges = PageMap(MARKS).ranges(Span(start, end))

    triples = ((mark.reporter, mark.page, mark.start) for mark in MARKS)
    assert ranges == PageMap.of(triples).ranges(Span(start, end))
    assert ranges == tuple(PageRange(reporter=r, first=f, last=last) for r, f, last in expected)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(0, 9, [("1", "1")]), (0, 11, []), (12, 15, []), (12, 25, []), (20, 25, [("7", "7")])],
)
def test_a_stretch_without_a_true_page_has_none(start, end, expected) -> None:
    marks = [PageMark(reporter="A", page=p, start=s) for p, s in [("1", 0), ("", 10), ("7", 20)]]

    ranges = PageMap(marks).ranges(Span(start, end))

    assert [(found.first, found.last) for found in ranges] == expected


def test_a_long_opinion_is_read_at_its_end_without_its_middle(tmp_path) -> None:
    words = opinion("long", "ü" * 3_000_000 + "the end")
    write_passages(tmp_path / "p", [record("c", words)], section=10**9, passage=1_000_003)

    with PassageStore.open(tmp_path / "p") as store:
        (last,) = store.fetch([2])
        assert last.passage.text == words.text[2_000_006:]


def test_the_file_is_whole_by_itself(store, path) -> None:
    assert [p.name for p in path.parent.iterdir()] == ["passages.sqlite"]
    raw = path.read_bytes()
    assert (raw[18], raw[19]) == (1, 1)  # the write and read version of a rollback journal
    assert len(raw) < 300_000


def add(writer: PassageWriter, one: CaseRecord, **changes: Any) -> None:
    parts = [cut(words, writer.counts.passages) for words in one.opinions]
    passages = [[replace(p, **changes) for p in here] for _, here in parts]
    writer.add(one, [s for s, _ in parts], passages)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (record("a", opinion("new", "x", case_id="a")), "a case with the id 'a' came before"),
        (record("b", opinion("a1", "x", case_id="b")), "an opinion with the id 'a1' came before"),
        (record("b", *[opinion("b1", "x", case_id="b")] * 2), "an opinion with the id 'b1'"),
        (
            record("b", opinion("b1", "x", case_id="b"), date_filed="2005-13"),
            "not a date of the calendar",
        ),
        (
            record("b", opinion("b1", "x", case_id="b"), date_filed="May 2005"),
            "write 2005, 2005-05",
        ),
        (record("b", opinion("b1", "half \ud800", case_id="b")), "half of a surrogate pair"),
        (record("b", opinion("b1", "x", case_id="b"), name="\udfff"), "half of a surrogate pair"),
        (record("b", opinion("b1", "x", case_id="b", author="\udfff")), "half of a surrogate pair"),
        (record("\udfff", opinion("b1", "x", case_id="\udfff")), "half of a surrogate pair"),
    ],
)
def test_a_refused_record_leaves_no_trace(tmp_path, bad, reason) -> None:
    good = [record(n, opinion(f"{n}1", f"text of {n}", case_id=n)) for n in "az"]
    with PassageWriter(tmp_path / "p") as writer:
        add(writer, good[0])
        with pytest.raises(RecordError, match=reason):
            add(writer, bad)
        add(writer, good[1])

    with PassageStore.open(tmp_path / "p") as store:
        assert list(store.records()) == good
        assert [one.passage.row for one in store.fetch(range(2))] == [0, 1]


@pytest.mark.parametrize(
    "changes",
    [{"row": 7}, {"text": "other"}, {"opinion_id": "x"}, {"section": 1}, {"span": Span(1, 2)}],
)
def test_passages_that_do_not_fit_the_record_are_a_mistake_of_the_program(
    tmp_path, changes
) -> None:
    with PassageWriter(tmp_path / "p") as writer, pytest.raises(ValueError, match=r"row \d"):
        add(writer, record("a", opinion("a1", "text", case_id="a")), **changes)
    with PassageWriter(tmp_path / "q") as writer, pytest.raises(ValueError, match="names the case"):
        add(writer, record("a", opinion("a1", "text", case_id="b")))


def test_batches_do_not_show(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("indexer.store.passage_writer._BATCH_PASSAGES", 2)
    corpus = small_corpus()
    write_passages(tmp_path / "p", corpus)

    with PassageStore.open(tmp_path / "p") as store:
        assert list(store.records()) == corpus


def test_a_disk_that_refuses_is_told(tmp_path) -> None:
    with pytest.raises(IndexWriteError, match="free some space"):
        PassageWriter(tmp_path / "no" / "p")


def test_threads_read_at_once(store) -> None:
    expected = store.fetch(range(13))
    found: list[list[Any]] = []

    def work() -> None:
        for _ in range(20):
            rows = store.select(Filters(court=("ca6",)))
            found.append([store.fetch(range(13)), rows.tolist(), list(store.records())])

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (
        found == [[expected, list(range(store.opinion_rows("floyd-2")[1])), small_corpus()]] * 120
    )


def test_after_closing_the_reader_is_told(store) -> None:
    stream = store.records()
    next(stream)
    store.close()
    store.close()

    assert next(stream).case.id == "graham"  # what was lent may be used up
    with pytest.raises(IndexOpenError, match="open it again"):
        store.fetch([0])


def damaged(path, statement: str) -> None:
    db = sqlite3.connect(path)
    db.execute(statement)
    db.commit()
    db.close()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE opinion SET text = x'ff'", "UPDATE section SET role = 'chorus'", "UPDATE section SET path = '['",
     "DELETE FROM opinion", "DROP TABLE section", "UPDATE passage SET start = 99"],
)  # fmt: skip
def test_a_damaged_table_is_told(tmp_path, statement) -> None:
    write_passages(tmp_path / "p", small_corpus())
    damaged(tmp_path / "p", statement)

    with (
        PassageStore.open(tmp_path / "p") as store,
        pytest.raises(IndexCorruptError, match="rollback"),
    ):
        store.fetch(range(13))


@pytest.mark.parametrize("content", [b"", b"torn" * 999, None])
def test_a_file_that_is_no_passage_table_is_told(tmp_path, content) -> None:
    if content is not None:
        (tmp_path / "p").write_bytes(content)

    with pytest.raises(IndexCorruptError, match="rollback"):
        PassageStore.open(tmp_path / "p")
