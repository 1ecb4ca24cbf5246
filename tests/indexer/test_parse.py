"""From raw fields to records."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.errors import RecordError
from indexer.parse import parse_case
from indexer.raw import RawCase, RawOpinion, TextFormat
from indexer.records import OpinionType, PageMark

SEEDS = sorted((Path(__file__).parents[2] / "data" / "sample" / "ca6").glob("*.txt"))
FLOYD = RawCase(
    id="ca6-2008-floyd-v-detroit",
    name="Floyd v. City of Detroit",
    court_id="ca6",
    date_filed="2008",
    citations=("518 F.3d 398",),
    opinions=(RawOpinion(text="The officers fired.", type=OpinionType.LEAD),),
)


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name)
def test_the_seed_opinions_come_out_byte_for_byte(path):
    text = path.read_bytes().decode()
    opinion = parse_case(replace(FLOYD, opinions=(RawOpinion(text=text),))).opinions[0]
    assert opinion.text.encode() == path.read_bytes()
    assert opinion.header.source_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_court_is_named():
    case = parse_case(FLOYD).case
    assert (case.court_id, case.court_citation_string) == ("ca6", "6th Cir.")
    assert case.court == "Court of Appeals for the Sixth Circuit"


def test_a_court_given_by_name_gets_its_id():
    case = parse_case(
        replace(
            FLOYD, court_id=None, court="United States Court of Appeals for the Seventh Circuit"
        )
    ).case
    assert (case.court_id, case.court_citation_string) == ("ca7", "7th Cir.")
    assert case.court == "United States Court of Appeals for the Seventh Circuit"


def test_the_hash_is_of_the_delivered_text_and_the_text_is_cleaned():
    raw = RawOpinion(text="\ufeffHeld:\r\nreversed\x97and remanded")
    opinion = parse_case(replace(FLOYD, opinions=(raw,))).opinions[0]
    assert opinion.text == "Held:\nreversed—and remanded"
    assert opinion.header.source_sha256 == hashlib.sha256(raw.text.encode()).hexdigest()


def test_markup_comes_off():
    raw = RawOpinion(text="<p>A &sect; 1983 claim</p><p>fails</p>", format=TextFormat.HTML)
    assert parse_case(replace(FLOYD, opinions=(raw,))).opinions[0].text == "A § 1983 claim\n\nfails"


def test_derived_opinion_ids_count_repeats():
    types = [
        OpinionType.LEAD,
        OpinionType.DISSENT,
        OpinionType.CONCURRENCE_IN_PART,
        OpinionType.DISSENT,
    ]
    raw = replace(FLOYD, id="x", opinions=tuple(RawOpinion(text="t", type=kind) for kind in types))
    ids = [opinion.header.id for opinion in parse_case(raw).opinions]
    assert ids == ["x-lead", "x-dissent", "x-concurrence_in_part", "x-dissent-2"]


def test_given_opinion_ids_stand_behind_the_case():
    opinions = (RawOpinion(text="t", id="9416757"), RawOpinion(text="t", id="x-own"))
    ids = [one.header.id for one in parse_case(replace(FLOYD, id="x", opinions=opinions)).opinions]
    assert ids == ["x-9416757", "x-own"]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (replace(FLOYD, date_filed="2024-13-45"), "date_filed: '2024-13-45' is an impossible date"),
        (replace(FLOYD, date_filed="March 3"), "date_filed: 'March 3' is not an ISO 8601 date"),
        (replace(FLOYD, opinions=()), "opinions is empty"),
        (replace(FLOYD, opinions=(RawOpinion(text=" \n\x00"),)), r"opinions\[0\].text is empty"),
        (
            replace(FLOYD, opinions=(RawOpinion(text="<p> </p>", format=TextFormat.HTML),)),
            r"opinions\[0\].text is empty",
        ),
        (replace(FLOYD, opinions=(RawOpinion(text="a\ud800"),)), "lone surrogate"),
        (
            replace(FLOYD, opinions=(RawOpinion(text="a", id="1"), RawOpinion(text="b", id="1"))),
            "two opinions have the id",
        ),
    ],
)
def test_what_cannot_be_is_refused(raw, words):
    with pytest.raises(RecordError, match=words):
        parse_case(raw)


def test_pages_that_the_source_knows_are_kept_and_its_stars_are_words():
    text = "See 2004 WL 2066748, *398. And *399 of it, *400 too. Held."
    marks = (
        PageMark(reporter="slip op.", page="1", start=0),
        PageMark(reporter="slip op.", page="2", start=51),
    )
    known = RawOpinion(text=text, pages=marks, type=OpinionType.LEAD)
    starred = RawOpinion(text=text.replace("2004 WL 2066748, ", ""), type=OpinionType.DISSENT)
    one, other = parse_case(replace(FLOYD, opinions=(known, starred))).opinions
    assert (one.text, one.pages) == (text, marks)
    assert [mark.page for mark in other.pages] == ["398", "399", "400"]
    assert "*" not in other.text
