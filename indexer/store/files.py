"""The index folder: one build at a time is written, published whole, or leaves no trace.

ROOT/builds/<build_id>/   a published build; never written again
ROOT/builds/.<id>.part/   a build being written; its writer holds a lock on the folder
ROOT/builds/.<id>.gone.part/  a build being removed
ROOT/CURRENT              the build id that is served
ROOT/cache/               vectors by text hash, across builds
ROOT/.lock                held by whoever builds
ROOT/.current.lock        held, for a moment, by whoever changes CURRENT or removes builds
"""

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Final

from indexer.errors import BuildLockedError, IndexerError, IndexMissingError, IndexWriteError
from indexer.store.build_ages import MANIFEST as MANIFEST
from indexer.store.build_ages import age_of, created_at
from indexer.store.disk import atomic_write as atomic_write
from indexer.store.disk import make_folder
from indexer.store.disk import replacing as replacing
from indexer.store.disk import write_errors as write_errors
from models.disk import sync, sync_tree

CURRENT: Final = "CURRENT"
BUILDS: Final = "builds"
CACHE: Final = "cache"
LOCK: Final = ".lock"
CURRENT_LOCK: Final = ".current.lock"
PASSAGES: Final = "passages.sqlite"
LEXICAL: Final = "lexical"
VECTORS: Final = "vectors.faiss"
GRAPH: Final = "graph.faiss"
GRAPH_NODES: Final = "graph-nodes.npy"
GRAPH_DIGESTS: Final = "graph-digests.npy"
REFUSED: Final = "refused.jsonl"
NOTICES: Final = "notices.jsonl"

_BUILD_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_PATIENCE_S: Final = 300.0
_LOOK_AGAIN_S: Final = 0.05
"""How long, and how often, a lock is asked for that is only held for a moment."""


@contextmanager
def build_lock(root: Path) -> Iterator[None]:
    """Hold the right to build in ``root``; `BuildLockedError` when another process holds it.

    The lock dies with its process. It does not nest.
    """
    with _locked(root, LOCK, patience_s=0.0):
        yield


@contextmanager
def current_lock(root: Path) -> Iterator[None]:
    """Hold, for a moment, the right to change CURRENT and to remove builds; wait for who has it.

    A build takes it when all is written, so that a `rollback` need not wait for hours. Within
    `build_lock` or without; it does not nest either. `BuildLockedError` after five minutes.
    """
    with _locked(root, CURRENT_LOCK, patience_s=_PATIENCE_S):
        yield


@contextmanager
def _locked(root: Path, name: str, *, patience_s: float) -> Iterator[None]:
    with write_errors(root):
        make_folder(root.absolute())
        handle = os.open(root / name, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        with write_errors(root):
            held = _lock_within(handle, patience_s)
        if not held:
            raise BuildLockedError(root)
        yield
    finally:
        os.close(handle)


def _lock_within(handle: int, seconds: float) -> bool:
    end = monotonic() + seconds
    while not _try_lock(handle):
        if monotonic() >= end:
            return False
        sleep(_LOOK_AGAIN_S)
    return True


@contextmanager
def publish(
    root: Path, build_id: str, *, then: Callable[[str | None], None] = lambda _: None
) -> Iterator[Path]:
    """Yield an empty stage folder; publish what was written there as ``build_id``, or nothing.

    On success everything is synced, the stage becomes ``builds/<build_id>``, CURRENT names it, and
    ``then`` is called with the build that CURRENT named until that moment, before anybody can change it.
    On any error before that the stage is removed and CURRENT is as it was. What is left of builds whose
    process died is removed first. Hold `build_lock` around it: a second writer would lose to this one.
    """
    if not _BUILD_ID.fullmatch(build_id):
        raise ValueError(f"not a build id: {build_id!r}; use letters, digits, '.', '_' and '-'")
    builds = root / BUILDS
    final = builds / build_id
    if final.exists():
        raise IndexWriteError(final, "a build of this id exists, and builds are never overwritten")
    with write_errors(root):
        make_folder(builds.absolute())
        _remove_what_the_dead_left(root)
        stage = builds / f".{build_id}.part"
        try:  # from here on, so that Ctrl-C at any moment leaves no stage
            stage.mkdir()
            with _held(stage):
                yield stage
                sync_tree(stage)
                with current_lock(root):
                    replaced = served_build(root)
                    _make_current(root, stage, final)
                    then(replaced)
        finally:
            shutil.rmtree(stage, ignore_errors=True)


@contextmanager
def _held(stage: Path) -> Iterator[None]:
    """Hold a lock on the stage, which says that its writer lives."""
    handle = os.open(stage, os.O_RDONLY)
    try:
        _try_lock(handle)
        yield
    finally:
        os.close(handle)


def _make_current(root: Path, stage: Path, final: Path) -> None:
    stage.rename(final)
    try:
        sync(final.parent)
        atomic_write(root / CURRENT, f"{final.name}\n".encode())
    except BaseException:
        if not is_current(root, final.name):
            with suppress(OSError):
                _remove(final)
        raise


def _remove(build: Path) -> None:
    """Remove a published build; cut off on the way, it is no build any more, rather than half of one."""
    gone = build.with_name(f".{build.name}.gone.part")
    build.rename(gone)
    sync(build.parent)  # else a power cut may undo the renaming, and not what was removed
    _delete(gone)


def _delete(folder: Path) -> None:
    """Delete a folder with all in it; of a build that lies elsewhere, only the link that stands here."""
    if folder.is_symlink():
        folder.unlink()
    else:
        shutil.rmtree(folder)


def _remove_what_the_dead_left(root: Path) -> None:
    """Remove the stages that nobody holds: a lock outlives neither its process nor a power cut.

    What the disk does not let go of stays, and harms nobody.
    """
    with current_lock(root):
        for part in root.glob(f".{CURRENT}.*.part"):  # only who holds this lock writes one
            with suppress(OSError):
                part.unlink()
    for stage in filter(Path.is_dir, (root / BUILDS).glob(".*.part")):
        with suppress(OSError):
            _delete_if_dead(stage)


def _delete_if_dead(stage: Path) -> None:
    handle = os.open(stage, os.O_RDONLY)
    try:
        if _try_lock(handle):
            _delete(stage)
    finally:
        os.close(handle)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def current_build(root: Path) -> str:
    """Return the id of the build that is served; `IndexMissingError` says what is missing."""
    if not root.is_dir():
        raise IndexMissingError(root, "there is no such folder")
    if not (root / CURRENT).is_file():
        raise IndexMissingError(root, "there is no file CURRENT: no build has been published here")
    build_id = _text_of(root / CURRENT).strip()
    if not build_id:
        raise IndexMissingError(root, "the file CURRENT is empty")
    if not _BUILD_ID.fullmatch(build_id):
        raise IndexMissingError(root, "the file CURRENT does not hold a build id")
    if not (root / BUILDS / build_id).is_dir():
        if not is_current(root, build_id):  # another was published meanwhile, and this one removed
            return current_build(root)
        raise IndexMissingError(root, f"CURRENT names the build {build_id}, which is not there")
    return build_id


def served_build(root: Path) -> str | None:
    """Return the id of the build that is served; `None` where CURRENT names none."""
    try:
        return current_build(root)
    except IndexMissingError:
        return None


def is_current(root: Path, build_id: str) -> bool:
    """Say whether CURRENT names ``build_id``."""
    return _text_of(root / CURRENT).strip() == build_id


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""


def list_builds(root: Path) -> list[str]:
    """Return the published builds, oldest first by the time in their manifests, or else in their names."""
    builds = root / BUILDS
    if not builds.is_dir():
        return []
    names = [p.name for p in builds.iterdir() if p.is_dir() and _BUILD_ID.fullmatch(p.name)]
    return sorted(names, key=lambda name: (age_of(builds / name), name))


def own_builds(root: Path) -> list[str]:
    """Return those of `list_builds` that have a sound manifest of their own: no others are removed."""
    return [build for build in list_builds(root) if created_at(root / BUILDS / build)]


def builds_before(root: Path, build_id: str) -> list[str]:
    """Return the published builds older than one of them, oldest first.

    Where its manifest does not tell when it was made (torn, or another build's), all the others, and
    last those that are older by their names.
    """
    builds = list_builds(root)
    place = builds.index(build_id)
    if created_at(root / BUILDS / build_id):
        return builds[:place]
    return [*builds[place + 1 :], *builds[:place]]


def rollback(root: Path, *, opens: Callable[[str], bool] | None = None) -> str:
    """Let CURRENT name the newest build older than the current one that ``opens``; return its id.

    Where CURRENT names no build that is there, the newest of all. Builds are tried until ``opens`` says
    so of one (`None`: when it has a sound manifest of its own); when it does of none, CURRENT stays as
    it is. A build that is being made is not waited for.
    """
    if not (root / CURRENT).is_file():
        current_build(root)  # says what is missing; asking leaves no file of a lock behind
    with current_lock(root):
        own = own_builds(root)
        for build_id in reversed(_candidates(root)):
            if build_id in own if opens is None else opens(build_id):
                atomic_write(root / CURRENT, f"{build_id}\n".encode())
                return build_id
    raise IndexerError(
        f"{root}: no build to go back to can be opened, and CURRENT stays as it is; build again instead"
    )


def _candidates(root: Path) -> list[str]:
    """Return the builds that `rollback` may lead to, oldest first; raises where there is none."""
    try:
        current = current_build(root)
    except IndexMissingError:
        if builds := list_builds(root):
            return builds
        raise
    older = builds_before(root, current)
    if not older:
        raise IndexerError(f"{root}: there is no build older than {current}; build again instead")
    return older


def prune(root: Path, keep: int, *, replaced: str | None = None) -> list[str]:
    """Remove all but the newest ``keep`` builds, never the current one; return what was removed.

    Those between ``replaced``, which was current before, and the current one go first: they were
    rolled back from, or never named, and no `rollback` may lead to them. A folder without a sound
    manifest of its own is neither removed nor counted: a torn build, a copy that somebody made. A service
    that has a removed build open keeps it: its files are mapped. Hold `current_lock` around it.
    """
    current = current_build(root)
    builds = own_builds(root)
    passed_over = _between(builds, replaced, current)
    builds = [build for build in builds if build not in passed_over]
    kept = {*builds[max(0, len(builds) - keep) :], current}
    gone = [*passed_over, *(build for build in builds if build not in kept)]
    with write_errors(root):
        for build in gone:
            _remove(root / BUILDS / build)
    return gone


def _between(builds: list[str], first: str | None, last: str) -> list[str]:
    """Return the builds made after ``first`` and before ``last``; none where either's age is unknown."""
    if first not in builds or last not in builds:
        return []
    return builds[builds.index(first) + 1 : builds.index(last)]
