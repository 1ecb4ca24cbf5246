"""Headers of tar archives: as `tarfile` writes and reads them, and none that it is lost on."""

import io
import tarfile
from collections.abc import Mapping

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.sources.tar_entries import TarEntry, tar_entries
from tests.indexer.sources.tars import END, extended, header, member, padded, records

NAMES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=60),
    min_size=1,
    max_size=5,
).map("/".join)
FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}
KINDS = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.FIFOTYPE)


def entries(data: bytes) -> list[TarEntry]:
    return list(tar_entries(io.BytesIO(data)))


def written(form: int, members: list[tuple[str, bytes, bytes]], about: Mapping[str, str]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=form, pax_headers=about) as archive:
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "to"
            info.size = len(content) if info.isreg() else 0
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
@settings(max_examples=100, deadline=None)
@given(
    members=st.lists(
        st.tuples(NAMES, st.sampled_from(KINDS), st.binary(max_size=1100)), min_size=1, max_size=4
    )
)
@example(
    members=[("long/" * 60 + "é.txt", tarfile.REGTYPE, b"x"), ("b.txt", tarfile.REGTYPE, b"y")]
)
def test_what_tarfile_writes_is_read_as_tarfile_reads_it(form, members):
    try:
        data = written(form, members, {"comment": "of all"} if form == tarfile.PAX_FORMAT else {})
    except ValueError:  # a name that the oldest format has no room for
        return
    with tarfile.open(fileobj=io.BytesIO(data)) as judge:
        expected = judge.getmembers()
    found = entries(data)
    assert [(one.name.rstrip("/"), one.is_folder, one.is_file) for one in found] == [
        (one.name, one.isdir(), one.isreg()) for one in expected
    ]
    assert [(one.start, one.size) for one in found if one.is_file] == [
        (one.offset_data, one.size) for one in expected if one.isreg()
    ]
    assert not any(one.is_sparse for one in found)


def test_no_blocks_of_zeros_are_needed_at_the_end():
    assert [one.name for one in entries(member("a", "x"))] == ["a"]
    assert entries(b"") == entries(END) == entries(extended({"comment": "x"}, kind=b"g")) == []


def test_a_record_goes_before_one_of_all_and_both_before_the_header():
    of_all = extended({"path": "all", "comment": "x"}, kind=b"g")
    data = of_all + extended({"path": "a/long"}) + member("a", "x") + member("b", "y")
    assert [one.name for one in entries(data)] == ["a/long", "all"]


def test_the_size_in_a_record_counts():
    data = extended({"size": "600"}) + header("a") + padded(bytes(600)) + member("b", "y")
    assert [(one.name, one.size) for one in entries(data)] == [("a", 600), ("b", 1)]


@pytest.mark.parametrize(
    "sparse",
    [
        extended({"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "s"})
        + member("x", "no number in it"),
        extended({"GNU.sparse.map": "9" * 5000, "path": "s"}) + member("x", "y"),
        header("s", size=5, kind=b"S", b482=b"\1") + bytes(504) + b"\1" + bytes(7 + 512) + padded(b"bytes"),
    ],
    ids=["1.0", "0.1", "old"],
)  # fmt: skip
def test_a_sparse_file_is_known_and_what_follows_is_read(sparse):
    first, second = entries(sparse + member("b", "y"))
    assert (first.name, first.is_sparse, second.name) == ("s", True, "b")
    assert not second.is_sparse


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (header("b", size=-512), "a file of -512 bytes"),
        (header("b", size=-(2**80)), "a file of -"),
        (extended({"size": "-1024"}) + header("b"), "no number of bytes"),
        (extended({"size": "9" * 5000}) + header("b"), "no number of bytes"),
        (member("L", "n", kind=b"L") * 500 + member("b", "y"), "more than 16 headers"),
        (extended({"comment": "x"}) * 20 + member("b", "y"), "more than 16 headers"),
        (header("L", size=2**40, kind=b"L"), "a header of 1,099,511,627,776 bytes"),
        (header("b", size=2**80) + b"x", "unexpected end"),
        (member("x", b"1" * 100_000, kind=b"x") + member("b", "y"), "cannot be read"),
        (member("x", "0 a=b\n", kind=b"x") + member("b", "y"), "cannot be read"),
        (member("x", "99 a=b\n", kind=b"x") + member("b", "y"), "cannot be read"),
        (member("x", "7 a=\n8 b", kind=b"x") + member("b", "y"), "cannot be read"),
        (extended({"path": "b"}), "unexpected end"),
        (member("L", "n", kind=b"L") + END, "unexpected end"),
        (header("b")[:-1], "truncated header"),
        (header("b", kind=b"S", b482=b"\1") + b"\1" * 512, "unexpected end"),
        (b"c" + header("b")[1:], "bad checksum"),
    ],
)  # fmt: skip
def test_what_cannot_be_ends_the_reading_and_says_so(wrong, words):
    """On most of these `tarfile` goes on for ever, breaks, or takes them for the end."""
    cut = words in ("unexpected end", "truncated header")
    found = tar_entries(io.BytesIO(member("a", "x") + wrong + (b"" if cut else member("z", "z"))))
    assert next(found).name == "a"
    with pytest.raises(tarfile.ReadError, match=words):
        list(found)


@given(
    st.dictionaries(
        st.sampled_from(["path", "comment", "mtime"]), st.text(max_size=120), max_size=3
    )
)
def test_records_of_any_length(said):
    (one,) = entries(member("pax", records(said), kind=b"x") + member("a", "x"))
    assert one.name == (said.get("path") or "a")
