import itertools
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import FilterError
from indexer.filters import Filters
from indexer.records import OpinionType, SectionRole
from indexer.store.passage_tables import date_period
from indexer.store.passages import PassageStore
from tests.indexer.store.making import ROLES, opinion, record, write_passages

DATES = [None, "2004", "2005", "2005-02", "2005-02-28", "2005-12-31", "2006-01", "0999"]
COURTS = [None, "ca6", "scotus"]
JUDGES = ["Sandra Day O'Connor", "O\u2019Connor, J.", "MUÑOZ", "Munoz-Day", "Day"]
TYPES = [OpinionType.LEAD, OpinionType.DISSENT]


@pytest.fixture(scope="module")
def corpus():
    made = []
    for number, (date, court, kind) in enumerate(itertools.product(DATES, COURTS, TYPES)):
        made.append(
            record(
                f"c{number}",
                opinion(
                    f"o{number}a",
                    "x" * (20 + 7 * (number % 9)),
                    case_id=f"c{number}",
                    type=kind,
                    author=JUDGES[number % 7] if number % 7 < 5 else None,
                ),
                *[opinion(f"o{number}b", "y" * 75, case_id=f"c{number}", author="Day")]
                * (number % 3 == 0),
                date_filed=date,
                court_id=court,
                status=["published", "unpublished", None][number % 3],
                judges=(JUDGES[number % 5], JUDGES[number % 3])[: number % 4],
            )
        )
    return made


@pytest.fixture(scope="module")
def passages(corpus, tmp_path_factory):
    path = tmp_path_factory.mktemp("select") / "p.sqlite"
    return path, write_passages(path, corpus)


@pytest.fixture(scope="module")
def store(passages):
    with PassageStore.open(passages[0]) as opened:
        yield opened


def days(date: str) -> range:
    """All days of a partial date as numbers, months of 31 days: enough to compare periods."""
    parts = [int(part) for part in date.split("-")]
    year = parts[0] * 372
    if len(parts) == 1:
        return range(year, year + 372)
    month = year + (parts[1] - 1) * 31
    return (
        range(month, month + 31)
        if len(parts) == 2
        else range(month + parts[2] - 1, month + parts[2])
    )


def words(name: str) -> set[str]:
    plain = "".join(
        c for c in unicodedata.normalize("NFD", name.lower()) if not unicodedata.combining(c)
    )
    return set(re.findall("[a-z]+", plain.replace("\u2019", "").replace("'", "")))


def passes(filters: Filters, case, header, role) -> bool:
    """The docstring of `Filters`, in plain Python."""
    names = [words(name) for name in (header.author or "", *case.judges)]
    dated = not (filters.date_from or filters.date_to) or case.date_filed is not None
    return (
        (not filters.court or case.court_id in filters.court)
        and (not filters.case_id or case.id in filters.case_id)
        and (not filters.status or case.status in filters.status)
        and (not filters.opinion_type or header.type in filters.opinion_type)
        and (not filters.section_role or role in filters.section_role)
        and (
            not filters.judge
            or any(words(value) <= name for value in filters.judge for name in names)
        )
        and dated
        and (not filters.date_from or days(case.date_filed)[-1] >= days(filters.date_from)[0])
        and (not filters.date_to or days(case.date_filed)[0] <= days(filters.date_to)[-1])
    )


def some(values: Sequence[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


RANGES = st.tuples(
    st.sampled_from([None, "2004-12-31", "2005", "2005-02", "2005-02-28", "2006"]),
    st.sampled_from([None, "2006-01-01", "2006", "2007"]),
)


@st.composite
def filters_(draw):
    date_from, date_to = draw(RANGES)
    return Filters(
        court=draw(some(["ca6", "scotus", "nowhere"])),
        date_from=date_from,
        date_to=date_to,
        opinion_type=draw(some(TYPES)),
        section_role=draw(some(list(ROLES[:4]))),
        case_id=draw(some(["c0", "c7", "c12", "c31", "nobody"])),
        judge=draw(
            some(["o'connor", "OCONNOR sandra", "muñoz", "day", "Day Sandra", "connor", "mun"])
        ),
        status=draw(some(["published", "unpublished"])),
    )


@given(filters_())
@settings(max_examples=120, deadline=None)
def test_select_is_the_predicate(store, passages, corpus, filters) -> None:
    where = {o.header.id: (r.case, o.header) for r in corpus for o in r.opinions}
    expected = [
        p.row for p in passages[1] if passes(filters, *where[p.opinion_id], ROLES[p.section])
    ]

    rows = store.select(filters)

    if filters.is_empty:
        assert rows is None
    else:
        assert rows.tolist() == expected
    listed = [entry.case.id for entry in store.cases(filters, limit=999)]
    cases = dict.fromkeys(where[passages[1][row].opinion_id][0].id for row in expected)
    assert listed == list(cases)


def test_a_whole_opinion_is_a_range_and_a_role_a_part_of_it(store) -> None:
    first, end = store.opinion_rows("o0b")

    assert store.select(Filters(case_id=("c0",))).tolist()[-1] == end - 1
    roles = [store.select(Filters(case_id=("c0",), section_role=(role,))) for role in SectionRole]
    assert sorted(row for rows in roles for row in rows) == list(range(end))
    assert end - first == 3 + 3 + 2  # 75 characters in sections of 30 and passages of 10


def test_what_the_caller_resolves_is_not_looked_at(store) -> None:
    assert store.select(Filters(binding_on="ca6", cites=("490 U.S. 386",))) is None


@pytest.mark.parametrize(
    ("filters", "reason"),
    [
        (Filters(date_from="yesterday"), "date_from: 'yesterday' is not a date: write 2005"),
        (Filters(date_to="2005-02-30"), "date_to: '2005-02-30' is not a date of the calendar"),
        (Filters(date_from="2006", date_to="2005"), "exchange the two"),
        (Filters(judge=("Day", "…")), "give a name"),
    ],
)
def test_a_value_that_cannot_be_is_told(store, filters, reason) -> None:
    for ask in (store.select, lambda f: store.cases(f, limit=1)):
        with pytest.raises(FilterError, match=reason):
            ask(filters)


@pytest.mark.parametrize(
    ("date", "first", "last"),
    [
        ("2005", "2005-01-01", "2005-12-31"),
        ("2004-02", "2004-02-01", "2004-02-29"),
        ("1900-02", "1900-02-01", "1900-02-28"),
        ("2005-05-31", "2005-05-31", "2005-05-31"),
        ("9999-12", "9999-12-01", "9999-12-31"),
    ],
)
def test_a_partial_date_is_its_period(date, first, last) -> None:
    assert date_period(date) == (first, last)


@pytest.mark.parametrize(
    "date",
    [
        "",
        "05",
        "2005-5",
        "2005-05-3",
        "2005-00",
        "0000",
        "2005-05-31T00:00",
        "\uff12\uff10\uff10\uff15",
        "2005\n",
    ],
)
def test_anything_else_is_no_date(date) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        date_period(date)
