"""Neutral records: every field survives, from a record through a line to a record."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning import clean_text
from indexer.raw import NoteKind
from indexer.records import CaseRecord, OpinionType
from indexer.sources import Noticed, Refused, read_sources
from indexer.sources.jsonl import claims
from indexer.sources.source_file import DiskFile

WORDS = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
NAMES = WORDS.filter(str.strip)
TEXTS = NAMES.filter(lambda text: clean_text(text).strip() != "" and "*" not in text)
IDS = st.text(alphabet="abcXYZ0123456789._~-", min_size=1, max_size=12).filter(
    lambda value: value.strip(".") != ""
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)
OPINIONS = st.fixed_dictionaries(
    {"type": st.sampled_from([kind.value for kind in OpinionType]), "text": TEXTS},
    optional={
        "author": st.none() | WORDS,
        "joined_by": st.lists(WORDS, max_size=2),
        "pagecount": JSON,
    },
)
CASES = st.fixed_dictionaries(
    {"id": IDS, "case_name": NAMES, "opinions": st.lists(OPINIONS, min_size=1, max_size=4)},
    optional={
        "case_name_full": st.none() | WORDS,
        "court_id": st.sampled_from([None, "ca6", "scotus", "nosuchcourt"]),
        "date_filed": st.none() | st.dates().map(lambda day: day.isoformat()),
        "docket_number": st.none() | WORDS,
        "citations": st.lists(WORDS, max_size=3),
        "judges": st.lists(WORDS, max_size=2),
        "status": st.none() | WORDS,
        "url": st.none() | WORDS,
        "attorneys": JSON,
    },
)  # fmt: skip


def read_back(fields: dict[str, Any]) -> CaseRecord:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "one.jsonl"
        path.write_text(json.dumps(fields) + "\n", encoding="utf-8")
        record, *noticed = read_sources([path])
    assert {one.kind for one in noticed if isinstance(one, Noticed)} <= {NoteKind.UNKNOWN_COURT}
    assert isinstance(record, CaseRecord), record
    return record


def says_nothing_twice(fields):
    """Whether no combined text stands beside others: of these one may be left out, and noticed."""
    kinds = [opinion["type"] for opinion in fields["opinions"]]
    return "combined" not in kinds or set(kinds) == {"combined"}


@given(CASES.filter(says_nothing_twice))
def test_every_field_is_kept(fields):
    record = read_back(fields)
    case = record.case

    assert (case.id, case.name) == (fields["id"], fields["case_name"])
    assert case.name_full == fields.get("case_name_full")
    assert case.extra == {k: fields[k] for k in ("attorneys",) if k in fields}
    for name in ("court_id", "date_filed", "docket_number", "status", "url"):
        assert getattr(case, name) == fields.get(name)
    for name in ("citations", "judges"):
        assert getattr(case, name) == tuple(fields.get(name, ()))
    assert len(record.opinions) == len(fields["opinions"])
    for opinion, given_one in zip(record.opinions, fields["opinions"], strict=True):
        header = opinion.header
        assert opinion.text == clean_text(given_one["text"])
        assert header.type.value == given_one["type"]
        assert header.author == given_one.get("author")
        assert header.joined_by == tuple(given_one.get("joined_by", ()))
        assert header.extra == {k: given_one[k] for k in ("pagecount",) if k in given_one}
        assert header.case_id == case.id
    assert len({opinion.header.id for opinion in record.opinions}) == len(record.opinions)


@pytest.mark.parametrize(
    ("name", "head", "claimed"),
    [
        ("a.jsonl", b"", True),
        ("a.JSONL.GZ", b"", True),
        ("a.jsonl.xz", b"anything", True),
        ("dump.json", b'{"id": "x", "case_name": "A v. B"', True),
        ("dump", b'\xef\xbb\xbf {"case_name": "A v. B"', True),
        ("other.json", b'{"resource_uri": "x"', False),
        ("a.csv", b"id,case_name\n", False),
    ],
)
def test_what_it_claims(name, head, claimed):
    assert claims(DiskFile(Path(name), Path()), head) is claimed


def test_a_refused_record_names_file_line_reason_and_case(tmp_path):
    path = tmp_path / "cases.jsonl"
    good = {"id": "good", "case_name": "A v. B", "opinions": [{"text": "Held."}]}
    bad = {**good, "id": "bad", "date_filed": "2024-13-45"}
    path.write_text("\n".join(json.dumps(one) for one in (good, bad, {"id": 5})), encoding="utf-8")

    record, impossible, wrong = read_sources([path])

    assert isinstance(record, CaseRecord)
    assert isinstance(impossible, Refused)
    assert (impossible.place, impossible.case_id) == (f"{path}:2", "bad")
    assert "impossible date" in impossible.reason
    assert isinstance(wrong, Refused)
    assert (wrong.place, wrong.case_id) == (f"{path}:3", None)
