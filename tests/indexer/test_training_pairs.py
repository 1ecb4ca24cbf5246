import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.errors import IndexWriteError, TrainingPairsError
from indexer.held_out import HeldOut, Part, part_of
from indexer.records import CaseRecord, OpinionType
from indexer.store.snapshot import Index
from indexer.training_pairs import (
    PairOptions,
    TrainingPair,
    has_run,
    plain_words,
    read_pairs,
    training_pairs,
    write_pairs,
)
from indexer.training_queries import PairKind
from tests.embedders import WordHashEmbedder
from tests.indexer.corpora import build_small, case
from tests.indexer.store.making import opinion, record

TRAINING = [f"case{n}" for n in range(60) if part_of(f"case{n}") is Part.TRAINING]
BOAT, CITING, *OTHERS = TRAINING
KEPT = next(f"case{n}" for n in range(60) if part_of(f"case{n}") is Part.CHOOSING)
POINT = "Deputies need a warrant of a court before they board a moored boat."
ANSWER = "We hold that a moored boat is not boarded by deputies before a court gives a warrant."
SYLLABUS = f"The boat was moored on a quiet lake in the county.\n\nHeld: {POINT} P. 7."
LEAD = (
    "The appeal is from the county, and it is here for the second time in a year. "
    f"The boat lay in the county, moored on the lake in quiet water. {ANSWER} It is so ordered. "
)
SAID = "A vessel that cannot leave is searched with a warrant of a court or not at all"


def corpus() -> Iterator[CaseRecord]:
    """A case with a syllabus, one that cites it, one held out with the same words, and others."""
    yield record(
        BOAT,
        opinion("boat-s", SYLLABUS, case_id=BOAT, type=OpinionType.SYLLABUS),
        opinion("boat-l", LEAD, case_id=BOAT, type=OpinionType.LEAD, pages=PAGES),
        name="Boat v. County",
        citations=("500 U.S. 5",),
    )
    text = (
        f"The law of the matter is old. {SAID}, Boat v. County, 500 U.S. 5, 7. We follow it here. "
    )
    for name in (CITING, KEPT):
        words = text if name == CITING else text.replace("cannot leave", "stays") + POINT
        yield record(name, opinion(f"{name}-l", words, case_id=name, type=OpinionType.LEAD))
    yield from (case(name, topic=at) for at, name in enumerate(OTHERS[:6]))


PAGES = (("500 U.S.", "5", 0), ("500 U.S.", "7", LEAD.index("The boat lay")))


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    root = tmp_path_factory.mktemp("index")
    build_small(corpus(), root)
    with Index.open(root) as opened:
        yield opened


def drawn(index: Index, **options: Any) -> list[TrainingPair]:
    chosen = PairOptions(**{"negatives": 1, "least_cosine": 0.0, **options})
    return list(training_pairs(index, WordHashEmbedder(), chosen))


def test_a_point_is_paired_with_the_passage_that_says_it(index):
    pair = next(p for p in drawn(index) if p.query == POINT)
    assert (pair.kind, pair.source_case, pair.positive.case_id) == (
        PairKind.SYLLABUS_POINT,
        BOAT,
        BOAT,
    )
    assert ANSWER in pair.positive.text


def test_a_citing_sentence_is_paired_with_the_page_that_is_cited(index):
    pair = next(p for p in drawn(index) if p.query == SAID)
    assert (pair.kind, pair.source_case, pair.positive.case_id) == (
        PairKind.CITING_SENTENCE,
        CITING,
        BOAT,
    )
    assert "second time in a year" not in pair.positive.text  # that is page 5


def test_nothing_of_a_held_out_case_comes_in(index):
    for more, gone in ((HeldOut(), {KEPT}), (HeldOut(named=frozenset({CITING})), {KEPT, CITING})):
        pairs = drawn(index, held_out=more)
        cases = {p.source_case for p in pairs} | {p.positive.case_id for p in pairs}
        assert cases | {n.case_id for p in pairs for n in p.negatives} <= set(TRAINING) - gone
        assert BOAT in cases


def test_a_case_held_out_by_citation_is_no_target(index):
    assert drawn(index, held_out=HeldOut(named=frozenset({"500 U.S. 5"}))) == []


def test_negatives_are_of_other_cases_and_less_near(index):
    embedder = WordHashEmbedder()
    for pair in drawn(index, negatives=2):
        query = embedder.embed_query(pair.query)
        right, *wrong = embedder.embed_passages(
            [pair.positive.text, *(n.text for n in pair.negatives)]
        )
        assert len(wrong) == 2
        assert all(query @ row < query @ right for row in wrong)
        assert {n.case_id for n in pair.negatives}.isdisjoint(
            {pair.source_case, pair.positive.case_id}
        )


def test_excluded_texts_are_no_query_however_they_are_written(index):
    excluded = frozenset({plain_words(POINT.upper().replace(".", "!"))})
    before, after = (
        {p.query for p in drawn(index, excluded=texts)} for texts in (frozenset(), excluded)
    )
    assert before - after == {POINT}


def test_the_same_index_gives_the_same_file_and_it_reads_back(index, tmp_path):
    files = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    counts = [write_pairs(file, drawn(index)) for file in files]

    assert files[0].read_bytes() == files[1].read_bytes()
    assert [plain_words(p.query) for p in read_pairs(files[0])] == [
        plain_words(p.query) for p in drawn(index)
    ]
    assert counts == [len(drawn(index))] * 2
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "line 1 is not"),
        ("{}\n", "line 1 is not"),
        ('{"kind": "guess"}\n', "line 1 is not"),
        (b"\xff", "cannot be read"),
    ],
)
def test_a_file_that_holds_something_else_is_named(tmp_path, written, reason):
    path = tmp_path / "pairs.jsonl"
    path.write_bytes(written if isinstance(written, bytes) else written.encode())
    with pytest.raises(TrainingPairsError, match=reason) as error:
        read_pairs(path)
    assert "models pairs" in str(error.value)


def test_a_broken_line_is_told_by_its_number(index, tmp_path):
    path = tmp_path / "pairs.jsonl"
    write_pairs(path, drawn(index)[:1])
    with path.open("a") as lines:
        lines.write(json.dumps({"query": "alone"}))
    with pytest.raises(TrainingPairsError, match="line 2 is not"):
        read_pairs(path)


def test_what_goes_wrong_on_the_way_leaves_the_file_that_was_there(index, tmp_path):
    path = tmp_path / "pairs.jsonl"
    write_pairs(path, drawn(index)[:1])
    before = path.read_bytes()

    def broken() -> Iterator[TrainingPair]:
        yield from drawn(index)[:2]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_pairs(path, broken())
    assert {one: one.read_bytes() for one in tmp_path.iterdir()} == {path: before}


def test_a_full_disk_is_told_and_leaves_the_file_that_was_there(index, tmp_path, monkeypatch):
    path = tmp_path / "pairs.jsonl"
    write_pairs(path, drawn(index)[:1])
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(IndexWriteError, match="the disk is full"):
        write_pairs(path, drawn(index))
    assert {one: one.read_bytes() for one in tmp_path.iterdir()} == {path: before}


def test_the_file_and_its_name_are_on_the_disk_when_it_is_done(index, tmp_path, monkeypatch):
    synced: list[str] = []
    sync = os.fsync

    def telling(handle: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        sync(handle)

    monkeypatch.setattr(os, "fsync", telling)
    write_pairs(tmp_path / "pairs.jsonl", drawn(index)[:1])
    part, folder = synced
    assert part.endswith(".part")
    assert folder == str(tmp_path.resolve())


def test_words_in_a_row():
    text = "We hold that the Boat, being moored, was searched unlawfully in the night."
    assert has_run("that the boat being moored was searched", text)
    assert not has_run("that the boat being moored was not searched", text)
    assert not has_run("that the boat", text)
