"""Records come back from JSON as they were, whatever their fields are called."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.plain_form import plain_form


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Pair(NamedTuple):
    left: str
    right: Colour


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A record whose constructor takes no arguments by place."""

    size: int
    at: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0:
            raise ValueError(self.size)


@dataclass(slots=True)
class Tree:
    name: str
    colour: Colour | None
    leaf: Leaf | None
    share: float
    pairs: list[Pair]
    leaves: list[tuple[Leaf, ...]]


COLOURS = st.sampled_from(Colour)
LEAVES = st.builds(Leaf, size=st.integers(0, 9), at=st.lists(st.integers()).map(tuple))
TREES = st.builds(
    Tree,
    name=st.text(),
    colour=st.none() | COLOURS,
    leaf=st.none() | LEAVES,
    share=st.floats(allow_nan=False),
    pairs=st.lists(st.builds(Pair, st.text(), COLOURS)),
    leaves=st.lists(st.lists(LEAVES).map(tuple)),
)


@given(TREES)
def test_what_went_through_json_is_what_it_was(tree: Tree) -> None:
    form = plain_form(Tree)
    again = form.from_plain(json.loads(json.dumps(form.to_plain(tree))))
    assert again == tree
    assert all(type(one) is Pair for one in again.pairs)
    assert all(type(one) is tuple for one in again.leaves)


@pytest.mark.parametrize("kind", [dict[str, int], int | str, object, tuple[int, str], Any])
def test_a_type_that_it_cannot_tell_is_refused_at_once(kind) -> None:
    with pytest.raises(TypeError, match="no plain form"):
        plain_form(kind)


@pytest.mark.parametrize("plain", [[-1, []], [1], [1, [], 2], 3, None])
def test_what_no_record_gave_is_an_error(plain) -> None:
    with pytest.raises((TypeError, ValueError)):
        plain_form(Leaf).from_plain(plain)
