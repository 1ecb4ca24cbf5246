import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import ModelMismatchError
from service.ask import ask, parse_filters
from service.errors import QueryError
from tests.embedders import WordHashEmbedder


@pytest.mark.parametrize(
    ("given", "filters"),
    [
        ([], {}),
        (["court=ca6"], {"court": ["ca6"]}),
        (["court=ca6", "court=scotus"], {"court": ["ca6", "scotus"]}),
        (["binding_on=ca6"], {"binding_on": "ca6"}),
        (["date_filed.gte=2005", "date_filed.lte=2008-05"],
         {"date_filed": {"gte": "2005", "lte": "2008-05"}}),
        ([" judge = Kagan "], {"judge": ["Kagan"]}),
        (["cites=490 U.S. 386", "case_id=a=b"], {"cites": ["490 U.S. 386"], "case_id": ["a=b"]}),
        (["year=2005"], {"year": ["2005"]}),
    ],
)  # fmt: skip
def test_pairs_become_the_filters_of_a_request(given, filters):
    assert parse_filters(given) == filters


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["court"], "NAME=VALUE"),
        (["court="], "NAME=VALUE"),
        (["=ca6"], "NAME=VALUE"),
        ([" = "], "NAME=VALUE"),
        ([""], "NAME=VALUE"),
        (["date_filed=2005"], "date_filed.gte"),
        (["date_filed.from=2005"], "date_filed.gte"),
        (["date_filed.gte=2005", "date_filed.gte=2006"], "give it once"),
        (["binding_on=ca6", "binding_on=ca6"], "give it once"),
    ],
)
def test_what_is_no_pair_is_refused_with_an_example(given, words):
    with pytest.raises(QueryError, match=words) as caught:
        parse_filters(given)
    assert caught.value.field == "--filter"
    assert repr(given[-1]) in str(caught.value)


@given(st.lists(st.text(alphabet="=. acdefghilnorstu_", max_size=24), max_size=5))
def test_any_words_are_pairs_or_are_refused(pairs):
    try:
        filters = parse_filters(pairs)
    except QueryError:
        return
    values = [
        value
        for given in filters.values()
        for value in (given.values() if isinstance(given, dict) else [given] if isinstance(given, str) else given)
    ]  # fmt: skip
    assert len(values) == len(pairs), "no pair is lost"


def test_the_answer_is_that_of_the_http_service(index):
    answer = json.loads(ask("unarmed man", index=index, k=2, filters=["case_id=shot"]))

    assert answer["query"] == "unarmed man"
    assert [hit["case"]["id"] for hit in answer["hits"]] == ["shot"]
    assert answer["index"]["cases"] == 3
    assert "extra" not in answer["hits"][0]["case"]


@pytest.mark.parametrize(
    ("query", "k", "filters", "field"),
    [
        (" ", 1, [], "QUERY"),
        ("x" * 20_001, 1, [], "query"),
        ("q", 101, [], "k"),
        ("q", 1, ["opinion_type=majority"], "--filter opinion_type.0"),
        ("q", 1, ["date_filed.lte=2005-13"], "--filter date_filed.lte"),
    ],
)
def test_a_value_out_of_its_range_is_named_as_it_was_typed(index, query, k, filters, field):
    with pytest.raises(QueryError) as caught:
        ask(query, index=index, k=k, filters=filters)

    assert caught.value.field == field
    assert str(caught.value).count(field) == 1


def test_another_model_than_the_indexs_own_is_refused(index, monkeypatch):
    monkeypatch.setattr("service.ask.load_embedder", lambda name: WordHashEmbedder(window=65))

    with pytest.raises(ModelMismatchError):
        ask("unarmed man", index=index, k=1, filters=[])
