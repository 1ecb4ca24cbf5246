"""Builds of 1 thousand to 1 million passages, made by the product's own build without embedding anything.

    python -m tests.benchmarks.corpora --base INDEX --scratch DIR --sizes 1k,10k,100k,1m

Up to the size of the given build its own passages, cases whole; beyond that copies of its cases with
words exchanged and noise on their vectors (`rewording`). Everything but cutting and embedding is what
`opinion-search build` does: files, graph, calibration, manifest.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from time import monotonic, process_time
from typing import Any, Final
from unittest.mock import patch

from indexer.build import BuildOptions, build
from indexer.cut_again import KnownCuts
from indexer.cutting import CutCase
from indexer.store.files import CURRENT
from indexer.store.manifest import FORMAT_VERSION
from indexer.store.snapshot import Index
from models.base import Embedder, FloatMatrix, FloatVector, ModelSpec, TokenSpans
from service.canary import canary_rows
from tests.benchmarks.cut_store import CutStore, cut_of, open_cut
from tests.benchmarks.rewording import Known, jittered, reworded

SIZES: Final = {"1k": 1_000, "10k": 10_000, "100k": 100_000, "1m": 1_000_000}
_CUT: Final = "indexer.line.cut_new"
"""Where the build's cases come in, cut: the one place of it that is exchanged."""
_MOST_KEPT: Final = 100_000
"""Up to this many passages the cuts are kept as well, so that opinions may be added as to any build."""
_AHEAD: Final = 16
_TOLD_EVERY: Final = 50_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A copy of a case; copy 0 is the case itself."""

    case: int
    copy: int


class CopyingEmbedder:
    """An `Embedder` that knows the vectors of the copies' passages; the rest is the real one's."""

    def __init__(self, real: Embedder, vectors: FloatMatrix) -> None:
        self._real = real
        self._vectors = vectors
        self._known: dict[str, Known] = {}
        self._true: set[str] = set()

    def learn(self, text: str, place: Known) -> None:
        """Know a text from now on; one that was known stays what it was."""
        self._known.setdefault(_digest(text), place)

    def learn_true(self, text: str) -> None:
        """Embed a text in earnest."""
        self._true.add(_digest(text))

    @property
    def spec(self) -> ModelSpec:
        return self._real.spec

    def token_spans(self, text: str, /) -> TokenSpans:
        return self._real.token_spans(text)

    def embed_passages(self, texts: Sequence[str], /) -> FloatMatrix:
        digests = [_digest(text) for text in texts]
        places = [self._known.get(digest) for digest in digests]
        known = [place for place in places if place is not None]
        if len(known) < len(texts):
            raise ValueError(f"{len(texts) - len(known)} texts are not passages of the corpus")
        vectors = jittered(self._vectors, known)
        for at, digest in enumerate(digests):
            if digest in self._true:
                vectors[at] = self._real.embed_passages([texts[at]])[0]
        return vectors

    def embed_query(self, text: str, /) -> FloatVector:
        return self._real.embed_query(text)


def pieces(passages_of: Sequence[int], wanted: int) -> list[Piece]:
    """Return what makes at least ``wanted`` passages: cases in an order of chance, then copies."""
    if not sum(passages_of):
        raise ValueError("there is no passage")
    order = sorted(
        range(len(passages_of)), key=lambda case: hashlib.sha256(str(case).encode()).digest()
    )
    found, so_far, copy = [], 0, 0
    while so_far < wanted:
        for case in order:
            if so_far >= wanted:
                break
            found.append(Piece(case, copy))
            so_far += int(passages_of[case])
        copy += 1
    return found


def build_corpus(
    store: CutStore,
    wanted: int,
    root: Path,
    embedder: Embedder,
    *,
    helpers: int = 1,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Publish a build of about ``wanted`` passages in ``root``; return what it cost."""
    copying = CopyingEmbedder(embedder, store.vectors)
    plan = pieces(store.passages_of.tolist(), wanted)
    looked_for = set(canary_rows(sum(int(store.passages_of[one.case]) for one in plan)).tolist())

    def cut(_: object, __: object, known: KnownCuts, **___: object) -> Iterator[CutCase]:
        done = 0
        for piece, made in _made(store, plan, helpers):
            own = list(chain.from_iterable(made.passages))
            for place, passage in enumerate(own, start=int(store.firsts[piece.case])):
                copying.learn(passage.text, Known(place, piece.copy))
            for row in looked_for.intersection(range(done, done + len(own))):
                copying.learn_true(own[row - done].text)
            if (done + len(own)) // _TOLD_EVERY > done // _TOLD_EVERY:
                say(f"{done + len(own)} of {wanted} passages")
            done += len(own)
            if wanted <= _MOST_KEPT and (digest := known.digest_of(made.record)) is not None:
                known.put(digest, made)
            yield made
        say("all written; the rest is the vectors' index and the checksums")

    began, used = monotonic(), process_time()
    with patch(_CUT, cut):
        options = BuildOptions(keep=1, source_names=(f"benchmark {wanted}",))
        report = build((), root, embedder=copying, options=options)
    return {
        "passages": report.manifest.counts.passages,
        "seconds": round(monotonic() - began, 1),
        "cpu_seconds_of_the_build_itself": round(process_time() - used, 1),
        "peak_mb": round(report.cost.peak_bytes / 1e6),
    }


def corpus(
    name: str, base: Path, scratch: Path, embedder: Embedder, *, say: Callable[[str], None]
) -> Path:
    """Return the index folder of a size, built where ``scratch`` does not have it."""
    with Index.open(base) as opened:
        root = scratch / "corpora" / f"{name}-{opened.folder.name}-format{FORMAT_VERSION}"
        if not (root / CURRENT).is_file():
            shutil.rmtree(root, ignore_errors=True)
            store = cut_of(opened, embedder, scratch, say=say)
            cost = build_corpus(store, SIZES[name], root, embedder, say=say)
            say(f"{name}: {cost}")
    return root


def _made(store: CutStore, plan: Sequence[Piece], helpers: int) -> Iterator[tuple[Piece, CutCase]]:
    """Yield the pieces made, in order; by helper processes, a few ahead of what is taken."""
    if not helpers:
        for piece in plan:
            yield piece, _piece(store, piece)
        return
    with ProcessPoolExecutor(helpers, mp_context=get_context("spawn")) as pool:
        under_way: list[tuple[Piece, Future[CutCase]]] = []
        for piece in plan:
            under_way.append((piece, pool.submit(_by_helper, store.folder, piece)))
            if len(under_way) > _AHEAD:
                first, future = under_way.pop(0)
                yield first, future.result()
        for piece, future in under_way:
            yield piece, future.result()


def _by_helper(folder: Path, piece: Piece) -> CutCase:
    return _piece(_opened(folder), piece)


@cache
def _opened(folder: Path) -> CutStore:
    return open_cut(folder)


@cache
def _exchanged(folder: Path, copy: int) -> dict[str, str]:
    return open_cut(folder).vocabulary.exchanged(copy)


def _piece(store: CutStore, piece: Piece) -> CutCase:
    return reworded(store.case(piece.case), piece.copy, _exchanged(store.folder, piece.copy))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def main(base: Path, scratch: Path, sizes: str = ",".join(SIZES)) -> None:
    """Build the corpora that are not there yet."""
    import typer

    from models.load import load_embedder

    embedder = load_embedder()
    for name in sizes.split(","):
        typer.echo(corpus(name, base, scratch, embedder, say=typer.echo))


if __name__ == "__main__":
    import typer

    typer.run(main)
