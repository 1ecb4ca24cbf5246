from hypothesis import given
from hypothesis import strategies as st

from indexer.store.least_reach import least_reach

LADDERS = st.lists(st.integers(1, 100), unique=True, max_size=12).map(sorted)


@given(LADDERS, st.integers(0, 101), st.integers(0, 101))
def test_the_least_that_is_enough_and_not_too_far_is_found(ladder, enough, too_far) -> None:
    asked: list[int] = []

    def tried(reach: int) -> tuple[bool, str | None]:
        asked.append(reach)
        if reach >= too_far:
            return True, None
        return reach >= enough, f"at {reach}" if reach >= enough else None

    fit = [reach for reach in ladder if enough <= reach < too_far]
    assert least_reach(ladder, tried) == (f"at {fit[0]}" if fit else None)
    assert len(set(asked)) == len(asked) <= len(ladder).bit_length()
