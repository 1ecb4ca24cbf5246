"""Sections: they tile the text, and carry the heading's words, number and role."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.records import OpinionType, Section
from indexer.records import SectionRole as R
from indexer.sections import split_sections
from tests.indexer.outlines import FLOYD_V_DETROIT, SAMPLE_V_BAILEY, Part
from tests.indexer.texts import natural, stripped

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


def outline(text: str, kind: OpinionType = OpinionType.LEAD) -> list[Part]:
    return [Part(s.path, s.number, s.role) for s in split_sections(text, opinion_type=kind)]


def assert_tiles(text: str, sections: tuple[Section, ...]) -> None:
    assert "".join(section.span.of(text) for section in sections) == text
    assert all(section.span for section in sections)


@pytest.mark.parametrize(
    ("begins", "expected"),
    [("officer jason bailey", SAMPLE_V_BAILEY), ("this case arises from", FLOYD_V_DETROIT)],
)
def test_outlines_of_the_opinions_that_come_with_the_program(
    begins: str, expected: tuple[Part, ...]
) -> None:
    texts = [path.read_text(encoding="utf-8") for path in SAMPLE.rglob("*.txt")]
    (text,) = [text for text in texts if text.startswith(begins)]
    assert outline(text) == list(expected)
    assert_tiles(text, split_sections(text))


def test_a_parent_without_words_belongs_to_its_first_part() -> None:
    text = stripped("-", "ii.analysis", "qualified.standard of review", "-", "the search", "-")
    first, review, search = split_sections(text)
    assert (first.heading, first.path, first.number) == ("introduction", ("introduction",), None)
    assert review.span.of(text).startswith("ii.analysis \nqualified.standard of review \nthe ")
    assert review.heading == "qualified.standard of review"
    assert search.path == ("ii.analysis", "the search")
    assert_tiles(text, (first, review, search))


def test_the_number_is_the_enumerator_as_written() -> None:
    text = natural("-", "I. Facts", "-", "II. Law", "-", "III-A", "-", "III-B", "-")
    assert [(s.heading, s.number, s.path[-1]) for s in split_sections(text)[1:]] == [
        ("I. Facts", "I", "I. Facts"),
        ("II. Law", "II", "II. Law"),
        ("III-A", "III-A", "A"),
        ("III-B", "III-B", "B"),
    ]


def test_a_heading_without_words_or_parts_is_a_section_of_its_own() -> None:
    text = stripped("-", "background", "-", "conclusion")
    assert [s.heading for s in split_sections(text)] == ["introduction", "background", "conclusion"]


def test_the_title_of_the_document_is_no_parent() -> None:
    text = natural("MEMORANDUM OPINION", "I. Facts", "-", "II. Conclusion", "-")
    sections = split_sections(text)
    assert [s.path for s in sections] == [("I. Facts",), ("II. Conclusion",)]
    assert sections[0].span.start == 0


def test_each_footnote_is_a_section_tied_to_its_mark() -> None:
    text = natural("I. Facts", "He fled.\n1\nThen he fell.", "II. Law", "-", "1 . Tr. 4.", gap="\n")
    facts, law, note = split_sections(text)
    assert (facts.path, law.path) == (("I. Facts",), ("II. Law",))
    assert (note.path, note.number, note.role) == (("footnotes", "1"), "1", R.FOOTNOTES)
    assert note.span.of(text) == "1 . Tr. 4."
    assert note.noted_at == text.index("1\nThen")
    assert_tiles(text, (facts, law, note))


def test_footnotes_under_a_title_hold_it_and_name_it() -> None:
    text = natural("I", "He fled.[1] So.[2]", "II", "-", "NOTES", "[1] Tr. 4.", "[2] Ibid.")
    *_, first, second = split_sections(text)
    assert first.span.of(text) == "NOTES\n\n[1] Tr. 4.\n\n"
    assert (first.path, second.path) == (("NOTES", "1"), ("NOTES", "2"))
    assert [text[s.noted_at :][:3] for s in (first, second) if s.noted_at] == ["[1]", "[2]"]


def test_a_section_goes_on_behind_a_footnote_at_the_foot_of_a_page() -> None:
    text = natural(
        "I. Facts", "He fled.1 He was", "1Appellant denies it.", "caught.", "II. Law", "-"
    )
    facts, note, again, law = split_sections(text)
    assert (note.number, note.span.of(text)) == ("1", "1Appellant denies it.\n\n")
    assert facts.path == again.path == ("I. Facts",)
    assert (facts.role, again.span.of(text)) == (again.role, "caught.\n\n")
    assert law.path == ("II. Law",)
    assert [facts.noted_at, again.noted_at, law.noted_at] == [None] * 3


def test_the_footnotes_of_a_dissent_are_footnotes() -> None:
    text = natural("I dissent.1", "-", "FOOTNOTES", "Footnote 1", "See the record.")
    assert [s.role for s in split_sections(text, opinion_type=OpinionType.DISSENT)] == [
        R.DISSENT,
        R.FOOTNOTES,
    ]


STORY = (
    "In May 1994 the officers arrested Smith. He was charged and convicted, and in June he filed "
    "a complaint, which was dismissed in August."
)


def test_where_headings_are_silent_words_and_place_tell() -> None:
    order = "The judgment is affirmed. It is so ordered."
    text = "\n\n".join([natural("-"), "I", STORY, "II", natural("-"), "III", order])
    assert [part.role for part in outline(text)] == [
        R.INTRODUCTION,
        R.FACTS,
        R.ANALYSIS,
        R.DISPOSITION,
    ]


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        (OpinionType.DISSENT, R.DISSENT),
        (OpinionType.CONCURRENCE_IN_PART, R.CONCURRENCE),
        (OpinionType.SYLLABUS, R.SYLLABUS),
    ],
)
def test_the_type_of_an_opinion_rules_all_its_sections(kind: OpinionType, role: R) -> None:
    text = natural("-", "I. Facts", "-", "II. Conclusion", "-")
    assert {part.role for part in outline(text, kind)} == {role}


@pytest.mark.parametrize(
    ("text", "kind", "part"),
    [
        (natural("-", "-", "-"), OpinionType.LEAD, Part(("analysis",), None, R.ANALYSIS)),
        (
            "The judgment is affirmed.",
            OpinionType.LEAD,
            Part(("disposition",), None, R.DISPOSITION),
        ),
        (natural("-", "-"), OpinionType.DISSENT, Part(("dissent",), None, R.DISSENT)),
        (
            "United States Court of Appeals.\nNo. 11-1668.\nA, Plaintiff, v. B, Defendant.",
            OpinionType.OTHER,
            Part(("caption",), None, R.CAPTION),
        ),
        (" \n\t ", OpinionType.LEAD, Part(("other",), None, R.OTHER)),
    ],
)
def test_without_headings_there_is_one_section(text: str, kind: OpinionType, part: Part) -> None:
    assert outline(text, kind) == [part]
    assert_tiles(text, split_sections(text, opinion_type=kind))


def test_words_that_are_nearly_all_of_the_text_are_no_introduction() -> None:
    text = natural(*["-"] * 20, "NOTES", "[1] See the record.")
    assert [part.role for part in outline(text)] == [R.ANALYSIS, R.FOOTNOTES]


def test_an_empty_text_has_no_section() -> None:
    assert split_sections("") == ()


LINES = st.sampled_from(
    [
        "background ", "ii.analysis ", "a.the search ", "i.", "-", "I", "II", "II-A", "A", "1", "2", "NOTES",
        "III. CONCLUSION", "1 . See it.", "Opinion", "the officers fired.they missed.", "", "  ", "BACKGROUND",
        "The officers fired. They missed, and everybody went home again after that long and eventful day in May.",
    ]
)  # fmt: skip


@given(
    st.lists(LINES, max_size=25),
    st.sampled_from(["\n", "\n\n", "\r\n"]),
    st.sampled_from(OpinionType),
)
def test_sections_tile_what_looks_like_opinions(
    lines: list[str], gap: str, kind: OpinionType
) -> None:
    text = gap.join(lines)
    sections = split_sections(text, opinion_type=kind)
    assert_tiles(text, sections)
    assert all(s.path and s.heading for s in sections)
    assert all(s.heading == s.heading.strip() for s in sections)


@given(st.text(max_size=200))
def test_sections_tile_any_text(text: str) -> None:
    assert_tiles(text, split_sections(text))
