"""Damaged sources: told of by file and reason, nothing half-read, and the sound file beside them read."""

import json
import tempfile
from pathlib import Path

import pytest

from indexer.cleaning import clean_text
from indexer.records import CaseRecord
from indexer.sources import Refused, read_sources
from tests.fuzz.damage import Folder, damaged, real_sources, sources
from tests.indexer.sources.reading import record, write

SOUND = {"zz/sound.jsonl": json.dumps(record("sound", "This one is sound.")) + "\n"}


def check(folder: Folder) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = write(Path(name) / "s", {**folder, **SOUND})
        given = list(read_sources([root]))
    ids = [one.case.id for one in given if isinstance(one, CaseRecord)]
    assert "sound" in ids
    assert len(set(ids)) == len(ids)
    for one in given:
        if isinstance(one, Refused):
            assert one.place.startswith(str(root))
            assert one.reason.strip()
            assert "\n" not in one.reason
        elif isinstance(one, CaseRecord):
            assert_whole(one)


def assert_whole(one: CaseRecord) -> None:
    assert one.opinions
    json.dumps([one.case.extra, [words.header.extra for words in one.opinions]], allow_nan=False)
    assert len({words.header.id for words in one.opinions}) == len(one.opinions)
    for words in one.opinions:
        assert words.text.strip()
        assert clean_text(words.text) == words.text
        words.text.encode()
        assert all(0 <= mark.start <= len(words.text) for mark in words.pages)


@pytest.mark.parametrize("name", sources())
def test_a_damaged_source_is_told_of(fuzz, name):
    fuzz(check, damaged([sources()[name]]))


def test_a_damaged_real_source_is_told_of(fuzz, seeds):
    if seeds is None:
        pytest.skip("give --fuzz-seeds DIR: a folder of real sources")
    fuzz(check, damaged([folder for _, folder in real_sources(seeds)]))
