import json
import lzma

import pytest

from indexer.store.snapshot import Index
from tests.embedders import WordHashEmbedder
from tests.quality.ranking_corpus import Corpus, case_ids, prepared_index, smallest
from tests.quality.ranking_windows import WINDOW, WindowIndex, windows

EMBEDDER = WordHashEmbedder(window=64)
SUBJECTS = (
    "vessel cargo harbor",
    "patent claim invention",
    "lease tenant rent",
    "will estate heir",
)


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "cases.jsonl.xz"
    with lzma.open(path, "wt", encoding="utf-8") as file:
        for place, words in enumerate(SUBJECTS):
            text = f"The court speaks of {words} and decides. " * (20 + 200 * (place == 0))
            case = {"id": f"case-{place}", "case_name": f"Roe v. No {place}"}
            file.write(json.dumps({**case, "opinions": [{"text": text, "type": "lead"}]}) + "\n")
    return path


@pytest.fixture
def opened(source, tmp_path):
    said: list[str] = []

    def open_index(**choices):
        corpus = Corpus(files=(source,), **choices)
        return prepared_index(corpus, tmp_path / "cache", EMBEDDER, say=said.append)

    return open_index


def test_an_index_is_built_once_and_opened_again(opened):
    with opened() as first, opened() as again:
        assert first.manifest.build_id == again.manifest.build_id
        assert sorted(case_ids(first)) == [f"case-{n}" for n in range(4)]


def test_a_folder_is_a_corpus_too(source, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")

    def opened() -> Index:
        corpus = Corpus(files=(source.parent,))
        return prepared_index(corpus, folder, EMBEDDER, say=print)

    with opened() as first, opened() as again:
        assert len(case_ids(first)) == 4
        assert first.manifest.build_id == again.manifest.build_id


def test_what_is_held_out_is_another_build_beside_the_first(opened):
    with opened() as whole, opened(held_out=frozenset({"case-1"})) as without, opened() as again:
        assert sorted(case_ids(without)) == ["case-0", "case-2", "case-3"]
        assert whole.folder.parent == without.folder.parent
        assert again.manifest.build_id == whole.manifest.build_id


def test_a_narrowed_corpus_is_the_cases_of_the_smallest_hash(opened):
    with opened(cases=2) as index:
        assert frozenset(case_ids(index)) == smallest([f"case-{n}" for n in range(4)], 2)


def test_a_smaller_sample_is_part_of_a_larger_one():
    ids = [f"case-{n}" for n in range(50)]

    assert smallest(ids, 5) < smallest(ids[::-1], 20) < frozenset(ids)
    assert len(smallest(ids + ids, 20)) == 20


def test_a_changed_file_is_another_corpus(opened, source):
    with opened() as before:
        pass
    source.write_bytes(lzma.compress(lzma.decompress(source.read_bytes()).replace(b"Roe", b"Doe")))

    with opened() as after:
        assert after.folder.parent.parent != before.folder.parent.parent


def test_windows_hold_all_words_in_order():
    words = [f"w{n}" for n in range(2 * WINDOW + 5)]

    cut = list(windows("  ".join(words)))

    assert [len(window.split()) for window in cut] == [WINDOW, WINDOW, 5]
    assert " ".join(cut).split() == words
    assert list(windows(" \n ")) == []


def test_windows_find_the_case_whose_words_are_asked_in_any_form(opened, tmp_path):
    (tmp_path / "windows").mkdir()
    with opened() as index:
        words = WindowIndex(index, tmp_path / "windows")

        assert words.cases("PATENTS and inventions")[0] == "case-1"
        assert words.cases("tenants")[:1] == ["case-2"]
        assert sorted(words.cases("court")) == [f"case-{n}" for n in range(4)]
        assert words.cases("zeppelin ???") == words.cases("?") == []
