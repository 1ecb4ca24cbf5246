"""A draft checked against made-up cases: what each altered quotation is called, and that no true one is called false."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.records import OpinionType
from indexer.store.snapshot import Index
from service.errors import QueryError
from service.quotation_reading import Change
from service.quotation_text import Tolerance
from service.verify_citations import CitationStatus, pages_of_pin
from service.verify_quotes import LONGEST_DRAFT, CheckedQuotation, QuoteStatus, verify
from tests.indexer.store.making import opinion, record
from tests.service.corpus import build_corpus

FIRST = (
    "The officers entered the house at midnight without any warrant, and the family was asleep. "
    "Nothing in the record shows that evidence would have been destroyed by morning. "
    "A search of a home is not reasonable merely because the hour is late. "
)
SECOND = (
    "The State answers that the door stood open, Miller v. Ames, 310 U. S. 7, 9, and that the officers "
    "feared for the child. Fear alone does not make an emergency of a quiet street. "
    "We therefore hold that the entry violated the Fourth Amendment.5 The judgment is reversed. "
)
DISSENT = (
    "I would affirm, because the officers acted upon a cry for help that any neighbor could hear. "
    "The majority writes from the comfort of chambers and forgets how short a minute is. "
)
OTHER = (
    "The contract of carriage binds the railway to deliver the goods within a reasonable season. "
    "Delay that the weather causes is not a breach, but neglect of the cargo always is. "
)
CITE = "Hale v. Moss, 311 U.S. 100, 101 (1940)"
MILLER = "Rowan v. Pike, 312 U.S. 50, 50 (1941)"


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    hale = record(
        "hale",
        opinion(
            "hale/lead", FIRST + SECOND, case_id="hale", type=OpinionType.LEAD, author="Black",
            pages=[("311 U.S.", "101", 0), ("311 U.S.", "102", len(FIRST))],
        ),
        opinion(
            "hale/dissent", DISSENT, case_id="hale", type=OpinionType.DISSENT, author="Stone",
            pages=[("311 U.S.", "103", 0)],
        ),
        name="Hale v. Moss", court_id="scotus", date_filed="1940", citations=("311 U.S. 100",),
    )  # fmt: skip
    rowan = record(
        "rowan",
        opinion(
            "rowan/lead", OTHER, case_id="rowan", type=OpinionType.LEAD,
            pages=[("312 U.S.", "50", 0)],
        ),
        name="Rowan v. Pike", court_id="scotus", date_filed="1941", citations=("312 U.S. 50",),
    )  # fmt: skip
    with build_corpus(tmp_path_factory.mktemp("verify"), [hale, rowan]) as opened:
        yield opened


def check(index: Index, words: str, cite: str = CITE, marks: str = "“”") -> CheckedQuotation:
    (one,) = verify(f"So it is. {marks[0]}{words}{marks[1]} {cite}. It ends.", index).quotations
    return one


NIGHT = "A search of a home is not reasonable merely because the hour is late."


@pytest.mark.parametrize(
    "words",
    [
        NIGHT,
        "a search of a home is not reasonable",
        "[a] search of a home is not reasonable merely because the hour is late",
        "A search . . . is not reasonable merely because the hour is late",
        "A search of [the suspect’s] home is not reasonable",
        "A search of [a dwelling] is not reasonable merely because the hour is late",
        "is not reason[ed] merely because the hour is late",
        "A   search\nof a home is not\nreasonable merely because",
        "A SEARCH OF A HOME is not reasonable",
    ],
)
def test_true_quotations_are_verbatim(index, words):
    for marks in ("“”", '""'):
        one = check(index, words, marks=marks)
        assert (one.status, one.problems) == (QuoteStatus.VERBATIM, ())
        (place,) = one.places
        assert (place.opinion.id, place.cite) == ("hale/lead", CITE)
        assert place.text == place.span.of(FIRST + SECOND)


@given(st.integers(0, 60), st.integers(5, 30))
def test_every_run_of_words_of_an_opinion_is_verbatim(index, first, many):
    text = FIRST.replace("  ", " ")
    words = text.split()[first : first + many]
    if len(words) >= 4:
        assert check(index, " ".join(words)).status is QuoteStatus.VERBATIM


@pytest.mark.parametrize(
    ("words", "change"),
    [
        (NIGHT.replace("late", "early"), (Change.REPLACED, "early", "late")),
        (NIGHT.replace("not ", ""), (Change.OMITTED, "", "not")),
        (NIGHT.replace("is not", "is surely not"), (Change.ADDED, "surely", "")),
        (NIGHT.replace("merely because ", ""), (Change.OMITTED, "", "merely because")),
    ],
)
def test_a_changed_word_is_altered_and_shown(index, words, change):
    one = check(index, words)
    assert one.status is QuoteStatus.ALTERED
    changed = [
        (p.change, p.quoted.strip("."), p.source.strip("."))
        for p in one.diff
        if p.change is not Change.EQUAL
    ]
    assert changed == [change]
    assert "".join(re.sub(r"\W", "", p.quoted) for p in one.diff) == re.sub(r"\W", "", words)


def test_a_dropped_negation_is_pointed_out(index):
    assert "not" in " ".join(check(index, NIGHT.replace("not ", "")).notes)


def test_another_page_of_the_case(index):
    one = check(index, NIGHT, CITE.replace("101", "102"))
    assert one.status is QuoteStatus.WRONG_PAGE
    assert one.places[0].cite == CITE


def test_another_case(index):
    one = check(index, NIGHT, MILLER)
    assert one.status is QuoteStatus.WRONG_CASE
    assert one.places[0].case.id == "hale"


def test_the_worse_of_two_faults_is_the_status_and_both_are_told(index):
    one = check(index, NIGHT.replace("late", "early"), MILLER)
    assert one.problems == (QuoteStatus.WRONG_CASE, QuoteStatus.ALTERED)


def test_a_dissent_given_as_the_court_s(index):
    words = "The majority writes from the comfort of chambers"
    one = check(index, words, "Hale v. Moss, 311 U.S. 100, 103 (1940)")
    assert one.status is QuoteStatus.QUOTED_FROM_DISSENT
    assert one.places[0].cite.endswith("(Stone, J., dissenting)")
    said = check(index, words, "Hale v. Moss, 311 U.S. 100, 103 (1940) (Stone, J., dissenting)")
    assert said.status is QuoteStatus.VERBATIM


def test_two_places_run_together(index):
    words = "A search of a home is not reasonable, but neglect of the cargo always is"
    one = check(index, words)
    assert one.status is QuoteStatus.STITCHED
    assert [place.case.id for place in one.places] == ["hale", "rowan"]


def test_words_of_nobody(index):
    one = check(index, "Every citizen may burn the moon upon payment of a modest municipal fee")
    assert (one.status, one.places) == (QuoteStatus.NOT_FOUND, ())


def test_a_citation_may_be_left_out_when_the_draft_says_so(index):
    words = "the door stood open, and that the officers feared for the child"
    cite = CITE.replace("101", "102")
    silent = check(index, words, cite)
    said = check(index, words, f"{cite} (citation omitted)")
    assert silent.status is QuoteStatus.ALTERED
    assert (said.status, said.tolerated) == (
        QuoteStatus.VERBATIM, (Tolerance.OMITTED_CITATION,),
    )  # fmt: skip


def test_a_footnote_s_mark_may_be_left_out(index):
    words = "the entry violated the Fourth Amendment. The judgment is reversed."
    one = check(index, words, CITE.replace("101", "102"))
    assert (one.status, one.tolerated) == (QuoteStatus.VERBATIM, (Tolerance.FOOTNOTE_MARK,))


def test_a_case_that_is_not_here_is_said(index):
    one = check(index, NIGHT, "Nobody v. Nothing, 999 U.S. 1, 2 (1990)")
    assert one.status is QuoteStatus.VERBATIM
    assert "not in this index" in one.notes[0]


def test_few_words_without_a_case_are_skipped_aloud(index):
    found = verify("This is a so-called “open door” case.", index)
    assert (found.quotations, [one.text for one in found.skipped]) == ((), ["open door"])
    assert "too few words" in found.skipped[0].reason


@pytest.mark.parametrize(
    ("cite", "status"),
    [
        (CITE, CitationStatus.FOUND),
        ("Rowan v. Pike, 311 U.S. 100 (1940)", CitationStatus.WRONG_CASE),
        ("Hale v. Moss, 311 U.S. 100, 109 (1940)", CitationStatus.WRONG_PAGE),
        ("Hale v. Moss, 311 U.S. 900 (1940)", CitationStatus.NOT_FOUND),
    ],
)
def test_citations(index, cite, status):
    (one,) = verify(f"It is settled. See {cite}.", index).citations
    assert one.status is status


def test_what_is_close_to_a_missing_citation_is_named(index):
    (one,) = verify("It is settled. See Hale v. Moss, 311 U.S. 900 (1940).", index).citations
    assert "hale" in [match.entry.case.id for match in one.close]


@pytest.mark.parametrize(
    ("pin", "pages"),
    [
        ("396", ((396, 396),)),
        ("396-97", ((396, 397),)),
        ("1099-101", ((1099, 1101),)),
        ("396, 399 n. 8", ((396, 396), (399, 399))),
        (None, ()),
    ],
)
def test_pins(pin, pages):
    assert pages_of_pin(pin) == pages


def test_a_draft_that_cannot_be_is_refused(index):
    for wrong in (" ", "x" * (LONGEST_DRAFT + 1), "“a b c d” " * 301):
        with pytest.raises(QueryError):
            verify(wrong, index)


def test_the_work_can_be_stopped_between_quotations(index):
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verify(f"“{NIGHT}” {CITE}.", index, before_each=stop)
