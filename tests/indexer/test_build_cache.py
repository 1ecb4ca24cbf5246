"""Which vectors the cache still has after builds were published, stopped or removed."""

from collections.abc import Iterator

import pytest

from indexer.records import CaseRecord
from indexer.store.files import BUILDS, list_builds
from tests.indexer.corpora import build_small, cases
from tests.indexer.test_build import Failing, passages_by_hand


def test_vectors_of_no_kept_build_are_forgotten(tmp_path) -> None:
    build_small(cases(3), tmp_path, keep=2)
    forgotten = [build_small(cases(2, prefix="new"), tmp_path, keep=2).forgotten for _ in range(3)]
    texts = [
        {p.text for p in passages_by_hand(some)} for some in (cases(3), cases(2, prefix="new"))
    ]
    assert forgotten == [0, len(texts[0]), 0]
    assert build_small(cases(2, prefix="new"), tmp_path, embedder=Failing(0)).embedded == 0
    assert build_small(cases(3), tmp_path).embedded == len(texts[0])


def test_vectors_of_a_build_that_was_stopped_outlive_small_builds_in_between(tmp_path) -> None:
    build_small(cases(1), tmp_path, keep=1)

    def stopped() -> Iterator[CaseRecord]:
        yield from cases(4, prefix="new")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_small(stopped(), tmp_path, block=1, keep=2)
    build_small(cases(1), tmp_path, keep=2)
    report = build_small(cases(4, prefix="new"), tmp_path, keep=2)
    assert report.embedded <= 3  # the last texts were cut, and not yet given to the model


def test_an_old_build_that_cannot_be_read_only_keeps_vectors_from_being_forgotten(tmp_path) -> None:
    old = build_small(cases(2), tmp_path, keep=2).build_id
    build_small(cases(1, prefix="new"), tmp_path, keep=2)
    later = list_builds(tmp_path)[-1]
    (tmp_path / BUILDS / later / "passages.sqlite").write_bytes(b"torn")
    report = build_small(cases(1, prefix="other"), tmp_path, keep=2)
    assert (report.forgotten, old in list_builds(tmp_path)) == (0, False)
    assert build_small(cases(2), tmp_path, keep=9).embedded == 0
