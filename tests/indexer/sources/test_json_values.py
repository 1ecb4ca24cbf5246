"""What can be kept of JSON is told as the writer of answers tells it."""

import json
import math
import sys

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import RecordError
from indexer.sources.json_values import MAX_DEPTH, check_object, whole_number
from tests.indexer.bad_inputs import nested

TEXT = st.text(st.characters() | st.sampled_from("\ud800\udfff"), max_size=4)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def writable(value: object) -> bool:
    """Whether an answer could be written; a number that is none becomes null there."""
    try:
        return (
            "null" not in orjson.dumps(value).decode() or json.dumps(value, allow_nan=False) != ""
        )
    except (TypeError, ValueError):
        return False


@given(st.dictionaries(TEXT, VALUES, max_size=4))
def test_what_passes_is_what_an_answer_can_hold(fields):
    try:
        check_object(fields)
    except RecordError:
        assert not writable(fields)
    else:
        assert writable(fields)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"a": [1, {"b": "x\ud800"}]}, "a[1].b has half a character (a lone surrogate) at 1"),
        ({"a": {"\udfff": 1}}, "a.\\udfff has half a character (a lone surrogate) at 0"),
        ({"a": [0.5, math.inf]}, "a[1] is a number beyond all numbers"),
        ({"n" * 100: math.nan}, f"{'n' * 80}… is a number beyond all numbers"),
        ({"a": "\ud800", "b": math.inf}, "a has half a character (a lone surrogate) at 0"),
    ],
)
def test_the_first_place_is_named(fields, reason):
    with pytest.raises(RecordError) as told:
        check_object(fields)
    assert told.value.reason == reason


def test_how_deep_a_field_may_be():
    check_object({"a": nested(MAX_DEPTH - 2)})
    with pytest.raises(RecordError, match="more than 100 lists and objects in one another"):
        check_object({"a": nested(MAX_DEPTH)})
    orjson.dumps([[[{"hits": [{"case": {"extra": {"a": nested(MAX_DEPTH - 2)}}}]}]]])


def test_what_is_nested_as_deep_as_any_reader_reads_is_told_and_not_stumbled_over():
    with pytest.raises(RecordError, match="in one another"):
        check_object({"a": nested(sys.getrecursionlimit() * 3)})


@given(st.integers())
def test_whole_numbers_are_those_of_a_line(number):
    """orjson, which reads lines, is the judge."""
    digits = str(number)
    found = whole_number(digits)
    assert (type(found), found) == (type(orjson.loads(digits)), orjson.loads(digits))


@pytest.mark.parametrize(
    ("digits", "number"),
    [
        ("9223372036854775808", 2**63),
        ("18446744073709551615", 2**64 - 1),
        ("18446744073709551616", 2.0**64),
        ("-9223372036854775808", -(2**63)),
        ("-9223372036854775809", -(2.0**63)),
        ("9" * 308, 1e308),
        ("9" * 4301, math.inf),
        ("-" + "9" * 4301, -math.inf),
        ("-0", 0),
    ],
)
def test_numbers_at_the_bounds(digits, number):
    found = whole_number(digits)
    assert (type(found), found) == (type(number), number)
