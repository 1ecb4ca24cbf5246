"""Opinions of a known type: what their first words say that the source does not, or says wrongly."""

import pytest

from indexer.records import OpinionType as T
from indexer.voices import separate_voices
from tests.indexer.test_voices import PROSE, joined, record


@pytest.mark.parametrize(
    ("given", "first", "kind", "author"),
    [
        (T.LEAD, "Justice Stone announced the judgment of the Court.", T.PLURALITY, "Stone"),
        (
            T.LEAD,
            "Mr. Justice Stone\n\nannounced the judgment of the Court and delivered an opinion in which Mr. Justice Reed joined.",
            T.PLURALITY,
            "Stone",
        ),
        (
            T.LEAD,
            "Justice Stone\n\nannounced the judgment of the Court and delivered the opinion of the Court, except as to Part II.",
            T.LEAD,
            "Stone",
        ),
        (
            T.DISSENT,
            "Mr. Justice Stone,\n\nconcurring in part and dissenting in part.",
            T.CONCURRENCE_IN_PART,
            "Stone",
        ),
        (
            T.CONCURRENCE,
            "Mr. Justice Stone,\n\nwith whom concurred\n\nThe Chief Justice and Mr. Justice Cardozo, dissenting.",
            T.DISSENT,
            "Stone",
        ),
        (
            T.CONCURRENCE_IN_PART,
            "Justice Stone,\n\nconcurring in part and concurring in the judgment.",
            T.CONCURRENCE,
            "Stone",
        ),
        (T.DISSENT, "Mr. Justice Stone.", T.DISSENT, "Stone"),
        (T.LEAD, "MR. JUSTICE STONE, dissenting.", T.LEAD, None),
        (T.SYLLABUS, "MR. JUSTICE STONE, dissenting.", T.SYLLABUS, None),
    ],
)
def test_the_words_tell_the_kind_of_a_separate_opinion_and_a_plurality(
    given: T, first: str, kind: T, author: str | None
) -> None:
    (made,) = separate_voices(record(joined(first, PROSE), kind=given)).opinions
    assert (made.header.type, made.header.author) == (kind, author)
    assert separate_voices(record(joined(first, PROSE), kind=given)).opinions == (made,)


def test_who_joins_is_taken_from_the_first_words_unless_the_source_says_it() -> None:
    text = joined(
        "Justice Stone,\n\nwith whom Justice Reed and Justice Black join, dissenting.", PROSE
    )
    (read,) = separate_voices(record(text, kind=T.DISSENT)).opinions
    assert read.header.joined_by == ("Reed", "Black")
    (given,) = separate_voices(record(text, kind=T.DISSENT, joined_by=("Roberts",))).opinions
    assert given.header.joined_by == ("Roberts",)


@pytest.mark.parametrize("author", ["THE COURT.", "By the Court:", "PER CURIAM:\n*"])
def test_the_court_is_nobody(author: str) -> None:
    (made,) = separate_voices(record(PROSE, kind=T.LEAD, author=author)).opinions
    assert (made.header.type, made.header.author) == (T.PER_CURIAM, None)


def test_a_combined_text_whose_first_line_was_spoiled_has_its_voice() -> None:
    (made,) = separate_voices(record(joined("Pm\n\nCuriam.", PROSE))).opinions
    assert (made.header.type, made.header.author) == (T.PER_CURIAM, None)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("The Chief Justice and myself are unable to concur in the judgment.", T.DISSENT),
        ("I am in agreement with much that is said in the opinion.", T.CONCURRENCE),
        (
            "While we have joined in the opinion of the Court, we think the judgment is wrong.",
            T.CONCURRENCE,
        ),
        ("We joined in the earlier case. We would affirm, for I think the order wrong.", T.DISSENT),
    ],
)
def test_a_bare_name_s_type_is_what_its_words_say(words: str, kind: T) -> None:
    court = joined("MR. JUSTICE REED delivered the opinion of the Court.", PROSE)
    made = separate_voices(record(joined(court, "MR. JUSTICE STONE.", f"{words} {PROSE}")))
    assert [o.header.type for o in made.opinions] == [T.LEAD, kind]
