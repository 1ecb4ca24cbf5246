"""Footnotes gathered behind the last opinion: each goes back to its own, nothing is lost, nobody is misquoted."""

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.cutting import by_voice
from indexer.lines import read_lines
from indexer.notes import find_notes
from indexer.records import CaseRecord, Opinion, OpinionType
from indexer.shared_notes import return_notes
from tests.indexer.growth import grows_like_the_text
from tests.indexer.store.making import opinion, record

T = OpinionType
LEAD = "Justice Roberts delivered the opinion of the Court.\n\nHe fled.1 He fell.2 He was taken."
DISSENT = "Justice Breyer, dissenting.\n\nI would reverse.1"
OF_LEAD = "Footnote 1\n\nTr. 4.\n\nFootnote 2\n\nTr. 9."
OF_DISSENT = "Footnote 1\n\nI have said so before."


def case(*texts: str, kinds: tuple[T, ...] = (T.LEAD, T.DISSENT, T.DISSENT)) -> CaseRecord:
    made = [
        opinion(f"c-{i}", text, type=kind, author=f"Judge {i}")
        for i, (text, kind) in enumerate(zip(texts, kinds, strict=False))
    ]
    return record("c", *made)


def texts(made: CaseRecord) -> list[str]:
    return [one.text for one in made.opinions]


def test_the_notes_of_the_court_go_from_the_dissent_to_the_court() -> None:
    gathered = f"{DISSENT}\n\nFOOTNOTES\n\n{OF_LEAD}\n\n{OF_DISSENT}"
    made = return_notes(case(LEAD, gathered))
    assert texts(made) == [f"{LEAD}\n\n{OF_LEAD}", f"{DISSENT}\n\nFOOTNOTES\n\n{OF_DISSENT}"]
    lead, dissent = (find_notes(text, read_lines(text)) for text in texts(made))
    assert [made.opinions[0].text[: n.noted_at or 0].split()[-1] for n in lead] == [
        "fled.",
        "fell.",
    ]
    assert [made.opinions[1].text[: n.noted_at or 0].split()[-1] for n in dissent] == ["reverse."]


def test_headers_stay() -> None:
    before = case(LEAD, f"{DISSENT}\n\n{OF_LEAD}\n\n{OF_DISSENT}")
    after = return_notes(before)
    assert [one.header for one in after.opinions] == [one.header for one in before.opinions]


def test_the_title_goes_along_where_nothing_stays() -> None:
    made = return_notes(case(LEAD, f"I dissent.\n\nFOOTNOTES\n\n{OF_LEAD}\n\n"))
    assert texts(made) == [f"{LEAD}\n\nFOOTNOTES\n\n{OF_LEAD}", "I dissent."]


def test_a_run_with_a_title_of_its_own_takes_it_along() -> None:
    gathered = f"{DISSENT}\n\nFOOTNOTES\n\n{OF_LEAD}\n\nFOOTNOTES\n\n{OF_DISSENT}"
    assert texts(return_notes(case(LEAD, gathered))) == [
        f"{LEAD}\n\nFOOTNOTES\n\n{OF_LEAD}",
        f"{DISSENT}\n\nFOOTNOTES\n\n{OF_DISSENT}",
    ]


def test_what_stands_behind_the_notes_stays() -> None:
    made = return_notes(case(LEAD, f"I dissent.\n\n{OF_LEAD}\n\nAPPENDIX\n\nA table."))
    assert texts(made) == [f"{LEAD}\n\n{OF_LEAD}", "I dissent.\n\nAPPENDIX\n\nA table."]


def test_notes_in_brackets_under_one_title() -> None:
    lead, dissent = "He fled.[1] He fell.[2]\n", "I would reverse.[1]\n"
    gathered = f"{dissent}\nNOTES\n\n[1] Tr. 4.\n\n[2] Tr. 9.\n\n[1] I said so."
    assert texts(return_notes(case(lead, gathered))) == [
        f"{lead}\n\n[1] Tr. 4.\n\n[2] Tr. 9.",
        f"{dissent}\nNOTES\n\n[1] I said so.",
    ]


def test_notes_of_a_combined_text_are_returned_when_it_is_divided() -> None:
    opening = "MR. JUSTICE STONE delivered the opinion of the Court."
    lead = f"{opening}\n\nHe fled.[1] {'We affirm. ' * 9}"
    dissent = "MR. JUSTICE BUTLER, dissenting.\n\nI would reverse, for he did not flee.[1]"
    text = f"{lead}\n\n{dissent}\n\nNOTES\n\n[1] Tr. 4.\n\n[1] Tr. 9."
    combined = record("c", opinion("c-0", text), court_id="scotus", date_filed="1940-01-08")
    made = {one.header.type: one.text for one in by_voice(combined).opinions}
    assert made[T.LEAD].endswith("[1] Tr. 4.")
    assert made[T.DISSENT] == f"{dissent}\n\nNOTES\n\n[1] Tr. 9."


def test_a_run_that_is_nobodys_becomes_an_opinion_of_nobody() -> None:
    of_caption = "Footnote *\n\nTogether with No. 13-212, United States v. Wurie."
    gathered = f"{DISSENT}\n\n{of_caption}\n\n{OF_LEAD}\n\n{OF_DISSENT}"
    made = return_notes(case(LEAD, gathered))
    assert texts(made) == [f"{LEAD}\n\n{OF_LEAD}", f"{DISSENT}\n\n{OF_DISSENT}", of_caption]
    header = made.opinions[2].header
    assert (header.id, header.type, header.author) == ("c-1-notes", T.OTHER, None)
    assert (header.case_id, header.source_sha256) == ("c", "0" * 64)


def test_the_note_of_a_caption_is_not_the_courts_though_a_mark_fits() -> None:
    of_caption = "[ Footnote 1 ] Together with No. 9, Doe v. Roe, on certiorari."
    made = return_notes(case("He fled.1", f"I dissent.\n\n{of_caption}"))
    assert texts(made) == ["He fled.1", "I dissent.", of_caption]


def test_ids_of_what_is_set_apart_are_unique() -> None:
    gathered = f"{DISSENT}\n\nFootnote *\n\nTogether with No. 9.\n\n{OF_DISSENT}"
    taken = opinion("c-1-notes", "A plain text.", type=T.CONCURRENCE)
    before = case(LEAD, gathered)
    made = return_notes(record("c", taken, *before.opinions))
    assert [one.header.id for one in made.opinions] == ["c-1-notes", "c-0", "c-1", "c-1-notes-2"]


def test_an_opinion_with_notes_of_its_own_gets_no_others() -> None:
    before = case(f"{LEAD}\n\n{OF_LEAD}", "I dissent.\n\nFootnote 1\n\nTr. 4.")
    assert return_notes(before) is before


@pytest.mark.parametrize("kinds", [(T.SYLLABUS, T.LEAD), (T.OTHER, T.LEAD)])
def test_a_case_of_one_voice_stays_as_it_is(kinds: tuple[T, ...]) -> None:
    before = case(LEAD, f"We affirm.\n\n{OF_LEAD}", kinds=kinds)
    made = before.opinions[0].header
    if made.type is T.OTHER:
        before = record("c", opinion("c-0", LEAD, type=T.OTHER), before.opinions[1])
    assert return_notes(before) is before


def test_a_statement_of_no_known_type_is_its_authors() -> None:
    before = case(LEAD, "I add a word.1", f"I dissent.\n\n{OF_LEAD}\n\n{OF_DISSENT}")
    statement = opinion("c-1", "I add a word.1", type=T.OTHER, author="Jackson")
    made = return_notes(record("c", before.opinions[0], statement, before.opinions[2]))
    assert texts(made) == [f"{LEAD}\n\n{OF_LEAD}", f"I add a word.1\n\n{OF_DISSENT}", "I dissent."]


def test_notes_without_an_opinion_before_them_stay() -> None:
    before = case(LEAD, f"FOOTNOTES\n\n{OF_LEAD}")
    assert return_notes(before) is before


def test_pages_move_along_and_what_has_none_claims_none() -> None:
    gathered = f"{DISSENT}\n\n{OF_LEAD}\n\n{OF_DISSENT}"
    in_notes = gathered.index("Footnote 2")
    lead = opinion("a", LEAD, type=T.LEAD, pages=[("1 U.S.", "5", 0), ("2 S. Ct.", "70", 0)])
    marks = [("1 U.S.", "8", 0), ("1 U.S.", "9", in_notes)]
    made = return_notes(record("c", lead, opinion("b", gathered, type=T.DISSENT, pages=marks)))
    at = len(LEAD) + 2
    assert [(p.reporter, p.page, p.start) for p in made.opinions[0].pages] == [
        ("1 U.S.", "5", 0),
        ("2 S. Ct.", "70", 0),
        ("2 S. Ct.", "", at),
        ("1 U.S.", "8", at),
        ("1 U.S.", "9", at + OF_LEAD.index("Footnote 2")),
    ]
    assert [(p.page, p.start) for p in made.opinions[1].pages] == [
        ("8", 0),
        ("9", len(DISSENT) + 2),
    ]


@dataclass(frozen=True)
class Written:
    """An opinion as its judge wrote it."""

    body: str
    notes: str


def written(at: int, notes: int) -> Written:
    body = " ".join([f"Judge {at} said.", *(f"He said so.{n}" for n in range(1, notes + 1))])
    own = "\n\n".join(f"Footnote {n}\n\nJudge {at}, note {n}." for n in range(1, notes + 1))
    return Written(body, own)


@given(st.lists(st.integers(0, 7), min_size=2, max_size=7))
def test_whatever_was_gathered_goes_back_to_who_wrote_it(counts: list[int]) -> None:
    """The judge is who wrote it: bodies and notes are made together, then gathered."""
    made = [written(at, notes) for at, notes in enumerate(counts)]
    gathered = "\n\n".join(one.notes for one in made if one.notes)
    last = f"{made[-1].body}\n\n{gathered}".strip()
    kinds = (T.LEAD, *[T.DISSENT] * (len(made) - 1))
    found = return_notes(case(*(one.body for one in made[:-1]), last, kinds=kinds))
    assert texts(found) == [f"{one.body}\n\n{one.notes}".strip() for one in made]


PIECES = st.sampled_from(
    [f"Footnote {label}" for label in "123*"]
    + ["FOOTNOTES", "NOTES", "[1] See.", "[2] Id.", "[*] Tr.", "1", "APPENDIX"]
    + ["He fled.1", "He fell.2 So.3", "A star.* B.", "Held.[1]", "It.[2] So.[*]"]
)
OPINIONS = st.lists(
    st.tuples(
        st.sampled_from([T.LEAD, T.DISSENT, T.SYLLABUS, T.OTHER, T.CONCURRENCE]),
        st.lists(PIECES, max_size=12).map("\n\n".join),
        st.lists(st.tuples(st.sampled_from(["A", "B"]), st.sampled_from(["", "1", "2"]), st.integers(0, 120)), max_size=4),
    ),
    min_size=1,
    max_size=5,
)  # fmt: skip


def drawn(parts: list[tuple[T, str, list[tuple[str, str, int]]]]) -> CaseRecord:
    made = []
    for i, (kind, text, marks) in enumerate(parts):
        pages = sorted(((r, p, min(s, len(text))) for r, p, s in marks), key=lambda m: m[2])
        made.append(opinion(f"c-{i}", text, type=kind, pages=pages))
    return record("c", *made)


def letters(made: CaseRecord) -> Counter[str]:
    return Counter(c for text in texts(made) for c in text if not c.isspace())


@given(OPINIONS)
@example(
    [
        (T.LEAD, "It.[2] So.[*]", []),
        (T.LEAD, "Held.[1]\n\nIt.[2] So.[*]", []),
        (T.LEAD, "A star.* B.\n\nFootnote 1\n\nAPPENDIX\n\n[*] Tr.", []),
    ]
)
def test_nothing_is_lost_and_twice_is_once(parts) -> None:
    before = drawn(parts)
    after = return_notes(before)
    assert letters(after) == letters(before)
    assert return_notes(after) == after
    ids = [one.header.id for one in after.opinions]
    assert len(set(ids)) == len(ids)
    headers = [
        one.header for one in after.opinions if not re.search(r"-notes(-\d+)?$", one.header.id)
    ]
    assert headers == [one.header for one in before.opinions]


@given(OPINIONS)
def test_a_syllabus_and_the_first_words_of_any_stay(parts) -> None:
    before = drawn(parts)
    after = {one.header.id: one for one in return_notes(before).opinions}
    for one in before.opinions:
        now = after[one.header.id]
        if one.header.type is T.SYLLABUS:
            assert now == one
        assert one.text.startswith(now.text) or now.text.startswith(one.text) or "\n" in one.text


def pages_of_letters(one: Opinion) -> list[tuple[str, frozenset[tuple[str, str]]]]:
    """Each character that is no space, with the pages it stands on, read by plain search."""
    found = []
    for i, character in enumerate(one.text):
        if not character.isspace():
            pages = set()
            for reporter in {mark.reporter for mark in one.pages}:
                marks = [mark for mark in one.pages if mark.reporter == reporter]
                at = bisect_right([mark.start for mark in marks], i)
                if at and marks[at - 1].page:
                    pages.add((reporter, marks[at - 1].page))
            found.append((character, frozenset(pages)))
    return found


@given(OPINIONS)
def test_every_letter_keeps_its_pages(parts) -> None:
    before = drawn(parts)
    after = return_notes(before)
    assert Counter(x for one in after.opinions for x in pages_of_letters(one)) == Counter(
        x for one in before.opinions for x in pages_of_letters(one)
    )
    for one in after.opinions:
        starts = [mark.start for mark in one.pages]
        assert starts == sorted(starts)
        assert all(0 <= start <= len(one.text) for start in starts)


def test_time_grows_like_the_text() -> None:
    def work(times: int) -> object:
        lead, last = written(0, 99), written(1, 9)
        body = "\n\n".join([lead.body] * times)
        return return_notes(
            case(body, f"{last.body}\n\n{lead.notes}\n\n{last.notes}\n\n" + "Id. " * times)
        )

    grows_like_the_text(work, 60)
