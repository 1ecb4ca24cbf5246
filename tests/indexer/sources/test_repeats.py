"""A combined text beside separate ones: every word once, none lost."""

import pytest

from indexer.raw import NoteKind, RawCase, RawOpinion, TextFormat
from indexer.records import OpinionType
from indexer.sources.repeats import once, without_repeats


def words(stem: str, count: int = 200) -> str:
    return " ".join(f"{stem}{number}" for number in range(count))


def opinion(given: str, kind: OpinionType, text: str, **fields) -> RawOpinion:
    return RawOpinion(text=text, type=kind, id=given, **fields)


LEAD = opinion("1", OpinionType.LEAD, words("lead"))
DISSENT = opinion("2", OpinionType.DISSENT, words("dissent"))
BOTH = opinion("3", OpinionType.COMBINED, f"259 U.S. 1\n\n{words('lead')}\n\n{words('dissent')}")


def kept(*opinions: RawOpinion) -> list[str | None]:
    return [one.id for one in without_repeats(opinions).kept]


def test_a_combined_text_goes_where_the_separate_ones_cover_it():
    repeats = without_repeats([BOTH, LEAD, DISSENT])
    assert repeats.kept == (LEAD, DISSENT)
    assert repeats.left_out == ("combined 3: its words are in the others",)


def test_separate_ones_go_where_the_combined_text_has_more():
    with_syllabus = opinion("3", OpinionType.COMBINED, f"{words('syllabus')} {BOTH.text}")
    assert kept(with_syllabus, LEAD, DISSENT) == ["3"]


def test_what_is_nowhere_else_stays():
    other = opinion("4", OpinionType.CONCURRENCE, words("concur"))
    assert kept(opinion("3", OpinionType.COMBINED, LEAD.text), DISSENT, other) == ["3", "2", "4"]
    assert kept(BOTH, LEAD, other) == ["3", "4"]


def test_markup_and_misread_letters_make_no_difference():
    scanned = DISSENT.text.replace("dissent50", "dlssent50").replace("dissent9 ", "dissent 9 ")
    as_html = "".join(f"<p><i>{word}</i></p>" for word in LEAD.text.split())
    lead = opinion("1", OpinionType.LEAD, as_html, format=TextFormat.HTML)
    assert kept(BOTH, lead, opinion("2", OpinionType.DISSENT, scanned)) == ["1", "2"]


@pytest.mark.parametrize("opinions", [[BOTH], [BOTH, BOTH], [LEAD, DISSENT, LEAD], []])
def test_cases_without_both_kinds_are_left_alone(opinions):
    assert without_repeats(opinions).kept == tuple(opinions)


def test_texts_of_a_word_or_two():
    short = [opinion("3", OpinionType.COMBINED, "Affirmed."), opinion("1", OpinionType.LEAD, "No.")]
    assert kept(*short) == ["3", "1"]


def test_a_case_without_its_repeats_says_so():
    case = RawCase(id="c", name="A v. B", opinions=(BOTH, LEAD, DISSENT), extra={"x": 1})
    made = once(case)
    assert made.opinions == (LEAD, DISSENT)
    assert made.extra == {"x": 1, "left_out": ["combined 3: its words are in the others"]}
    assert [(note.kind, note.words) for note in made.notes] == [
        (NoteKind.REPEATED_WORDS, "left out: combined 3: its words are in the others")
    ]
    assert once(made) is made
