"""What a build does once it is published, and beside it: nothing of that takes back what was published."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexer import build as building
from indexer import line
from indexer.records import CaseRecord
from indexer.store import build_ages, files
from indexer.store.build_ages import created_at
from indexer.store.files import BUILDS, current_build, list_builds, own_builds, rollback
from indexer.store.snapshot import Index
from indexer.store.vector_cache import VectorCache
from indexer.store.verify import verify
from tests.indexer.corpora import build_small, case, cases


def no_parts(root: Path) -> bool:
    return not list((root / BUILDS).glob(".*"))


def test_a_build_over_one_whose_manifest_is_torn_leaves_the_good_ones(tmp_path) -> None:
    a, b, c = (build_small(cases(n), tmp_path).build_id for n in (1, 2, 3))
    backup = f"{a}.bak"
    shutil.copytree(tmp_path / BUILDS / a, tmp_path / BUILDS / backup)
    (tmp_path / BUILDS / c / "manifest.json").write_text("{")

    new = build_small(cases(4), tmp_path).build_id

    assert own_builds(tmp_path) == [a, b, new]
    assert {backup, c} < set(list_builds(tmp_path))
    assert rollback(tmp_path) == b
    assert verify(tmp_path) == []
    later = [build_small(cases(n), tmp_path).build_id for n in (1, 2, 3)]
    assert own_builds(tmp_path) == later
    assert (tmp_path / BUILDS / backup).is_dir()


# stopped or refused after it was published


def stop(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def refuse(*_: object, **__: object) -> None:
    raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY))


REMOVE = shutil.rmtree
CLOSE = VectorCache.close


def refuse_to_remove(path: Path, ignore_errors: bool = False, **_: object) -> None:
    if not ignore_errors:
        refuse()
    REMOVE(path, ignore_errors=True)


def stop_when_closed(cache: VectorCache) -> None:
    CLOSE(cache)
    stop()


def published_with(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    owner: object,
    name: str,
    broken: Callable[..., None],
) -> list[str]:
    """Build while something is broken; return what was warned of."""
    old = build_small(cases(1), root, keep=1).build_id
    warnings: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, broken)
        report = build_small(cases(2), root, keep=1, on_warning=warnings.append)
    assert report.build_id == current_build(root) != old
    assert report.manifest.counts.cases == 2
    assert verify(root) == []
    again = build_small(cases(3), root, keep=1)
    assert list_builds(root) == [again.build_id]
    assert no_parts(root)
    return [one.replace(report.build_id, "NEW") for one in warnings]


@pytest.mark.parametrize(
    ("owner", "name", "broken"),
    [
        (files, "prune", stop), (files, "_remove", stop), (VectorCache, "mark", stop),
        (VectorCache, "prune", stop), (building, "_forget", stop),
        (VectorCache, "close", stop_when_closed),
    ],
)  # fmt: skip
def test_stopped_after_it_was_published_a_build_says_so(
    tmp_path, monkeypatch, owner, name, broken
) -> None:
    assert published_with(tmp_path, monkeypatch, owner, name, broken) == [
        f"{tmp_path}: build NEW is published; tidying was cut short (stopped), the next build goes on with it"
    ]


@pytest.mark.parametrize(
    ("owner", "name", "broken"),
    [(files, "prune", refuse), (files, "_remove", refuse), (shutil, "rmtree", refuse_to_remove)],
)
def test_a_disk_that_keeps_old_builds_is_a_warning(
    tmp_path, monkeypatch, owner, name, broken
) -> None:
    assert published_with(tmp_path, monkeypatch, owner, name, broken) == [
        f"{tmp_path}: builds that are too many stay (Directory not empty)"
    ]


def test_a_disk_that_refuses_what_follows_is_a_warning(tmp_path, monkeypatch) -> None:
    (told,) = published_with(tmp_path, monkeypatch, building, "_forget", refuse)
    assert "build NEW is published; tidying was cut short (Directory not empty)" in told


def test_a_disk_that_does_not_keep_the_name_current_is_a_warning(tmp_path, monkeypatch) -> None:
    """The last sync of all fails, that of the folder which holds CURRENT."""
    sync = os.fsync

    def failing(handle: int) -> None:
        if Path(f"/proc/self/fd/{handle}").readlink() == tmp_path.resolve():
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        sync(handle)

    (told,) = published_with(tmp_path, monkeypatch, os, "fsync", failing)
    assert "build NEW is published; tidying was cut short (the disk reports an error)" in told


def test_stopped_before_it_is_published_a_build_is_none(tmp_path, monkeypatch) -> None:
    old = build_small(cases(1), tmp_path).build_id
    monkeypatch.setattr(files, "sync_tree", stop)
    with pytest.raises(KeyboardInterrupt):
        build_small(cases(2), tmp_path)
    assert list_builds(tmp_path) == [old] == [current_build(tmp_path)]
    assert no_parts(tmp_path)


# a rollback meanwhile


def test_a_rollback_need_not_wait_for_a_build(tmp_path) -> None:
    a, b, _ = (build_small(cases(n), tmp_path).build_id for n in (1, 2, 3))
    led: list[str] = []

    def records() -> Iterator[CaseRecord]:
        yield case("first")
        led.append(rollback(tmp_path))
        with Index.open(tmp_path) as index:
            led.append(index.manifest.build_id)
        yield case("second")

    new = build_small(records(), tmp_path).build_id

    assert led == [b, b]
    assert list_builds(tmp_path) == [a, b, new], "what was rolled back from goes"
    assert current_build(tmp_path) == new
    assert rollback(tmp_path) == b
    assert verify(tmp_path) == []


# clocks


def set_clock(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return now

    monkeypatch.setattr(build_ages, "datetime", Clock)
    monkeypatch.setattr(line, "datetime", Clock)


def test_builds_keep_their_order_when_the_clock_is_set_back(tmp_path, monkeypatch) -> None:
    began = datetime.now(UTC)
    made = []
    for hours in (0, -1, -100, -2):
        set_clock(monkeypatch, began + timedelta(hours=hours))
        made.append(build_small(cases(1), tmp_path, keep=9).build_id)
        assert current_build(tmp_path) == made[-1]

    assert list_builds(tmp_path) == made == sorted(made)
    times = [created_at(tmp_path / BUILDS / one) for one in made]
    assert times == sorted(times)
    assert [rollback(tmp_path) for _ in range(3)] == made[2::-1]


def test_a_rebuild_after_the_clock_was_set_back_keeps_the_newest_builds(
    tmp_path, monkeypatch
) -> None:
    made = [build_small(cases(1), tmp_path).build_id for _ in range(3)]
    set_clock(monkeypatch, datetime.now(UTC) - timedelta(days=300))
    made.append(build_small(cases(1), tmp_path).build_id)
    assert list_builds(tmp_path) == made[1:]
