"""The judge of the outline, judged: what is right counts, and each kind of mistake costs what it should."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from indexer.records import Case, CaseRecord, Opinion, OpinionHeader, OpinionType
from indexer.records import SectionRole as R
from tests.quality.outline_labels import Delivered, Head, Label, Speaker, Stretch
from tests.quality.outline_scores import Letters, Mapping, judge, letters_of

STORY = "In May 1994 the officers arrested Smith, and the jury convicted him. He appealed in June."
REASONS = (
    "We hold that the doctrine clearly does not reach so far, and we therefore disagree with it."
)
TEXT = f"{STORY}\n\nI\n\n{STORY}\n\nII\n\nA\n\n{REASONS}\n\nB\n\n{REASONS} We think so."


def _at(mark: str) -> int:
    return TEXT.index(f"\n\n{mark}\n\n") + 2


RIGHT = Label(
    source="made",
    case_id="c",
    opinion=0,
    half="choosing",
    text_sha256="",
    is_html=False,
    given_type="lead",
    headings=(
        Head(_at("I"), ("I",)),
        Head(_at("II"), ("II.",)),
        Head(_at("A"), ("ii", "A")),
        Head(_at("B"), ("II", "B")),
    ),
    voices=(Speaker(0, OpinionType.LEAD, "Stone"),),
    sections=(
        Stretch(0, frozenset({R.INTRODUCTION})),
        Stretch(_at("I"), frozenset({R.FACTS, R.ANALYSIS})),
        Stretch(_at("II"), frozenset({R.ANALYSIS})),
    ),
)


def figures(label: Label, cleaned: str = TEXT, source: str = TEXT) -> dict[str, float]:
    header = OpinionHeader(
        id="c-1",
        case_id="c",
        type=OpinionType.LEAD,
        author="Harlan F. Stone",
        source_sha256="0" * 64,
    )
    opinion = Opinion(header=header, text=cleaned)
    record = CaseRecord(case=Case(id="c", name="Doe v. Roe"), opinions=(opinion,))
    return judge(label, Delivered(source, record)).figures()


def without(names: Iterable[str], found: dict[str, float]) -> list[str]:
    return [name for name, value in found.items() if value < 1 and name not in names]


def test_a_right_answer_has_every_share() -> None:
    found = figures(RIGHT)
    assert without((), found) == []
    assert (found["n_headings"], found["n_headings_found"], found["n_sections"]) == (4, 4, 3)


def test_markup_and_page_marks_of_the_source_move_no_place() -> None:
    marked = TEXT.replace("jury", "*12 <i>jury</i>")
    moved = len(marked) - len(TEXT)
    first, second = marked.index("\n\nI\n\n") + 2, marked.index("\n\nII\n\n") + 2
    assert second > first + moved
    label = replace(
        RIGHT,
        is_html=True,
        headings=tuple(replace(h, start=marked.index(TEXT[h.start :][:9], h.start)) for h in RIGHT.headings),
        sections=(RIGHT.sections[0], replace(RIGHT.sections[1], start=first), replace(RIGHT.sections[2], start=second)),
    )  # fmt: skip
    assert without((), figures(label, source=marked)) == []


def test_a_heading_at_another_depth_is_wrong_and_its_line_right() -> None:
    deeper = replace(RIGHT.headings[3], path=("II", "A", "B"))
    found = figures(replace(RIGHT, headings=(*RIGHT.headings[:3], deeper)))
    assert found["heading_precision"] == found["heading_recall"] == 0.75
    assert found["line_precision"] == found["line_recall"] == 1


def test_a_heading_too_few_costs_recall_and_one_too_many_precision() -> None:
    fewer = figures(replace(RIGHT, headings=RIGHT.headings[:3]))
    assert (fewer["heading_precision"], fewer["heading_recall"]) == (0.75, 1)
    more = (*RIGHT.headings, Head(TEXT.index("We think"), ("C",)))
    found = figures(replace(RIGHT, headings=more))
    assert (found["heading_precision"], found["heading_recall"]) == (1, 0.8)


@pytest.mark.parametrize(
    "voice",
    [
        Speaker(0, OpinionType.DISSENT, "Stone"),
        Speaker(0, OpinionType.LEAD, "Ston"),
        Speaker(0, OpinionType.LEAD, None),
    ],
)
def test_a_voice_of_another_type_or_author_is_wrong(voice: Speaker) -> None:
    assert figures(replace(RIGHT, voices=(voice,)))["voices"] == 0


def test_a_voice_too_many_is_wrong() -> None:
    assert figures(replace(RIGHT, voices=()))["voices"] == 0


def test_a_wrong_role_costs_its_letters_and_its_section() -> None:
    wrong = replace(RIGHT.sections[0], roles=frozenset({R.SYLLABUS}))
    found = figures(replace(RIGHT, sections=(wrong, *RIGHT.sections[1:])))
    letters = len(letters_of(TEXT).text)
    share = 1 - len(letters_of(STORY).text) / letters
    assert found["roles_by_sections"] == pytest.approx(2 / 3, abs=1e-3)
    assert found["roles_by_characters"] == pytest.approx(share, abs=1e-3)


def test_words_that_are_gone_have_no_place() -> None:
    source, cleaned = letters_of("abc def ghi"), letters_of("zzz")
    with pytest.raises(ValueError, match="not in the cleaned text"):
        Mapping(source, cleaned).place(4)


def test_letters_leave_markup_out() -> None:
    assert letters_of("A<b>b</b>&amp;C1", html=True) == Letters("abc", (0, 4, 14))
