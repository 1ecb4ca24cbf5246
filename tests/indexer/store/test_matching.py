"""The quick way to a question's terms, against the plain one: all of `analyse`, then what is wanted."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.store import matching
from indexer.store.analysis import analyse
from indexer.store.matching import TermFinder

VOCABULARY = (
    "frisk frisked Frisking FRISKS officer's officers’ O'Connor O’Connors L’Oréal non-violent "
    "nonviolent well-\nknown twenty-five re- enter 's ’s' a-b-c-d-e-f-g-h u.s.c. U.S.C. U. S. C. "
    "U.S.  D. C.J. e.g. rights12 rights Mun\u0303oz Muñoz naïve ﬁnding \uff15 ① Straße STRASSE İstanbul "
    "\u017fuit \u212aing co\u00adoperate zero\u200bwidth die dying lying ties tie skies sky idly "
    "gently ugly early only singly happy happily liable liability hoping hope generic general "
    "organization organ news inning § §§ 1983, 1985 and 1988a § 12.5-abc section 7 Sec. 9–11 "
    "¶ 4 490 U.S. 386 20 L. Ed. 2d 889 5 U.S. (1 Cranch) 137 1968 WL 12 snake_case x_1 "
    "السلام 法院 \u02bcn don\u02bct tête-à-tête a.b A.B.C x. - -- — … “quoted” (a) [b] \u2010 hy\u2011phen "
    "\u2010\n \t \xa0 \u2003 \x00 \ud800 vice-versa o'- 'o o'.c ab-c abc-d abcd-e abcde-f u-.s"
)
WORDS = VOCABULARY.split(" ")
ENDINGS = (
    "s ed ing ly y ies ied ation ization ational ator alism ality alli fulness ousness iveness "
    "ivity bility bly ogy fully lessly ement able ible ance ence ic ical"
)
texts = st.lists(
    st.tuples(st.sampled_from(WORDS), st.sampled_from((" ", "", "\n", "-", ".", "'", "  ")))
).map(lambda pairs: "".join(part for pair in pairs for part in pair))


def plainly(text: str, wanted: set[str]):
    return [term for term in analyse(text) if term.term in wanted]


@settings(max_examples=200, deadline=None)
@given(texts, st.data())
def test_finding_is_analysing_and_keeping(text, data):
    everything = sorted({term.term for term in analyse(text)}) or ["x"]
    wanted = data.draw(st.sets(st.sampled_from(everything), max_size=6))
    assert TermFinder(wanted).find(text) == plainly(text, wanted)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.text(max_size=12))
def test_any_text_will_do(text, question):
    wanted = {term.term for term in analyse(text[::2] + question)}
    assert TermFinder(wanted).find(text) == plainly(text, wanted)


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.sampled_from("abcdehilnosty"), min_size=1, max_size=5),
    st.sampled_from(ENDINGS.split()),
)
def test_no_stem_differs_from_its_word_where_the_finder_looks(stem, ending):
    text = f"The {stem}{ending} and {stem.upper()}{ending}."
    for term in analyse(text):
        assert TermFinder([term.term]).find(text) == plainly(text, {term.term})


def test_one_word_in_a_whole_opinion_is_found_in_its_place():
    text = (
        "nothing here. " * 500 + "The non-\n violent O'Connor, U. S. C. § 1983." + " or here" * 500
    )
    for term in {term.term for term in analyse(text)}:
        assert TermFinder([term]).find(text) == plainly(text, {term})


def test_a_long_question_is_found_too(monkeypatch):
    text = " ".join(WORDS)
    wanted = {term.term for term in analyse(text)}
    assert TermFinder(wanted).find(text) == analyse(text)
    monkeypatch.setattr(matching, "_MOST_PREFIXES", 0)
    assert TermFinder(wanted).find(text) == analyse(text)


@settings(max_examples=100, deadline=None)
@given(st.lists(texts, max_size=5), st.sets(st.sampled_from(WORDS), max_size=5))
def test_what_one_text_taught_does_not_change_the_next(several, asked):
    wanted = {term.term for term in analyse(" ".join(sorted(asked)))}
    finder = TermFinder(wanted)
    assert [finder.find(text) for text in several] == [plainly(text, wanted) for text in several]


def test_a_part_inside_another_is_not_taken_for_it():
    assert [term.start for term in TermFinder(["art"]).find("art party (art) art, part art")] == [
        0, 11, 16, 26,
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", " ", "frisk", ".", "-"])
def test_nothing_wanted_is_nothing_found(text):
    assert TermFinder([]).find(text) == []


PLAIN = "court COURT's rights, (dying) held; \u201cheld\u201d 1983: law\u2019s [use]. tax\u2014die!"
BESIDE = (
    "",
    " ",
    "\n",
    "-",
    "- ",
    "-\n",
    "- \n ",
    "'",
    "\u2019",
    ".",
    " .",
    "U. S. ",
    "a.b.",
    "\u00ad",
    "_",
    "x",
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLAIN.split()), st.sampled_from(BESIDE), st.sampled_from(BESIDE))
def test_a_plain_word_is_one_whatever_stands_beside_it(word, before, behind):
    text = f"of {before}{word}{behind} the {behind}{word}{before} and{before}"
    for term in {term.term for term in analyse(text)}:
        assert TermFinder([term]).find(text) == plainly(text, {term})


@pytest.mark.parametrize("term", ["us", "usc", "preemption", "oconnor", "statelaw", "die", "it"])
def test_a_mark_among_the_first_letters_hides_no_term(term):
    text = (
        "The U. S. and 42 U.S.C. 5, pre-emption; O'Connor on state-law, dying. It's a u.s.c. U.S.x"
    )
    assert TermFinder([term]).find(text) == plainly(text, {term})
    assert plainly(text, {term})
