"""JSON values to break readers with, and good ones in which one place is another."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlencode

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

TEXT: Final = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", " ", "\x00", "\u202e", "a" * 20_000, '"' * 500, "“" * 300, "(" * 2000, "§ " * 999, "v. " * 999,
         "1 U.S. 1 " * 500, "id. at 5; " * 300, "é" * 9000, "\U0001f469\u200d" * 500, "\ud800", "NaN", "../../etc",
         "%00", "floyd:0-33", "floyd:33-0", "floyd:0-999999999999999999999", "scotus", "ca6", "1989", "0000", "-1",
         "9" * 400, "9" * 5000, f"1 U.S. {'9' * 4400}", f"case-00/0:0-{'9' * 5000}"]
    ),
)  # fmt: skip
_DIGITS: Final = st.sampled_from(
    [f"@{sign}{n} digits@" for sign in ("", "-") for n in (31, 309, 5000)]
)
"""Whole numbers as they are written down at last: Python itself writes none of more than 4,300 digits."""
_WRITTEN: Final = re.compile(r'(?:"@|%40)(-?)(\d+)(?: |\+)digits(?:@"|%40)')
_SCALAR: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.integers(-2, 101),
    _DIGITS,
    st.floats(),
    TEXT,
)
VALUE: Final[SearchStrategy[Any]] = st.recursive(
    _SCALAR,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)
_TIMES: Final = st.sampled_from((2, 2, 17, 65, 65, 300, 1001, 5000))
_HOW: Final = ("value", "value", "value", "gone", "renamed", "many", "counted")


def json_bytes(value: Any) -> bytes:
    """Write a value as JSON, with its long numbers, with what is no number, and with half characters."""
    return _spelled(json.dumps(value)).encode()


def query_string(parameters: Any) -> str:
    """Write parameters as a query string, lists as repeated ones."""
    return _spelled(urlencode(parameters, doseq=True, errors="surrogatepass"))


def _spelled(text: str) -> str:
    return _WRITTEN.sub(lambda found: found[1] + "9" * int(found[2]), text)


def changed(draw: DrawFn, value: Any) -> Any:
    """Return a copy of a JSON value in which one place is another, gone, renamed, or many."""
    copy = json.loads(json.dumps(value))
    places = list(_places(copy))
    if not places:
        return draw(VALUE)
    *way, last = draw(st.sampled_from(places))
    holder = copy
    for key in way:
        holder = holder[key]
    how = draw(st.sampled_from(_HOW))
    if how == "gone":
        del holder[last]
    elif how == "renamed" and isinstance(holder, dict):
        holder[draw(TEXT)] = holder.pop(last)
    elif how == "many":
        holder[last] = [holder[last]] * draw(_TIMES)
    elif how == "counted":
        holder[last] = [f"{holder[last]}{n}" for n in range(draw(_TIMES))]
    else:
        holder[last] = draw(VALUE)
    return copy


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    inside: Any = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list):
        inside = enumerate(value[:20])
    for key, inner in inside:
        yield from _places(inner, (*at, key))
