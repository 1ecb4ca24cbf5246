"""A build killed at any moment: the old one stays whole, and the next one has only the rest to do.

Half of the kills come at a moment when the build touches the index folder, drawn without putting back
until all were drawn, half at a time of the clock: SQLite, tantivy and FAISS write without Python
knowing. `--kills 300` draws every moment.
"""

import random
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest

from indexer.store.files import BUILDS, CACHE, current_build, list_builds
from indexer.store.snapshot import Index
from indexer.store.vector_cache import VectorCache
from indexer.store.verify import verify
from tests.embedders import DIM, WordHashEmbedder
from tests.indexer.corpora import build_small
from tests.indexer.killing import BLOCK, after, before

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[2]
_PATIENCE_S = 300
"""A build syncs some thirty files and folders: a minute, on a disk that takes two seconds for each."""


@dataclass(frozen=True)
class Ground:
    """An index with one build, and what building the next one undisturbed comes to."""

    root: Path
    old: str
    moments: int
    seconds: float
    content: tuple[object, ...]
    hashes: tuple[str, ...]
    known: int
    """How many of ``hashes`` are in the cache before it."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "round_" in metafunc.fixturenames:
        metafunc.parametrize("round_", range(metafunc.config.getoption("--kills")))


def start(root: Path, log: Path, moment: int | None = None) -> "subprocess.Popen[str]":
    """Start a build in a process of its own; returns when it begins."""
    command = [sys.executable, "-m", "tests.indexer.killing", str(root), str(log)]
    process = subprocess.Popen(
        [*command, *([] if moment is None else [str(moment)])],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begin\n"
    return process


def content(root: Path) -> tuple[object, ...]:
    with Index.open(root) as index:
        rows = np.arange(len(index.vectors), dtype=np.int64)
        words = index.lexical.search(["court", "held", "forc"], 30)
        return (
            list(index.passages.records()),
            index.passages.fetch(rows),
            index.vectors.vectors(rows).tolist(),
            words.rows.tolist(),
            words.scores.tolist(),
            index.manifest.counts,
            index.manifest.calibration,
        )


def cached(root: Path, scratch: Path, hashes: tuple[str, ...]) -> int:
    """Count which of ``hashes`` a build would find, without touching what the killed one left."""
    shutil.copytree(root / CACHE, scratch / CACHE)
    with VectorCache(scratch, WordHashEmbedder().spec.fingerprint, DIM) as cache:
        return int(cache.get(hashes)[0].sum())


@pytest.fixture(scope="module")
def ground(tmp_path_factory) -> Ground:
    root = tmp_path_factory.mktemp("ground") / "index"
    old = build_small(before(), root).build_id
    whole = tmp_path_factory.mktemp("whole") / "index"
    shutil.copytree(root, whole)
    with start(whole, whole.with_name("log")) as process:
        began = monotonic()
        moments = int(process.communicate(timeout=_PATIENCE_S)[0])
        seconds = monotonic() - began
    with Index.open(whole) as index:
        rows = np.arange(len(index.vectors), dtype=np.int64)
        hashes = tuple(stored.text_sha256 for stored in index.passages.fetch(rows))
    assert len(set(hashes)) == len(hashes), "the corpus must not repeat itself"
    known = cached(root, whole.with_name("cached"), hashes)
    return Ground(root, old, moments, seconds, content(whole), hashes, known)


@pytest.fixture
def killed(ground: Ground, round_: int, tmp_path: Path) -> Path:
    """An index folder as a killed build left it, with the log of its model beside it."""
    root = tmp_path / "index"
    shutil.copytree(ground.root, root)
    by_moment = round_ % 2 == 0
    every = random.Random(0).sample(range(ground.moments), ground.moments)
    moment = every[round_ // 2 % ground.moments] if by_moment else None
    with start(root, tmp_path / "log", moment) as process:
        if not by_moment:
            sleep(random.Random(round_).random() * ground.seconds)
            process.kill()
        process.communicate(timeout=_PATIENCE_S)
    assert process.returncode == -signal.SIGKILL or not by_moment
    return root


def test_a_killed_build_harms_nothing_and_costs_little(ground, killed, tmp_path) -> None:
    assert verify(killed, ground.old) == []
    assert verify(killed) == [], "CURRENT names a whole build"
    for build_id in list_builds(killed):
        assert verify(killed, build_id) == []
    log = tmp_path / "log"
    done = log.read_text().split() if log.exists() else []
    assert set(done) <= set(ground.hashes)
    found = cached(killed, tmp_path, ground.hashes)
    assert ground.known + len(done) - 3 * BLOCK <= found <= ground.known + len(done)

    report = build_small(after(), killed, block=BLOCK)
    assert report.embedded == len(ground.hashes) - found
    assert current_build(killed) == report.build_id
    assert ground.old in list_builds(killed)
    assert not list((killed / BUILDS).glob(".*"))
    assert verify(killed) == []
    assert content(killed) == ground.content
