"""Cursors: a position and a build, and nothing that was made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cursors import cursor_at, position_of
from service.errors import QueryError

builds = st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), min_size=1, max_size=30)


@given(st.integers(0, 10**18 - 1), builds)
def test_a_cursor_leads_back_to_its_position(position, build):
    cursor = cursor_at(position, build_id=build)
    assert cursor.isascii()
    assert position_of(cursor, build_id=build, first=-1) == position


@given(st.integers(0, 10**6), builds, builds)
def test_a_cursor_is_good_for_its_own_build_only(position, build, other):
    if build != other:
        with pytest.raises(QueryError, match="earlier build of the index; start again"):
            position_of(cursor_at(position, build_id=build), build_id=other, first=0)


def test_without_a_cursor_a_list_begins_where_it_begins():
    assert position_of(None, build_id="b", first=-1) == -1


@pytest.mark.parametrize("cursor", ["", "x", "====", "é", "MTI", "QGI", "LTFAYg", "_"])
def test_what_is_no_cursor_is_refused(cursor):
    with pytest.raises(QueryError, match="pass `next_cursor` as it came"):
        position_of(cursor, build_id="b", first=0)
