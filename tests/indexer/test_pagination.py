"""Which page a stretch stands on: judged by pin cites that later courts give, and by made-up texts."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

import pytest

from indexer.page_map import MarkedText
from indexer.page_reach import UNKNOWN_PAGE
from indexer.pagination import PagedText, paginate
from indexer.records import CaseRecord, Opinion
from indexer.sources import read_sources

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
CITATIONS = ["20 L. Ed. 2d 889", "88 S. Ct. 1868", "392 U.S. 1", "1968 U.S. LEXIS 1345"]


@pytest.fixture(scope="module")
def sample() -> dict[str, CaseRecord]:
    records = read_sources([SAMPLE / "scotus.jsonl"])
    return {record.case.id: record for record in records if isinstance(record, CaseRecord)}


def one(text: str, citations: Sequence[str] = CITATIONS) -> PagedText:
    return paginate([MarkedText(text)], citations)[0]


def page_at(paged: PagedText | Opinion, offset: int, reporter: str | None = None) -> str:
    marks = [mark for mark in paged.pages if reporter in (None, mark.reporter)]
    at = bisect_right([mark.start for mark in marks], offset) - 1
    return marks[at].page if at >= 0 else UNKNOWN_PAGE


@pytest.mark.parametrize(
    ("case_id", "words", "reporter", "page"),
    [
        ("cl-107729", "specific and articulable facts which", "392 U.S.", "21"),
        ("cl-107729", "inchoate and unparticularized suspicion", "392 U.S.", "27"),
        ("cl-107564", "protects people, not places", "389 U.S.", "351"),
        ("cl-107564", "one that society is prepared to recognize", "389 U.S.", "361"),
        (
            "cl-106285",
            "all evidence obtained by searches and seizures in violation",
            "367 U.S.",
            "655",
        ),
        ("cl-107979", 'area "within his immediate control"', "395 U.S.", "763"),
        ("cl-111020", "plain statement", "463 U.S.", "1041"),
        ("cl-107473", "balancing the need to search", "387 U.S.", "537"),
        ("cl-108375", "special factors counselling hesitation", "403 U.S.", "396"),
    ],
)
def test_well_known_words_stand_on_the_page_that_courts_cite(
    sample, case_id, words, reporter, page
):
    opinion = sample[case_id].opinions[0]
    assert page_at(opinion, opinion.text.index(words), reporter) == page


def test_a_note_at_the_end_is_on_the_page_of_its_reference(sample):
    """Terry's note 16, "When an officer ... seized", is cited as 392 U.S. at 19 n.16."""
    terry = sample["cl-107729"].opinions[0]
    assert (
        page_at(terry, terry.text.index("by means of physical force or show of authority")) == "19"
    )


def test_no_star_numbers_are_left_in_the_sample(sample):
    for case_id in ("cl-107729", "cl-107564", "cl-107979", "cl-108375"):
        assert re.search(r"\*\d", sample[case_id].opinions[0].text) is None


def test_the_reporter_is_the_one_whose_pages_fit():
    paged = one("TERRY v. OHIO\n\nIt is *5 a serious *6 question *7 indeed.")
    assert {mark.reporter for mark in paged.pages} == {"392 U.S."}
    assert paged.text == "TERRY v. OHIO\n\nIt is a serious question indeed."


def test_parallel_reporters_have_their_own_marks():
    paged = one("one *5 two **1870 three *6 four **1871 five")
    five = paged.text.index("five")
    assert page_at(paged, five, "392 U.S.") == "6"
    assert page_at(paged, five, "88 S. Ct.") == "1871"
    assert paged.text == "one two three four five"


@pytest.mark.parametrize(
    "text",
    [
        "Ibid. 2013 WL 2443849, at *6 (quoted). Id., at *7.",
        "A footnote* and elisions * * * and 2 *** more",
        "18 U. S. C. *5 only one number",
        "page *831 and *832 of another case",
    ],
)
def test_text_without_a_run_is_left_alone(text):
    assert one(text) == PagedText(text)


def test_without_a_citation_nothing_is_a_page():
    text = "one *5 two *6 three *7 four"
    assert one(text, []) == PagedText(text)
    assert one(text, ["1968 U.S. LEXIS 1", "2013 WL 1"]) == PagedText(text)


def test_a_case_opens_on_its_first_page_and_a_separate_opinion_before_its_first_mark():
    whole = one("392 U.S. 1 (1968)\n\nTERRY v. OHIO\n\n*4 Louis Stokes argued. *5 He won. *6 No.")
    separate = one("Mr. Justice Douglas, dissenting. I agree *36 that *37 and *38 so on.")
    assert (whole.pages[0].page, whole.pages[0].start) == ("1", 0)
    assert (separate.pages[0].page, separate.pages[0].start) == ("35", 0)


def test_a_mark_at_the_start_is_not_doubled():
    paged = one("*5Justice Warren held *6that it *7was so.")
    assert [(mark.page, mark.start) for mark in paged.pages if mark.start == 0] == [("5", 0)]


def test_what_no_mark_tells_is_unknown():
    page = "word " * 400
    text = f"*5 {page}*6 {page}*7 {page}*8 {page}" + "notes " * 4000
    paged = one(text)
    assert page_at(paged, paged.text.index("notes")) == "8"
    assert page_at(paged, len(paged.text) - 1) == UNKNOWN_PAGE


def test_a_page_before_a_gap_is_not_stretched_over_it():
    page = "word " * 400
    paged = one(f"*5 {page}*6 {page}*7 {page}{page}*9 {page}*10 {page}")
    assert page_at(paged, 2 * len(page) + 10) == "7"
    assert page_at(paged, 4 * len(page) - 10) == UNKNOWN_PAGE
    assert page_at(paged, 4 * len(page) + 10) == "9"


def test_opinions_of_one_case_share_the_reporter():
    texts = [MarkedText("lead *5 on *6 and *7 end"), MarkedText("dissent *36 short")]
    lead, dissent = paginate(texts, CITATIONS)
    assert lead.pages[0].reporter == dissent.pages[0].reporter == "392 U.S."
    assert dissent.text == "dissent short"


def test_a_lone_mark_of_the_second_page_is_believed():
    assert page_at(one("392 U.S. 1\n\nIt was *2 so."), 20) == "2"
    assert one("392 U.S. 1\n\nIt was *3 so.").pages == ()


def test_a_note_to_a_note_stands_on_the_page_of_that_note():
    text = (
        "One *5 two. [1] Three *6 four *7 five.\n\nNOTES\n\n[1] A table [*] here.\n\n[*] Its note."
    )
    paged = one(text)
    assert page_at(paged, paged.text.index("Its note")) == "5"


def test_marks_before_the_best_run_count_too():
    """A note set between two paragraphs tears the run; its page marks count twice."""
    text = "a *5 b *6 issues: \n\n*5 “note *6 end”\n\n c *7 d *8 e"
    paged = one(text)
    assert "*" not in paged.text
    assert [mark.page for mark in paged.pages if mark.page][1:] == ["5", "6", "5", "6", "7", "8"]
