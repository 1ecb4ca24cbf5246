"""What a build holds, counted again from its records by hand."""

from collections import Counter

import pytest

from indexer.store.corpus_overview import CorpusOverview, CourtCount
from indexer.store.passages import PassageStore
from tests.indexer.store.citing import write_citing
from tests.indexer.store.making import opinion, record

KNOWN = (
    ("a", "scotus", "1989"),
    ("b", "ca6", "1989-05"),
    ("c", "ca6", "2005-05-31"),
    ("d", "ca6", None),
    ("e", None, "2005"),
    ("f", None, None),
)


@pytest.fixture(scope="module")
def overview(tmp_path_factory):
    records = [
        record(case, opinion(f"{case}/o", "Words.", case_id=case), court_id=court, date_filed=date)
        for case, court, date in KNOWN
    ]
    path = tmp_path_factory.mktemp("overview") / "passages.sqlite"
    write_citing(path, records, {})
    with PassageStore.open(path) as store:
        yield store.corpus.overview()


def test_every_case_is_counted_once(overview):
    years = Counter((court, int(date[:4])) for _, court, date in KNOWN if date)
    assert {(court, year): n for court, year, n in overview.years} == years
    assert overview.undated == sum(date is None for _, _, date in KNOWN)
    assert overview.courtless == sum(court is None for _, court, _ in KNOWN)
    assert sum(n for *_, n in overview.years) + overview.undated == len(KNOWN)


def test_courts_come_with_the_most_cases_first(overview):
    assert [(court.id, court.cases) for court in overview.courts] == [("ca6", 3), ("scotus", 1)]
    assert all(isinstance(court, CourtCount) for court in overview.courts)


def test_a_court_whose_cases_differ_is_named_by_the_first_wherever_it_is_named(tmp_path):
    names = (
        ("x", "Court of Appeals", "6th Cir."),
        ("y", "Zealous Court", None),
        ("z", None, "Zth Cir."),
    )
    records = [
        record(
            case,
            opinion(f"{case}/o", "Words.", case_id=case),
            court_id="ca6",
            court=name,
            court_citation_string=cited,
        )
        for case, name, cited in names
    ]
    write_citing(tmp_path / "passages.sqlite", records, {})
    with PassageStore.open(tmp_path / "passages.sqlite") as store:
        (court,) = store.corpus.overview().courts
        assert (court.name, court.citation_string) == ("Court of Appeals", "6th Cir.")
        assert store.sections.read().names["ca6"] == (court.name, court.citation_string)


def test_sections_opinions_and_statuses_are_tallied(overview):
    assert sum(overview.opinions.values()) == len(KNOWN)
    assert sum(overview.sections.values()) >= len(KNOWN)
    assert all(n > 0 for n in overview.statuses.values())


def test_a_build_is_counted_once(tmp_path):
    write_citing(tmp_path / "passages.sqlite")
    with PassageStore.open(tmp_path / "passages.sqlite") as store:
        assert isinstance(store.corpus, CorpusOverview)
        assert store.corpus.overview() is store.corpus.overview()
