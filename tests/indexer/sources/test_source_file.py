"""Files on disk as sources: names, neighbours, folders."""

from collections.abc import Iterable, Sequence

import pytest

from indexer.sources.refused import Refused
from indexer.sources.source_file import DiskFile, SourceFile, disk_folders, is_aside, plain_name
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


def test_what_stands_beside_sources():
    assert [name for name in ("LICENSE.txt", ".git", "__MACOSX", "a.txt") if is_aside(name)] == [
        "LICENSE.txt",
        ".git",
        "__MACOSX",
    ]
