"""The neutral record, field by field: what is read, and the reason where it is not."""

import pytest

from indexer.errors import RecordError
from indexer.raw import TextFormat
from indexer.records import OpinionType
from indexer.sources.fields import checked_id, raw_case

GOOD = {"id": "x", "case_name": "A v. B", "opinions": [{"text": "Held."}]}


def with_opinion(**fields: object) -> dict[str, object]:
    return {**GOOD, "opinions": [{"text": "Held.", **fields}]}


def test_the_least_record():
    case = raw_case(GOOD)
    assert (case.id, case.name, case.citations, case.date_filed) == ("x", "A v. B", (), None)
    assert case.opinions[0].type is OpinionType.COMBINED
    assert case.opinions[0].format is TextFormat.TEXT


def test_null_is_as_good_as_missing():
    optional = "case_name_full court_id court date_filed docket_number citations judges status url"
    nulls = dict.fromkeys(optional.split())
    opinion = dict.fromkeys(["id", "type", "author", "joined_by", "format"])
    assert raw_case({**GOOD, **nulls, "opinions": [{**opinion, "text": "Held."}]}) == raw_case(GOOD)


def test_unknown_fields_are_kept_where_they_stood():
    case = raw_case({**with_opinion(page_count=3), "attorneys": ["A. Lawyer"], "x": {"y": None}})
    assert case.extra == {"attorneys": ["A. Lawyer"], "x": {"y": None}}
    assert case.opinions[0].extra == {"page_count": 3}


def without(name: str) -> dict[str, object]:
    return {key: value for key, value in GOOD.items() if key != name}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (without("id"), "id is missing"),
        (without("case_name"), "case_name is missing"),
        (without("opinions"), "opinions is missing"),
        ({**GOOD, "id": None}, "id is null"),
        ({**GOOD, "id": 7}, "id must be a string, not a number"),
        ({**GOOD, "case_name": "  "}, "case_name is empty"),
        ({**GOOD, "case_name": ["A"]}, "case_name must be a string, not a list"),
        ({**GOOD, "opinions": []}, "opinions is empty"),
        ({**GOOD, "opinions": {"text": "t"}}, "opinions must be a list, not an object"),
        ({**GOOD, "opinions": ["t"]}, "opinions[0] is a string, not an object"),
        ({**GOOD, "opinions": [{"text": "t"}, {}]}, "opinions[1].text is missing"),
        (with_opinion(text=None), "opinions[0].text is null"),
        (with_opinion(text=3.5), "opinions[0].text must be a string, not a number"),
        (with_opinion(type="majority"), "opinions[0].type 'majority' is unknown; one of: lead"),
        (with_opinion(type=True), "opinions[0].type must be a string or null, not true or false"),
        (with_opinion(format="pdf"), "opinions[0].format 'pdf' is unknown; one of: text html"),
        (with_opinion(id="a b"), "opinions[0].id 'a b' contains ' '"),
        (with_opinion(joined_by="Thomas"), "opinions[0].joined_by must be a list or null"),
        (with_opinion(joined_by=[1]), "opinions[0].joined_by[0] must be a string, not a number"),
        ({**GOOD, "citations": "518 F.3d 398"}, "citations must be a list or null, not a string"),
        ({**GOOD, "citations": ["518 F.3d 398", None]}, "citations[1] must be a string, not null"),
        ({**GOOD, "docket_number": 12}, "docket_number must be a string or null, not a number"),
        ({**GOOD, "date_filed": 2005}, "date_filed must be a string or null, not a number"),
    ],
)
def test_reasons(record, reason):
    with pytest.raises(RecordError) as refused:
        raw_case(record)
    assert reason in refused.value.reason


@pytest.mark.parametrize("good", ["x", "ca6-2008-floyd-v-detroit", "cl_1.2~3", "Muñoz", "a" * 200])
def test_ids_that_can_stand_in_an_address(good):
    assert checked_id(good) == good


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "a" * 201,
        "a b",
        "a\tb",
        "a/b",
        "a?b",
        "a#b",
        "a%b",
        "a:b",
        "a\\b",
        "a\x00b",
        "a\x85b",
        ".",
        "..",
    ],
)
def test_ids_that_cannot(bad):
    with pytest.raises(RecordError, match="id"):
        checked_id(bad)
