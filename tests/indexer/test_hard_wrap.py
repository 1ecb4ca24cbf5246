"""Hard-wrapped text: paragraphs come back, no word is lost or glued, page numbers go."""

import textwrap
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.hard_wrap import is_hard_wrapped, unwrap
from indexer.pagination import paginate

WORDS: Final = [
    "the",
    "court",
    "of",
    "appeals",
    "held",
    "that",
    "a",
    "warrant",
    "was",
    "not",
    "needed",
    "because",
    "officers",
    "who",
    "had",
    "seen",
    "contraband",
    "in",
    "plain",
    "view",
    "could",
    "not",
    "have",
    "waited",
    "without",
    "danger",
    "to",
    "evidence",
    "and",
    "to",
    "each",
    "other",
]
PARAGRAPHS: Final = [
    "The " + " ".join(WORDS[start:] + WORDS[:start]) + "." for start in (0, 5, 11, 17)
]


def page(paragraphs: list[str], *, width: int = 60, double: bool = False, indent: int = 5) -> str:
    """Set ``paragraphs`` as a slip opinion does, with the first line of each indented."""
    lines = [
        line
        for one in paragraphs
        for line in textwrap.wrap(one, width, initial_indent=" " * indent, break_on_hyphens=False)
    ]
    return ("\n\n" if double else "\n").join(lines)


def letters(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("double", [False, True])
@pytest.mark.parametrize("width", [45, 60, 72])
def test_paragraphs_come_back(double, width):
    wrapped = page(PARAGRAPHS, width=width, double=double)
    assert unwrap(wrapped).text.split("\n\n") == PARAGRAPHS


def test_blank_lines_between_paragraphs_are_paragraphs_too():
    wrapped = "\n\n".join(page([one], indent=0) for one in PARAGRAPHS)
    assert unwrap(wrapped).text.split("\n\n") == PARAGRAPHS


def test_the_gaps_of_justified_lines_close():
    wrapped = page(PARAGRAPHS).replace(" of ", "   of  ")
    assert unwrap(wrapped).text.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize(
    "opens", ["ROE, District Judge.", "ROE, Senior Circuit Judge.", "Per Curiam."]
)
def test_a_judge_begins_on_a_line_of_his_own_though_the_note_above_is_full(opens):
    note = "* Of the District of Massachusetts, sitting by designation."
    set_ = page([note, *PARAGRAPHS], double=True, indent=0)
    opened = set_.replace("The the court", f"{opens} The the court", 1)
    assert opens in opened
    assert f"designation.\n\n{opens} The the" in unwrap(opened).text


def test_a_caption_keeps_its_lines():
    caption = (
        "          United States Court of Appeals\n"
        "              For the First Circuit\n\n"
        "No. 09-1364\n\n"
        "                   JANE DOE,\n"
        "             Plaintiff, Appellant,\n\n"
        "                      v.\n\n"
        "                 RICHARD ROE,\n\n"
    )
    text = unwrap(caption + page(PARAGRAPHS)).text
    assert text.split("\n\n")[:2] == [
        "United States Court of Appeals\nFor the First Circuit",
        "No. 09-1364",
    ]
    assert text.split("\n\n")[-4:] == PARAGRAPHS


@pytest.mark.parametrize("form_feed", ["\f", "\n"], ids=["form feeds", "no form feeds"])
@pytest.mark.parametrize("style", ["-{}-", "- {} -", "{:>30}", "Page {} of 9"])
def test_page_numbers_go_and_sentences_are_whole_again(form_feed, style):
    lines = page(PARAGRAPHS).split("\n")
    sheets = [lines[at : at + 4] for at in range(0, len(lines), 4)]
    numbered = [
        "\n".join([*sheet, "", "", style.format(number).rjust(35)])
        for number, sheet in enumerate(sheets, start=2)
    ]
    assert len(sheets) >= 3
    assert unwrap(form_feed.join(numbered)).text.split("\n\n") == PARAGRAPHS


def test_numbers_that_do_not_count_pages_stay():
    listed = page(PARAGRAPHS[:2]) + "\n\n      1987\n\n" + page(PARAGRAPHS[2:])
    assert "1987" in unwrap(listed).text.split()


def test_a_note_keeps_apart_from_the_text_around_the_page_end():
    body, note = page(PARAGRAPHS[:1], double=True), page(["1 See the record."], indent=3)
    first = (
        f"{body.rsplit(chr(10), 2)[0]}\n\n\n{note}\n   It says so, and more than so.\n\n   -2-\n"
    )
    text = unwrap(f"{first}\f{page(PARAGRAPHS[1:], double=True)}").text
    assert "It says so, and more than so." in text.split("\n\n")[1]
    assert PARAGRAPHS[1] in text.split("\n\n")


@pytest.mark.parametrize(
    ("elsewhere", "left", "right", "joined"),
    [
        ("conducted", "conduct-", "ed", "conducted"),
        ("other", "conduct-", "ed", "conduct-ed"),
        ("wellknown", "well-", "known", "wellknown"),
        ("other", "824a-", "3(e)", "824a-3(e)"),
        ("other", "two-", "and", "two- and"),
        ("other", "evidence--", "and", "evidence-- and"),
    ],
)
def test_a_word_broken_at_a_line_s_end(elsewhere, left, right, joined):
    """The hyphen goes only where the text has the word whole; the halves never part for good."""
    lines = [
        *textwrap.wrap(" ".join([*WORDS, elsewhere, *WORDS]), 50),
        justified(f"as he had said {left}", 50),
        f"{right} was what had been said before",
    ]
    assert f"as he had said {joined} was what" in unwrap("\n".join(lines)).text


def justified(line: str, width: int) -> str:
    first, _, rest = line.partition(" ")
    return f"{first}{rest:>{width - len(first)}}"


def test_what_is_not_hard_wrapped_is_only_cleaned():
    text = "\n\n".join(PARAGRAPHS) + "\r\n\x00short\nlines\n"
    assert not is_hard_wrapped(text)
    assert unwrap(text).text == "\n\n".join(PARAGRAPHS) + "\nshort\nlines\n"


def test_characters_that_were_left_as_html_writes_them():
    assert unwrap("Moore &amp; Jones &#167; 5, R&D, AT&T; &copying").text == (
        "Moore & Jones § 5, R&D, AT&T; &copying"
    )


def sheets_from(first: int) -> str:
    return "\f".join(
        f"{page([one])}\n\n{number:>30}\n" for number, one in enumerate(PARAGRAPHS, first)
    )


def test_numbers_of_a_known_reporter_become_its_pages():
    marked = unwrap(sheets_from(331), ["12 Led. 9", "250 Neb. 331"])
    assert [mark.label for mark in marked.marks] == ["331", "332", "333", "334"]
    (paged,) = paginate([marked], ["12 Led. 9", "250 Neb. 331"])
    assert letters(paged.text) == letters("".join(PARAGRAPHS))
    for number, one in enumerate(PARAGRAPHS, 331):
        start = paged.text.index(one)
        (label,) = {mark.page for mark in paged.pages if mark.start == start}
        assert (label, paged.pages[0].reporter) == (str(number), "250 Neb.")


@pytest.mark.parametrize("citations", [[], ["250 Neb. 500"], ["2010 WL 331"]])
def test_numbers_of_no_known_reporter_are_nobody_s_pages(citations):
    marked = unwrap(sheets_from(331), citations)
    assert marked.marks == ()
    assert marked.text.split("\n\n") == PARAGRAPHS


HALVES: Final = frozenset(f"non{word}" for word in WORDS)


@settings(deadline=None)
@given(
    lines=st.lists(
        st.tuples(
            st.integers(0, 12),
            st.lists(st.sampled_from([*WORDS, "See", "I.", "§ 5", "non-", "v."]), max_size=9),
            st.sampled_from(["\n", "\n\n", "\n\f", "\n          \n"]),
        ),
        max_size=40,
    )
)
def test_no_word_is_lost_or_glued(lines):
    """Whatever the layout: the same words in the same order, but for hyphens at line ends."""
    text = "".join(f"{' ' * indent}{' '.join(words)}{end}" for indent, words, end in lines)
    out = unwrap(text).text
    assert letters(out).replace("-", "") == letters(text).replace("-", "")
    assert {one for one in out.split() if "-" not in one} <= {*text.split(), *HALVES}
