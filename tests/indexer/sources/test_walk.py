"""From paths to records: what is found, in which order, and what is said of the rest."""

import gzip
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from indexer.errors import SourceError
from indexer.parse import parse_case
from indexer.raw import RawCase
from indexer.records import CaseRecord
from indexer.sources import Refused, read_sources


def record(case_id: str, **fields: object) -> str:
    case = {
        "id": case_id,
        "case_name": "A v. B",
        "opinions": [{"text": f"Held in {case_id}."}],
        **fields,
    }
    return json.dumps(case) + "\n"


def outcome(*paths: Path) -> list[Any]:
    return [
        one.case.id if isinstance(one, CaseRecord) else (one.place, str(one).split(": ", 1)[1])
        for one in read_sources(paths)
    ]


@pytest.fixture
def corpus(tmp_path):
    (tmp_path / "b.jsonl").write_text(record("b1") + record("b2"), encoding="utf-8")
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(record("a1").encode()))
    (tmp_path / "README.md").write_text("about", encoding="utf-8")
    (tmp_path / ".hidden").write_text("x", encoding="utf-8")
    for name in ("z", "m"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.txt").write_text(f"words of {name}", encoding="utf-8")
    return tmp_path


def test_folders_are_walked_in_sorted_order(corpus):
    assert outcome(corpus) == ["a1", "b1", "b2", "m", "z"]
    assert outcome(corpus / "z", corpus / "b.jsonl") == ["z", "b1", "b2"]


def test_an_unknown_file_is_reported_as_skipped(corpus):
    (corpus / "scan.png").write_bytes(b"\x89PNG")
    found = outcome(corpus)
    ((place, reason),) = [one for one in found if isinstance(one, tuple)]
    assert place == f"{corpus}/scan.png"
    assert reason.startswith("skipped")
    assert len(found) == 6


def test_a_file_is_known_by_its_content(tmp_path):
    (tmp_path / "dump.json").write_text(record("x"), encoding="utf-8")
    (tmp_path / "packed").write_bytes(gzip.compress(record("y").encode()))
    assert outcome(tmp_path) == ["x", "y"]


def test_a_compressed_name_with_other_content_is_refused(tmp_path):
    (tmp_path / "a.jsonl.gz").write_bytes(b"\x1f\x8bnot gzip at all")
    ((place, reason),) = outcome(tmp_path)
    assert place == f"{tmp_path}/a.jsonl.gz"
    assert "cannot be read" in reason


def test_the_second_of_two_equal_ids_is_refused(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(record("x", status="first") + record("x", status="second"), encoding="utf-8")
    first, second = read_sources([path])
    assert isinstance(first, CaseRecord)
    assert first.case.status == "first"
    assert isinstance(second, Refused)
    assert second.place == f"{path}:2"
    assert f"duplicate id 'x': the case at {path}:1 has it" in second.reason


def test_a_refused_case_does_not_take_the_id(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(record("x", date_filed="never") + record("x"), encoding="utf-8")
    refused, kept = outcome(path)
    assert "not an ISO 8601 date" in refused[1]
    assert kept == "x"


def test_opinion_ids_are_unique_in_the_corpus(tmp_path):
    path = tmp_path / "a.jsonl"
    clash = record("a", opinions=[{"text": "t", "id": "b-lead"}])
    path.write_text(
        clash + record("a-b", opinions=[{"text": "t", "type": "lead"}]), encoding="utf-8"
    )
    assert outcome(path)[0] == "a"
    assert "duplicate opinion id 'a-b-lead'" in outcome(path)[1][1]


def test_a_path_that_does_not_exist_is_an_error_at_once(tmp_path):
    with pytest.raises(SourceError, match="no such file or folder"):
        read_sources([tmp_path / "nowhere"])


def test_a_path_that_cannot_be_looked_at_is_an_error_at_once(tmp_path):
    with pytest.raises(SourceError, match="File name too long; check the path"):
        read_sources([tmp_path / ("n" * 300)])


def test_a_pipe_is_refused_wherever_it_is_named(tmp_path):
    """Opening it would wait for ever for somebody to write."""
    os.mkfifo(tmp_path / "metadata.jsonl")
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "a.txt").write_text("words", encoding="utf-8")
    reason = "a pipe, a socket or a device, not read; save what it gives to a file, and name that"
    pipes = [(f"{tmp_path}/{name}", reason) for name in ("metadata.jsonl", "pipe.txt")]
    assert outcome(tmp_path) == [*pipes, "a"]
    assert outcome(tmp_path / "metadata.jsonl") == pipes[:1]
    assert outcome(tmp_path / "pipe.txt") == pipes[1:]


def test_the_metadata_alone_give_the_files_beside_them_that_are_files(tmp_path):
    (tmp_path / "metadata.jsonl").write_text('{"file": "a.txt", "id": "x"}', encoding="utf-8")
    (tmp_path / "a.txt").write_text("words", encoding="utf-8")
    (tmp_path / "README.txt").write_text("about", encoding="utf-8")
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    refused, kept = outcome(tmp_path / "metadata.jsonl")
    assert (refused[0], kept) == (f"{tmp_path}/pipe.txt", "x")


def test_a_name_that_begins_like_a_licence_is_read_in_folders_and_archives(tmp_path):
    cases = tmp_path / "License Board v. X"
    cases.mkdir()
    (cases / "Notice v. Smith.txt").write_text("words of notice", encoding="utf-8")
    (tmp_path / "LICENSE").write_text("all rights", encoding="utf-8")
    packed = tmp_path / "packed"
    shutil.make_archive(str(packed), "zip", tmp_path, cases.name)
    from_folder = outcome(tmp_path / cases.name)
    assert outcome(tmp_path / "packed.zip") == from_folder
    assert len(from_folder) == 1
    assert from_folder[0].startswith("Notice-v.-Smith")


@pytest.mark.parametrize("error", [ValueError, RecursionError, OverflowError])
def test_what_nobody_foresaw_of_a_case_refuses_that_case(tmp_path, monkeypatch, error):
    def stumbling(raw: RawCase) -> CaseRecord:
        if raw.id == "b":
            raise error("words of the source")
        return parse_case(raw)

    monkeypatch.setattr("indexer.sources.walk.parse_case", stumbling)
    (tmp_path / "a.jsonl").write_text(record("a") + record("b") + record("c"), encoding="utf-8")
    first, (place, reason), last = outcome(tmp_path)
    assert (first, place, last) == ("a", f"{tmp_path}/a.jsonl:2", "c")
    assert (
        reason
        == f"a {error.__name__} that this program did not foresee; leave the record out, and report it"
    )


def test_no_paths_no_records():
    assert outcome() == []


def test_a_folder_that_contains_itself_is_walked_once(tmp_path):
    (tmp_path / "a.txt").write_text("words", encoding="utf-8")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert outcome(tmp_path) == ["a"]


def test_a_link_to_nothing_is_refused(tmp_path):
    (tmp_path / "a.txt").symlink_to(tmp_path / "gone.txt")
    ((place, reason),) = outcome(tmp_path)
    assert place == f"{tmp_path}/a.txt"
    assert "cannot be read" in reason


def test_refused_as_a_line():
    refused = Refused(place="a.jsonl:2", reason="not UTF-8 … §", case_id="x")
    assert json.loads(refused.to_json_line()) == {
        "place": "a.jsonl:2", "reason": "not UTF-8 … §", "case_id": "x",
    }  # fmt: skip
    assert "\n" not in Refused(place="a\nb", reason="r").to_json_line()
    assert str(refused) == "a.jsonl:2: not UTF-8 … §"
