"""What each part does, told from headings, place and words."""

import pytest

from indexer.records import OpinionType
from indexer.records import SectionRole as R
from indexer.sections import split_sections
from tests.indexer.texts import PROSE

STORY = (
    "In May 1994 the officers arrested Smith. He was charged and convicted, and in June he filed "
    "a complaint. The trial began in August; the jury convicted him."
)
REASONS = (
    "We think that the doctrine does not reach so far. Congress has clearly spoken. We therefore "
    "hold that the statute, as we have explained, must be read with the Amendment. We disagree."
)
NEUTRAL = "The parties own neighbouring lots by the lake, with one well between them."
ORDER = "The judgment is affirmed. It is so ordered."


def roles(*blocks: str) -> list[R]:
    sections = split_sections("\n\n".join(blocks), opinion_type=OpinionType.LEAD)
    return [section.role for section in sections]


def test_a_title_of_the_document_parts_the_head_of_the_report_from_an_introduction() -> None:
    head = "Affirmed by published opinion. Judge DOE wrote the opinion."
    made = roles(head, "OPINION", NEUTRAL, "I.", STORY, "II.", REASONS, "III.", ORDER)
    assert made == [R.CAPTION, R.INTRODUCTION, R.FACTS, R.ANALYSIS, R.DISPOSITION]


def test_an_opinion_after_an_order_opens_with_its_introduction() -> None:
    made = roles("ORDER", NEUTRAL, "OPINION", NEUTRAL, "I.", STORY, "II.", REASONS, "III.", ORDER)
    assert made == [R.INTRODUCTION, R.INTRODUCTION, R.FACTS, R.ANALYSIS, R.DISPOSITION]


def test_a_title_over_the_whole_opinion_introduces_nothing() -> None:
    assert roles("MEMORANDUM OPINION", REASONS, REASONS) == [R.ANALYSIS]


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (STORY, R.FACTS),
        (NEUTRAL, R.FACTS),
        (f"{REASONS} {STORY}", R.FACTS),
        (f"{REASONS} {REASONS}", R.ANALYSIS),
    ],
)
def test_a_first_part_under_a_number_alone_is_the_facts_unless_it_argues(
    first: str, expected: R
) -> None:
    made = roles(NEUTRAL, "I", first, "II", REASONS)
    assert made == [R.INTRODUCTION, expected, R.ANALYSIS]


def test_a_first_part_with_a_name_is_the_facts_only_where_it_narrates() -> None:
    assert roles(NEUTRAL, "I. The Lake", NEUTRAL, "II. The Well", REASONS)[1] is R.ANALYSIS
    assert roles(NEUTRAL, "I. The Lake", STORY, "II. The Well", REASONS)[1] is R.FACTS


def test_a_long_story_above_all_headings_is_the_statement_of_facts() -> None:
    long = " ".join([STORY] * 9)
    below = ["I. The Arrest", REASONS, "II. The Bail", REASONS * 9]
    assert roles(long, *below)[0] is R.FACTS
    assert roles(long, "I. Background", STORY, *below)[0] is R.INTRODUCTION
    assert roles(STORY, *below)[0] is R.INTRODUCTION


@pytest.mark.parametrize(
    ("under", "expected"), [(STORY, R.FACTS), (f"{REASONS} {REASONS}", R.ANALYSIS)]
)
def test_a_part_of_the_facts_that_argues_is_analysis(under: str, expected: R) -> None:
    made = roles("FACTS", STORY, "The Lease", under, "DISCUSSION", REASONS)
    assert made == [R.FACTS, expected, R.ANALYSIS]


def test_facts_that_hold_all_the_reasons_too_are_analysis() -> None:
    assert roles(NEUTRAL, "FACTS", *[REASONS] * 9)[1] is R.ANALYSIS
    assert roles(NEUTRAL, "FACTS", *[STORY] * 9)[1] is R.FACTS


def test_a_caption_below_the_opinion_is_a_section_of_its_own() -> None:
    caption = "DOE, PETITIONER v. ROE\n\non writ of certiorari to the court of appeals"
    text = f"{PROSE}\n\nI\n\n{STORY}\n\nII\n\n{REASONS * 9}\n\n{ORDER}\n\n{caption}"
    *own, last = split_sections(text, opinion_type=OpinionType.LEAD)
    assert (last.role, last.span.of(text)) == (R.CAPTION, caption)
    assert [section.role for section in own] == [R.INTRODUCTION, R.FACTS, R.ANALYSIS]
