import json
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.errors import (
    IndexCorruptError,
    IndexFormatError,
    IndexMissingError,
    IndexOpenError,
    ModelMismatchError,
)
from indexer.store import manifest as manifests
from indexer.store import snapshot
from indexer.store.analysis import query_terms
from indexer.store.files import prune, publish
from indexer.store.snapshot import Index
from indexer.store.vectors import write_vectors
from tests.indexer.store.making import (
    DIM,
    MODEL,
    fill,
    opinion,
    publish_build,
    record,
    small_corpus,
    unit_rows,
)


@pytest.fixture
def root(tmp_path):
    publish_build(tmp_path)
    return tmp_path


def test_a_build_opens_with_all_its_parts(root) -> None:
    with Index.open(root, expect_model=MODEL) as index:
        assert index.manifest.build_id == "b1"
        assert index.lexical.passages == len(index.vectors) == index.manifest.counts.passages == 13
        best = int(index.lexical.search(query_terms("dissents"), 1).rows[0])
        assert index.passages.fetch([best])[0].opinion.id == "floyd-2"
        assert index.vectors.nearest(
            index.vectors.vectors(np.array([best]))[0], 1
        ).rows.tolist() == [best]
    with pytest.raises(IndexOpenError, match="closed"):
        index.passages.fetch([0])


def test_an_open_build_stays_as_it_is_when_another_is_published(root) -> None:
    with Index.open(root) as old:
        publish_build(
            root,
            "b2",
            [record("x", opinion("x1", "new", case_id="x"))],
            created_at="2026-02-01T00:00:00+00:00",
        )

        with Index.open(root) as new:
            assert [r.case.id for r in new.passages.records()] == ["x"]
        assert list(old.passages.records()) == small_corpus()
        with Index.open(root, build_id="b1") as again:
            assert again.manifest == old.manifest


def gives_way(root: Path, monkeypatch: pytest.MonkeyPatch, owner: object, step: str) -> None:
    """Let another build be published, and all before it be removed, right after a function is called next."""
    real = getattr(owner, step)

    def meanwhile(*given: Any) -> Any:
        monkeypatch.undo()
        found = real(*given)
        publish_build(root, "b2", small_corpus()[:1], created_at="2026-02-01T00:00:00+00:00")
        assert prune(root, 1) == ["b1"]
        return found

    monkeypatch.setattr(owner, step, meanwhile)


STEPS = [(snapshot, "build_folder"), (manifests, "read"), (manifests, "check_fast")]
each_step = pytest.mark.parametrize(("owner", "step"), STEPS, ids=[step for _, step in STEPS])


@each_step
def test_a_build_that_is_removed_while_it_is_opened_gives_way_to_the_next(
    root, monkeypatch, owner, step
) -> None:
    gives_way(root, monkeypatch, owner, step)

    with Index.open(root) as index:
        assert index.manifest.build_id == "b2"
        assert [one.case.id for one in index.passages.records()] == ["floyd"]


@each_step
def test_but_not_where_it_was_asked_for_by_name(root, monkeypatch, owner, step) -> None:
    gives_way(root, monkeypatch, owner, step)

    with pytest.raises(IndexOpenError, match="b1"):
        Index.open(root, build_id="b1")


def test_an_empty_build_opens(tmp_path) -> None:
    publish_build(tmp_path, records=[])

    with Index.open(tmp_path) as index:
        assert index.passages.counts().passages == 0


def test_another_model_is_told_by_its_fingerprint(root) -> None:
    Index.open(root, expect_model=replace(MODEL, name="renamed", runtime="other")).close()

    with pytest.raises(ModelMismatchError, match=r"built with the model toy \(test, ababababab"):
        Index.open(root, expect_model=replace(MODEL, fingerprint="cd" * 32))


def test_a_build_that_is_not_there_is_told(root) -> None:
    for build_id in ("b2", "../b1", ""):
        with pytest.raises(IndexMissingError, match="there is no build"):
            Index.open(root, build_id=build_id)


def files() -> list[str]:
    return [
        "manifest.json",
        "passages.sqlite",
        "vectors.faiss",
        "refused.jsonl",
        "lexical/meta.json",
    ]


@pytest.mark.parametrize("name", files())
@pytest.mark.parametrize("damage", ["removed", "emptied", "torn", "foreign"])
def test_any_damaged_file_is_told_at_once(root, name, damage) -> None:
    path = root / "builds" / "b1" / name
    data = path.read_bytes()
    if damage == "removed":
        path.unlink()
    else:
        path.write_bytes(
            {"emptied": b"", "torn": data[: len(data) // 2], "foreign": b"<html>" + data}[damage]
        )

    with pytest.raises(IndexCorruptError, match="rollback"):
        Index.open(root)


def test_a_later_format_is_told(root) -> None:
    path = root / "builds" / "b1" / "manifest.json"
    path.write_text(json.dumps({"format_version": 99}))

    with pytest.raises(IndexFormatError, match="index format 99, this program reads 3 to 4"):
        Index.open(root)


def test_a_renamed_build_is_told(root) -> None:
    (root / "builds" / "b1").rename(root / "builds" / "b9")

    with pytest.raises(IndexCorruptError, match="that of the build b1"):
        Index.open(root, build_id="b9")


def mend(stage: Path, **changes) -> None:
    """Write the manifest anew, checksums and all: a build that is whole, but wrong in itself."""
    made = manifests.read(stage)
    (stage / "manifest.json").unlink()
    counts = replace(made.counts, **changes)
    manifests.write(stage, replace(made, counts=counts))


@pytest.mark.parametrize("what", ["cases", "opinions", "sections", "passages", "characters"])
def test_counts_must_agree(tmp_path, what) -> None:
    with publish(tmp_path, "b1") as stage:
        made = fill(stage, "b1", small_corpus(), "2026")
        mend(stage, **{what: getattr(made.counts, what) + 1})

    with pytest.raises(IndexCorruptError, match=f"{what} instead of"):
        Index.open(tmp_path)


def test_vectors_and_words_must_be_of_this_build(tmp_path) -> None:
    with publish(tmp_path, "few") as stage:
        fill(stage, "few", small_corpus(), "2026")
        write_vectors(stage / "vectors.faiss", iter([unit_rows(12)]), DIM)
        mend(stage)
    with publish(tmp_path, "other") as stage:
        fill(stage, "other", small_corpus()[:1], "2026")
        (stage / "lexical").rename(stage.parent / "kept")
    with publish(tmp_path, "mixed") as stage:
        fill(stage, "mixed", small_corpus(), "2026")
        (stage / "lexical").rename(tmp_path / "unused")
        (stage.parent / "kept").rename(stage / "lexical")
        mend(stage)

    with pytest.raises(IndexCorruptError, match="12 vectors of 8 instead of 13 of 8"):
        Index.open(tmp_path, build_id="few")
    with pytest.raises(IndexCorruptError, match="lexical: 10 passages instead of 13"):
        Index.open(tmp_path, build_id="mixed")


READ = """
import sys
from pathlib import Path
from typing import Any
from indexer.store.snapshot import Index
with Index.open(Path(sys.argv[1])) as index:
    print("open", flush=True)
    sys.stdin.readline()
    print(index.lexical.search(["forc"], 9).rows.tolist(), len(index.passages.fetch(range(13))))
"""


def test_two_processes_read_one_build(root) -> None:
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READ, str(root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        for _ in range(2)
    ]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "open\n"  # both hold it now
    answers = [reader.communicate("go\n", timeout=60)[0] for reader in readers]

    with Index.open(root) as index:
        assert answers == [f"{index.lexical.search(['forc'], 9).rows.tolist()} 13\n"] * 2


def test_threads_read_one_build(root) -> None:
    with Index.open(root) as index:
        query = unit_rows(1, seed=4)[0]

        def ask() -> tuple[Any, ...]:
            lexical = index.lexical.search(["forc", "offic"], 9)
            dense = index.vectors.nearest(query, 5)
            return lexical.rows.tolist(), dense.scores.tolist(), index.passages.fetch(dense.rows)

        alone = ask()
        found: list[tuple[Any, ...]] = []
        threads = [
            threading.Thread(target=lambda: found.extend(ask() for _ in range(20)))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [alone] * 80
