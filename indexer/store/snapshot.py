"""One opened, checked, read-only build: all that the service reads."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from indexer.errors import (
    IndexCorruptError,
    IndexMissingError,
    IndexOpenError,
    ModelMismatchError,
)
from indexer.store import manifest as manifests
from indexer.store.engine import EMBEDDED, VectorEngine, Vectors, Words
from indexer.store.files import BUILDS, LEXICAL, PASSAGES, current_build, list_builds
from indexer.store.lexical import LexicalIndex
from indexer.store.manifest import Manifest
from indexer.store.passages import PassageStore
from models.base import ModelSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One build, opened. Row numbers mean the same in all of its parts.

    Any number of threads may read it, and any number of processes open it. It stays as it is when
    another build is published, or this one removed.
    """

    folder: Path
    manifest: Manifest
    passages: PassageStore
    lexical: Words
    vectors: Vectors

    @classmethod
    def open(
        cls,
        root: Path,
        *,
        build_id: str | None = None,
        expect_model: ModelSpec | None = None,
        engine: VectorEngine = EMBEDDED,
    ) -> Self:
        """Open a build of the index folder ``root``, the current one unless ``build_id`` says else.

        Without the ``engine`` that has its vectors it can be read, and not asked by meaning.
        Raises an `IndexOpenError`: none there, of another format, damaged (files and sizes, counts
        across its parts), or made with another model than ``expect_model`` (by fingerprint).
        """
        folder = build_folder(root, build_id)
        try:
            return cls._checked(folder, expect_model, engine)
        except (IndexOpenError, FileNotFoundError):
            if build_id is not None or current_build(root) == folder.name:
                raise
        # Another was published meanwhile, and this one may be removed.
        return cls.open(root, expect_model=expect_model, engine=engine)

    @classmethod
    def _checked(cls, folder: Path, expect_model: ModelSpec | None, engine: VectorEngine) -> Self:
        manifest = manifests.read(folder)
        if manifest.build_id != folder.name:
            raise IndexCorruptError(
                folder, f"its manifest is that of the build {manifest.build_id}"
            )
        if expect_model is not None:
            require_model(folder, manifest, expect_model)
        manifests.check_fast(folder, manifest)
        return cls._opened(folder, manifest, engine)

    @classmethod
    def _opened(cls, folder: Path, manifest: Manifest, engine: VectorEngine) -> Self:
        with ExitStack() as undo:
            passages = undo.enter_context(PassageStore.open(folder / PASSAGES))
            _check_counts(folder, manifest, passages)
            lexical = LexicalIndex.open(folder / LEXICAL)
            expected = manifest.counts.passages
            if lexical.passages != expected:
                raise IndexCorruptError(
                    folder / LEXICAL, f"{lexical.passages} passages instead of {expected}"
                )
            vectors = engine.open(folder, manifest)
            undo.pop_all()
        return cls(
            folder=folder, manifest=manifest, passages=passages, lexical=lexical, vectors=vectors
        )

    def close(self) -> None:
        """Close what must be closed; the mapped files go with the object. May be called twice."""
        self.passages.close()
        self.vectors.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def build_folder(root: Path, build_id: str | None) -> Path:
    """Return the folder of a published build; `IndexMissingError` when it is not there."""
    chosen = current_build(root) if build_id is None else build_id
    if build_id is not None and build_id not in list_builds(root):
        raise IndexMissingError(root, f"there is no build {build_id}")
    return root / BUILDS / chosen


def require_model(folder: Path, manifest: Manifest, loaded: ModelSpec) -> None:
    """Raise `ModelMismatchError` where a build was made with another model than the one loaded."""
    if loaded.fingerprint != manifest.model.fingerprint:
        raise ModelMismatchError(folder, built_with=_told(manifest.model), loaded=_told(loaded))


def _told(model: ModelSpec) -> str:
    return f"{model.name} ({model.runtime}, {model.fingerprint[:12]})"


def _check_counts(folder: Path, manifest: Manifest, passages: PassageStore) -> None:
    for problem in count_problems(manifest, passages):
        raise IndexCorruptError(folder / PASSAGES, problem)


def count_problems(manifest: Manifest, passages: PassageStore) -> Iterator[str]:
    """Yield where the manifest and the passage table disagree about how much there is."""
    found = passages.counts()
    for name in ("cases", "opinions", "sections", "passages", "characters"):
        here, there = getattr(found, name), getattr(manifest.counts, name)
        if here != there:
            yield f"{here} {name} instead of {there}"
