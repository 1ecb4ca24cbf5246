"""The text of PDFs that are set here: the words they were made from are the judge."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import RecordError
from indexer.sources.pdf_text import PdfText, pdf_text
from indexer.sources.pdf_words import read_sheets
from tests.indexer.sources.pdfs import (
    Placed,
    Typesetter,
    centred,
    make_pdf,
    width,
    with_foot,
)

PARAGRAPHS = [
    ("The plaintiff appeals from the judgment of the district court, which granted the motion of the "
    "officers for summary judgment. We review that decision anew, and view the facts in the light "
    "most favorable to the party that did not move."),
    ("Officers enjoy immunity unless they violated a right that was clearly established at the time. "
    "See Harlow v. Fitzgerald, 457 U.S. 800, 818 (1982). The burden is on the plaintiff."),
    ("Here the record shows that the second officer stood by while the first one struck the plaintiff, "
    "who had been handcuffed and offered no resistance whatever."),
    ("A reasonable jury could find that force to be excessive. The district court therefore erred, and "
    "its judgment is reversed; the case is remanded for further proceedings."),
]  # fmt: skip
BODY = [
    f"In part {ordinal} of its brief the defendant says otherwise. {text}"
    for ordinal, text in zip(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
         "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"],
        PARAGRAPHS * 5, strict=False,
    )
]  # fmt: skip


LONG = [*BODY, *(text.replace("defendant", "respondent") for text in BODY)]


def read(pages: Sequence[Iterable[Placed]], **options: Any) -> PdfText:
    return pdf_text(read_sheets(make_pdf(pages, **options)))


def set_pages(paragraphs: Sequence[str] = BODY, **options: Any) -> list[list[Placed]]:
    setter = Typesetter(**options)
    for text in paragraphs:
        setter.paragraph(text)
    return setter.pages


@pytest.mark.parametrize("spaces", [True, False])
@pytest.mark.parametrize("leading", [14, 24])
def test_paragraphs_come_back_as_they_were_set(leading, spaces):
    found = read(with_foot(set_pages(leading=leading)), spaces=spaces)
    assert found.text.split("\n\n") == BODY


def test_headings_keep_their_lines():
    setter = Typesetter()
    for number, text in enumerate(BODY):
        if number % 4 == 0:
            setter.heading("II. DISCUSSION")
        setter.paragraph(text)
    found = read(setter.pages).text.split("\n\n")
    assert found.count("II. DISCUSSION") == 5
    assert [one for one in found if one != "II. DISCUSSION"] == BODY


def test_a_block_quote_is_a_paragraph_of_its_own():
    setter = Typesetter()
    setter.paragraph(PARAGRAPHS[0])
    setter.left, setter.right, setter.leading = 144, 468, 12
    setter.paragraph(PARAGRAPHS[1], indent=0)
    setter.left, setter.right, setter.leading, setter.y = 72, 540, 24, setter.y - 12
    setter.paragraph(PARAGRAPHS[2])
    assert read([*setter.pages, *set_pages()]).text.split("\n\n")[:3] == PARAGRAPHS[:3]


def test_running_heads_and_stamps_go_whatever_they_say():
    pages = [
        [
            Placed(
                f"Case 1:20-cv-01234-ABC Document 45 Filed 01/02/21 Page {number} of 9", 60, 765
            ),
            centred("FLOYD v. CITY OF DETROIT" if number % 2 else "Opinion of the Court", 740),
            *page,
        ]
        for number, page in enumerate(set_pages(LONG), 1)
    ]
    found = read(with_foot(pages))
    assert len(pages) > 5
    assert found.text.split("\n\n") == LONG
    assert "Case 1:20-cv-01234-ABC Document 45 Filed 01/02/21 Page 1 of 9" in found.stamps


def test_a_head_of_one_page_is_known_by_its_place():
    pages = [[centred("Opinion of the Court", 750), *page] for page in set_pages(LONG)]
    pages[-1][0] = centred("MOORE, J., dissenting", 750)
    assert read(pages).text.split("\n\n") == LONG


def test_a_numeral_that_heads_a_page_is_kept():
    first, second = set_pages(PARAGRAPHS[:2]), set_pages(PARAGRAPHS[2:])
    found = read(with_foot([*first, [centred("II", 724), *second[0]]]))
    assert found.text.split("\n\n") == [*PARAGRAPHS[:2], "II", *PARAGRAPHS[2:]]


def test_a_figure_between_lines_of_text_is_kept():
    pages = set_pages(LONG)
    pages[2][2] = Placed("17", 300, pages[2][2].y)
    kept = read(with_foot(pages)).text
    assert pages[2][0].text in kept
    assert "17" in kept.split()


@pytest.mark.parametrize("right", [True, False])
def test_line_numbers_go_and_figures_of_the_text_stay(right):
    pages = []
    for page in set_pages([*BODY, "1", "2"], left=108):
        numbers = [(str(number), 724 - 24 * number) for number in range(1, 27)]
        column = [Placed(text, 90 - (width(text) if right else 20), y) for text, y in numbers]
        pages.append([*column, *page])
    assert read(pages).text.split("\n\n") == [*BODY, "1", "2"]


def test_columns_are_read_one_after_the_other():
    pages: list[list[Placed]] = []
    setter = Typesetter(left=54, right=298, size=9, leading=10.5)
    for text in LONG:
        setter.paragraph(text, indent=12)
    for at, column in enumerate(setter.pages):
        if at % 2 == 0:
            pages.append([])
        pages[-1] += [Placed(one.text, one.x + 266 * (at % 2), one.y, 9) for one in column]
    assert len(setter.pages) == 4
    assert read(with_foot(pages, "{}", 398)).text.split("\n\n") == LONG


def test_notes_are_gathered_behind_the_text():
    pages = set_pages([*BODY[:8]])
    last = pages[0][-1]
    pages[0] = [
        *pages[0],
        Placed("1", last.end + 0.5, last.y + 4, 7),
        Placed("1", 72, 84, 7),
        Placed("The record does not say who called the ambulance, and the", 79, 80, 9),
        Placed("parties have not told us.", 72, 69, 9),
    ]
    found = read(with_foot(pages))
    body, notes = found.text.split("\n\nFOOTNOTES\n\n")
    assert (
        notes
        == "[1] The record does not say who called the ambulance, and the parties have not told us."
    )
    assert body.replace("[1]", "").split("\n\n") == BODY[:8]
    assert body.index("[1]") == body.index(last.text.split()[-1] + "[1]") + len(
        last.text.split()[-1]
    )
    assert found.pages[-1] == ("1", found.text.index("[1] The record"))


def test_a_note_goes_on_at_the_foot_of_the_next_page():
    pages = set_pages(BODY)
    pages[0] += [Placed("1", 72, 74, 7), Placed("The statute of limitations, which the", 79, 70, 9)]
    pages[1] += [Placed("parties do not discuss, has not run.", 72, 70, 9)]
    found = read(with_foot(pages)).text
    assert found.endswith(
        "FOOTNOTES\n\n[1] The statute of limitations, which the parties do not discuss, has not run."
    )
    assert found.split("\n\n")[: len(BODY)] == BODY


@pytest.mark.parametrize(
    ("elsewhere", "found"),
    [
        ("The govern ment governs; self-executing clauses.", "government"),
        ("Every government has its judgment.", "government"),
        ("The govern-ment of old books.", "govern-ment"),
    ],
)
def test_a_broken_word_is_joined_only_when_that_is_sure(elsewhere, found):
    lines = ["We do not know what it was that the whole of the new govern-", "ment said."]
    page = [Placed(text, 72, 700 - 14 * at) for at, text in enumerate([*lines, elsewhere])]
    filler = [Placed(line, 72, 600 - 14 * at) for at, line in enumerate(["and so on it went"] * 9)]
    assert f"the new {found} said." in read([[*page, *filler]]).text


def test_compounds_and_dashes_keep_their_hyphens():
    lines = [
        "The decision was one that turned on a rule of law that was well-",
        "known, that of the last wills of the two families of Smith-",
        "Jones, and of the years from the beginning of the war, 1861-",
        "65, a time that nobody who was there is known to forget--",
        "that much is plain, and it is as well to say so now, and here.",
    ]
    page = [Placed(text, 72, 700 - 14 * at) for at, text in enumerate(lines)]
    text = read([page]).text
    for whole in ("was well-known,", "Smith-Jones,", "1861-65,", "forget--that"):
        assert whole in text


def test_pages_are_numbered_as_printed():
    found = read(with_foot(set_pages(), "Page {} of 30", 12))
    assert [page for page, _ in found.pages] == [str(12 + at) for at in range(len(found.pages))]
    assert found.pages[0][1] == 0


def test_pages_begin_where_their_first_word_stands():
    pages = set_pages()
    found = read(pages)
    assert [page for page, _ in found.pages] == [str(at + 1) for at in range(len(pages))]
    for page, (_, start) in zip(pages, found.pages, strict=True):
        assert found.text[start:].startswith(page[0].text)


def test_pictures_of_pages_are_refused():
    stamp = "Case 1:20-cv-01234 Document 45 Page {}"
    with pytest.raises(RecordError, match=r"no text layer: 0 words on 6 pages, .*; run OCR first"):
        read([[Placed(stamp.format(number), 60, 765)] for number in range(6)])
    with pytest.raises(RecordError, match="no text layer: 0 words on 1 pages"):
        read([[]])


def test_pages_without_text_are_named():
    assert read([*set_pages(), []]).blank == (len(set_pages()) + 1,)


@pytest.mark.parametrize(
    ("matrix", "box"),
    [
        ("0 1 -1 0 792 0", "0 0 792 612"),
        ("0 -1 1 0 0 612", "0 0 792 612"),
        ("-1 0 0 -1 612 792", "0 0 612 792"),
        ("1 0 0 1 100 50", "100 50 712 842"),
    ],
)
@pytest.mark.parametrize("shown_at", [0, 90])
def test_a_page_is_read_the_way_its_words_run(matrix, box, shown_at):
    data = make_pdf(set_pages(PARAGRAPHS), matrix=matrix, box=f"[{box}] /Rotate {shown_at}")
    assert pdf_text(read_sheets(data)).text.split("\n\n") == PARAGRAPHS


def test_a_stamp_up_the_margin_is_no_part_of_the_text():
    data = make_pdf(
        set_pages(PARAGRAPHS), also=b"BT /F 9 Tf 0 1 -1 0 40 300 Tm (RECEIVED 2021) Tj ET"
    )
    assert pdf_text(read_sheets(data)).text.split("\n\n") == PARAGRAPHS


WORDS = st.text(alphabet="abcdeghmnorst", min_size=1, max_size=11) | st.just("the")
TEXTS = st.lists(st.lists(WORDS, min_size=12, max_size=90), min_size=2, max_size=12)


@settings(max_examples=25, deadline=None)
@given(
    texts=TEXTS,
    leading=st.sampled_from([13, 16, 24]),
    size=st.sampled_from([9, 12]),
    spaces=st.booleans(),
    breaks=st.booleans(),
)
def test_no_word_is_lost_or_glued(texts, leading, size, spaces, breaks):
    body = [" ".join(words).capitalize() + "." for words in texts]
    pages = set_pages(body, leading=leading, size=size, breaks=breaks)
    found = read(with_foot(pages), spaces=spaces)
    plain = found.text.replace("-", "")
    assert re.sub(r"\s", "", plain) == "".join(body).replace(" ", "")
    assert plain.split() == " ".join(body).split()
