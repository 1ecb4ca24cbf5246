import pytest

from service.draft_text import credited_quotations, find_quotations

GRAHAM = "Graham v. Connor, 490 U.S. 386, 396 (1989)"
GARNER = "Tennessee v. Garner, 471 U.S. 1, 11 (1985)"


def quotes(text: str) -> list[str]:
    return [text[one.start : one.end] for one in find_quotations(text)]


def credited(text: str) -> list[list[str | None]]:
    return [[one.cited for one in found.citations] for found in credited_quotations(text)[0]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He said “one two” and “three”.", ["one two", "three"]),
        ('He said "one two" and "three".', ["one two", "three"]),
        ("It “held 'so much' then” too.", ["held 'so much' then"]),
        ("A “nested “inner” one” here.", ["nested “inner” one"]),
        ('No quotation, only a 5" pipe.', []),
        ("“” and nothing", []),
    ],
)
def test_marks(text, expected):
    assert quotes(text) == expected


def test_a_block_is_one_quotation():
    text = f"It held:\n\n> one two\n> three four\n\n{GRAHAM}\n"
    (one,) = find_quotations(text)
    assert one.block
    assert text[one.start : one.end].split() == [">", "one", "two", ">", "three", "four"]


def test_an_indented_block_behind_a_colon_is_one():
    text = "It held:\n\n    one two three\n    four five six\n\nSo it is.\n"
    assert [one.split() for one in quotes(text)] == [["one", "two", "three", "four", "five", "six"]]


def test_a_quotation_that_is_never_closed_ends_with_its_paragraph():
    text = "It said “one two\n\nthree” four."
    assert quotes(text) == ["one two"]


def test_the_citation_behind_goes_before_the_one_in_front():
    assert credited(f"In {GARNER}, it said “one two three.” {GRAHAM}.") == [["490 U.S. 386"]]


def test_a_citation_in_front_introduces():
    text = f"In {GRAHAM}, the Court said “one two three.” That ended it."
    assert credited(text) == [["490 U.S. 386"]]


def test_one_citation_behind_two_quotations_is_both_s():
    assert credited(f"It is “one two” and “three four.” {GRAHAM}.") == [["490 U.S. 386"]] * 2


def test_id_and_short_forms_mean_what_they_mean():
    text = f"It is “one two.” {GRAHAM}. And “three four.” Id. at 397. Also “five six,” Graham, 490 U.S. at 399."
    assert credited(text) == [["490 U.S. 386"]] * 3


def test_a_parenthetical_belongs_to_its_citation():
    assert credited(f"See {GARNER} (“one two three”); {GRAHAM}.") == [["471 U.S. 1"]]


def test_what_is_quoted_there_counts_too():
    assert credited(f"It is “one two.” {GARNER} (quoting {GRAHAM}).") == [
        ["471 U.S. 1", "490 U.S. 386"]
    ]


def test_another_sentence_s_citation_is_not_taken():
    text = (
        f"It is “one two.” The other matter is quite different and needs no comment. See {GRAHAM}."
    )
    assert credited(text) == [[]]


def test_a_dissent_is_said_in_brackets_or_before():
    for text in (
        f"“One two three.” {GRAHAM} (Stevens, J., dissenting).",
        f"The dissent said “one two three.” {GRAHAM}.",
    ):
        assert credited_quotations(text)[0][0].separate, text
    assert not credited_quotations(f"The Court said “one two three.” {GRAHAM}.")[0][0].separate


def test_omissions_are_said_behind():
    assert credited_quotations(f"“One two three.” {GRAHAM} (citations omitted).")[0][0].omits
    assert credited_quotations(f"“One two three.” {GRAHAM} (cleaned up).")[0][0].omits
    assert not credited_quotations(f"“One two three.” {GRAHAM} (emphasis added).")[0][0].omits
