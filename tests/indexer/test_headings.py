"""Lines that are headings, and lines that only look like them, each between two paragraphs."""

import pytest

from indexer.headings import Dress, dress_of, find_headings
from indexer.lines import TextForm, read_lines
from tests.indexer.texts import PARAGRAPH, PROSE


def is_stripped_heading(line: str, *, above: str = PARAGRAPH, below: str = PARAGRAPH) -> bool:
    lines = read_lines(f"{above}\n{line}\n{below}\n")
    return 1 in {heading.line for heading in find_headings(lines, TextForm.STRIPPED)}


def is_natural_heading(line: str, *, above: str = PROSE, below: str = PROSE) -> bool:
    lines = read_lines("\n\n".join([above, line, below]))
    return 1 in {heading.line for heading in find_headings(lines, TextForm.NATURAL)}


@pytest.mark.parametrize(
    "line",
    [
        "background ",
        "conclusion ",
        "discussion ",
        "ii.analysis ",
        "iv.conclusion ",
        "iv.conclusion. ",
        "i.",
        "ii",
        "b.fourth amendment claim ",
        "b.the fdcpa claim.",
        "a.title i of the act ",
        "c.sentencing enhancement ",
        "the district court decision ",
        "sufficiency of the evidence ",
        "qualified.standard of review ",
        "whether floyd has asserted a constitutional violation ",
        "search,seizure,and arrest ",
        "did the superior court err in granting summary judgment?",
        "facts and procedural history ",
        "denial of qualified immunity ",
        "clearly established right ",
        "a.the u.s.attorney conduct ",
    ],
)
def test_headings_of_the_stripped_form(line: str) -> None:
    assert is_stripped_heading(line)


@pytest.mark.parametrize(
    "line",
    [
        "the court explained that ",
        "claim for qualified immunity,we employ a inquiry ",
        "the statute provides in relevant part ",
        "appellant raises the following issues ",
        "the test is met by satisfying four requirements ",
        "cameron,at citations and quotation marks omitted.",
        "id.at ",
        "id.at emphasis added ",
        "see saucier,at ",
        "turner scott,cir internal citation omitted ",
        "harlow fitzgerald,d ",
        "affirmed.",
        "affirmed ",
        "reversed and remanded ",
        "it is so ordered.",
        "it is further ordered and adjudged ",
        "karen nelson moore,circuit judge ",
        "clay,circuit judge,dissenting ",
        "per curiam ",
        "we disagree ",
        "i do have a gun ",
        "dear judge cohill ",
        "image here ",
        "b any transfer avoided under the section ",
        "ward defendants____ ",
        "the officer fired.the suspect fell to the ground ",
        "he said no.",
        "whoever shall use a firearm ",
    ],
)
def test_other_short_lines_of_the_stripped_form(line: str) -> None:
    assert not is_stripped_heading(line)


def test_after_words_that_lead_to_a_quotation_a_line_is_no_heading() -> None:
    assert is_stripped_heading("seizure of the person ")
    assert not is_stripped_heading(
        "seizure of the person ", above="the court went on to explain that "
    )


def test_the_last_line_may_be_a_text_cut_off() -> None:
    lines = read_lines(f"{PARAGRAPH}\nindeed,even apart from reynoso in")
    assert not find_headings(lines, TextForm.STRIPPED)


@pytest.mark.parametrize(
    "line",
    [
        "I",
        "II.",
        "II-A",
        "III\u2013B",
        "A",
        "1",
        "II. Discussion",
        "I. Background.",
        "III. CONCLUSION",
        "IV CONCLUSION",
        "A. The Search",
        "A. The court erred in admitting the statement",
        "1. Standard of Review",
        "(a) Severability",
        "BACKGROUND",
        "CONCLUSION",
        "Discussion",
        "Syllabus",
        "OPINION",
        "ORDER",
        "Numerosity",
        "First Amendment Concerns",
        "THE PENNSYLVANIA MINIMUM WAGE LAW",
        "Ill",
        "H \u2014 I",
        "IL",
        "m",
        "I. The regulations.",
        "D. The seller's claims for unfair competition and unjust enrichment.",
        "B. Valuation Under 11 U.S.C. \u00a7 506(a) Generally",
        "1. U.S. Treaty Obligations",
        "The Admissibility of Appellant\u2019s Statements",
        "Ineffective Assistance of Counsel",
        "Attorney\u2019s Fees",
        "Obstruction of Justice",
        "Standards for Summary Judgment.",
        "SUMMARY JUDGMENT AND LOCAL RULE 12",
        "Section 1983 Claims",
        "FIRST ASSIGNMENT OF ERROR",
        "DISC\u00dcSSION",
        "ORDER AND REASONS",
        "OPINION-ORDER",
        "2. Right to Confrontation",
        "C. No Prejudice",
        "7. Recusal.",
        "2. Standard of appellate review.",
        "APPLICABILITY OF 11 U.S.C. \u00a7 522(f) TO A WAGE EARNER",
        "BACKGROUND4",
    ],
)
def test_headings_of_natural_text(line: str) -> None:
    assert is_natural_heading(line)


@pytest.mark.parametrize(
    "line",
    [
        "Affirmed.",
        "AFFIRMED.",
        "IT IS SO ORDERED.",
        "It is so ordered.",
        "Justice Alito delivered the opinion of the Court.",
        "MR. JUSTICE BLACK, dissenting.",
        "AGEE, Circuit Judge:",
        "PER CURIAM.",
        "SMITH v. JONES",
        "CERTIORARI TO THE SUPREME COURT OF OHIO.",
        "FEDERAL TRADE COMMISSION, PETITIONER",
        "No. 97-428",
        "April 13, 1984",
        "[June 25, 1998]",
        "*189",
        "* * *",
        "Weekly Salary $1,000.00",
        "Total $1,100.00",
        "Brewer_$494,632.93_$324,017.70",
        "1. See Smith v. Jones, 490 U.S. 386 (1989)",
        "2. The motion to compel discovery is granted.",
        "A. Yes.",
        "1. Is the challenge preserved for appellate review?",
        "(2) requires any person to",
        "The court held as follows:",
        "Ibid.",
        "I respectfully dissent.",
        "590 U. S. ____ (2020)",
        "A. Right.",
        "A: Yeah.",
        "2. Motion denied with costs below.",
    ],
)
def test_other_short_lines_of_natural_text(line: str) -> None:
    assert not is_natural_heading(line)


def test_a_numeral_between_question_and_answer_is_no_heading() -> None:
    assert is_natural_heading("A.")
    assert not is_natural_heading("A.", above="Q. Did you see him?", below="I did.")
    assert is_natural_heading("A: Only to Mr. Roe")
    assert not is_natural_heading("A: Only to Mr. Roe", above="Q: To whom did you sell it?")


def test_the_first_heading_may_stand_right_below_who_writes() -> None:
    title = "ALLEGED VIOLATIONS OF THE LEASE"
    assert is_natural_heading(title, above="ROE, United States Magistrate Judge.")
    assert not is_natural_heading(title, above="Richard Roe for the plaintiff.")
    assert not is_natural_heading("Springfield, Illinois", above="ROE, Circuit Judge:")


@pytest.mark.parametrize(
    "line",
    [
        "(1) By reason of ownership of any property in this State; or",
        '(a) "Goods" and',
        "(a) Separation pay...........................$60.00",
        "The Canister Company.\u201d",
        "Johnson & Sons, Plaintiffs",
        "John Smith, of counsel",
        "Section 506. Determination of Secured Status",
        "Judgment Entered.",
        "A. He did not, and nobody else that I know of had seen the car there.",
        "2. The statute reaches a carrier.",
    ],
)
def test_items_rows_and_parties_are_no_headings(line: str) -> None:
    assert not is_natural_heading(line)


def test_a_plain_line_with_a_stop_that_another_follows_is_an_item_of_a_list() -> None:
    assert is_natural_heading("I. The regulations.")
    assert not is_natural_heading("I. The regulations.", below="II. The remedies.")


@pytest.mark.parametrize("mark", ["4", "12", "*"])
def test_a_footnote_mark_alone_on_its_line_parts_no_heading_from_its_words(mark: str) -> None:
    for order in (
        [PROSE, mark, "Zoning Amendment", PROSE],
        [PROSE, "Zoning Amendment", mark, PROSE],
    ):
        found = find_headings(read_lines("\n\n".join(order)), TextForm.NATURAL)
        assert "Zoning Amendment" in [one.text for one in found]


@pytest.mark.parametrize("above", ["(A)", "ANALYSIS", "IV."])
def test_a_heading_may_stand_right_below_another(above: str) -> None:
    assert is_natural_heading("Standing To Enforce Covenants", above=above)


@pytest.mark.parametrize(
    "title",
    [
        "ORDER ON DEFENDANT\u2019S MOTION FOR SUMMARY JUDGMENT",
        "MEMORANDUM OPINION GRANTING MOTION TO DISMISS",
        "ORDER RE CROSS MOTIONS",
    ],
)
def test_a_long_title_stands_at_the_top_alone(title: str) -> None:
    top, below = (
        find_headings(read_lines(text), TextForm.NATURAL)
        for text in (
            f"{title}\n\nDOE, District Judge.\n\n{PROSE}",
            f"{PROSE}\n\n" * 7 + title + "\n\nx",
        )
    )
    assert [one.text for one in top if one.is_document_title] == [title]
    assert not any(one.is_document_title for one in below)


def test_a_running_head_is_no_heading() -> None:
    assert is_natural_heading("Opinion of the Court")
    assert not is_natural_heading("Opinion of the Court", below="590 U. S. ____ (2020)")


def test_a_line_in_a_table_is_no_heading() -> None:
    assert is_natural_heading("Lost Profits")
    assert not is_natural_heading("Lost Profits", above="Item", below="$20,000")


@pytest.mark.parametrize(
    ("title", "dress"),
    [
        ("BACKGROUND", Dress.CAPITALS),
        ("The Search of the Car", Dress.TITLE),
        ("Whether the search was lawful", Dress.PLAIN),
        ("", Dress.PLAIN),
    ],
)
def test_dress_of_titles(title: str, dress: Dress) -> None:
    assert dress_of(title) is dress
