"""Citations count for what they point to: the rule worked out by hand on small candidates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.evidence import Evidence
from indexer.store.cited_places import CitedPlace
from indexer.store.ranking import Rows
from service.answers import Mode
from service.pointing import Pointing
from service.retrieval import Asked, Candidates

ASKED = Asked(terms=(), mode=Mode.HYBRID, vector=None)


class Places:
    """Passages and what they cite, by hand."""

    def __init__(self, *places: tuple[int, range, list[int]]) -> None:
        self.places = [CitedPlace(by, case, np.array(rows, np.int64)) for by, case, rows in places]
        self.asked: list[int] = []

    def of(self, rows: np.ndarray) -> list[CitedPlace]:
        self.asked = rows.tolist()
        return [place for place in self.places if place.by in self.asked]


def candidates(evidence: dict[int, float], allowed: list[int] | None = None) -> Candidates:
    rows = sorted(evidence, key=lambda row: -evidence[row])
    return Candidates(
        rows=np.array(rows, np.int64),
        evidence=np.array([evidence[row] for row in rows]),
        asked=ASKED,
        dense=None,
        lexical=None,
        allowed=None if allowed is None else np.array(allowed, np.int64),
    )


def followed(places: Places, found: Candidates, weight: float = 0.1) -> dict[int, float]:
    pointing = Pointing(places, lambda _, rows: np.full(len(rows), weight))
    after = pointing.follow(found)
    assert (np.diff(after.evidence) <= 0).all()
    assert len(set(after.rows.tolist())) == len(after.rows)
    return dict(zip(after.rows.tolist(), after.evidence.tolist(), strict=True))


def test_only_strong_candidates_are_read_for_what_they_cite():
    places = Places()
    found = candidates({1: 0.8, 2: 0.53, 3: 0.51, 4: 0.0})

    assert followed(places, found) == {1: 0.8, 2: 0.53, 3: 0.51, 4: 0.0}
    assert places.asked == [1, 2]  # above 0.65 of the way from 0 to 0.8


LIMIT = 0.65 * 0.8
"""Of candidates from 0.8 down to 0."""
CASE, PAGE = 0.3, 1.2


def test_the_cited_case_gains_a_share_of_what_its_voices_have_above_the_limit():
    places = Places((1, range(10, 20), []), (2, range(10, 20), []))
    found = candidates({1: 0.8, 2: 0.7, 12: 0.3, 30: 0.3, 4: 0.0})

    after = followed(places, found)

    assert after[12] == pytest.approx(0.3 + CASE * (0.8 - LIMIT + 0.7 - LIMIT))
    assert (after[30], after[1], after[4]) == (0.3, 0.8, 0.0)


def test_no_more_than_three_voices_count_and_each_once():
    cited = range(10, 20)
    places = Places(*[(by, cited, []) for by in (1, 2, 3, 4)], (1, cited, []))
    found = candidates({1: 0.8, 2: 0.79, 3: 0.78, 4: 0.77, 12: 0.3, 5: 0.0})

    assert followed(places, found)[12] == pytest.approx(
        0.3 + CASE * (0.8 + 0.79 + 0.78 - 3 * LIMIT)
    )


def test_the_page_that_is_named_gains_more_and_becomes_a_candidate():
    places, gain = Places((1, range(10, 20), [14, 15])), 0.8 - LIMIT
    found = candidates({1: 0.8, 15: 0.2, 12: 0.2, 4: 0.0})

    after = followed(places, found)

    assert after[12] == pytest.approx(0.2 + CASE * gain)
    assert after[15] == pytest.approx(0.2 + (CASE + PAGE) * gain)
    assert after[14] == pytest.approx(0.1 + (CASE + PAGE) * gain)


def test_a_cited_case_that_no_lane_found_sends_its_three_best():
    places = Places((1, range(10, 20), []))
    weigh = {row: row / 100 for row in range(10, 20)}
    pointing = Pointing(places, lambda _, rows: np.array([weigh[r] for r in rows.tolist()]))

    after = pointing.follow(candidates({1: 0.8, 4: 0.0}))

    assert after.rows.tolist() == [1, 19, 18, 17, 4]
    assert after.pointed == {row: pytest.approx(CASE * (0.8 - LIMIT)) for row in (17, 18, 19)}


def test_what_filters_leave_out_stays_out():
    places = Places((1, range(10, 20), [14]), (1, range(30, 40), []))
    found = candidates({1: 0.8, 4: 0.0}, allowed=[1, 4, 31])

    assert set(followed(places, found)) == {1, 4, 31}


def test_nothing_found_points_nowhere():
    assert followed(Places(), candidates({})) == {}


@given(
    st.dictionaries(st.integers(0, 60), st.floats(0, 1), min_size=1),
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 5), st.lists(st.integers(0, 9), max_size=3))
    ),
)
def test_no_candidate_is_lost_and_none_falls(evidence, cites):
    places = Places(
        *[(by, range(10 * c, 10 * c + 10), sorted({10 * c + p for p in on})) for by, c, on in cites]
    )
    after = followed(places, candidates(evidence))
    assert all(after[row] >= before for row, before in evidence.items())


def test_whatever_is_cited_is_weighed_in_one_call():
    places = Places((1, range(10, 20), []), (1, range(20, 30), []), (1, range(30, 40), [31]))
    asked: list[list[int]] = []

    def weigh(_: Asked, rows: Rows) -> Evidence:
        asked.append(rows.tolist())
        return np.asarray(rows / 100)

    Pointing(places, weigh).follow(candidates({1: 0.8, 4: 0.0}))

    assert asked == [[*range(10, 30), 31]]
