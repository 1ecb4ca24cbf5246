import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from indexer.filters import Filters
from indexer.records import OpinionType, SectionRole
from service.answers import Mode, SearchQuery
from service.hit_fields import FIELD_NAMES, Selection
from service.partial_dates import period
from service.schemas_params import SearchParams
from service.schemas_requests import SearchRequest, to_filters, to_query
from service.wire_hits import passage_json, search_json
from tests.service.fakes import STORED, FakeSearcher, hit_of, manifest

QUERY = SearchQuery(text="taser", k=2)


def leaves(value: object, path: str = "") -> set[str]:
    """The dotted paths of everything in a hit that is not an object."""
    if isinstance(value, dict) and not path.endswith(".extra"):
        return {leaf for name, inner in value.items() for leaf in leaves(inner, f"{path}.{name}")}
    return {path.removeprefix(".")}


def hit_json(selection: Selection = Selection(), **query):  # noqa: B008  # frozen
    answer = FakeSearcher().search(SearchQuery(text="t", explain=True, **query))
    return json.loads(search_json(answer, manifest(), selection))["hits"][0]


# requests


def test_the_shortest_request_has_the_defaults_of_the_contract():
    assert to_query(SearchRequest(query="taser")) == SearchQuery(
        text="taser",
        k=10,
        mode=Mode.HYBRID,
        rerank=None,
        filters=Filters(),
        by_case=False,
        passages_per_group=3,
        context=0,
        min_score=0.0,
        explain=False,
    )


FULL: dict[str, Any] = {
    "query": 'taser "clearly established"',
    "k": 100,
    "mode": "lexical",
    "rerank": False,
    "filters": {
        "court": ["ca6", "scotus"],
        "binding_on": "mied",
        "date_filed": {"gte": "1989", "lte": "2005-05-31"},
        "opinion_type": ["lead", "per_curiam"],
        "section_role": ["facts"],
        "case_id": ["a:b"],
        "judge": ["Kagan"],
        "status": ["published"],
        "cites": ["490 U.S. 386"],
    },
    "group_by": "case",
    "lanes": ["facts", "analysis", "facts"],
    "passages_per_group": 10,
    "context": 5,
    "min_score": 1,
    "explain": True,
    "fields": ["cite"],
}
ASKED = SearchQuery(
    text='taser "clearly established"',
    k=100,
    mode=Mode.LEXICAL,
    rerank=False,
    filters=Filters(
        court=("ca6", "scotus"),
        binding_on="mied",
        date_from="1989",
        date_to="2005-05-31",
        opinion_type=(OpinionType.LEAD, OpinionType.PER_CURIAM),
        section_role=(SectionRole.FACTS,),
        case_id=("a:b",),
        judge=("Kagan",),
        status=("published",),
        cites=("490 U.S. 386",),
    ),
    by_case=True,
    lanes=(SectionRole.FACTS, SectionRole.ANALYSIS),
    passages_per_group=10,
    context=5,
    min_score=1.0,
    explain=True,
)


def test_every_field_of_a_request_reaches_the_question():
    assert to_query(SearchRequest.model_validate(FULL)) == ASKED


def test_every_parameter_of_a_query_string_reaches_the_question():
    filters = {k: v for k, v in FULL["filters"].items() if k != "date_filed"}
    rest = {k: v for k, v in FULL.items() if k not in {"filters", "query"}}
    dates = {"date_filed.gte": "1989", "date_filed.lte": "2005-05-31"}
    params = SearchParams.model_validate(
        {"q": FULL["query"], **filters, **rest, **dates, "k": "100", "explain": "true"}
    )

    assert to_query(params.request()) == ASKED
    assert params.request().fields == ("cite",)


@pytest.mark.parametrize("name", ["court", "opinion_type", "section_role", "judge", "cites"])
def test_a_bare_value_is_a_list_of_one_and_null_an_empty_one(name):
    value = {"opinion_type": "lead", "section_role": "facts"}.get(name, "x")

    def read(given: object) -> object:
        request = SearchRequest.model_validate({"query": "q", "filters": {name: given}})
        return getattr(to_filters(request.filters), name)

    assert read(value) == read([value]) == (value,)
    assert read(None) == read([]) == ()


def test_null_filters_and_null_bounds_are_none():
    for given_ in (None, {}, {"date_filed": None}, {"date_filed": {"gte": None}}):
        request = SearchRequest.model_validate({"query": "q", "filters": given_})
        assert to_filters(request.filters).is_empty


def test_a_whole_number_may_be_written_with_a_point():
    assert SearchRequest.model_validate({"query": "q", "k": 10.0}).k == 10


# dates


@given(st.dates(min_value=date(1, 1, 1), max_value=date(9998, 12, 31)))
def test_a_partial_date_stands_for_its_whole_period(day):
    text = day.isoformat()
    assert period(text) == (day, day)

    first, last = period(text[:7])
    assert (first.day, (last + timedelta(days=1)).day) == (1, 1)
    assert first <= day <= last
    assert first.month == last.month

    assert period(text[:4]) == (date(day.year, 1, 1), date(day.year, 12, 31))


@given(st.dates(), st.dates(), st.sampled_from([4, 7, 10]), st.sampled_from([4, 7, 10]))
def test_a_period_is_refused_exactly_when_no_day_is_in_it(gte, lte, cut, other):
    low, high = gte.isoformat()[:cut], lte.isoformat()[:other]
    body = {"query": "q", "filters": {"date_filed": {"gte": low, "lte": high}}}
    empty = period(high)[1] < period(low)[0]

    if empty:
        with pytest.raises(ValidationError, match="exchange"):
            SearchRequest.model_validate(body)
    else:
        assert to_query(SearchRequest.model_validate(body)).filters.date_from == low


# answers


def test_offsets_and_text_are_those_of_the_record():
    stored = STORED[1]
    out = json.loads(passage_json(hit_of(stored, 1, 0.5, QUERY)))["passage"]

    assert (out["start"], out["end"]) == (stored.passage.span.start, stored.passage.span.end)
    assert out["text"] == stored.passage.text
    assert len(out["text"]) == out["end"] - out["start"]
    assert out["id"] == f"floyd:{out['start']}-{out['end']}"


def test_an_answer_by_case_has_no_flat_hits():
    answer = FakeSearcher().search(SearchQuery(text="t", by_case=True, passages_per_group=2))
    out = json.loads(search_json(answer, manifest()))

    assert out["hits"] == []
    assert [len(group["hits"]) for group in out["groups"]] == [2]


# fields


def test_every_part_of_a_hit_can_be_named():
    everything = leaves(hit_json(Selection.of(["case", "extra", "opinion"])) | hit_json())

    assert everything <= set(FIELD_NAMES)
    assert {name.partition(".")[0] for name in FIELD_NAMES} == {*hit_json(), "extra"}


def test_without_fields_everything_but_extra_is_there():
    shown = leaves(hit_json())

    assert "case.extra" not in shown
    assert "opinion.extra" not in shown
    assert {"rank", "passage.text", "case.cited_by_count", "explain.matched_terms"} <= shown


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        (["cite"], {"cite"}),
        (["rank"], set()),
        (["passage.text", "case.name"], {"passage.text", "case.name"}),
        (["section.path", "section"],
         {"section.heading", "section.path", "section.number", "section.role", "section.noted_at",
          "section.noted_in"}),
        (["context.before"], {"context.before"}),
        (["case.extra"], {"case.extra"}),
        (["opinion.extra"], {"opinion.extra"}),
        (["extra"], {"case.extra", "opinion.extra"}),
        (["opinion"], {"opinion.id", "opinion.type", "opinion.author", "opinion.source_sha256"}),
    ],
)  # fmt: skip
def test_fields_choose(fields, shown):
    assert leaves(hit_json(Selection.of(fields))) == shown | {"rank", "score"}


@given(st.lists(st.sampled_from(FIELD_NAMES), min_size=1))
def test_fields_are_a_union_whatever_their_order_and_number(fields):
    """Each name alone shows its leaves; together they show all of these and no other."""
    alone = [leaves(hit_json(Selection.of([name]))) for name in fields]

    assert leaves(hit_json(Selection.of(fields))) == set().union(*alone)
    assert hit_json(Selection.of(fields)) == hit_json(Selection.of(sorted(fields, reverse=True)))
