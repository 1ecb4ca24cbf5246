from typing import Any

import pytest

from indexer.records import Case, CitationKind, OpinionHeader, Section, SectionRole, Span
from indexer.store.stored import StoredCitation, StoredOpinion
from indexer.training_queries import (
    PairKind,
    citing_queries,
    heading_queries,
    page_span,
    syllabus_queries,
)

SYLLABUS = """Two deputies boarded a small boat on the lake at night. They had no warrant of any court.

Held:

1. Officers need a warrant to board a boat that is moored. Pp. 3-5.

(a) A boat that lies at its mooring cannot be moved at once. See Doe v. Roe, 5 U. S. 137, 140.
Nothing here called for haste, as the deputies themselves conceded. P. 190.

Reversed.
"""


def told(text: str) -> list[tuple[PairKind, str, tuple[int, int] | None]]:
    return [(q.kind, q.text, q.pages) for q in syllabus_queries(text, "boat")]


def test_a_syllabus_gives_its_facts_and_its_points_without_their_numbers_and_pages():
    facts, point = PairKind.SYLLABUS_FACTS, PairKind.SYLLABUS_POINT
    assert told(SYLLABUS) == [
        (facts, "Two deputies boarded a small boat on the lake at night.", None),
        (facts, "They had no warrant of any court.", None),
        (point, "Officers need a warrant to board a boat that is moored.", (3, 5)),
        (point, "A boat that lies at its mooring cannot be moved at once.", (190, 190)),
        (
            point,
            "Nothing here called for haste, as the deputies themselves conceded.",
            (190, 190),
        ),
    ]


def test_a_text_that_holds_nothing_is_no_syllabus():
    assert told(SYLLABUS.replace("Held:", "It was so:")) == []


@pytest.mark.parametrize(
    ("pin", "pages"),
    [
        ("396-97", (396, 397)),
        ("396", (396, 396)),
        ("1098–102", (1098, 1102)),
        ("12, 14", (12, 12)),
        ("*3-*4", (3, 4)),
        ("n. 4", None),
        (None, None),
    ],
)
def test_pins_as_written(pin, pages):
    assert page_span(pin) == pages


def cited(text: str, words: str, **more: Any) -> StoredCitation:
    start = text.index(words)
    fields: dict[str, Any] = {
        "name": None,
        "pin": None,
        "parenthetical": None,
        "case_id": "graham",
        **more,
    }
    return StoredCitation(
        span=Span(start, start + len(words)),
        kind=CitationKind.FULL,
        citation=words,
        quoted=False,
        inferred=False,
        **fields,
    )


def test_what_a_sentence_says_before_its_citation():
    text = "All claims of excessive force are judged by reasonableness. Force used in an arrest must be reasonable in the circumstances, see Graham v. Connor, 490 U.S. 386, 396."
    citation = cited(text, "490 U.S. 386", name="Graham v. Connor", pin="396")

    ((_, query),) = citing_queries(text, [citation])
    assert query.kind is PairKind.CITING_SENTENCE
    assert query.text == "Force used in an arrest must be reasonable in the circumstances"
    assert (query.target_case, query.pages) == ("graham", (396, 396))


def test_a_citation_that_stands_alone_speaks_for_the_sentence_before():
    text = "All claims of excessive force are judged by what is reasonable. See Graham v. Connor, 490 U.S. 386."
    citation = cited(text, "490 U.S. 386", name="Graham v. Connor")

    ((_, query),) = citing_queries(text, [citation])
    assert query.text == "All claims of excessive force are judged by what is reasonable."


def test_a_parenthetical_comes_beside_the_sentence():
    text = "Too short. 490 U.S. 386."
    said = "holding that  all claims of force are\njudged alike"
    citation = cited(text, "490 U.S. 386", parenthetical=said)

    ((_, query),) = citing_queries(text, [citation])
    assert query.kind is PairKind.PARENTHETICAL
    assert query.text == "holding that all claims of force are judged alike"


def test_a_citation_of_no_known_case_gives_nothing():
    text = "All claims of excessive force are judged by what is reasonable. 490 U.S. 386."
    assert list(citing_queries(text, [cited(text, "490 U.S. 386", case_id=None)])) == []


def test_headings_that_say_something():
    def section(heading: str, role: SectionRole, at: int) -> Section:
        return Section(
            heading=heading, path=(heading,), number=None, role=role, span=Span(at, at + 9)
        )

    headings = [
        ("THE SEARCH OF THE BOAT WAS UNLAWFUL", SectionRole.ANALYSIS),
        ("Standard of Review", SectionRole.ANALYSIS),
        ("For the reasons of the syllabus we affirm", SectionRole.SYLLABUS),
    ]
    opinion = StoredOpinion(
        header=OpinionHeader(id="o", case_id="boat", source_sha256="0" * 64),
        case=Case(id="boat", name="Boat"),
        text="x" * 40,
        sections=tuple(section(h, role, 10 * at) for at, (h, role) in enumerate(headings)),
        pages=(),
        rows=range(3),
    )

    ((span, query),) = heading_queries(opinion)
    assert span == Span(0, 9)
    assert query.text == "The search of the boat was unlawful"
