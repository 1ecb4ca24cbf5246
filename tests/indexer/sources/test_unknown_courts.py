"""One notice for each court that nobody knows, with how many cases name it."""

from indexer.records import Case
from indexer.sources.unknown_courts import MOST_TOLD, UnknownCourts


def seen(*ids: str | None) -> list[tuple[str, int, str]]:
    courts = UnknownCourts()
    for at, court_id in enumerate(ids):
        courts.see(Case(id=f"c{at}", name="A v. B", court_id=court_id), f"a.jsonl:{at + 1}")
    return [(one.place, one.cases, one.note.split(" (")[0]) for one in courts.notices()]


def test_known_courts_and_none_are_no_news():
    assert seen("ca6", "scotus", None) == []


def test_each_unknown_court_is_told_once_where_it_came_first_with_what_may_be_meant():
    assert seen("ca6", "ca66", "qqqqq", "ca66") == [
        ("a.jsonl:2", 2, "court_id 'ca66' is no court of courts-db; did you mean ca6?"),
        ("a.jsonl:3", 1, "court_id 'qqqqq' is no court of courts-db"),
    ]


def test_a_source_whose_courts_are_all_unknown_does_not_drown_the_rest():
    told = seen(*(f"qq-{at}" for at in range(MOST_TOLD + 50)))
    assert len(told) == MOST_TOLD + 1
    assert told[-1] == (
        f"a.jsonl:{MOST_TOLD + 1}",
        50,
        "more than 100 courts are none of courts-db's",
    )


def test_a_name_that_means_no_court_or_several_is_told_too():
    courts = UnknownCourts()
    for at in range(2):
        courts.see(Case(id=f"c{at}", name="A v. B", court="Court of Pie Powder"), f"b.json:{at}")
    courts.see(Case(id="known", name="A v. B", court_id="ca6", court="Sixth Circuit"), "b.json:2")
    assert [str(one) for one in courts.notices()] == [
        (
            "b.json:0: court 'Court of Pie Powder' is the name of no court of courts-db, or of several "
            "(its 2 cases are indexed, but no court binds or is bound by it; give its court_id)"
        )
    ]
