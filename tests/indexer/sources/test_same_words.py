"""A case that comes twice is known by its words, a form that comes often is not."""

import pytest

from indexer.sources.same_words import KnownCases
from tests.indexer.store.making import opinion, record

LONG = "The officers searched the house, and we affirm. " * 30
OTHER = "The landlord kept the deposit, and we reverse. " * 30


def case(case_id: str, *texts: str, **fields: str):
    return record(
        case_id, *(opinion(f"{case_id}-{at}", text) for at, text in enumerate(texts)), **fields
    )


@pytest.mark.parametrize(
    ("second", "twin"),
    [
        ((LONG,), "a"),
        ((LONG.replace(" ", "\n\n"),), "a"),
        ((OTHER,), "a"),
        ((OTHER, LONG), "a"),
        ((LONG, OTHER, LONG + "More."), None),
        ((LONG + ".",), None),
        ((LONG.upper(),), None),
        ((LONG[:100],), None),
    ],
)
def test_all_opinions_of_a_case_are_those_of_an_earlier_one(second, twin):
    known = KnownCases()
    assert known.same_as(case("a", LONG, OTHER)) is None
    assert known.same_as(case("b", *second)) == twin


def test_words_of_two_cases_together_are_no_case_that_came_before():
    known = KnownCases()
    assert [known.same_as(case("a", LONG)), known.same_as(case("b", OTHER))] == [None, None]
    assert known.same_as(case("c", LONG, OTHER)) is None
    assert known.same_as(case("d", OTHER)) == "b"


@pytest.mark.parametrize(
    ("fields", "same"),
    [
        ({"name": "A v. B", "docket_number": "1"}, True),
        ({"name": "a V. b", "docket_number": "1"}, True),
        ({"name": "A v. B", "docket_number": "2"}, False),
        ({"name": "A v. C", "docket_number": "1"}, False),
        ({"name": "A v. B", "docket_number": "1", "date_filed": "1989"}, False),
    ],
)
def test_a_short_form_is_the_same_case_only_with_its_name_date_and_docket(fields, same):
    known = KnownCases()
    known.same_as(case("a", "Affirmed.", name="A v. B", docket_number="1"))
    assert known.same_as(case("b", "Affirmed.", **fields)) == ("a" if same else None)
