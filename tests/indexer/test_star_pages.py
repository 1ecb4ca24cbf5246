"""Runs of star numbers: what is a page mark, and what is somebody else's star."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.star_pages import ENOUGH, Run, best_run, read_marks, rerun


def pages(text: str, *, first: int, stars: int = 1) -> list[str]:
    return [mark.label for mark in best_run(read_marks(text, stars=stars), first=first).marks]


@pytest.mark.parametrize(
    ("text", "first", "found"),
    [
        ("power of *401 the Court and *402 the", 400, ["401", "402"]),
        ("injunction.[3]*156 The appeal *157 only", 150, ["156", "157"]),
        ("not *670bound, recogni*671tion", 660, ["670", "671"]),
        ("at page [*331] and [*332] here", 330, ["331", "332"]),
        ("*529Justice Rehnquist held *530that", 527, ["529", "530"]),
        ("reversed. *655 And Policy *6565144, contained *657 more", 651, ["655", "656", "657"]),
        ("opens *261 here *262 and *273 after plates *274 ends", 260, ["261", "262", "273", "274"]),
        (
            "so *266 ordered.\n\n*266A JUSTICE STEVENS *266B dissents *267 here",
            255,
            ["266", "266A", "266B", "267"],
        ),
    ],
)
def test_the_forms_of_the_corpora(text, first, found):
    assert pages(text, first=first) == found


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Ibid. 2013 WL 2443849, at *6-*7 (quoted)", 1),
        ("4 W. Blackstone, Commentaries *377, and *378", 238),
        ("Id., at *23-25. The rest", 20),
        ("a footnote* and another** and * * * elisions", 1),
        ("see 3 *4 items in a list", 400),
    ],
)
def test_other_stars_are_no_run(text, first):
    assert best_run(read_marks(text), first=first).worth < ENOUGH


def test_a_cited_star_number_does_not_join_a_run():
    text = "text *238 more *239 text, Commentaries *240. And *240 on to *241 the end"
    marks = best_run(read_marks(text), first=237).marks
    assert [mark.label for mark in marks] == ["238", "239", "240", "241"]
    assert text[marks[2].start - 4 : marks[2].start] == "And "


def test_two_stars_count_the_second_reporter():
    text = "a *331 b **1247 c *332 d **1248 e"
    assert pages(text, first=330) == ["331", "332"]
    assert pages(text, first=1246, stars=2) == ["1247", "1248"]


def test_marks_within_notes_go_back_to_earlier_pages():
    text = "one *14 two *15 three *16 four. [1] A note that goes *15 on. [2] Another *16 one."
    numbers = read_marks(text)
    run = best_run(numbers, first=12)
    assert [mark.label for mark in run.marks] == ["14", "15", "16"]
    assert [mark.label for mark in rerun(numbers, run, first=12)] == ["14", "15", "16", "15", "16"]


def test_a_number_of_the_case_beside_the_run_is_a_mark_unless_a_citation_claims_it():
    text = "one *14 two *15 three *16 four. A *13 note, at *15, no. *1554 and *99 beyond, *14 again"
    numbers = read_marks(text)
    run = best_run(numbers, first=12)
    assert [mark.label for mark in run.marks] == ["14", "15", "16"]
    every = rerun(numbers, run, first=12)
    assert [mark.label for mark in every] == ["14", "15", "16", "13", "15", "14"]
    assert text[every[4].end :].startswith("54 and")


def test_a_letter_is_the_page_s_where_marks_are_set_off_by_spaces():
    spaced = read_marks("on *497 to the *497B if so and *498 on")
    glued = read_marks("on *497to the *497A few and *498on")
    assert [readings[0].label for readings in spaced] == ["497", "497B", "498"]
    assert [readings[0].label for readings in glued] == ["497", "497", "498"]
    assert pages("on *496 to *497 the *497B if so *498 on", first=495) == [
        "496",
        "497",
        "497B",
        "498",
    ]


def test_no_run_has_no_rerun():
    assert rerun([], Run(), first=1) == ()


@given(
    st.integers(1, 900),
    st.lists(st.text(alphabet="abc .,\n§", min_size=1, max_size=30), min_size=3, max_size=12),
)
def test_every_mark_of_a_counting_text_is_found(first, stretches):
    text = stretches[0]
    for number, stretch in enumerate(stretches[1:], start=first + 1):
        text += f" *{number} {stretch}"
    assert pages(text, first=first) == [str(first + n) for n in range(1, len(stretches))]
