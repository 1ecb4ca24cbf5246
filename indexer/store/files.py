"""The index folder: one build at a time is written, published whole, or leaves no trace.

ROOT/builds/<build_id>/   a published build; never written again
ROOT/builds/.<id>.part/   a build being written; its writer holds a lock on the folder
ROOT/builds/.<id>.gone.part/  a build being removed
ROOT/CURRENT              the build id that is served
ROOT/cache/               vectors by text hash, across builds
ROOT/.lock                held by whoever changes the folder
"""

import errno
import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

from indexer.errors import BuildLockedError, IndexerError, IndexMissingError, IndexWriteError

CURRENT: Final = "CURRENT"
BUILDS: Final = "builds"
CACHE: Final = "cache"
LOCK: Final = ".lock"
MANIFEST: Final = "manifest.json"
PASSAGES: Final = "passages.sqlite"
LEXICAL: Final = "lexical"
VECTORS: Final = "vectors.faiss"
GRAPH: Final = "graph.faiss"
GRAPH_NODES: Final = "graph-nodes.npy"
GRAPH_DIGESTS: Final = "graph-digests.npy"
REFUSED: Final = "refused.jsonl"
NOTICES: Final = "notices.jsonl"

_BUILD_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_REASONS: Final = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ENOTDIR: "a file stands where a folder is needed",
    errno.EEXIST: "a file stands where a folder is needed",
    errno.ENAMETOOLONG: "its name is too long",
    errno.EFBIG: "the file system refuses a file of this size",
    errno.EIO: "the disk reports an error",
    errno.ENOLCK: "the file system cannot lock files",
    errno.EOPNOTSUPP: "the file system cannot lock files",
}


@contextmanager
def write_errors(where: Path) -> Iterator[None]:
    """Turn what the disk refuses below ``where`` into `IndexWriteError`; other errors pass."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0)
        if reason is None or not _concerns(error, where):
            raise
        raise IndexWriteError(where, reason) from error


def _concerns(error: OSError, where: Path) -> bool:
    if not isinstance(error.filename, (str, os.PathLike)):
        return True
    named, folder = Path(error.filename).absolute(), where.absolute()
    return named.is_relative_to(folder) or folder.is_relative_to(named)


def sync(path: Path) -> None:
    """Return when ``path``, a file or a folder, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Return when every file and folder below ``folder``, and itself, is on the disk."""
    for path in sorted(folder.rglob("*")):
        sync(path)
    sync(folder)


def atomic_write(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path``: a reader sees the old bytes or the new, also after a power cut."""
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")  # same file system as the target
    with write_errors(path.parent):
        try:
            part.write_bytes(data)
            sync(part)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync(path.parent)


def _make_folder(path: Path) -> None:
    """Make a folder and those above it; each that is new outlives a power cut."""
    if path.is_dir():
        return
    _make_folder(path.parent)
    try:
        path.mkdir(exist_ok=True)
    except FileNotFoundError as error:  # as below /proc: its parent is there
        raise IndexWriteError(path, "no folder can be made there") from error
    sync(path.parent)


@contextmanager
def build_lock(root: Path) -> Iterator[None]:
    """Hold the right to change ``root``; `BuildLockedError` when another process holds it.

    The lock dies with its process. It does not nest.
    """
    with write_errors(root):
        _make_folder(root.absolute())
        handle = os.open(root / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        with write_errors(root):
            held = _try_lock(handle)
        if not held:
            raise BuildLockedError(root)
        yield
    finally:
        os.close(handle)


@contextmanager
def publish(root: Path, build_id: str) -> Iterator[Path]:
    """Yield an empty stage folder; publish what was written there as ``build_id``, or nothing.

    On success everything is synced, the stage becomes ``builds/<build_id>`` and CURRENT names it.
    On any error the stage is removed and CURRENT is as it was. What is left of builds whose process
    died is removed first. Hold `build_lock` around it: a second writer would lose to this one.
    """
    if not _BUILD_ID.fullmatch(build_id):
        raise ValueError(f"not a build id: {build_id!r}; use letters, digits, '.', '_' and '-'")
    builds = root / BUILDS
    final = builds / build_id
    if final.exists():
        raise IndexWriteError(final, "a build of this id exists, and builds are never overwritten")
    with write_errors(root):
        _make_folder(builds.absolute())
        _remove_what_the_dead_left(root)
        stage = builds / f".{build_id}.part"
        try:  # from here on, so that Ctrl-C at any moment leaves no stage
            stage.mkdir()
            with _held(stage):
                yield stage
                sync_tree(stage)
                _make_current(root, stage, final)
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
        if _text_of(root / CURRENT).strip() != final.name:
            with suppress(OSError):
                _remove(final)
        raise


def _remove(build: Path) -> None:
    """Remove a published build; cut off on the way, it is no build any more, rather than half of one."""
    gone = build.with_name(f".{build.name}.gone.part")
    build.rename(gone)
    sync(build.parent)  # else a power cut may undo the renaming, and not what was removed
    shutil.rmtree(gone)


def _remove_what_the_dead_left(root: Path) -> None:
    """Remove the stages that nobody holds: a lock outlives neither its process nor a power cut."""
    for part in root.glob(f".{CURRENT}.*.part"):  # only who holds `build_lock` writes one
        part.unlink(missing_ok=True)
    for stage in filter(Path.is_dir, (root / BUILDS).glob(".*.part")):
        handle = os.open(stage, os.O_RDONLY)
        try:
            if _try_lock(handle):
                shutil.rmtree(stage)
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
        raise IndexMissingError(root, f"CURRENT names the build {build_id}, which is not there")
    return build_id


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""


def list_builds(root: Path) -> list[str]:
    """Return the published builds, oldest first by the time in their manifests, then by name."""
    builds = root / BUILDS
    if not builds.is_dir():
        return []
    names = [p.name for p in builds.iterdir() if p.is_dir() and _BUILD_ID.fullmatch(p.name)]
    return sorted(names, key=lambda name: (_created_at(builds / name), name))


def builds_before(root: Path, build_id: str) -> list[str]:
    """Return the published builds older than one of them, oldest first.

    Where its manifest does not tell when it was made (torn, or another build's), all the others.
    """
    builds = list_builds(root)
    if _created_at(root / BUILDS / build_id):
        return builds[: builds.index(build_id)]
    return [build for build in builds if build != build_id]


def _created_at(folder: Path) -> str:
    """Return when a build was made, or "" when no manifest of its own tells: older than any other."""
    try:
        raw = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return ""
    if not isinstance(raw, dict) or raw.get("build_id", folder.name) != folder.name:
        return ""
    made = raw.get("created_at")
    return made if isinstance(made, str) else ""


def rollback(root: Path) -> str:
    """Let CURRENT name the newest readable build older than the current one; return its id."""
    with build_lock(root):
        current = current_build(root)
        older = [
            build for build in builds_before(root, current) if _created_at(root / BUILDS / build)
        ]
        if not older:
            raise IndexerError(
                f"{root}: there is no build older than {current}; build again instead"
            )
        atomic_write(root / CURRENT, f"{older[-1]}\n".encode())
    return older[-1]


def prune(root: Path, keep: int, *, replaced: str | None = None) -> list[str]:
    """Remove all but the newest ``keep`` builds, never the current one; return what was removed.

    Those between ``replaced``, which was current before, and the current one go first: they were
    rolled back from, or never named, and no `rollback` may lead to them. A service that has a removed
    build open keeps it: its files are mapped.
    """
    current = current_build(root)
    builds = list_builds(root)
    passed_over = _between(builds, replaced, current)
    builds = [build for build in builds if build not in passed_over]
    kept = {*builds[max(0, len(builds) - keep) :], current}
    gone = [*passed_over, *(build for build in builds if build not in kept)]
    with write_errors(root):
        for build in gone:
            _remove(root / BUILDS / build)
    return gone


def _between(builds: list[str], first: str | None, last: str) -> list[str]:
    if first not in builds:
        return []
    return builds[builds.index(first) + 1 : builds.index(last)]
