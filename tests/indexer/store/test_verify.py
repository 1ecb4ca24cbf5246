import errno
import hashlib
import os
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from indexer.errors import IndexMissingError
from indexer.store import manifest as manifests
from indexer.store.build_ages import CHECKSUM
from indexer.store.files import LEXICAL, PASSAGES, VECTORS, publish
from indexer.store.lexical import LexicalWriter
from indexer.store.vectors import write_vectors
from indexer.store.verify import verify
from tests.indexer.store.making import (
    DIM,
    fill,
    opinion,
    publish_build,
    record,
    small_corpus,
    unit_rows,
)
from tests.indexer.store.test_snapshot import gives_way, mend


def test_a_sound_build_has_no_problems(tmp_path) -> None:
    publish_build(tmp_path)
    publish_build(tmp_path, "empty", [record("c"), record("d", opinion("d1", "", case_id="d"))])

    assert verify(tmp_path) == []
    assert verify(tmp_path, "b1") == []


def test_no_build_is_told_as_such(tmp_path) -> None:
    with pytest.raises(IndexMissingError):
        verify(tmp_path)


def test_a_build_that_was_removed_meanwhile_is_not_a_damaged_one(tmp_path, monkeypatch) -> None:
    publish_build(tmp_path)
    gives_way(tmp_path, monkeypatch, manifests, "read")
    assert verify(tmp_path) == []


def test_asked_for_by_name_it_is_told_as_such(tmp_path, monkeypatch) -> None:
    publish_build(tmp_path)
    gives_way(tmp_path, monkeypatch, manifests, "read")
    with pytest.raises(IndexMissingError, match="there is no build b1"):
        verify(tmp_path, "b1")


@pytest.mark.parametrize(
    "name", ["passages.sqlite", "vectors.faiss", "lexical/meta.json", "manifest.json"]
)
def test_one_flipped_bit_is_found(tmp_path, name) -> None:
    publish_build(tmp_path)
    path = tmp_path / "builds" / "b1" / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)

    assert len(verify(tmp_path)) == 1


def test_a_flipped_bit_of_any_file_is_found(tmp_path) -> None:
    """In each file at its beginning, its middle and its end; nothing of a build is beside its checksums."""
    publish_build(tmp_path)
    folder = tmp_path / "builds" / "b1"
    (folder / "notices.jsonl").write_bytes(b"")
    mend(folder)
    tried = 0
    for path in sorted(filter(Path.is_file, folder.rglob("*"))):
        whole = path.read_bytes()
        for place in {0, len(whole) // 3, len(whole) // 2, len(whole) - 1} if whole else ():
            for bit in (0, 6):
                data = bytearray(whole)
                data[place] ^= 1 << bit
                path.write_bytes(data)
                assert len(verify(tmp_path)) == 1, (path, place, bit)
                tried += 1
        path.write_bytes(whole)
    assert verify(tmp_path) == []
    assert tried > 70


def test_a_file_that_the_manifest_does_not_name_is_found(tmp_path) -> None:
    publish_build(tmp_path)
    stray = tmp_path / "builds" / "b1" / "lexical" / "old.idx"
    stray.write_bytes(b"")

    (told,) = verify(tmp_path)
    assert told.startswith(f"{stray}: is not of this build")


def test_a_manifest_without_a_checksum_and_with_a_strange_key_is_found(tmp_path) -> None:
    publish_build(tmp_path)
    path = tmp_path / "builds" / "b1" / "manifest.json"
    path.write_text(path.read_text().replace(CHECKSUM, CHECKSUM.upper()))

    (told,) = verify(tmp_path)
    assert "unknown key MANIFEST_SHA256" in told


def test_a_disk_that_cannot_read_a_file_is_told_with_its_name(tmp_path, monkeypatch) -> None:
    publish_build(tmp_path)
    digest = hashlib.file_digest

    def failing(file, name):
        if Path(file.name).name == VECTORS:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return digest(file, name)

    monkeypatch.setattr(hashlib, "file_digest", failing)
    (told,) = verify(tmp_path)
    assert f"{VECTORS}: the disk reports an error" in told


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (
            "UPDATE opinion SET text = CAST(replace(text, 'force', 'farce') AS BLOB)",
            "not the one that was hashed",
        ),
        (
            "UPDATE passage SET text_sha256 = zeroblob(32) WHERE row = 2",
            "row 2: its text is not the one",
        ),
        (
            "UPDATE passage SET start = start + 1 WHERE row = 2",
            "row 2: its span and its text differ",
        ),
        (
            'UPDATE section SET "end" = "end" - 1 WHERE seq = 0',
            "floyd-1: its sections do not tile the text at 29",
        ),
        ('UPDATE section SET "end" = "end" - 1 WHERE seq = 0', "row 2: lies outside its section"),
        ("UPDATE section SET opinion_seq = 0 WHERE seq = 3", "row 8: belongs to opinion floyd-1"),
        (
            "UPDATE opinion SET first_row = first_row - 1 WHERE seq = 1",
            "its rows begin at 7, not at 8",
        ),
        (
            "UPDATE opinion SET end_row = end_row - 1 WHERE seq = 2",
            "the opinions' rows end at 12, not at 13",
        ),
        (
            'UPDATE opinion SET pages = \'[["1 U.S.", "5", 999]]\'',
            "page 5 of 1 U.S. begins outside",
        ),
        ("UPDATE opinion SET characters = 1 WHERE seq = 0", "characters instead of"),
        ("UPDATE section SET role = 'chorus'", "damaged"),
        ("UPDATE case_record SET cited_by = 3 WHERE seq = 0", "counted as cited by 3 cases, and 0"),
        ("DROP TABLE citation", "damaged"),
    ],
)
def test_what_the_passage_table_gets_wrong_is_found(tmp_path, statement, problem) -> None:
    with publish(tmp_path, "b1") as stage:
        fill(stage, "b1", small_corpus(), "2026")
        db = sqlite3.connect(stage / PASSAGES)
        db.execute(statement)
        db.commit()
        db.close()
        mend(stage)

    assert any(problem in found for found in verify(tmp_path)), verify(tmp_path)


def test_vectors_that_are_not_of_unit_length_are_found(tmp_path) -> None:
    rows = unit_rows(13)
    rows[3] *= 1.01
    with publish(tmp_path, "b1") as stage:
        fill(stage, "b1", small_corpus(), "2026")
        write_vectors(stage / VECTORS, iter([rows]), DIM)
        mend(stage)

    assert verify(tmp_path) == ["row 3: its vector is not of unit length"]


def test_a_vector_that_is_not_a_number_is_found(tmp_path) -> None:
    rows = unit_rows(13)
    rows[5, 2] = np.nan
    with publish(tmp_path, "b1") as stage:
        fill(stage, "b1", small_corpus(), "2026")
        write_vectors(stage / VECTORS, iter([rows]), DIM)
        mend(stage)

    assert ["not a number" in problem for problem in verify(tmp_path)] == [True]


@pytest.mark.parametrize("rows", [[*range(12), 11], [*range(12), 13]])
def test_lexical_rows_that_are_not_dense_are_found(tmp_path, rows) -> None:
    with publish(tmp_path, "b1") as stage:
        fill(stage, "b1", small_corpus(), "2026")
        (stage / LEXICAL).rename(tmp_path / "unused")
        with LexicalWriter(stage / LEXICAL, heap_bytes=15_000_000) as words:
            for row in rows:
                words.add(row, "force")
        mend(stage)

    problems = verify(tmp_path)
    assert any("does not hold the rows 0 to 12, each once" in problem for problem in problems)
    assert any("its words are not in the lexical index" in problem for problem in problems)


def test_many_problems_of_a_kind_are_counted(tmp_path) -> None:
    many = record("c", opinion("o", "word " * 100, case_id="c"))
    with publish(tmp_path, "b1") as stage:
        made = fill(stage, "b1", [many], "2026")
        write_vectors(stage / VECTORS, iter([2 * unit_rows(made.counts.passages)]), DIM)
        mend(stage)

    problems = verify(tmp_path)

    assert len(problems) == 21
    assert problems[-1] == f"and {made.counts.passages - 20} more like these"
