import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.store.analysis import (
    STOP_TERMS,
    Term,
    analyse,
    citation_terms,
    exact_words,
    fold,
    name_words,
    query_terms,
)

LEGAL = st.text(alphabet="aBcdé 12.§¶-'\u2019“”\n(),US3F\u0301\u00ad½ﷺ_", max_size=60)


def terms(text: str) -> list[str]:
    return [term.term for term in analyse(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Officers' reasonable searches", ["offic", "reason", "search"]),
        ("the court's and the court\u2019s", ["the", "court", "and", "the", "court"]),
        ("O'Connor O\u2019Connor", ["oconnor", "oconnor"]),
        ("Muñoz MUN\u0303OZ", ["munoz", "munoz"]),
        ("well-established", ["well", "wellestablish", "establish"]),
        ("12-203", ["12", "203"]),
        ("consti-\n tutional", ["consti", "constitut", "tution"]),
        ("const\u00aditutional", ["constitut"]),
        ("42 U.S.C. and 42 U. S. C.", ["42", "usc", "and", "42", "usc"]),
        ("the rights12 of", ["the", "rights12", "right", "of"]),
        ("§ 1983", ["1983", "§1983"]),
        ("§1983", ["1983", "§1983"]),
        ("§§ 1983, 1985", ["1983", "§1983", "1985", "§1985"]),
        ("section 1396a(b)", ["section", "1396a", "§1396a", "b"]),
        ("§ 1.6-4", ["1", "§1.6-4", "6", "4"]),
        ("the § sign", ["the", "§", "sign"]),
        ("“quoted”", ["quot"]),
        ("snake_case", ["snake", "case"]),
        ("", []),
        ("— … ***", []),
    ],
)
def test_terms(text, expected) -> None:
    assert sorted(terms(text)) == sorted(expected)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("490 U.S. 386", "490_us_386"),
        ("490 U. S. 386", "490_us_386"),
        ("490 US 386", "490_us_386"),
        ("490 u.s. 386", "490_us_386"),
        ("490\nU.S.\n386", "490_us_386"),
        ("see 518 F.3d 398, 407", "518_f3d_398"),
        ("518 F. 3d 398", "518_f3d_398"),
        ("518 F3d 398", "518_f3d_398"),
        ("127 S.Ct. 2301", "127_sct_2301"),
        ("127 S. Ct. 2301", "127_sct_2301"),
        ("104 L. Ed. 2d 443", "104_led2d_443"),
        ("12 F. Supp. 2d 34", "12_fsupp2d_34"),
        ("(5 Cal. App. 4th 67)", "5_calapp4th_67"),
        ("5 U.S. (1 Cranch) 137", "5_us_137"),
        ("99 F. App\u2019x 12", "99_fappx_12"),
        ("2005 WL 1234567", "2005_wl_1234567"),
    ],
)
def test_a_citation_is_one_term_however_it_is_spaced(text, term) -> None:
    assert citation_terms(text) == (term,)
    assert term in terms(text)


@pytest.mark.parametrize(
    "text", ["in 1995. The court held 12", "12 men and 5 women", "3.490 U.S. 386b", ""]
)
def test_what_is_no_citation_makes_none(text) -> None:
    assert citation_terms(text) == ()


@given(LEGAL)
def test_offsets_point_at_the_words_of_the_term(text) -> None:
    for term in analyse(text):
        assert 0 <= term.start < term.end <= len(text)
        assert not term.term.isspace()
        assert not any(c.isspace() for c in term.term)
        if term.term.isdigit() and len(term.term) > 0:
            assert fold(text[term.start : term.end]).startswith(term.term[:1])


@given(LEGAL, LEGAL)
def test_a_line_of_its_own_is_analysed_the_same_anywhere(before, text) -> None:
    """Terms are found by what they are, not by what stands pages away."""
    alone = analyse(text)
    shift = len(before) + 3
    both = [t for t in analyse(f"{before}\n;\n{text}") if t.start >= shift]

    assert [(t.term, t.start - shift, t.end - shift) for t in both] == [tuple(t) for t in alone]


def test_function_words_do_not_rank_unless_there_is_nothing_else() -> None:
    assert query_terms("What is the standard of the review of the standard?") == (
        "standard",
        "review",
    )
    assert query_terms("to be or not to be") == ("to", "be", "or", "not")
    assert query_terms("…") == ()
    assert STOP_TERMS.isdisjoint({"will", "may", "us", "doe", "no", "§"})


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("The  Court\u2019s\nrule", "the court's RULE"),
        ("“force,” he said", "force he said"),
        ("42 U.S.C. § 1983", "42 u.s.c. §§1983"),
        ("well-established", "well established"),
        ("Mun\u0303oz", "MUÑOZ"),
        ("STRASSE", "straße"),
    ],
)
def test_exact_words_ignore_case_quotes_space_and_punctuation(text, same) -> None:
    assert exact_words(text) == exact_words(same) != []


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("courts", "court's"),
        ("force used", "used force"),
        ("search", "searches"),
        ("1983", "§ 1983"),
        ("resume", "résumé"),
    ],
)
def test_exact_words_differ_where_the_words_do(text, other) -> None:
    assert exact_words(text) != exact_words(other)


def test_an_endless_word_keeps_its_identity_within_the_limits_of_the_index() -> None:
    one, other = "a" * 70_000, "a" * 69_999 + "b"

    assert terms(one) == terms(one)
    assert terms(one) != terms(other)
    assert exact_words(one) != exact_words(other)
    assert max(map(len, terms(one) + exact_words(one))) < 200


def test_names_are_folded_word_by_word() -> None:
    assert name_words("O\u2019CONNOR, Sandra-Day  Muñoz J.") == [
        "oconnor",
        "sandra",
        "day",
        "munoz",
        "j",
    ]


def test_threads_get_the_same_terms() -> None:
    texts = [f"searching officers reasonably citing {n} U.S. {n}" for n in range(200)]
    alone = [analyse(text) for text in texts]
    found: list[list[list[Term]]] = [[] for _ in range(4)]

    def work(place: int) -> None:
        found[place] = [analyse(text) for text in texts]

    threads = [threading.Thread(target=work, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [alone] * 4
