"""Whether words are quoted from the case cited behind them (Bluebook, rules 1.2 and 5)."""

import pytest

from indexer.citation_quotes import credits_quotation

CITED = "Graham v. Connor, 490 U.S. 386 (1989)"


def credited(before: str, behind: str = ".") -> bool:
    text = before + CITED + behind
    return credits_quotation(text, len(before), len(before) + len(CITED), 0)


@pytest.mark.parametrize(
    "before",
    [
        "The test is “objective reasonableness.” ",
        "The test is “objective reasonableness.”5 ",
        'The test is "objective reasonableness." ',
        "The test is “objective reasonableness,” ",
        "The test of “objective reasonableness” governs here. ",
        "It asks what is ``reasonable at the moment.'' ",
        "Some other law. The test of “objective reasonableness” governs in U.S. courts. ",
        "The rule is old (quoting ",
        "We have said:\n\nThe calculus must embody allowance for judgments.\n\n",
        "We have said:\nThe calculus must embody allowance for judgments.\n",
    ],
)
def test_a_quotation_right_before_is_credited(before):
    assert credited(before)


@pytest.mark.parametrize(
    "before",
    [
        "",
        "The officer fired. ",
        "The test is “objective reasonableness.” See ",
        "The test is “objective reasonableness.” See also ",
        "The test is “objective reasonableness.” Cf. ",
        "The test is “objective reasonableness.” But see ",
        "The test is “objective reasonableness.” The officer fired at them. ",
        "The test is “objective reasonableness”; cf. ",
        "The word “seizure” has many senses. ",
        "The law is settled.\n\nThe calculus must embody allowance.\n\n",
    ],
)
def test_other_words_are_not(before):
    assert not credited(before)


def test_the_sentence_before_counts_only_for_a_citation_that_is_a_sentence():
    before = "The test of “objective reasonableness” governs here. "
    assert credited(before, ".")
    assert credited(before, "; Terry v. Ohio, 392 U.S. 1.")
    assert not credited(before, " held something else.")


def test_a_quotation_that_an_earlier_citation_took_is_not_given_twice():
    before = "The test is “objective reasonableness.” Terry v. Ohio, 392 U.S. 1; "
    text = before + CITED + "."
    floor = before.index(";")
    assert not credits_quotation(text, len(before), len(text) - 1, floor)
