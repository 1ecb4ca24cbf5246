"""Tables as PostgreSQL writes them: any text survives, whichever way its quotes are written."""

import bz2
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.sources import csv_table as module
from indexer.sources.csv_table import Row, columns_of, read_rows
from indexer.sources.refused import Refused
from indexer.sources.source_file import DiskFile

TEXTS = st.text(alphabet="ab \"\\`,\n\r\t<>='§", max_size=12)
HTML = '<p class="x">He said "no", C:\\temp and `yes`</p>'


def copied(rows: Sequence[Sequence[str | None]], *, quote: str = '"', escape: str = "\\") -> str:
    """Return ``rows`` as ``COPY … WITH (FORMAT csv, QUOTE …, ESCAPE …, FORCE_QUOTE *)`` does."""
    special = {quote, escape}

    def field(value: str | None) -> str:
        if value is None:
            return ""
        return quote + "".join(f"{escape}{c}" if c in special else c for c in value) + quote

    return "".join(",".join(map(field, row)) + "\n" for row in rows)


DIALECTS = {
    "backslash": {"quote": '"', "escape": "\\"},
    "doubled": {"quote": '"', "escape": '"'},
    "back quote": {"quote": "`", "escape": "`"},
}


def read(folder: Path, data: bytes | str) -> list[Row | Refused]:
    path = folder / "opinions.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(read_rows(DiskFile(path, folder)))


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.lists(st.none() | TEXTS, min_size=2, max_size=2), max_size=5))
def test_any_text_survives(tmp_path_factory, dialect, rows):
    """One row that shows how quotes are written comes first, as HTML in a real table does."""
    rows = [["1", HTML], *([f"{at}", *row] for at, row in enumerate(rows))]
    rows = [[*row, None, None][:3] for row in rows]
    found = read(tmp_path_factory.mktemp("t"), "id,text,note\n" + copied(rows, **dialect))
    columns = ("id", "text", "note")
    assert [one.fields for one in found if isinstance(one, Row)] == [
        {name: value for name, value in zip(columns, row, strict=True) if value} for row in rows
    ]
    assert len(found) == len(rows)


def test_a_byte_order_mark_and_a_quoted_header(tmp_path):
    (row,) = read(tmp_path, '\ufeff"id","text"\r\n"1","x"\r\n')
    assert isinstance(row, Row)
    assert row.fields == {"id": "1", "text": "x"}


def test_compressed_and_very_long(tmp_path):
    long = "word " * 100_000
    (row,) = read(tmp_path, bz2.compress(("id,text\n" + copied([["1", long]])).encode()))
    assert isinstance(row, Row)
    assert row.fields["text"] == long


def test_a_row_s_place_is_its_first_line(tmp_path):
    found = read(tmp_path, "id,text\n" + copied([["1", "two\nlines"], ["2", "x"]]))
    assert [one.place.rpartition(":")[2] for one in found] == ["2", "4"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [('"2","x","y"\n', "3 columns where the header has 2"), ('"2","x"y\n', "not a row")],
)
def test_a_wrong_row_is_refused_and_the_rest_goes_on(tmp_path, wrong, words):
    good = copied([["1", "x"]])
    first, refused, last = read(tmp_path, "id,text\n" + good + wrong + good)
    assert isinstance(refused, Refused)
    assert words in refused.reason
    assert (refused.place, type(first), type(last)) == (f"{tmp_path}/opinions.csv:3", Row, Row)


def test_a_table_that_is_cut_off_says_so(tmp_path):
    data = "id,text\n" + copied([["1", "x"], ["2", "a long text"]])
    first, refused = read(tmp_path, data[:-8])
    assert isinstance(first, Row)
    assert isinstance(refused, Refused)
    assert "is it torn here?" in refused.reason


@pytest.mark.parametrize("cut", [lambda data: data[: len(data) // 2], lambda data: data[:-1]])
def test_a_compressed_table_that_is_cut_off_says_so(tmp_path, cut):
    rows = [[str(number), f"text {number * 7919}"] for number in range(3000)]
    *_, refused = read(tmp_path, cut(bz2.compress(("id,text\n" + copied(rows)).encode())))
    assert isinstance(refused, Refused)
    assert "torn" in refused.reason


def test_a_header_that_is_none(tmp_path):
    (refused,) = read(tmp_path, 'id,"te"xt"\n"1","x"\n')
    assert isinstance(refused, Refused)
    assert "not a header" in refused.reason


def test_lost_quoting_does_not_refuse_every_line_of_a_large_file(tmp_path):
    found = read(tmp_path, "id,text\n" + '"1","x"y\n' * 1000)
    assert len(found) == 101
    assert isinstance(found[-1], Refused)
    assert "nothing after them was read" in found[-1].reason


def test_a_line_without_end_does_not_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LONGEST_RECORD", 1000)
    found = read(tmp_path, "id,text\n1,x\n" + "word " * 2000)
    assert [type(one) for one in found] == [Row] + [Refused] * 10


def test_a_byte_that_is_not_utf_8(tmp_path):
    refused, row = read(tmp_path, b'id,text\n"1","Mu\xf1oz"\n"2","Mu\xc3\xb1oz"\n')
    assert isinstance(refused, Refused)
    assert refused.place.endswith(":2")
    assert refused.reason.startswith("not UTF-8: byte 0xf1 in the column 'text'")
    assert isinstance(row, Row)
    assert row.fields == {"id": "2", "text": "Muñoz"}


@pytest.mark.parametrize(
    ("head", "columns"),
    [
        (b"id,cluster_id,type\n1,2,3", ("id", "cluster_id", "type")),
        (b'"id","type"\r\n', ("id", "type")),
        (b"one column\n", ()),
        (b"The court, on appeal, held\n", ()),
        (b"", ()),
    ],
)
def test_columns_that_a_beginning_shows(head, columns):
    assert columns_of(head) == columns
