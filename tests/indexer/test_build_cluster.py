"""A build by a cluster: the same files, byte for byte, though a worker is killed in the middle."""

import os
import signal
from pathlib import Path

import pytest

from indexer.build import BuildReport, Progress
from indexer.store.files import BUILDS, VECTORS
from models.base import Embedder
from models.load import load_embedder
from tests.indexer.corpora import build_small, cases

pytest.importorskip("distributed")

from models.cluster.address import LocalWorkers
from models.cluster.embedder import spread_over

pytestmark = pytest.mark.slow
RECORDS = cases(8, sentences_each=30)


@pytest.fixture(scope="module")
def model() -> Embedder:
    return load_embedder(threads=1)


@pytest.fixture(scope="module")
def alone(model: Embedder, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    root = tmp_path_factory.mktemp("alone")
    return vectors(root, build_small(RECORDS, root, embedder=model))


def vectors(root: Path, done: BuildReport) -> bytes:
    return (root / BUILDS / done.build_id / VECTORS).read_bytes()


@pytest.mark.parametrize("workers", [1, 2])
def test_the_vectors_are_those_of_one_machine(tmp_path, model, alone, workers) -> None:
    with spread_over(LocalWorkers(workers=workers), model) as embedder:
        done = build_small(RECORDS, tmp_path, embedder=embedder, block=16)
        assert vectors(tmp_path, done) == alone
        again = build_small(RECORDS, tmp_path, embedder=embedder, block=16)
    assert (again.embedded, again.from_cache) == (0, done.manifest.counts.passages)
    assert vectors(tmp_path, again) == alone


def test_a_worker_killed_in_the_middle_is_made_up_for(tmp_path, model, alone) -> None:
    killed: list[int] = []

    def kill(now: Progress) -> None:
        if now.embedded > 32 and not killed:
            killed.append(next(iter(embedder._client.run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    with spread_over(LocalWorkers(workers=2), model) as embedder:
        done = build_small(RECORDS, tmp_path, embedder=embedder, block=16, on_progress=kill)
    assert killed
    assert done.embedded + done.from_cache == done.manifest.counts.passages > 90
    assert vectors(tmp_path, done) == alone
