"""The committed sample: what its README promises."""

import hashlib
from pathlib import Path

import pytest

from indexer.records import CaseRecord, NameSource
from indexer.sources import Noticed, Refused, read_sources

SAMPLE = Path(__file__).parents[3] / "data" / "sample"
SEEDS = {
    "000_5559a7593ecdcc40.txt": ("ca6-2005-sample-v-bailey", "409 F.3d 689"),
    "001_84f03162a8c5b537.txt": ("ca6-2008-floyd-v-detroit", "518 F.3d 398"),
}


@pytest.fixture(scope="module")
def records() -> list[CaseRecord | Refused | Noticed]:
    return list(read_sources([SAMPLE]))


def cases(records: list[CaseRecord | Refused | Noticed]) -> dict[str, CaseRecord]:
    return {one.case.id: one for one in records if isinstance(one, CaseRecord)}


def test_nothing_is_refused_and_the_readme_is_passed_over(records):
    assert [str(one) for one in records if isinstance(one, Refused)] == []


def test_the_seeds_are_there_under_their_names_and_unchanged(records):
    for name, (case_id, citation) in SEEDS.items():
        record = cases(records)[case_id]
        data = (SAMPLE / "ca6" / name).read_bytes()
        assert record.case.citations == (citation,)
        assert (record.case.court_id, record.case.name_source) == ("ca6", NameSource.GIVEN)
        assert record.opinions[0].text.encode() == data
        assert record.opinions[0].header.source_sha256 == hashlib.sha256(data).hexdigest()


def test_the_supreme_court_cases_say_where_they_come_from(records):
    scotus = [one.case for one in cases(records).values() if one.case.court_id == "scotus"]
    assert len(scotus) == 41
    assert all(case.url and case.date_filed for case in scotus)
    assert all(case.docket_number or case.citations for case in scotus)
    assert {case.url.split("/")[2] for case in scotus if case.url} == {
        "caselaw.findlaw.com",
        "www.courtlistener.com",
    }


def test_no_words_stand_in_it_twice(records):
    """No paragraph of some length occurs in two opinions of one case."""
    for record in cases(records).values():
        seen: dict[str, str] = {}
        for opinion in record.opinions:
            for paragraph in {one for one in opinion.text.split("\n\n") if len(one) > 400}:
                assert paragraph not in seen, (record.case.name, seen[paragraph], opinion.header.id)
                seen[paragraph] = opinion.header.id


def test_it_is_small():
    assert sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()) < 2_600_000
