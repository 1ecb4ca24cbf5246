"""Ids that were there before are refused; a case of many opinions is not compared pair by pair."""

import pytest

from indexer.errors import RecordError
from tests.indexer.store.making import opinion, record, write_passages

MANY = 300


class Counted(str):
    """An id that counts how often any is compared with it."""

    __slots__ = ()
    __hash__ = str.__hash__
    compared = 0

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return str.__eq__(self, other)


def case(*ids: str):
    return record("a", *(opinion(one, "x", case_id="a") for one in ids))


def test_the_ids_of_one_case_are_not_compared_pair_by_pair(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(Counted, "compared", 0)
    passages = write_passages(tmp_path / "p", [case(*(Counted(f"o{n}") for n in range(MANY)))])
    assert len(passages) == MANY
    assert Counted.compared <= MANY


def test_the_first_that_comes_again_is_named(tmp_path) -> None:
    with pytest.raises(RecordError, match="an opinion with the id 'b' came before it") as caught:
        write_passages(tmp_path / "p", [case("a", "b", "b", "a")])
    assert caught.value.place == "'a'"
