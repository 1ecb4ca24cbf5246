"""Archives: their members are read like the same files on disk, and what is wrong is said."""

import bz2
import gzip
import io
import json
import lzma
import stat
import struct
import tarfile
import zipfile
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.sources.archives import clean_name, is_archive
from indexer.sources.streams import ALWAYS_ALLOWED
from tests.indexer.sources.reading import read, record, write

FILES: dict[str, bytes | str] = {
    "b.jsonl": json.dumps(record("b1")) + "\n" + json.dumps(record("b2")),
    "README.md": "about",
    "__MACOSX/._b.jsonl": "\x00\x05\x16\x07",
    "texts/000.txt": "the court holds",
    "texts/metadata.jsonl": json.dumps({"file": "000.txt", "case_name": "Floyd v. Detroit"}),
    "texts/a.jsonl.gz": gzip.compress(json.dumps(record("packed")).encode()),
}


def as_bytes(content: bytes | str) -> bytes:
    return content.encode() if isinstance(content, str) else content


def zipped(files: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, as_bytes(content))
    return stream.getvalue()


def tarred(files: Mapping[str, bytes | str]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(as_bytes(content))
            archive.addfile(info, io.BytesIO(as_bytes(content)))
    return stream.getvalue()


ARCHIVES = {
    "zip": zipped(FILES),
    "zip stored": zipped(FILES, zipfile.ZIP_STORED),
    "zip bzip2": zipped(FILES, zipfile.ZIP_BZIP2),
    "zip lzma": zipped(FILES, zipfile.ZIP_LZMA),
    "tar": tarred(FILES),
    "tar.gz": gzip.compress(tarred(FILES)),
    "tar.xz": lzma.compress(tarred(FILES)),
    "tar.bz2": bz2.compress(tarred(FILES)),
    "tar reversed": gzip.compress(tarred(dict(reversed(FILES.items())))),
    "zip in zip": zipped({"inner.zip": zipped(FILES)}),
    "zip in tar.gz": gzip.compress(tarred({"inner.zip": zipped(FILES)})),
    "tar.gz in zip": zipped({"inner.tgz": gzip.compress(tarred(FILES))}),
}


@pytest.mark.parametrize("data", ARCHIVES.values(), ids=ARCHIVES)
def test_an_archive_holds_what_the_same_folder_holds(tmp_path, data):
    """The folder is the judge; the archive's name tells nothing."""
    expected, nothing = read(write(tmp_path / "folder", FILES))
    path = tmp_path / "download"
    path.write_bytes(data)
    records, refused = read(path)
    assert (refused, nothing) == ([], [])
    assert {one.case.id: one for one in records} == {one.case.id: one for one in expected}
    assert {one.case.id for one in records} == {"b1", "b2", "000", "packed"}


def reasons(tmp_path, data: bytes) -> dict[str, str]:
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    _, refused = read(path)
    return {one.place.removeprefix(str(path)): one.reason for one in refused}


def test_members_are_named_behind_their_archive(tmp_path):
    data = zipped({"in/x.jsonl": "{torn", "in/deep.zip": zipped({"y.jsonl": "\n{torn"})})
    found = reasons(tmp_path, data)
    assert set(found) == {"!in/x.jsonl:1", "!in/deep.zip!y.jsonl:2"}


def test_a_third_archive_inside_is_refused(tmp_path):
    data = zipped({"1.zip": zipped({"2.zip": zipped({"3.txt": "words"})})})
    assert "unpack the outer one first" in reasons(tmp_path, data)["!1.zip!2.zip"]


def test_an_encrypted_member_is_refused_and_the_rest_is_read(tmp_path):
    data = bytearray(zipped({"a.txt": "secret words", "b.txt": "open words"}))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(signature) + at
        data[place : place + 2] = struct.pack("<H", 1)
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    (kept,), (refused,) = read(path)
    assert kept.case.id == "b"
    assert (refused.place, refused.reason) == (f"{path}!a.txt", "encrypted; decrypt it first")


def test_a_method_that_is_not_known_is_named(tmp_path):
    data = bytearray(zipped({"a.txt": "words"}))
    for signature, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        place = data.index(signature) + at
        data[place : place + 2] = struct.pack("<H", 9)
    assert "method 9" in reasons(tmp_path, bytes(data))["!a.txt"]


@pytest.mark.parametrize(
    "pack",
    [
        lambda much: zipped({"a.txt": much}),
        lambda much: gzip.compress(tarred({"a.txt": much})),
        lambda much: zipped({"in.zip": zipped({"a.txt": much})}),
        lambda much: zipped({f"{n}.txt": much[: len(much) // 4] for n in range(5)}),
    ],
    ids=["zip", "tar.gz", "zip in zip", "many"],
)
def test_a_bomb_is_refused(tmp_path, pack):
    data = pack(b"0" * (ALWAYS_ALLOWED + 1))
    assert len(data) < ALWAYS_ALLOWED // 200
    (reason,) = reasons(tmp_path, data).values()
    assert "for each compressed one" in reason


def test_a_member_that_is_altered_is_refused_and_the_rest_is_read(tmp_path):
    files = {"a.txt": "first words", "b.txt": "second words"}
    data = zipped(files, zipfile.ZIP_STORED).replace(b"first words", b"worst words")
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    (kept,), (refused,) = read(path)
    assert kept.case.id == "b"
    assert refused.place == f"{path}!a.txt"
    assert "torn or not what it says" in refused.reason


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (zipped(FILES)[:-30], "not a zip archive"),
        (gzip.compress(tarred(FILES))[:-200], "torn"),
        (zipped({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}), "office document"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(90), "7-Zip"),
        (b"Rar!\x1a\x07\x01\x00" + bytes(90), "RAR"),
    ],
    ids=["zip cut", "tar.gz cut", "docx", "7z", "rar"],
)
def test_an_archive_that_cannot_be_read_says_why(tmp_path, data, words):
    found = reasons(tmp_path, data)
    assert list(found) == [""]
    assert words in found[""]


def test_a_tar_that_ends_inside_a_member_gives_what_is_before(tmp_path):
    data = tarred({"a.txt": "whole", "b.txt": "x" * 2000})[:2200]
    path = tmp_path / "a.tar"
    path.write_bytes(data)
    (kept,), refused = read(path)
    assert kept.case.id == "a"
    assert refused
    assert all("torn" in one.reason for one in refused)


def test_links_in_a_zip_are_refused(tmp_path):
    """Their bytes are no words of an opinion but where the link leads."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        link = zipfile.ZipInfo("s.txt")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "../elsewhere.txt")
    assert reasons(tmp_path, stream.getvalue()) == {
        "!s.txt": "a link or a device, not read; pack the file itself"
    }


def test_links_and_devices_in_a_tar_are_refused(tmp_path):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, kind in (("s.txt", tarfile.SYMTYPE), ("f.txt", tarfile.FIFOTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    found = reasons(tmp_path, stream.getvalue())
    assert set(found) == {"!s.txt", "!f.txt"}
    assert all("not read" in reason for reason in found.values())


def test_the_second_of_two_members_of_one_name_is_refused(tmp_path):
    data = tarred({"x/a.txt": "first", "x//a.txt": "second"})
    path = tmp_path / "a.tar"
    path.write_bytes(data)
    (kept,), (refused,) = read(path)
    assert kept.opinions[0].text == "first"
    assert refused.place == f"{path}!x/a.txt"


@settings(max_examples=200, deadline=None)
@given(
    data=st.sampled_from(list(ARCHIVES.values())),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=4)), max_size=6
    ),
    cut=st.floats(0.3, 1),
)
def test_no_damage_ends_the_reading(tmp_path_factory, data, changes, cut):
    """Whatever a disk or a line does to an archive: cases, refusals, and the next source."""
    damaged = bytearray(data)
    for place, put in changes:
        at = int(place * len(damaged))
        damaged[at : at + len(put)] = put
    folder = tmp_path_factory.mktemp("d")
    write(folder, {"a": bytes(damaged[: int(cut * len(damaged))]), "b.txt": "the next source"})
    records, _ = read(folder)
    assert "b" in {one.case.id for one in records}


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_cases_named_like_what_stands_beside_sources_are_read(tmp_path, pack):
    files = {
        "Notice v. Smith.txt": "words of notice",
        "License Board v. X/copying-v-doe.txt": "words of copying",
        "NOTICE": "passed over",
        "readme/license.txt": "passed over",
        ".hidden/a.txt": "passed over",
    }
    path = tmp_path / "a"
    path.write_bytes(pack(files))
    kept, refused = read(path)
    assert refused == []
    assert {one.opinions[0].text for one in kept} == {"words of notice", "words of copying"}


def test_a_zip_whose_places_are_beyond_all_numbers(tmp_path):
    data = bytearray(zipped({"a.txt": "words"}))
    end = data.index(b"PK\x05\x06")
    data[end + 12 : end + 20] = b"\xff" * 8
    wide = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, 1, 1, 2**64 - 2, 2**64 - 2)
    locator = struct.pack("<IIQI", 0x07064B50, 0, end, 1)
    found = reasons(tmp_path, bytes(data[:end]) + wide + locator + bytes(data[end:]))
    assert list(found) == [""]
    assert "torn or not a zip archive" in found[""]


def test_a_member_without_a_name(tmp_path):
    assert "without a name" in reasons(tmp_path, tarred({".": "words"}))["!"]


def test_nothing_is_written_where_a_member_says(tmp_path):
    path = write(tmp_path / "in", {"a.zip": zipped({"../../evil.txt": "words"})}) / "a.zip"
    (kept,), _ = read(path)
    assert kept.case.id == "evil"
    assert [one.name for one in tmp_path.rglob("*")] == ["in", "a.zip"]


@given(st.text(max_size=40))
def test_clean_names_are_relative_and_can_be_shown(name):
    cleaned = clean_name(name)
    parts = cleaned.split("/") if cleaned else []
    assert not {"", ".", ".."} & set(parts)
    assert clean_name(cleaned) == cleaned


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("/etc/passwd", "etc/passwd"),
        ("..\\..\\a.txt", "_/_/a.txt"),
        ("a\n\x1b[31mb", "a__[31mb"),
        ("\u202eexe.txt", "_exe.txt"),
        ("caf\udce9.txt", "caf?.txt"),
    ],
)
def test_names_as_they_are_shown(name, shown):
    assert clean_name(name) == shown


@pytest.mark.parametrize("head", [b"", b"{}", bytes(512), b"plain text " * 60])
def test_what_is_no_archive(head):
    assert not is_archive(head)
