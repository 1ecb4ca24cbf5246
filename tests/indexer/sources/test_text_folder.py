"""A folder of texts, with metadata and without."""

import json
from pathlib import Path

import pytest

from indexer.records import CaseRecord, NameSource
from indexer.sources import Refused, read_sources
from indexer.sources.described import id_of, title_of

TEXT = (
    "officer jason bailey appeals from the district court denial of his motion for summary judgment"
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "000_floyd.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path


def metadata(folder: Path, *lines: object) -> None:
    rows = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    (folder / "metadata.jsonl").write_text("\n".join(rows), encoding="utf-8")


def read(*paths: Path) -> tuple[list[CaseRecord], list[Refused]]:
    given = list(read_sources(paths))
    return (
        [one for one in given if isinstance(one, CaseRecord)],
        [one for one in given if isinstance(one, Refused)],
    )


def test_without_metadata_the_name_is_inferred(folder):
    ((record,), refused) = read(folder)
    assert refused == []
    assert record.case.id == "000_floyd"
    assert record.case.name == "officer jason bailey appeals from the district court denial of…"
    assert record.case.name_source is NameSource.INFERRED
    assert record.opinions[0].text == TEXT


def test_metadata_names_the_case(folder):
    metadata(
        folder,
        {"file": "000_floyd.txt", "id": "ca6-floyd", "case_name": "Floyd v. Detroit", "court_id": "ca6",
         "date_filed": "2008", "citations": ["518 F.3d 398"], "author": "Moore", "panel": 3},
    )  # fmt: skip
    ((record,), refused) = read(folder)
    case = record.case
    assert refused == []
    assert (case.id, case.name, case.name_source) == (
        "ca6-floyd",
        "Floyd v. Detroit",
        NameSource.GIVEN,
    )
    assert (case.court_citation_string, case.citations) == ("6th Cir.", ("518 F.3d 398",))
    assert case.extra == {"panel": 3}
    assert record.opinions[0].header.author == "Moore"


def test_a_line_without_id_or_name_leaves_them_to_the_file(folder):
    metadata(folder, {"file": "000_floyd.txt", "court_id": "ca6"})
    ((record,), _) = read(folder)
    assert (record.case.id, record.case.name_source) == ("000_floyd", NameSource.INFERRED)
    assert record.case.court_id == "ca6"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"case_name": "A v. B"}, 'no "file"'),
        ({"file": 3}, 'no "file"'),
        ({"file": "nowhere.txt", "id": "n"}, "names a file that is not there: nowhere.txt"),
        ({"file": "../000_floyd.txt"}, "names a file that is not there"),
        ("{torn", "not JSON"),
        ("[]", "not a JSON object"),
    ],
)
def test_a_line_that_fits_no_text_is_refused_and_the_text_is_kept(folder, line, words):
    metadata(folder, line)
    ((record,), (refused,)) = read(folder)
    assert record.case.name_source is NameSource.INFERRED
    assert refused.place == f"{folder}/metadata.jsonl:1"
    assert words in refused.reason


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"date_filed": "2024-13-45"}, "impossible date"),
        ({"id": "a/b"}, "contains '/'"),
        ({"citations": "518 F.3d 398"}, "citations must be a list"),
        ({"opinions": []}, "opinions cannot stand in a metadata line"),
    ],
)
def test_a_text_whose_metadata_is_wrong_is_not_indexed_under_a_guess(folder, fields, words):
    metadata(folder, {"file": "000_floyd.txt", "case_name": "Floyd", **fields})
    ((), (refused,)) = read(folder)
    assert refused.place == f"{folder}/metadata.jsonl:1"
    assert words in refused.reason


def test_the_second_line_for_a_text_is_refused(folder):
    metadata(
        folder, *({"file": "000_floyd.txt", "case_name": name} for name in ("First", "Second"))
    )
    ((record,), (refused,)) = read(folder)
    assert record.case.name == "First"
    assert "the second line for 000_floyd.txt" in refused.reason


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"Mu\xf1oz", "not UTF-8: byte 0xf1 at offset 2"),
        ("Held".encode("utf-16"), "not UTF-8: byte 0xff at offset 0"),
        (b"", "empty"),
        (b" \r\n\t", "empty"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused_and_the_rest_goes_on(folder, data, words):
    (folder / "001_bad.txt").write_bytes(data)
    ((record,), (refused,)) = read(folder)
    assert record.case.id == "000_floyd"
    assert refused.place == f"{folder}/001_bad.txt"
    assert words in refused.reason


def test_byte_order_mark_and_windows_line_ends(folder):
    (folder / "000_floyd.txt").write_bytes(b"\xef\xbb\xbfone\r\n\r\ntwo\r\n")
    ((record,), _) = read(folder)
    assert record.opinions[0].text == "one\n\ntwo\n"
    assert record.case.name == "one two"


def test_one_text_by_its_path_has_its_metadata_and_not_the_others(folder):
    (folder / "001_other.txt").write_text("other words", encoding="utf-8")
    metadata(folder, {"file": "000_floyd.txt", "case_name": "Floyd"}, {"file": "gone.txt"})
    ((record,), refused) = read(folder / "000_floyd.txt")
    assert (record.case.name, refused) == ("Floyd", [])


def test_the_metadata_by_its_path_means_its_folder(folder):
    metadata(folder, {"file": "000_floyd.txt", "case_name": "Floyd"})
    ((record,), refused) = read(folder / "metadata.jsonl")
    assert (record.case.name, refused) == ("Floyd", [])


def test_ids_of_files_stay_different():
    names = ["plain-1", "a b", "a-b", "a:b", "Muñoz / Peña", "…", "x" * 300]
    ids = [id_of(name) for name in names]
    assert len(set(ids)) == len(names)
    assert ids[0] == "plain-1"
    assert ids[4].startswith("Munoz-Pena-")
    assert all(id_of(one) == one for one in ids)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("this case arises", "this case arises"),
        (
            "one two three four five six seven eight nine ten eleven",
            "one two three four five six seven eight nine ten…",
        ),
        ("a" * 100, "a" * 80 + "…"),
    ],
)
def test_titles(text, title):
    assert title_of(text) == title
