from hypothesis import given
from hypothesis import strategies as st

from indexer.held_out import HeldOut, Part, part_of
from indexer.records import Case
from tests.quality.ranking_judged import Half, half_of


@given(st.text())
def test_reporting_cases_are_those_that_figures_are_reported_from(case_id):
    """`tests/quality` divides the judged queries; what trains must divide the cases alike."""
    assert (part_of(case_id) is Part.REPORTING) == (half_of(case_id) is Half.REPORTING)


def test_the_parts_are_those_of_the_first_training():
    """sha256sum of "half" and the ids begins with d9, 0c and dc; of "train" and the ids with 04, 48 and 8f."""
    parts = [part_of(f"scotus-fl-{number}") for number in (2, 66, 62)]
    assert parts == [Part.REPORTING, Part.CHOOSING, Part.TRAINING]


def test_four_one_and_three_of_eight():
    parts = [part_of(str(number)) for number in range(8000)]
    for part, expected in ((Part.REPORTING, 4000), (Part.CHOOSING, 1000), (Part.TRAINING, 3000)):
        assert abs(parts.count(part) - expected) < 200  # more than four standard deviations


def test_a_case_is_named_by_its_id_or_by_a_citation_of_it():
    training = [str(n) for n in range(40) if part_of(str(n)) is Part.TRAINING]
    one, two, three = (
        Case(id=case_id, name="x", citations=(f"{at} U.S. 1",))
        for at, case_id in enumerate(training[:3], 1)
    )
    held_out = HeldOut.from_lines(["# judged elsewhere", "", f" {one.id} ", "2 U.S. 1"])

    assert [held_out.holds(case) for case in (one, two, three)] == [True, True, False]
    assert not any(HeldOut().holds(case) for case in (one, two, three))
