"""Candidates by themselves; what is found for a question is in `test_search`."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from service.answers import Mode
from service.retrieval import Asked, Candidates

ASKED = Asked(terms=(), mode=Mode.HYBRID, vector=None)
shares = st.integers(0, 5).map(lambda fifths: fifths / 5)


@given(
    before=arrays(float, st.integers(0, 12), elements=shares),
    after=arrays(float, 12, elements=shares),
    first=st.integers(0, 12),
)
def test_the_first_weighed_anew_change_places_by_their_new_evidence(before, after, first):
    before = np.sort(before)[::-1]
    first = min(first, len(before))
    found = Candidates(np.arange(len(before)) * 7, before, ASKED, None, None)
    again = found.reweighed(after[:first])

    new = [*after[:first].tolist(), *before[first:].tolist()]
    order = sorted(range(len(new)), key=lambda place: (-new[place], place))
    assert again.rows.tolist() == [7 * place for place in order]
    assert again.evidence.tolist() == [new[place] for place in order]
