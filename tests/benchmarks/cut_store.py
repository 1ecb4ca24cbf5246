"""The cases of a given build, cut anew once and kept with their vectors: what larger builds are made of."""

import hashlib
import json
import pickle
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass, fields
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from indexer.cut_ahead import cut_all
from indexer.cutting import CutCase, Cutter
from indexer.errors import RecordError
from indexer.records import Passage, Section
from indexer.sources.refused import Refused
from indexer.store.snapshot import Index
from models.base import Embedder, FloatMatrix, token_reader
from tests.benchmarks.rewording import Vocabulary, word_counts

_CASES: Final = "cases.pickle"
_VECTORS: Final = "vectors.npy"
_TABLE: Final = "table.json"
_MOST_NEW: Final = 0.05
"""Passages that the given build does not have: embedded, but not more of them than this share."""
_TOLD_EVERY: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CutStore:
    """Cut cases, one pickle behind the other, and a vector for each of their passages in order."""

    folder: Path
    offsets: tuple[int, ...]
    """Where the pickle of each case begins."""
    firsts: npt.NDArray[np.int64]
    """Which vector is that of the first passage of each case; and, last, how many there are."""
    vocabulary: Vocabulary
    vectors: FloatMatrix

    def case(self, place: int) -> CutCase:
        """Return a cut case."""
        with (self.folder / _CASES).open("rb") as file:
            file.seek(self.offsets[place])
            made: CutCase = pickle.load(file)
        return made

    @property
    def passages_of(self) -> npt.NDArray[np.int64]:
        """How many passages each case has."""
        return np.diff(self.firsts)


def open_cut(folder: Path) -> CutStore:
    """Open what `keep_cuts` kept."""
    table = json.loads((folder / _TABLE).read_text("utf-8"))
    return CutStore(
        folder=folder,
        offsets=tuple(table["offsets"]),
        firsts=np.asarray(table["firsts"], np.int64),
        vocabulary=Vocabulary(table["words"]),
        vectors=np.load(folder / _VECTORS, mmap_mode="r"),
    )


def cut_of(
    base: Index,
    embedder: Embedder,
    scratch: Path,
    *,
    helpers: int = 2,
    say: Callable[[str], None],
) -> CutStore:
    """Return the cut cases of a build, from ``scratch`` where they were cut before."""
    folder = scratch / "cut" / f"{base.folder.name}-{_form()}"
    if not (folder / _TABLE).is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with closing(_cut(base, embedder, helpers)) as cuts:
            keep_cuts(cuts, _Texts(base, embedder), folder, say=say)
    return open_cut(folder)


def _form() -> str:
    """Return a digest of what a cut case consists of: one of another form cannot be read."""
    names = [part.name for kind in (CutCase, Passage, Section) for part in fields(kind)]
    return hashlib.sha256(" ".join(names).encode()).hexdigest()[:8]


def keep_cuts(
    cuts: Iterable[CutCase], texts: "_Texts", folder: Path, *, say: Callable[[str], None]
) -> None:
    """Write every cut case, and the vectors of its passages."""
    offsets: list[int] = []
    firsts = [0]
    words: Counter[str] = Counter()
    with (folder / _CASES).open("wb") as file:
        for made in cuts:
            offsets.append(file.tell())
            pickle.dump(made, file, pickle.HIGHEST_PROTOCOL)
            own = [one.text for one in chain.from_iterable(made.passages)]
            words.update(word_counts(own))
            texts.add(own)
            firsts.append(firsts[-1] + len(own))
            if firsts[-1] // _TOLD_EVERY > firsts[-2] // _TOLD_EVERY:
                say(f"cut {firsts[-1]} passages")
    np.save(folder / _VECTORS, texts.vectors())
    table = {"offsets": offsets, "firsts": firsts, "words": dict(words)}
    (folder / _TABLE).write_text(json.dumps(table), encoding="utf-8")


def _cut(base: Index, embedder: Embedder, helpers: int) -> Generator[CutCase, None, None]:
    cutter = Cutter(token_spans=token_reader(embedder), limits=base.manifest.limits)
    for made in cut_all(base.passages.records(), cutter, helpers=helpers):
        if isinstance(made, Refused):
            raise RecordError(f"{made.reason}: refused today", place=made.place)
        yield made


class _Texts:
    """The vectors of texts: those that the given build has, and the few that it does not."""

    def __init__(self, base: Index, embedder: Embedder) -> None:
        self._base = base
        self._embedder = embedder
        count = base.manifest.counts.passages
        self._rows: dict[bytes, int] = {}
        for start in range(0, count, 10_000):
            for stored in base.passages.fetch(range(start, min(count, start + 10_000))):
                self._rows[bytes.fromhex(stored.text_sha256)] = stored.passage.row
        self._found: list[int] = []
        self._new: list[str] = []

    def add(self, texts: list[str]) -> None:
        for text in texts:
            row = self._rows.get(hashlib.sha256(text.encode()).digest())
            if row is None:
                row = -1 - len(self._new)
                self._new.append(text)
            self._found.append(row)

    def vectors(self) -> FloatMatrix:
        """Return a row for each text that was added, in order."""
        if len(self._new) > _MOST_NEW * len(self._found):
            raise ValueError(
                f"{len(self._new)} of {len(self._found)} passages are cut otherwise today than in "
                f"{self._base.folder}: build that corpus anew"
            )
        places = np.asarray(self._found, np.int64)
        made = np.empty((len(places), self._base.vectors.dim), np.float32)
        known = places >= 0
        made[known] = self._base.vectors.vectors(places[known])
        if self._new:
            made[~known] = self._embedder.embed_passages(self._new)[-1 - places[~known]]
        return made
