"""Lines of JSON objects: encodings, line ends, compression, and where each goes wrong."""

import gzip
import json
import lzma
from pathlib import Path

import pytest

from indexer.sources.lines import JsonLine, json_lines
from indexer.sources.refused import Refused
from indexer.sources.source_file import DiskFile


def read(path: Path, data: bytes) -> list[JsonLine | Refused]:
    path.write_bytes(data)
    return list(json_lines(DiskFile(path, path.parent)))


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1}\n{"a": 2}\n',
        b'{"a": 1}\n{"a": 2}',
        b'{"a": 1}\r\n{"a": 2}\r\n',
        b'\xef\xbb\xbf{"a": 1}\n{"a": 2}\n',
        gzip.compress(b'{"a": 1}\n{"a": 2}\n'),
        lzma.compress(b'{"a": 1}\n{"a": 2}\n'),
    ],
    ids=["plain", "no end", "crlf", "bom", "gzip", "xz"],
)
def test_objects_are_read(tmp_path, data):
    lines = read(tmp_path / "x.jsonl", data)
    assert lines == [
        JsonLine(place=f"{tmp_path}/x.jsonl:{number}", fields={"a": number}) for number in (1, 2)
    ]


def test_empty_lines_count_but_are_passed_over(tmp_path):
    lines = read(tmp_path / "x.jsonl", b'\n{"a": 1}\n  \n{"a": 2}\n')
    assert [line.place.rpartition(":")[2] for line in lines] == ["2", "4"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"a": 1', "not JSON"),
        (b'{"a": 1 "b": 2}', "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b'{"a": NaN}', "not JSON"),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b"[1, 2]", "not a JSON object but a list"),
        (b'"text"', "not a JSON object but a string"),
        (b"null", "not a JSON object but null"),
        (b"12", "not a JSON object but a number"),
        (b"\x00\x01", "not JSON"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_goes_on(tmp_path, line, words):
    good = b'{"a": 1}\n'
    first, refused, last = read(tmp_path / "x.jsonl", good + line + b"\n" + good)
    assert isinstance(refused, Refused)
    assert refused.place == f"{tmp_path}/x.jsonl:2"
    assert words in refused.reason
    assert isinstance(first, JsonLine)
    assert isinstance(last, JsonLine)


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_the_byte_that_is_not_utf_8_is_named(tmp_path, start):
    data = start + b'{"a": 1}\n{"a": "Mu\xf1oz"}\n'
    refused = read(tmp_path / "x.jsonl", data)[1]
    assert isinstance(refused, Refused)
    assert f"not UTF-8: byte 0xf1 at offset {data.index(0xF1)}" in refused.reason


def test_a_bad_byte_in_the_first_line_after_a_byte_order_mark(tmp_path):
    data = b'\xef\xbb\xbf{"a": "\xff"}\n'
    (refused,) = read(tmp_path / "x.jsonl", data)
    assert isinstance(refused, Refused)
    assert f"offset {data.index(0xFF)}" in refused.reason


def test_a_last_line_that_was_cut_off_says_so(tmp_path):
    refused = read(tmp_path / "x.jsonl", b'{"a": 1}\n{"a": "tor')[1]
    assert isinstance(refused, Refused)
    assert "was the file cut off?" in refused.reason


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress], ids=["gzip", "xz"])
def test_a_torn_compressed_file_gives_what_it_has(tmp_path, compress):
    rows = "".join(json.dumps({"a": number, "t": "§" * number}) + "\n" for number in range(2000))
    data = compress(rows.encode())
    *lines, refused = read(tmp_path / "x.jsonl.z", data[: len(data) // 2])
    assert isinstance(refused, Refused)
    assert "torn" in refused.reason
    whole = [line for line in lines if isinstance(line, JsonLine)]
    assert [line.fields["a"] for line in whole] == list(range(len(whole)))
    assert len(whole) < 2000
