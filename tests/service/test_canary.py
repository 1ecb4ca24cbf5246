"""Builds that open without complaint, but whose parts do not belong together."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from indexer.build import build
from indexer.store import manifest as manifests
from indexer.store.files import LEXICAL, MANIFEST, VECTORS
from indexer.store.lexical import LexicalWriter
from indexer.store.snapshot import Index
from indexer.store.vectors import VectorIndex, write_vectors
from models.base import FloatMatrix
from service.canary import prove
from service.errors import NotReadyError
from service.search import SearchEngine
from tests.indexer.store.making import opinion, record
from tests.service.corpus import EMBEDDER, build_corpus


def seal(folder: Path) -> None:
    """Write the manifest anew, so that sizes and checksums are those of the altered files."""
    manifest = manifests.read(folder)
    (folder / MANIFEST).unlink()
    manifests.write(folder, manifest)


def permute_vectors(root: Path, order) -> None:
    folder = Index.open(root).folder
    path = folder / VECTORS
    old = VectorIndex.open(path)
    replace_vectors(folder, old.vectors(order(np.arange(len(old)))))


def replace_vectors(folder: Path, vectors: FloatMatrix) -> None:
    (folder / VECTORS).unlink()
    write_vectors(folder / VECTORS, iter([vectors]), vectors.shape[1])
    seal(folder)


def permute_words(root: Path) -> None:
    index = Index.open(root)
    stored = index.passages.fetch(range(len(index.vectors)))
    shutil.rmtree(index.folder / LEXICAL)
    with LexicalWriter(index.folder / LEXICAL, heap_bytes=15_000_000) as words:
        for row, one in enumerate(reversed(stored)):
            words.add(row, one.passage.text)
    seal(index.folder)


def proven(root: Path) -> None:
    with Index.open(root) as index:
        prove(SearchEngine(index, EMBEDDER))


def test_a_sound_build_is_proven(tmp_path):
    build_corpus(tmp_path).close()
    proven(tmp_path)


@pytest.mark.parametrize("text", ["Affirmed.", "!", "The court affirms, and the court affirms."])
def test_a_build_of_one_passage_is_proven(tmp_path, text):
    build([record("a", opinion("a/0", text, case_id="a"))], tmp_path, embedder=EMBEDDER)
    proven(tmp_path)


@pytest.mark.parametrize(
    "order",
    [
        lambda rows: rows[::-1],  # of an odd number the one in the middle stays
        lambda rows: np.roll(rows, 1),
        lambda rows: np.random.default_rng(0).permutation(rows),
    ],
)
def test_vectors_of_other_passages_are_refused(tmp_path, order):
    build_corpus(tmp_path).close()
    permute_vectors(tmp_path, order)
    with pytest.raises(NotReadyError, match=r"vectors of build .* build the index again"):
        proven(tmp_path)


def test_vectors_of_another_model_are_refused_though_each_is_its_own_nearest(tmp_path):
    texts = ("Dogs bark.", "The car was searched.", "We affirm.", "A jury sat.", "Rain fell.")
    records = [record(f"c{n}", opinion(f"c{n}/0", t, case_id=f"c{n}")) for n, t in enumerate(texts)]
    index = build_corpus(tmp_path, records)
    old = index.vectors.vectors(np.arange(len(texts)))
    noise = np.random.default_rng(0).standard_normal(old.shape).astype(np.float32)
    blurred = old + 0.5 * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    blurred /= np.linalg.norm(blurred, axis=1, keepdims=True)
    assert (np.argmax(old @ blurred.T, axis=1) == np.arange(len(texts))).all()
    replace_vectors(index.folder, blurred)
    with pytest.raises(NotReadyError, match="vectors"):
        proven(tmp_path)


def test_words_of_other_passages_are_refused(tmp_path):
    build_corpus(tmp_path).close()
    permute_words(tmp_path)
    with pytest.raises(NotReadyError, match=r"words of build .* build the index again"):
        proven(tmp_path)
