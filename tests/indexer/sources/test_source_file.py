"""Files on disk as sources: names, neighbours, folders."""

import os
import socket
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from indexer.sources.refused import Refused
from indexer.sources.source_file import (
    DiskFile,
    SourceFile,
    disk_folders,
    is_aside,
    is_hidden,
    plain_name,
)
from tests.indexer.sources.reading import write


@pytest.fixture
def root(tmp_path):
    names = ["b.txt", "a.txt", "README.md", ".hidden", "one/c.txt", "one/two/d.txt"]
    return write(tmp_path, dict.fromkeys(names, "x"))


def names(folders: Iterable[Sequence[SourceFile] | Refused]) -> list[list[str]]:
    return [
        [] if isinstance(folder, Refused) else [file.name for file in folder] for folder in folders
    ]


def test_each_folder_before_those_in_it_sorted_by_name(root):
    assert names(disk_folders(root)) == [["a.txt", "b.txt"], ["c.txt"], ["d.txt"]]


def test_a_file_is_a_folder_of_one(root):
    assert names(disk_folders(root / "a.txt")) == [["a.txt"]]


def test_a_link_back_is_followed_once(root):
    (root / "one" / "back").symlink_to(root, target_is_directory=True)
    assert names(disk_folders(root)) == [["a.txt", "b.txt"], ["c.txt"], ["d.txt"]]


def test_a_folder_that_cannot_be_listed_is_refused(root, monkeypatch):
    def denied(self):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(type(root), "iterdir", denied)
    assert list(disk_folders(root)) == [
        Refused(place=str(root), reason="cannot be read: Permission denied")
    ]


@pytest.mark.parametrize(
    ("start", "relative", "found"),
    [
        ("a.txt", "b.txt", "b.txt"),
        ("a.txt", "one/c.txt", "one/c.txt"),
        ("one/c.txt", "../a.txt", "a.txt"),
        ("one/two/d.txt", "../c.txt", "one/c.txt"),
        ("a.txt", "gone.txt", None),
        ("a.txt", "one", None),
        ("a.txt", "../other/a.txt", None),
        ("one/c.txt", "../../x/a.txt", None),
    ],
)
def test_neighbours_within_the_source(root, start, relative, found):
    write(root.parent, {"other/a.txt": "not of this source"})
    beside = DiskFile(root / start, root).beside(relative)
    assert (beside and beside.place) == (found and str(root / found))


@pytest.mark.parametrize(
    ("name", "plain"),
    [("a.txt.gz", "a.txt"), ("a.csv.BZ2", "a.csv"), ("a.jsonl", "a.jsonl"), ("a.xz", "a")],
)
def test_names_without_their_compression(root, name, plain):
    assert plain_name(DiskFile(root / name, root)) == plain


ASIDE = (
    *("README", "readme.md", "ReadMe.txt", "README.rst.gz", "NOTICE", "Notice.html", "Copying.txt"),
    *("COPYING3", "LICENSE", "licence.md", "LICENSE-2.0.txt", "LICENSE_1_0", "license2.htm"),
    *(".hidden", ".Smith v. Jones.txt", "._b.jsonl", "__MACOSX"),
)
SOURCES = (
    *(
        "Notice v. Smith.txt",
        "licensee-v-city.pdf",
        "License Board v. X.html",
        "copying-v-state.txt",
    ),
    *(
        "readme-v-doe.txt",
        "Noticed.txt",
        "Licensed Pilots v. U.S..txt",
        "notices.md",
        "notice-2.txt",
    ),
    *("notice.jsonl", "license.zip", "notice.pdf", "readme.csv.gz", "licence-of-1912.txt"),
    *("LICENSE v. 2.0.txt", "a.README", "__MACOSX v. Apple.txt", "metadata.jsonl"),
)


@pytest.mark.parametrize("name", ASIDE)
def test_what_tells_of_the_sources_beside_it_is_passed_over(root, name):
    (root / "one" / name).write_text("x", encoding="utf-8")
    assert is_aside(name)
    assert names(disk_folders(root / "one")) == [["c.txt"], ["d.txt"]]


@pytest.mark.parametrize("name", SOURCES)
def test_a_case_of_such_a_name_is_not(root, name):
    (root / "one" / name).write_text("x", encoding="utf-8")
    assert not is_aside(name)
    assert names(disk_folders(root / "one")) == [sorted([name, "c.txt"]), ["d.txt"]]


@pytest.mark.parametrize(
    "name", ["License Board v. X", "notice", "README", "copying.txt", "LICENSE"]
)
def test_a_folder_of_any_name_but_a_hidden_one_is_entered(root, name):
    write(root / "one", {f"{name}/e.txt": "x", ".git/f.txt": "x", "__MACOSX/g.txt": "x"})
    assert not is_hidden(name)
    assert sorted(names(disk_folders(root / "one"))) == [["c.txt"], ["d.txt"], ["e.txt"]]


def refused(folders: Iterable[Sequence[SourceFile] | Refused]) -> dict[str, str]:
    return {Path(one.place).name: one.reason for one in folders if isinstance(one, Refused)}


NO_FILE = "a pipe, a socket or a device, not read; save what it gives to a file, and name that"


def test_what_is_no_file_is_refused_and_not_waited_for(root, monkeypatch):
    os.mkfifo(root / "pipe.jsonl")
    (root / "one" / "zeros.txt").symlink_to("/dev/zero")
    (root / "one" / "README").symlink_to("/dev/null")
    monkeypatch.chdir(root)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket.txt")
        found = list(disk_folders(root))
    assert refused(found) == dict.fromkeys(["pipe.jsonl", "socket.txt", "zeros.txt"], NO_FILE)
    assert [one for one in names(found) if one] == [["a.txt", "b.txt"], ["c.txt"], ["d.txt"]]
    assert refused(disk_folders(root / "pipe.jsonl")) == {"pipe.jsonl": NO_FILE}
    assert DiskFile(root / "a.txt", root).beside("pipe.jsonl") is None


def test_a_folder_that_may_be_listed_but_not_searched(root, monkeypatch):
    """What ``chmod -R 644`` leaves to everybody but root."""
    real = Path.stat

    def stat(self: Path, **how: Any) -> os.stat_result:
        if self.parent == root / "one":
            raise PermissionError(13, "Permission denied", str(self))
        return real(self, **how)

    monkeypatch.setattr(Path, "stat", stat)
    found = list(disk_folders(root))
    assert refused(found) == dict.fromkeys(["c.txt", "two"], "cannot be read: Permission denied")
    assert names(found)[0] == ["a.txt", "b.txt"]
    assert DiskFile(root / "a.txt", root).beside("one/c.txt") is None


def test_a_name_that_is_too_long_is_nobody_s(root):
    assert DiskFile(root / "a.txt", root).beside(f"{'n' * 300}.txt") is None


@pytest.fixture
def deep(tmp_path) -> Iterator[Path]:
    """A file in more folders than Python nests calls."""
    folder = tmp_path
    for _ in range(1100):
        folder /= "d"
        folder.mkdir()
    (folder / "a.txt").write_text("x", encoding="utf-8")
    yield tmp_path
    (folder / "a.txt").unlink()
    while folder != tmp_path:
        folder.rmdir()
        folder = folder.parent


def test_folders_in_folders_without_end(deep):
    assert names(disk_folders(deep)) == [["a.txt"]]


def test_each_folder_is_entered_once(tmp_path):
    write(tmp_path, {"in/a/x.txt": "", "in/b/y.txt": "", "out/o.txt": ""})
    (tmp_path / "in" / "a" / "to_b").symlink_to(tmp_path / "in" / "b")
    (tmp_path / "in" / "b" / "to_a").symlink_to(tmp_path / "in" / "a")
    for name in ("l1", "l2"):
        (tmp_path / "in" / name).symlink_to(tmp_path / "out")
    assert names(disk_folders(tmp_path / "in")) == [["x.txt"], ["y.txt"], ["o.txt"]]


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("in/z", [["z.txt"]]),
        ("in/.store", [["g.txt"], ["h.txt"], ["z.txt"]]),
        ("in/.store/deep", [["z.txt"], ["g.txt"]]),
        ("in", [["z.txt"]]),
        ("", [["o.txt"], ["z.txt"]]),
    ],
)
def test_a_link_gives_what_is_not_walked_anyway(tmp_path, target, found):
    files = ["in/z/z.txt", "in/.store/h.txt", "in/.store/deep/g.txt", "out/o.txt"]
    write(tmp_path, dict.fromkeys(files, "x"))
    (tmp_path / "in" / "a").symlink_to(tmp_path / target)
    assert sorted(names(disk_folders(tmp_path / "in"))) == sorted(found)


def test_a_file_below_a_link_has_its_neighbours(tmp_path):
    write(tmp_path, {"in/a.txt": "x", "out/o.txt": "x", "out/p.txt": "x"})
    (tmp_path / "in" / "l").symlink_to(tmp_path / "out")
    (_, (first, _)) = [one for one in disk_folders(tmp_path / "in") if not isinstance(one, Refused)]
    beside = first.beside("p.txt")
    assert beside is not None
    assert beside.place == f"{tmp_path}/in/l/p.txt"
