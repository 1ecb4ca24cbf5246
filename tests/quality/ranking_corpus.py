"""The index that is measured: built by the real build, kept by what went into it."""

import hashlib
import json
import lzma
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Final

import indexer
import models
from indexer.build import BuildOptions, Progress, build
from indexer.filters import Filters
from indexer.sources import read_sources
from indexer.store.files import list_builds
from indexer.store.snapshot import Index
from models.base import Embedder

_KEPT_BUILDS: Final = 6
"""Of one corpus: with and without what is held out, by this and earlier code."""
_KNOWN: Final = "measured.json"
"""Which build came of which key."""
_PAGE: Final = 1_000
_TOLD_EVERY: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Which cases are indexed."""

    files: tuple[Path, ...]
    """Anything that `opinion-search build` reads; JSON Lines (perhaps .xz) where it is narrowed."""
    cases: int | None = None
    """Only this many, those with the smallest hash of their id: the same for every judged set."""
    held_out: frozenset[str] = frozenset()
    """Case ids that are not indexed."""


def prepared_index(
    corpus: Corpus, cache: Path, embedder: Embedder, *, say: Callable[[str], None]
) -> Index:
    """Open the index of ``corpus``, from ``cache`` where this code built it before.

    Builds of one corpus share a folder, and so the vectors of the passages they have in common.
    """
    root = cache / _hash_of(_file_hash(path) for given in corpus.files for path in _files(given))
    root.mkdir(parents=True, exist_ok=True)
    key = _hash_of(
        [str(corpus.cases), *sorted(corpus.held_out), embedder.spec.fingerprint, _code()]
    )
    known = _read_known(root)
    if known.get(key) not in list_builds(root):
        options = BuildOptions(keep=_KEPT_BUILDS, on_progress=_reporting(say))
        report = build(
            read_sources(_sources(corpus, root)), root, embedder=embedder, options=options
        )
        for refused in report.refused:
            say(f"refused: {refused}")
        known[key] = report.build_id
        (root / _KNOWN).write_text(json.dumps(known, indent=1), encoding="utf-8")
    return Index.open(root, build_id=known[key], expect_model=embedder.spec)


def case_ids(index: Index) -> list[str]:
    """Return the id of each case; a case's place is its number in `PassageStore.cases_of`."""
    found: list[str] = []
    while page := index.passages.cases(Filters(), after=len(found) - 1, limit=_PAGE):
        found += [entry.case.id for entry in page]
    return found


def smallest(ids: Iterable[str], count: int) -> frozenset[str]:
    """Return the ``count`` ids with the smallest hash: a fixed sample that looks at nothing else."""
    return frozenset(
        sorted(set(ids), key=lambda one: hashlib.sha256(one.encode()).hexdigest())[:count]
    )


def _sources(corpus: Corpus, root: Path) -> list[Path]:
    """Return the files to build from, narrowed ones written beside the index."""
    if corpus.cases is None and not corpus.held_out:
        return list(corpus.files)
    ids = [json.loads(line)["id"] for path in corpus.files for line in _lines(path)]
    chosen = frozenset(ids) if corpus.cases is None else smallest(ids, corpus.cases)
    narrowed = root / "narrowed.jsonl"
    with narrowed.open("w", encoding="utf-8") as file:
        for path in corpus.files:
            for line in _lines(path):
                if json.loads(line)["id"] in chosen - corpus.held_out:
                    file.write(line)
    return [narrowed]


def _lines(path: Path) -> Iterator[str]:
    with _opened(path) as lines:
        for line in lines:
            yield line if line.endswith("\n") else f"{line}\n"


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def _read_known(root: Path) -> dict[str, str]:
    path = root / _KNOWN
    known: dict[str, str] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return known


@cache
def _code() -> str:
    """Return a hash of the source below the service: what a build depends on besides its input.

    Once a process: it goes on with the source that it began with, whatever is edited meanwhile.
    """
    folders = [Path(folder) for package in (indexer, models) for folder in package.__path__]
    return _hash_of(_file_hash(path) for folder in folders for path in sorted(folder.rglob("*.py")))


def _files(given: Path) -> list[Path]:
    return (
        sorted(path for path in given.rglob("*") if path.is_file()) if given.is_dir() else [given]
    )


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hash_of(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _reporting(say: Callable[[str], None]) -> Callable[[Progress], None]:
    told = _TOLD_EVERY

    def report(progress: Progress) -> None:
        nonlocal told
        if progress.embedded >= told:
            say(f"{progress.cases} cases, {progress.embedded} passages embedded")
            told = progress.embedded + _TOLD_EVERY

    return report
