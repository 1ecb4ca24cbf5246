from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from indexer.errors import FilterError
from indexer.filters import Filters
from indexer.records import OpinionType, SectionRole
from indexer.store.stored import StoredPassage
from service.admission import Admission
from service.facets import Count, count_facets
from tests.service.corpus import COURTS, TYPES, Judge
from tests.service.fakes import FakeLive, FakeSearcher, client_of

filter_sets = st.builds(
    Filters,
    court=st.lists(st.sampled_from(COURTS), max_size=2).map(tuple),
    binding_on=st.sampled_from([None, None, "ca6", "ohnd"]),
    date_from=st.sampled_from([None, None, "1989", "1999-12-31", "2005-05"]),
    date_to=st.sampled_from([None, None, "2005-05-30", "2012", "2008-01"]),
    opinion_type=st.lists(st.sampled_from(TYPES), max_size=2).map(tuple),
    section_role=st.lists(st.sampled_from(list(SectionRole)), max_size=3).map(tuple),
    status=st.sampled_from([(), ("published",), ("unpublished", "published"), ("strange",)]),
    judge=st.sampled_from([(), ("Sotomayor",), ("muñoz", "o'connor")]),
    cites=st.sampled_from([(), ("490 U.S. 386",)]),
)
OWN: dict[str, dict[str, Any]] = {
    "courts": {"court": ()},
    "years": {"date_from": None, "date_to": None},
    "opinion_types": {"opinion_type": ()},
    "section_roles": {"section_role": ()},
    "statuses": {"status": ()},
}


def value_of(stored: StoredPassage, facet: str) -> str | None:
    date = stored.case.date_filed
    values = {
        "courts": stored.case.court_id,
        "years": date and date[:4],
        "opinion_types": stored.opinion.type.value,
        "section_roles": stored.section.role.value,
        "statuses": stored.case.status,
    }
    return values[facet]


def admitted(judge: Judge, filters: Filters) -> list[StoredPassage]:
    """What a search with these filters ranks."""
    rows = Admission(judge.index).admit(filters, ()).rows
    return judge.stored if rows is None else [judge.stored[row] for row in rows.tolist()]


@settings(deadline=None)
@given(filters=filter_sets)
def test_counts_are_those_of_what_a_search_would_rank(corpus, judge, filters):
    found = count_facets(corpus, filters)

    passing = admitted(judge, filters)
    assert found.passages == len(passing)
    assert found.cases == len({stored.case.id for stored in passing})
    for facet, without in OWN.items():
        cases: dict[str, set[str]] = defaultdict(set)
        passages: dict[str, int] = defaultdict(int)
        for stored in admitted(judge, replace(filters, **without)):
            if (value := value_of(stored, facet)) is not None:
                cases[value].add(stored.case.id)
                passages[value] += 1
        counts: tuple[Count, ...] = getattr(found, facet)
        assert {c.value: (c.cases, c.passages) for c in counts} == {
            value: (len(cases[value]), passages[value]) for value in cases
        }, facet
        by_cases = [-c.cases for c in counts]
        assert facet == "years" or by_cases == sorted(by_cases)
    years = [c.value for c in found.years]
    assert years == sorted(years)


def test_what_cannot_be_is_refused(corpus):
    with pytest.raises(FilterError, match="did you mean"):
        count_facets(corpus, Filters(court=("ca66",)))
    with pytest.raises(FilterError, match="not a date"):
        count_facets(corpus, Filters(date_from="tomorrow"))


@pytest.fixture
def client(corpus):
    class Opened(FakeSearcher):
        index = corpus

    with client_of(FakeLive(Opened())) as client:
        yield client


def test_over_http(client: TestClient, corpus, judge):
    answer = client.get("/v1/facets", params={"court": "ca6", "date_filed.gte": "1989"})

    assert answer.status_code == 200
    told = answer.json()
    passing = admitted(judge, Filters(court=("ca6",), date_from="1989"))
    assert (told["cases"], told["passages"]) == (
        len({stored.case.id for stored in passing}),
        len(passing),
    )
    assert told["index"]["build_id"] == corpus.manifest.build_id
    courts = {court["id"]: court for court in told["courts"]}
    ohio = courts["ohnd"]
    assert (ohio["level"], ohio["system"], ohio["place"], ohio["circuit"]) == (
        "trial", "federal", "Ohio", "ca6",
    )  # fmt: skip
    assert courts["cal"]["circuit"] is None
    unknown = courts["elsewhere"]
    assert (unknown["level"], unknown["system"], unknown["circuit"]) == (None, None, None)
    assert [year["year"] for year in told["years"]] == sorted(y["year"] for y in told["years"])


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ("", {}),
        (
            "court=ca6&court=ohnd&section_role=facts",
            {"court": ["ca6", "ohnd"], "section_role": "facts"},
        ),
        (
            "binding_on=ca6&date_filed.gte=1989",
            {"binding_on": "ca6", "date_filed": {"gte": "1989"}},
        ),
        ("judge=Sotomayor&opinion_type=lead", {"judge": ["Sotomayor"], "opinion_type": ["lead"]}),
        ("cites=490+U.S.+386&status=published", {"cites": ["490 U.S. 386"], "status": "published"}),
    ],
)
def test_a_body_is_answered_as_the_same_query_string(client: TestClient, query, filters):
    answer = client.post("/v1/facets", json={"filters": filters})
    assert answer.status_code == 200
    assert answer.content == client.get(f"/v1/facets?{query}").content


def test_a_body_may_hold_nothing_and_what_is_wrong_in_it_is_said(client: TestClient):
    everything = client.get("/v1/facets").content
    for body in ({}, {"filters": None}, {"filters": {"court": [], "date_filed": {"gte": None}}}):
        assert client.post("/v1/facets", json=body).content == everything
    for filters, field in (({"court": ["ca66"]}, "filters.court"), ({"k": 5}, "filters.k")):
        answer = client.post("/v1/facets", json={"filters": filters})
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)


@pytest.mark.parametrize(
    ("query", "field"), [("k=5", "k"), ("court=ca66", "court"), ("date_filed.gte=x", "date_filed")]
)
def test_what_is_wrong_is_said(client: TestClient, query, field):
    answer = client.get(f"/v1/facets?{query}")
    assert answer.status_code == 422
    assert field in answer.json()["error"]["field"]


def test_rows_are_counted_by_section(corpus, judge):
    table = corpus.passages.sections.read()
    rows = np.array([stored.passage.row for stored in judge.stored[::3]])
    assert table.sizes_of(rows).sum() == len(rows)
    assert table.sizes.sum() == len(judge.stored)
    dissents = table.types.is_one_of([OpinionType.DISSENT])
    assert table.sizes[dissents].sum() == sum(
        stored.opinion.type is OpinionType.DISSENT for stored in judge.stored
    )
