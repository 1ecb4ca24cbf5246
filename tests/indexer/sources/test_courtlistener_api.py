"""Objects of the REST interface: whole or in pieces, in any order, each case once."""

import json
import zlib
from itertools import permutations
from pathlib import Path

import pytest

from indexer.records import NameSource
from indexer.sources import courtlistener_join
from indexer.sources.courtlistener_api import claims
from indexer.sources.source_file import DiskFile
from tests.indexer.sources.reading import read, write

API = "https://www.courtlistener.com/api/rest/v4"
LEAD = {
    "resource_uri": f"{API}/opinions/71/",
    "id": 71,
    "absolute_url": "/opinion/7/floyd-v-detroit/",
    "cluster_id": 7,
    "cluster": f"{API}/clusters/7/",
    "author_str": "Moore",
    "per_curiam": False,
    "type": "020lead",
    "plain_text": "",
    "html_with_citations": '<p>The officers fired. <span class="star-pagination">*399</span> We affirm.</p>',
}
DISSENT = {
    **LEAD,
    "resource_uri": f"{API}/opinions/72/",
    "id": 72,
    "type": "040dissent",
    "author_str": "Cook",
    "html_with_citations": "<p>I dissent.</p>",
}
CLUSTER = {
    "resource_uri": f"{API}/clusters/7/",
    "id": 7,
    "absolute_url": "/opinion/7/floyd-v-detroit/",
    "docket_id": 3,
    "docket": f"{API}/dockets/3/",
    "sub_opinions": [LEAD["resource_uri"], DISSENT["resource_uri"]],
    "citations": [{"volume": 518, "reporter": "F.3d", "page": "398", "type": 1}],
    "case_name": "Floyd v. Detroit",
    "date_filed": "2008-03-05",
    "precedential_status": "Published",
    "judges": "Moore",
}
DOCKET = {
    "resource_uri": f"{API}/dockets/3/",
    "id": 3,
    "court": f"{API}/courts/ca6/",
    "court_id": "ca6",
    "clusters": [CLUSTER["resource_uri"]],
    "docket_number": "07-1034",
    "case_name": "Floyd v. Detroit",
}
V3_ALONE: dict[str, object] = {
    "resource_uri": "http://www.courtlistener.com/api/rest/v3/opinions/147681/",
    "absolute_url": "/opinion/147681/rule-v-fort-dodge/",
    "cluster": "http://www.courtlistener.com/api/rest/v3/clusters/147681/",
    "author": None,
    "joined_by": [],
    "author_str": "",
    "per_curiam": False,
    "type": "010combined",
    "plain_text": "We affirm.",
    "html": "",
}


def page(*objects: object) -> str:
    return json.dumps({"count": len(objects), "next": None, "previous": None, "results": objects})


def expanded(**fields: object) -> dict[str, object]:
    return {**CLUSTER, "sub_opinions": [LEAD, DISSENT], **fields}


FORMS = {
    "files": {f"{n}.json": json.dumps(one) for n, one in enumerate((LEAD, DISSENT, CLUSTER, DOCKET))},
    "folders": {
        "opinions/71.json": json.dumps(LEAD),
        "opinions/72.json": json.dumps(DISSENT, indent=2),
        "clusters/7.json": json.dumps(CLUSTER),
        "dockets/3.json": json.dumps(DOCKET),
    },
    "pages": {"1.json": page(LEAD, DISSENT), "2.json": page(CLUSTER), "3.json": page(DOCKET)},
    "lines": {"all.jsonl": "\n".join(map(json.dumps, (DOCKET, CLUSTER, DISSENT, LEAD)))},
    "expanded": {"7.json": json.dumps(expanded()), "3.json": json.dumps(DOCKET)},
    "all in one": {"7.json": json.dumps(expanded(docket=DOCKET))},
    "named opinions": {
        "7.json": json.dumps({**expanded(docket=DOCKET), "opinions": [LEAD, DISSENT], "sub_opinions": []})
    },
    "without addresses": {
        "7.json": json.dumps(
            {k: v for k, v in expanded(docket=DOCKET).items() if k != "resource_uri"}
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("files", FORMS.values(), ids=FORMS)
def test_every_form_gives_the_same_case(tmp_path, files):
    ((record,), refused) = read(write(tmp_path, files))
    case = record.case
    assert refused == []
    assert (case.id, case.name, case.court_id) == ("cl-7", "Floyd v. Detroit", "ca6")
    assert (case.docket_number, case.date_filed) == ("07-1034", "2008-03-05")
    assert [(one.header.id, one.header.type.value) for one in record.opinions] == [
        ("cl-7-71", "lead"),
        ("cl-7-72", "dissent"),
    ]
    assert record.opinions[0].text == "The officers fired. We affirm."
    assert [(one.reporter, one.page) for one in record.opinions[0].pages] == [
        ("518 F.3d", "398"),
        ("518 F.3d", "399"),
    ]


@pytest.mark.parametrize("order", list(permutations((LEAD, CLUSTER, DOCKET))))
def test_the_order_of_objects_makes_no_difference(tmp_path, order):
    ((record,), _) = read(write(tmp_path, {"a.json": page(*order)}))
    assert (record.case.name, record.case.court_id) == ("Floyd v. Detroit", "ca6")


def test_an_opinion_alone_is_a_case_named_by_its_address(tmp_path):
    ((record,), refused) = read(write(tmp_path, {"x.json": json.dumps(V3_ALONE)}))
    case = record.case
    assert refused == []
    assert (case.id, case.name) == ("cl-147681", "Rule v. Fort Dodge")
    assert case.name_source is NameSource.INFERRED
    assert case.url == "https://www.courtlistener.com/opinion/147681/rule-v-fort-dodge/"
    assert record.opinions[0].header.id == "cl-147681-147681"


def test_cases_come_in_the_order_of_their_first_opinions(tmp_path):
    opinions = [
        {**LEAD, "id": n, "cluster_id": c, "html_with_citations": f"<p>Held in {n}.</p>"}
        for n, c in enumerate((30, 4, 30, 100, 4), 1)
    ]
    records, _ = read(write(tmp_path, {"a.json": page(*opinions)}))
    assert [one.case.id for one in records] == ["cl-30", "cl-4", "cl-100"]


@pytest.mark.parametrize(
    ("objects", "words"),
    [
        ([CLUSTER], "only links here"),
        ([LEAD, LEAD], "the second opinion with the id 71"),
        ([LEAD, CLUSTER, CLUSTER], "the second cluster with the id 7"),
        ([{**LEAD, "html_with_citations": ""}], "opinion 71 has no text"),
        ([{"resource_uri": f"{API}/courts/ca6/", "id": "ca6"}], "neither an opinion nor a cluster"),
        ([{**DOCKET, "id": None, "resource_uri": ""}], "no id"),
        ([{"cluster_id": 7, "caseName": "A v. B", "opinions": [{"snippet": "x"}]}], "only snippets"),
        ([{"resource_uri": f"{API}/opinions/8/", "html": "<p>x</p>"}], "without a cluster"),
    ],
)  # fmt: skip
def test_what_is_refused_and_why(tmp_path, objects, words):
    _, (refused,) = read(write(tmp_path, {"a.json": page(*objects)}))
    assert words in refused.reason
    assert refused.place.startswith(f"{tmp_path}/a.json#")


@pytest.mark.parametrize("listed", [5, True, 0.5, "7", {"a": 1}])
def test_opinions_that_are_no_list(tmp_path, listed):
    records, (refused,) = read(
        write(tmp_path, {"a.json": page({**CLUSTER, "sub_opinions": listed})})
    )
    assert records == []
    assert "without its opinions" in refused.reason


def test_text_that_no_database_can_hold_is_refused_and_the_rest_is_read(tmp_path):
    broken = json.dumps({**DISSENT, "cluster_id": 8}).replace("I dissent", "\\ud800 dissent")
    ((record,), (refused,)) = read(write(tmp_path, {"a.json": f"[{json.dumps(LEAD)}, {broken}]"}))
    assert record.case.id == "cl-7"
    assert "half a character" in refused.reason


def test_a_full_disk_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(
        courtlistener_join, "_TABLES", f"PRAGMA max_page_count = 9;{courtlistener_join._TABLES}"
    )
    opinions = [{**LEAD, "id": n, "local_path": str(n) * 3000} for n in range(400)]
    monkeypatch.setattr(zlib, "compress", lambda data, level: data)
    _, (refused,) = read(write(tmp_path, {"a.json": page(*opinions)}))
    assert "set TMPDIR to a folder with more space" in refused.reason


@pytest.mark.parametrize(
    ("head", "claimed"),
    [
        (json.dumps(V3_ALONE)[:300], True),
        (page(CLUSTER)[:400], True),
        ('[{"sub_opinions": []', True),
        ('{"cluster_id": 7, "plain_text": "x"', True),
        ('{"caseName": "A v. B"', True),
        ('{"id": "x", "case_name": "A v. B", "opinions": [{"text": "x"', False),
        ('{"id": 1, "name_abbreviation": "A v. B", "casebody": {}', False),
        ("id,cluster_id\n", False),
    ],
)
def test_what_it_claims(head, claimed):
    assert claims(DiskFile(Path("any name"), Path()), head.encode()) is claimed
