"""Separate voices: who speaks from where on, and nothing of the text lost or moved."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.records import Case, CaseRecord, Opinion, OpinionHeader, OpinionType, PageMark
from indexer.records import OpinionType as T
from indexer.roles import is_caption
from indexer.sections import split_sections
from indexer.voices import separate_voices

PROSE = (
    "The respondent brought this suit in the District Court to recover a penalty, and the question is"
    " whether the statute reaches a carrier that had no notice of it. We hold that it does."
)
CAPTION = (
    "298 U.S. 1 (1936)\n\nDOE\n\nv.\n\nROE.\n\nNo. 12.\n\nSupreme Court of United States.\n\nArgued January 6, 1936.\n\n"
    "Mr. John Smith for petitioner.\n\n"
)


def record(text: str, *pages: PageMark, kind: OpinionType = T.COMBINED, **header) -> CaseRecord:
    return CaseRecord(
        case=Case(id="c", name="Doe v. Roe", court_id="scotus", date_filed="1936-03-02"),
        opinions=(
            Opinion(
                header=OpinionHeader(
                    id="c-1", case_id="c", type=kind, source_sha256="ab" * 32, **header
                ),
                text=text,
                pages=pages,
            ),
        ),
    )


def outline(made: CaseRecord) -> list[tuple[str, str, str | None]]:
    return [(o.header.id, o.header.type.value, o.header.author) for o in made.opinions]


def joined(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs)


LEAD = joined("MR. JUSTICE STONE delivered the opinion of the Court.", PROSE, "Affirmed.")
DISSENT = joined("MR. JUSTICE BUTLER, dissenting.", PROSE)


def test_caption_court_and_dissents_become_opinions_of_their_own() -> None:
    second = joined("MR. JUSTICE HOLMES, with whom MR. JUSTICE REED joins, dissenting.", PROSE)
    made = separate_voices(record(CAPTION + joined(LEAD, DISSENT, second)))
    assert outline(made) == [
        ("c-1-other", "other", None),
        ("c-1-lead", "lead", "Stone"),
        ("c-1-dissent", "dissent", "Butler"),
        ("c-1-dissent-2", "dissent", "Holmes"),
    ]
    assert made.opinions[3].header.joined_by == ("Reed",)
    assert made.opinions[0].text == CAPTION
    assert {o.header.source_sha256 for o in made.opinions} == {"ab" * 32}


def test_the_only_voice_keeps_its_id() -> None:
    assert outline(separate_voices(record(LEAD))) == [("c-1", "lead", "Stone")]
    made = separate_voices(record(CAPTION + joined("PER CURIAM.", PROSE)))
    assert outline(made) == [("c-1-other", "other", None), ("c-1", "per_curiam", None)]


def test_a_syllabus_stands_between_caption_and_counsel() -> None:
    front = joined(
        "DOE v. ROE.\n\nNo. 12.\n\nSupreme Court of United States.",
        "Syllabus",
        "The statute binds a carrier. P. 3.",
        "John Smith argued the cause for petitioner.",
    )
    made = separate_voices(record(joined(front, LEAD)))
    assert [o.header.type for o in made.opinions] == [T.OTHER, T.SYLLABUS, T.OTHER, T.LEAD]
    assert made.opinions[1].text.startswith("Syllabus")
    assert made.opinions[2].text.startswith("John Smith")


def test_votes_and_notes_stay_with_the_part_above() -> None:
    text = joined(
        LEAD, "MR. JUSTICE REED took no part.", DISSENT, "NOTES", "[1] BLACK, J., dissenting."
    )
    made = separate_voices(record(text))
    assert [o.header.type for o in made.opinions] == [T.LEAD, T.DISSENT]
    assert "took no part" in made.opinions[0].text
    assert "[1] BLACK" in made.opinions[1].text


@pytest.mark.parametrize(
    "inside",
    [
        'As Mr. Justice Holmes said:\n\n"MR. JUSTICE HOLMES, dissenting."',
        'In the words of\n\nMr. Justice Holmes, dissenting:\n\n"The life of the law is experience," and so it is.',
        "THE COURT: I will sustain the objection.",
        "The question was put to MR. JUSTICE HOLMES, dissenting.",
        "MR. JUSTICE HOLMES dissents.",
    ],
)
def test_quotations_transcripts_and_votes_open_no_voice(inside: str) -> None:
    assert outline(
        separate_voices(record(joined(LEAD, inside, PROSE.replace("We", "The Court"))))
    ) == [("c-1", "lead", "Stone")]


def test_a_bare_name_is_typed_by_its_own_words() -> None:
    text = joined(
        LEAD,
        "MR. JUSTICE HOLMES.",
        f"I concur in the result. {PROSE}",
        "MR. JUSTICE ROBERTS:",
        f"I think the judgment should be reversed. {PROSE}",
    )
    made = separate_voices(record(text))
    assert [o.header.type for o in made.opinions] == [T.LEAD, T.CONCURRENCE, T.DISSENT]


def test_a_running_title_does_not_open_the_same_voice_again() -> None:
    made = separate_voices(record(joined(LEAD, DISSENT, "BUTLER, J., dissenting", PROSE)))
    assert [o.header.type for o in made.opinions] == [T.LEAD, T.DISSENT]


def test_a_rehearing_opens_at_its_heading() -> None:
    made = separate_voices(record(joined(LEAD, "ON PETITION FOR REHEARING.", "PER CURIAM.", PROSE)))
    assert [o.header.type for o in made.opinions] == [T.LEAD, T.REHEARING]
    assert made.opinions[1].text.startswith("ON PETITION")


@pytest.mark.parametrize("kind", [k for k in T if k not in (T.COMBINED, T.OTHER)])
def test_an_opinion_of_known_type_is_left_alone(kind: T) -> None:
    given_ = record(joined(PROSE, LEAD, DISSENT), kind=kind)
    assert separate_voices(given_) == given_


@pytest.mark.parametrize(
    ("first", "kind", "author"),
    [
        (LEAD, T.LEAD, "Stone"),
        ("Chief Justice Rehnquist\n\ndelivered the opinion of the Court.", T.LEAD, "Rehnquist"),
        ("Justice Scalia,\n\nconcurring in the judgment.", T.CONCURRENCE, "Scalia"),
        (
            "After stating the case as above,\n\nMr. Justice McKenna\n\ndelivered the opinion of the court.",
            T.LEAD,
            "McKenna",
        ),
        ("Mr. Justice Hunt.\n\nI dissent, on the ground that the act is void.", T.DISSENT, "Hunt"),
        ("Mr. Chief Justice Hughes,\n\ndelivered' . the opinion of the court.", T.LEAD, "Hughes"),
        ("The Chief Justice\n\nconcurs in the result.", T.CONCURRENCE, "Hughes"),
        ("BUTLER, J., dissenting.", T.LEAD, None),
        ("The case comes from the Court of Appeals.", T.LEAD, None),
    ],
)
def test_an_opinion_of_known_type_gets_the_author_that_its_first_words_name(
    first: str, kind: T, author: str | None
) -> None:
    (made,) = separate_voices(record(joined(first, PROSE), kind=kind)).opinions
    assert (made.header.type, made.header.author) == (kind, author)


@pytest.mark.parametrize("given_author", [None, "PER CURIAM.", "per curiam"])
def test_nobody_signs_an_opinion_per_curiam(given_author: str | None) -> None:
    given_ = record(joined("PER CURIAM.", PROSE), kind=T.LEAD, author=given_author)
    (made,) = separate_voices(given_).opinions
    assert (made.header.type, made.header.author) == (T.PER_CURIAM, None)


def test_a_given_author_stays() -> None:
    given_ = record(joined(LEAD, PROSE), kind=T.LEAD, author="Harlan F. Stone")
    assert separate_voices(given_) == given_


def test_a_text_of_unknown_type_is_divided_only_where_it_holds_several() -> None:
    one, two = record(LEAD, kind=T.OTHER), record(joined(LEAD, DISSENT), kind=T.OTHER)
    assert separate_voices(one) == one
    assert [o.header.type for o in separate_voices(two).opinions] == [T.LEAD, T.DISSENT]


def test_what_the_source_says_of_the_author_holds_for_the_court_s_opinion() -> None:
    made = separate_voices(record(joined(LEAD, DISSENT), author="Harlan F. Stone"))
    assert [o.header.author for o in made.opinions] == ["Harlan F. Stone", "Butler"]


def test_the_front_has_the_role_of_a_caption() -> None:
    front = separate_voices(record(CAPTION + LEAD)).opinions[0]
    assert is_caption(front.text)
    sections = split_sections(front.text, opinion_type=front.header.type)
    assert {section.role.value for section in sections} == {"caption"}


BLOCKS = st.lists(
    st.sampled_from(
        [
            CAPTION.strip(),
            LEAD,
            DISSENT,
            PROSE,
            joined("Mr. Justice Holmes, concurring.", PROSE),
            "MR. JUSTICE REED concurs in the result.",
            "PER CURIAM.",
            "MR. JUSTICE BLACK:",
            "ON REHEARING",
            "NOTES",
            "OPINION",
            "BOUDIN, Circuit Judge. This appeal presents an issue of law on which we say more below.",
            "  v.",
            "Syllabus",
            "MR. JUSTICE FIELD dissented.",
        ]
    ),
    min_size=1,
    max_size=10,
)
GAPS = st.sampled_from(["\n", "\n\n", "\n \n"])


def pages_at(pages: Sequence[PageMark], offset: int) -> dict[str, str]:
    return {p.reporter: p.page for p in pages if p.start <= offset}


@given(
    blocks=BLOCKS,
    gap=GAPS,
    kind=st.sampled_from([T.COMBINED, T.OTHER]),
    marks=st.lists(
        st.tuples(st.sampled_from(["490 U.S.", "109 S. Ct."]), st.integers(0, 9), st.floats(0, 1)),
        max_size=8,
    ),
)
def test_parts_tile_keep_their_pages_and_are_parts_once(
    blocks: list[str], gap: str, kind: T, marks: list[tuple[str, int, float]]
) -> None:
    text = gap.join(blocks)
    pages = sorted(
        (PageMark(reporter=r, page=str(p), start=round(at * len(text))) for r, p, at in marks),
        key=lambda mark: mark.start,
    )
    old = record(text, *pages, kind=kind)
    new = separate_voices(old)
    assert "".join(o.text for o in new.opinions) == text
    assert all(o.text.strip() for o in new.opinions)
    assert len({o.header.id for o in new.opinions}) == len(new.opinions)
    assert separate_voices(new) == new
    begins = 0
    for opinion in new.opinions:
        assert list(opinion.pages) == sorted(opinion.pages, key=lambda mark: mark.start)
        for offset in range(0, len(opinion.text), 7):
            assert pages_at(opinion.pages, offset) == pages_at(pages, begins + offset)
        begins += len(opinion.text)
