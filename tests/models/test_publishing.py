"""A model's folder is there whole or not at all, and what it names is on the disk before it."""

import errno
import os
from pathlib import Path

import pytest

from models.errors import ModelWriteError
from models.publishing import published

Told = list[tuple[str, str]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Told:
    """What is synced and renamed, in that order; the folder being written is called ``part``."""
    made: Told = []
    sync, rename = os.fsync, Path.rename

    def name_of(path: Path) -> str:
        parts = path.relative_to(tmp_path).parts
        return "/".join("part" if part.endswith(".part") else part for part in parts)

    def telling_sync(handle: int) -> None:
        made.append(("sync", name_of(Path(f"/proc/self/fd/{handle}").readlink())))
        sync(handle)

    def telling_rename(path: Path, target: Path) -> Path:
        made.append(("rename", name_of(target)))
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", telling_sync)
    monkeypatch.setattr(Path, "rename", telling_rename)
    return made


def fill(part: Path) -> None:
    (part / "sub").mkdir()
    (part / "sub" / "weights").write_bytes(b"12")
    (part / "spec.json").write_bytes(b"{}")


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


WHOLE = {"sub/weights": b"12", "spec.json": b"{}"}


def test_it_has_its_name_only_when_all_is_on_the_disk_and_the_name_is_kept_too(
    tmp_path: Path, told: Told
) -> None:
    (tmp_path / "there").mkdir()
    with published(tmp_path / "there" / "model") as part:
        fill(part)
        assert told == []

    at = told.index(("rename", "there/model"))
    inside = ("", "/sub", "/sub/weights", "/spec.json")
    assert sorted(told[:at]) == sorted(("sync", f"there/part{name}") for name in inside)
    assert told[at + 1 :] == [("sync", "there")]
    assert files(tmp_path) == {f"there/model/{name}": data for name, data in WHOLE.items()}


def test_the_folders_above_it_are_kept_too(tmp_path: Path, told: Told) -> None:
    with published(tmp_path / "a" / "b" / "model"):
        assert told == [("sync", ""), ("sync", "a")]


def test_an_error_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), published(tmp_path / "model") as part:
        fill(part)
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_whichever_call_the_disk_refuses_it_is_whole_or_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    for step, owner, times in (("fsync", os, 5), ("rename", Path, 1), ("mkdir", Path, 2)):
        for nth in range(times):
            calls = 0
            real = getattr(owner, step)

            def refusing(*given, _nth=nth, _real=real, **options):
                nonlocal calls
                calls += 1
                if calls == _nth + 1:
                    raise OSError(code, os.strerror(code))
                return _real(*given, **options)

            folder = tmp_path / f"{step}-{nth}"
            folder.mkdir()
            with monkeypatch.context() as broken:
                broken.setattr(owner, step, refusing)
                with pytest.raises(ModelWriteError), published(folder / "model") as part:
                    fill(part)
            last = (step, nth) == ("fsync", times - 1)  # that of the name, which is there
            left = {f"model/{name}": data for name, data in WHOLE.items()} if last else {}
            assert files(folder) == left, (step, nth)
            assert [path.name for path in folder.iterdir()] == (["model"] if last else [])
