"""The wire models judge the bytes that are written without them: names, order, numbers, nulls."""

import json
from collections.abc import Mapping
from dataclasses import is_dataclass, replace
from types import UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from indexer.authority import authority_on
from indexer.records import Case, SectionRole, Span
from service.answers import Answer, Group, Hit, SearchQuery
from service.hit_fields import FIELD_NAMES, Include, Selection
from service.schemas import GroupOut, PassageHitOut, SearchResponse, SimilarResponse
from service.wire_hits import passage_json, search_json, similar_json
from tests.service.asking import QUERIES
from tests.service.fakes import manifest

EVERYTHING: Final = Selection(extra=frozenset({"case", "opinion"}))
FEW: Final = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example],
    deadline=None,
)

FINITE = st.floats(allow_nan=False, allow_infinity=False)
COUNTS = st.integers(0, 2**40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)
PLAIN: Final[dict[Any, st.SearchStrategy[Any]]] = {
    float: FINITE,
    int: COUNTS,
    str: st.text(max_size=8),
    Span: st.tuples(COUNTS, COUNTS).map(lambda ends: Span(*sorted(ends))),
    Mapping[str, Any]: st.dictionaries(st.text(max_size=8), JSON, max_size=2),
    SearchQuery: st.builds(SearchQuery, text=st.text(), mode=...),
}
COURTS = st.sampled_from([None, "ca6", "scotus", "mied", "cal", "nowhere"])


def some(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a record's field: all of its fields made up too."""
    if kind in PLAIN:
        return PLAIN[kind]
    if is_dataclass(kind):
        return st.builds(kind, **{**known(kind), **OWN.get(kind, {})})  # type: ignore[arg-type]
    if get_origin(kind) is tuple:
        return st.lists(some(get_args(kind)[0]), max_size=2).map(tuple)
    if get_origin(kind) is UnionType:
        return st.one_of([some(one) for one in reversed(get_args(kind))])
    return st.from_type(kind)


def known(kind: Any) -> dict[str, st.SearchStrategy[Any]]:
    own = OWN.get(kind, {})
    return {name: some(hint) for name, hint in get_type_hints(kind).items() if name not in own}


OWN: dict[Any, dict[str, st.SearchStrategy[Any]]] = {Case: {"court_id": COURTS}}
OWN[Hit] = {
    "rank": COUNTS,
    "score": FINITE,
    "confidence": some(get_type_hints(Hit)["confidence"].__args__[0]),
}
HITS = some(Hit)
OWN[Group] = {
    "hits": st.lists(HITS, min_size=1, max_size=2).map(tuple),
    "lanes": st.none()
    | st.dictionaries(st.sampled_from(SectionRole), st.none() | HITS, max_size=2),
}
OWN[Answer] = {"query_coverage": st.floats(0, 1)}
ANSWERS = some(Answer)
SELECTIONS = st.lists(st.sampled_from(FIELD_NAMES), max_size=4).map(Selection.of)


def judged(model: type[BaseModel], content: bytes, include: Include | None = None) -> bytes:
    """What the model makes of an answer; a value it does not take is an error."""
    return model.model_validate_json(content).model_dump_json(include=include).encode()


def of_answer(include: Include | None) -> Include | None:
    """What is kept of a hit, for the whole answer, hits in groups included."""
    if include is None:
        return None
    hits = {"__all__": include}
    group: Include = {**dict.fromkeys(GroupOut.model_fields, True), "hits": hits, "lanes": hits}
    whole: Include = dict.fromkeys(SearchResponse.model_fields, True)
    return {**whole, "hits": hits, "groups": {"__all__": group}}


@FEW
@given(ANSWERS, st.none() | st.just("mied"))
def test_any_answer_is_a_dump_of_its_model(answer, forum):
    for selection in (Selection(), EVERYTHING):
        content = search_json(answer, manifest(), selection, forum=forum)
        assert judged(SearchResponse, content) == content


@FEW
@given(ANSWERS, SELECTIONS)
def test_fields_leave_what_pydantic_would_leave(answer, selection):
    shown = replace(EVERYTHING, extra=selection.extra)
    whole = search_json(answer, manifest(), shown)
    chosen = search_json(answer, manifest(), selection)
    assert chosen == judged(SearchResponse, whole, of_answer(selection.include))


@FEW
@given(st.lists(HITS, max_size=3), HITS, st.text())
def test_hits_without_a_question_are_dumps_of_their_models(hits, hit, passage_id):
    similar = similar_json(passage_id, hits, manifest())
    assert judged(SimilarResponse, similar) == similar
    passage = passage_json(hit, forum="ca6")
    assert judged(PassageHitOut, passage) == passage


@pytest.mark.parametrize(
    "asked",
    [{}, {"explain": True, "context": 1}, {"by_case": True}, {"lanes": (SectionRole.FACTS,)}],
)
def test_answers_of_the_engine_are_dumps_of_their_model(engine, asked):
    for text in QUERIES:
        answer = engine.search(SearchQuery(text=text, **asked))
        content = search_json(answer, engine.index.manifest, forum="ca6")
        assert judged(SearchResponse, content) == content


def told_as_known(
    told: Mapping[str, Any], record: Any, *, but: frozenset[str] = frozenset()
) -> None:
    """Each value stands under the name that the record has it by."""
    for name in told.keys() - but:
        known_as = getattr(record, name)
        assert told[name] == (list(known_as) if isinstance(known_as, tuple) else known_as), name


@FEW
@given(HITS)
def test_each_value_stands_under_its_own_name(hit):
    told = json.loads(passage_json(hit, forum="mied"))
    stored, passage = hit.stored, hit.stored.passage
    told_as_known(told["section"], stored.section, but=frozenset({"noted_in"}))
    assert told["section"]["noted_in"] == stored.noted_in
    told_as_known(told["opinion"], stored.opinion)
    court = {"court_level", "court_parent"}
    told_as_known(told["case"], stored.case, but=frozenset({"cited_by_count", *court}))
    assert told["case"]["cited_by_count"] == stored.cited_by
    assert (told["passage"]["id"], told["passage"]["text"]) == (passage.id, passage.text)
    assert told["passage"]["text_sha256"] == stored.text_sha256
    for one, cited in zip(told["passage"]["cites"], hit.cites, strict=True):
        told_as_known(one, cited, but=frozenset({"start", "end"}))
        told_as_known({"start": one["start"], "end": one["end"]}, cited.span)
    for one, mark in zip(told["highlights"], hit.highlights, strict=True):
        assert (one["start"], one["end"]) == (mark.span.start, mark.span.end)
    for side in ("before", "after"):
        assert [one["id"] for one in told["context"][side]] == [n.id for n in getattr(hit, side)]
    court_of = authority_on("mied", stored.case, stored.opinion.type, stored.section.role)
    assert told["authority"] == court_of


@FEW
@given(ANSWERS)
def test_an_answer_says_of_itself_what_the_search_said(answer):
    told = json.loads(search_json(answer, manifest()))
    asked = frozenset({"query", "mode", "index", "took_ms", "hits", "groups"})
    told_as_known(told, answer, but=asked)
    assert (told["query"], told["mode"]) == (answer.query.text, answer.query.mode)
    for name, took in told["took_ms"].items():
        assert took == round(getattr(answer.took_ms, name), 3)
    for one, hit in zip(told["hits"], answer.hits, strict=True):
        assert (one["rank"], one["score"], one["confidence"]) == (
            hit.rank,
            hit.score,
            hit.confidence,
        )
        for quoted, other in zip(one["also_quoted_in"], hit.also_quoted_in, strict=True):
            told_as_known(quoted, other)
        if hit.explain is not None:
            told_as_known(one["explain"], hit.explain, but=frozenset({"evidence"}))
            told_as_known(one["explain"]["evidence"], hit.explain.evidence)
    for one, group in zip(told["groups"] or (), answer.groups or (), strict=True):
        assert (one["case"]["id"], len(one["hits"])) == (group.case.id, len(group.hits))
