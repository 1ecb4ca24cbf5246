"""JSON objects out of a file, however they stand in it."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from indexer.sources import Gauge
from indexer.sources import json_records as module
from indexer.sources.json_records import json_keys, json_records
from indexer.sources.lines import JsonLine
from indexer.sources.refused import Refused
from indexer.sources.source_file import DiskFile

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
OBJECTS = st.lists(st.dictionaries(st.text(min_size=1, max_size=5), VALUES, max_size=4), max_size=6)
LAYOUTS = {
    "lines": lambda objects: "\n".join(map(json.dumps, objects)),
    "list": json.dumps,
    "indented list": lambda objects: json.dumps(objects, indent=2),
    "page": lambda objects: json.dumps({"count": len(objects), "next": None, "results": objects}),
    "indented page": lambda objects: json.dumps({"results": objects, "next": 1}, indent=1),
}


def read(folder: Path, data: bytes | str) -> list[JsonLine | Refused]:
    path = folder / "x.json"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(json_records(DiskFile(path, folder)))


def fields(found: list[JsonLine | Refused]) -> list[object]:
    return [one.fields if isinstance(one, JsonLine) else one.reason for one in found]


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("block", [1, 7, 1 << 20])
@settings(max_examples=25, deadline=None)
@given(objects=OBJECTS)
def test_every_layout_gives_the_same_objects(tmp_path_factory, layout, block, objects):
    """``json.dumps`` is the judge, and how much is read at once makes no difference."""
    objects = [one for one in objects if "results" not in one]
    assume(objects)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", block)
        assert fields(read(tmp_path_factory.mktemp("j"), layout(objects))) == objects


@pytest.mark.parametrize("indent", [None, 2])
def test_one_object_alone(tmp_path, indent):
    one = {"id": 1, "text": "§\n", "list": [{"a": 1}]}
    assert fields(read(tmp_path, json.dumps(one, indent=indent))) == [one]
    assert fields(read(tmp_path, b"\xef\xbb\xbf" + json.dumps(one, indent=indent).encode())) == [
        one
    ]


@pytest.mark.parametrize(
    ("data", "places"),
    [
        ('{"a": 1}\n\n{"a": 2}\n', [":1", ":3"]),
        ('[{"a": 1}, {"a": 2}]', ["#1", "#2"]),
        ('{\n"a": 1\n}', [""]),
    ],
)
def test_places(tmp_path, data, places):
    assert [one.place for one in read(tmp_path, data)] == [
        f"{tmp_path}/x.json{at}" for at in places
    ]


def test_compressed(tmp_path):
    assert fields(read(tmp_path, gzip.compress(b'[\n{"a": 1}\n]'))) == [{"a": 1}]


@pytest.mark.parametrize(
    ("data", "count", "words"),
    [
        ('[{"a": 1}, {"a": 2', 1, "was it cut off"),
        ('[{"a": 1}, {"a": 2}', 2, "was it cut off"),
        ('[{"a": 1}, {a: 2}, {"a": 3}]', 1, "nothing after this was read"),
        ('{"results": [{"a": 1}], "next": }', 1, "not JSON"),
        ('[{"a": 1}, {"a": NaN}]', 1, "NaN is no number"),
        ('[{"a": 1}, ' + "[" * 100_000, 1, "nested too deeply"),
    ],
)
def test_what_is_wrong_with_a_list_spoils_what_comes_after_it(tmp_path, data, count, words):
    *good, wrong = read(tmp_path, data)
    assert fields(good) == [{"a": number} for number in range(1, count + 1)]
    assert isinstance(wrong, Refused)
    assert words in wrong.reason
    assert wrong.place == f"{tmp_path}/x.json#{count + 1}"


def test_a_byte_that_is_not_utf_8(tmp_path):
    (wrong,) = read(tmp_path, b'[{"a": "Mu\xf1oz"}]')
    assert isinstance(wrong, Refused)
    assert "not UTF-8: byte 0xf1" in wrong.reason


def test_members_that_are_no_objects_are_refused_one_by_one(tmp_path):
    found = fields(read(tmp_path, '[1, {"a": 1}, "x", null, {"a": 2}]'))
    assert [one for one in found if isinstance(one, dict)] == [{"a": 1}, {"a": 2}]
    assert len(found) == 5


def test_a_record_without_end_does_not_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LONGEST_RECORD", 1000)
    monkeypatch.setattr(module, "_BLOCK", 100)
    first, wrong = read(tmp_path, '[{"a": 1}, "' + "x" * 10_000)
    assert isinstance(first, JsonLine)
    assert isinstance(wrong, Refused)
    assert "is this a file of opinions?" in wrong.reason


def test_a_wrong_list_is_not_read_to_its_end(tmp_path):
    path, gauge = tmp_path / "x.json", Gauge()
    path.write_bytes(b'[{"a": 1}, {"a" 2}, "' + b"x" * 8_000_000 + b'"]')
    gauge.announce(path)
    first, wrong = json_records(DiskFile(path, tmp_path, gauge))
    assert isinstance(first, JsonLine)
    assert isinstance(wrong, Refused)
    assert "Expecting ':' delimiter, in the value at character 11; nothing after" in wrong.reason
    assert (gauge.share or 1) < 0.5


@pytest.mark.parametrize("block", [1, 2, 3, 7])
@pytest.mark.parametrize(
    "value",
    [
        "-1.5e-7",
        "true",
        "null",
        "-0.0",
        "12345678901234567890123",
        '"\\ud83d\\ude00\\u00e9"',
        "[ ]",
        "{ }",
    ],
)
def test_a_value_that_is_cut_where_a_block_ends_is_no_mistake(tmp_path, monkeypatch, value, block):
    monkeypatch.setattr(module, "_BLOCK", block)
    data = f'[{{"a": {value}{" " * 40}, "b":{" " * 40}{value}}},\n{{"c": [{value}, {value}]}}]'
    expected = json.loads(data.replace("12345678901234567890123", "12345678901234567890123.0"))
    assert fields(read(tmp_path, data)) == expected


def test_one_object_without_end_does_not_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LONGEST_RECORD", 1000)
    monkeypatch.setattr(module, "_BLOCK", 100)
    many = ",\n".join(f'"k{n}": "v"' for n in range(500))
    (wrong,) = read(tmp_path, f"{{\n{many}\n}}")
    assert isinstance(wrong, Refused)
    assert "is this a file of opinions?" in wrong.reason
    (one,) = read(tmp_path, f'{{\n"results": [{{"a": 1}}],\n{many}\n}}')
    assert isinstance(one, JsonLine)


@pytest.mark.parametrize("name", ["1", "null", "[" * 900 + "]" * 900, "[1, 2]"])
def test_what_is_no_name_of_a_field(tmp_path, name):
    (wrong,) = read(tmp_path, f"{{\n{name}: 1,\n}}")
    assert isinstance(wrong, Refused)
    assert "Expecting property name" in wrong.reason


def test_a_number_that_is_none_spoils_its_record_alone(tmp_path):
    one, wrong, two = read(tmp_path, f'[{{"a": 1}}, {{"a": {"9" * 5000}}}, {{"a": 2}}]')
    assert fields([one, two]) == [{"a": 1}, {"a": 2}]
    assert isinstance(wrong, Refused)
    assert (wrong.place, wrong.reason) == (
        f"{tmp_path}/x.json#2",
        "a is a number beyond all numbers",
    )


def test_a_file_that_is_not_there(tmp_path):
    (wrong,) = json_records(DiskFile(tmp_path / "gone.json", tmp_path))
    assert isinstance(wrong, Refused)
    assert wrong.reason == "cannot be read: No such file or directory"


@pytest.mark.parametrize(
    ("head", "keys"),
    [
        (b'{"id": 1, "case_name": "A \\"v.\\" B", "more": {"inner": 1}, "x', {"id", "case_name", "more"}),
        (b'[\n {"id": 1, "name": "x"}, {"other": 2}]', {"id", "name"}),
        (b'{"count": 1, "results": [{"resource_uri": "x", "cluster": "y"', {"resource_uri", "cluster"}),
        (b'{"results": []}', {"results"}),
        (b'\xef\xbb\xbf {"id": "unfinished stri', {"id"}),
        (b'{"id": 1}\n{"other": 2}', {"id"}),
        (b"plain: text, with \"quotes\": {}", set()),
        (b"", set()),
    ],
)  # fmt: skip
def test_keys_that_a_beginning_shows(head, keys):
    assert json_keys(head) == keys
