"""The citations of whole sentences, against a reading of them by the Bluebook's rules."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.citations import find_citations
from indexer.records import Citation, CitationKind
from tests.indexer.growth import least_seconds, takes_less
from tests.indexer.texts import stripped

GRAHAM = "Graham v. Connor, 490 U.S. 386, 396 (1989)"
TERRY = "Terry v. Ohio, 392 U.S. 1 (1968)"
LONG_AGO = "We granted review. "


def read(text: str) -> list[tuple[str, str | None, str | None, str | None]]:
    """What is cited, by whose words, on which page."""
    return [(one.kind.value, one.cited, one.name, one.pin) for one in find_citations(text)]


FULL = {
    "Graham v. Connor, 490 U.S. 386 (1989).": ("490 U.S. 386", "Graham v. Connor", None),
    "See Graham v. Connor, 490 U. S. 386, 396-397 (1989).": ("490 U.S. 386", "Graham v. Connor", "396-397"),
    "See also Ornelas v. United States, 517 U.S. 690, 699 (1996).": ("517 U.S. 690", "Ornelas v. United States", "699"),
    "But see, e.g., United States v. Leon, 468 U.S. 897, 923 n.24 (1984).": ("468 U.S. 897", "United States v. Leon", "923 n.24"),
    "United States v. Leon, 468 U.S. 897, 923, n. 24 (1984).": ("468 U.S. 897", "United States v. Leon", "923, n. 24"),
    "Floyd v. City of Detroit, 518 F.3d 398, 407-08 (6th Cir. 2008).": ("518 F.3d 398", "Floyd v. City of Detroit", "407-08"),
    "In Brown v. Board of Ed. of Topeka, 347 U. S. 483 (1954), the Court": ("347 U.S. 483", "Brown v. Board of Ed. of Topeka", None),
    "In re Winship, 397 U.S. 358, 364 (1970)": ("397 U.S. 358", "In re Winship", "364"),
    "as Ex parte Young, 209 U.S. 123, held": ("209 U.S. 123", "Ex parte Young", None),
    "The Civil Rights Cases, 109 U.S. 3, 11 (1883).": ("109 U.S. 3", "The Civil Rights Cases", "11"),
    "Adarand Constructors, Inc. v. Pe\u00f1a, 515 U.S. 200, 227 (1995).": ("515 U.S. 200", "Adarand Constructors, Inc. v. Pe\u00f1a", "227"),
    "relied on by Congress. Graham v. Connor, 490 U.S. 386.": ("490 U.S. 386", "Graham v. Connor", None),
    "Marbury v. Madison, 5 U.S. (1 Cranch) 137, 177 (1803).": ("5 U.S. 137", "Marbury v. Madison", "177"),
    "Hosp. Corp. of Am. v. FTC, 807 F.2d 1381 (7th Cir. 1986)": ("807 F.2d 1381", "Hosp. Corp. of Am. v. FTC", None),
    "State v. Lee, 2015-Ohio-1234, was": ("2015-Ohio-1234", "State v. Lee", None),
    "Smith v. Comm'r, T.C. Memo. 1990-123.": ("T.C. Memo. 1990-123", "Smith v. Comm'r", None),
    "Doe v. Roe, No. 08-1234, 2009 WL 1234567 (D. Mass. Jan. 5, 2009).": ("2009 WL 1234567", "Doe v. Roe", None),
    "Harmon v. Thornburgh (D.C. Cir. 1989) 878 F.2d 484, 489": ("878 F.2d 484", "Harmon v. Thornburgh", "489"),
    "In re Hale (D. C.) 107 F. 432, 433;": ("107 F. 432", "In re Hale", "433"),
    "Graham v. Connor,\n490 U.S. 386, 396 (1989).": ("490 U.S. 386", "Graham v. Connor", "396"),
    "Graham v.\nConnor, 490\nU.S. 386,\n396 (1989).": ("490 U.S. 386", "Graham v. Connor", "396"),
    "Graham v. Connor, 490 U.S.\n386 (1989).": ("490 U.S. 386", "Graham v. Connor", None),
    "Graham v. *396 Connor, 490 U.S. 386 (1989).": ("490 U.S. 386", "Graham v. Connor", None),
    "Nken v. Holder, 556 U. S. ____ (2009).": (None, "Nken v. Holder", None),
    "Nken v. Holder, 556 U. S. ____, ____ (2009) (slip op., at 5).": (None, "Nken v. Holder", "slip op., at 5"),
    "Nken v. Holder, ___ U.S. ___ (2009).": (None, "Nken v. Holder", None),
    "(quoting Terry v. Ohio, 392 U.S. 1, 27 (1968))": ("392 U.S. 1", "Terry v. Ohio", "27"),
    "People v. Hammond, 54 Cal. 2d 846, 854-855 (1960)": ("54 Cal. 2d 846", "People v. Hammond", "854-855"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FULL.items())
def test_a_full_citation_gives_reporter_name_and_page(text: str, expected: tuple[str, ...]):
    assert read(text) == [("full", *expected)]


BACK = {
    f"{GRAHAM}. Graham, 490 U. S., at 397.": ("short", "490 U.S. 386", "Graham v. Connor", "397"),
    f"{GRAHAM}. 490 U.S. at 396-97.": ("short", "490 U.S. 386", "Graham v. Connor", "396-97"),
    f"{GRAHAM}. Graham, supra, at 397.": ("supra", "490 U.S. 386", "Graham v. Connor", "397"),
    f"{GRAHAM}. Under Graham, supra, this": ("supra", "490 U.S. 386", "Graham v. Connor", None),
    f"{GRAHAM}. Connor, supra note 5, at 397.": ("supra", "490 U.S. 386", "Graham v. Connor", "397"),
    f"{GRAHAM}. Id. at 397.": ("id", "490 U.S. 386", "Graham v. Connor", "397"),
    f"{GRAHAM}. Id., at 397, n. 3.": ("id", "490 U.S. 386", "Graham v. Connor", "397, n. 3"),
    f"{GRAHAM}. Ibid.": ("id", "490 U.S. 386", "Graham v. Connor", None),
    f"{GRAHAM}; see id., at 397.": ("id", "490 U.S. 386", "Graham v. Connor", "397"),
    f"{GRAHAM}. (Id. at 397.)": ("id", "490 U.S. 386", "Graham v. Connor", "397"),
    f"{GRAHAM}. It so held (id.\nat 397).": ("id", "490 U.S. 386", "Graham v. Connor", "397"),
    f"{GRAHAM}. 490 U. S.,\nat 397.": ("short", "490 U.S. 386", "Graham v. Connor", "397"),
    f"{GRAHAM}. Id. 490 U.S. at 397.": ("short", "490 U.S. 386", "Graham v. Connor", "397"),
    f"{GRAHAM}. Graham, supra, 490 U.S. at pp. 396-397.": ("short", "490 U.S. 386", "Graham v. Connor", "396-397"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BACK.items())
def test_a_citation_back_stands_for_the_full_one(text: str, expected: tuple[str, ...]):
    full, back = read(text)
    assert full == ("full", "490 U.S. 386", "Graham v. Connor", "396")
    assert back == expected


@pytest.mark.parametrize(
    "between",
    [
        "See 42 U.S.C. § 1983.",
        "42 U. S. C. §1983.",
        "See § 1983.",
        "Pub. L. No. 99-570, 100 Stat. 3207.",
        "Fed. R. Civ. P. 56(c).",
        "Smith, Police Force, 90 Harv. L. Rev. 123 (1976).",
        "Brief for Petitioner 12.",
        "App. 12.",
        "Ante, at 5.",
        "S. Rep. No. 99-541, p. 5 (1986).",
        "W. LaFave, Search and Seizure § 1 (3d ed. 1996).",
        "Restatement (Second) of Torts.",
        "A. Amar, The Bill of Rights 12 (1998).",
        "Webster's Dictionary 395 (3d ed. 1976).",
        "18 U.S.C. 3553 (1994 ed.).",
        "Doe v. Roe, No. 83-1099 (D.N.M. Oct. 7, 1983).",
    ],
)
def test_id_after_what_is_no_case_is_no_case(between):
    kinds = [
        one.kind for one in find_citations(f"{GRAHAM}. {between} Id. at 5. Id., at 400. Ibid.")
    ]
    assert kinds == [CitationKind.FULL]


@pytest.mark.parametrize("pin", ["5", "11a", "900", "¶ 12", "§ 3"])
def test_id_with_a_page_that_the_case_cannot_have_is_another_authority(pin):
    assert [one.kind for one in find_citations(f"{GRAHAM}. Id., at {pin}.")] == [CitationKind.FULL]


def test_id_reaches_past_the_citations_of_a_parenthetical():
    """Rule 4.1: sources in an explanatory parenthetical are ignored."""
    text = f"{GRAHAM} (quoting Terry v. Ohio, 392 U.S. 1, 27 (1968)). Id. at 397."
    assert [one[1] for one in read(text)] == ["490 U.S. 386", "392 U.S. 1", "490 U.S. 386"]


def test_id_inside_a_parenthetical_means_the_citation_in_it():
    text = f"{GRAHAM} (quoting Terry v. Ohio, 392 U.S. 1, 27 (1968); see id., at 28). Id., at 397."
    assert [one[1] for one in read(text)][2:] == ["392 U.S. 1", "490 U.S. 386"]


def test_each_of_parallel_citations_is_one_under_the_same_name():
    text = "Graham v. Connor, 490 U.S. 386, 396, 109 S.Ct. 1865, 104 L.Ed.2d 443 (1989)."
    name = "Graham v. Connor"
    assert read(text) == [
        ("full", "490 U.S. 386", name, "396"),
        ("full", "109 S. Ct. 1865", name, None),
        ("full", "104 L. Ed. 2d 443", name, None),
    ]


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("Ward v. Love, 116 Ga. 264; 42 S.E. 522 (1902).", ["116 Ga. 264", "42 S.E. 522"]),
        ("Scott v. State, 230 Ga. 413 (197 S.E.2d 338).", ["230 Ga. 413", "197 S.E.2d 338"]),
        ("Hill v. Love, 7 Cal.4th 1 [26 Cal.Rptr.2d 834, 865 P.2d 633].", ["7 Cal. 4th 1", "26 Cal. Rptr. 2d 834", "865 P.2d 633"]),
        ("Sedima v. Imrex Co., — U.S. —, 105 S.Ct. 3275 (1985).", [None, "105 S. Ct. 3275"]),
    ],
)  # fmt: skip
def test_parallel_citations_are_told_by_what_parts_them(text, cited):
    found = read(text + " Id.")
    name = text[: text.index(",")]
    assert [one[1] for one in found] == [*cited, next(one for one in cited if one)]
    assert {one[2] for one in found} == {name}


def test_what_comes_after_parallel_citations_means_the_one_case():
    text = (
        "Graham v. Connor, 490 U.S. 386, 109 S.Ct. 1865 (1989). Id. at 397. Graham, supra, at 398."
        " Graham, 109 S.Ct., at 1870."
    )
    assert read(text)[2:] == [
        ("id", "490 U.S. 386", "Graham v. Connor", "397"),
        ("supra", "490 U.S. 386", "Graham v. Connor", "398"),
        ("short", "109 S. Ct. 1865", "Graham v. Connor", "1870"),
    ]


def test_id_after_parallel_short_forms_means_the_one_that_is_known():
    text = f"{GRAHAM}. Graham, 490 U.S. at 397, 109 S.Ct. at 1871. Id. at 398."
    assert [one[1] for one in read(text)] == ["490 U.S. 386", "490 U.S. 386", None, "490 U.S. 386"]


def test_a_case_keeps_the_name_that_the_text_gave_it_first():
    text = f"{GRAHAM}. Graham v. M. S. Connor, 490 U.S. 386 (1989). Id. at 397."
    names = [one[2] for one in read(text)]
    assert names == ["Graham v. Connor", "Graham v. M. S. Connor", "Graham v. Connor"]


def test_a_string_of_citations_is_read_one_by_one():
    text = f"See {GRAHAM}; {TERRY}; cf. Tennessee v. Garner, 471 U.S. 1, 8-9 (1985)."
    assert [one[1:3] for one in read(text)] == [
        ("490 U.S. 386", "Graham v. Connor"),
        ("392 U.S. 1", "Terry v. Ohio"),
        ("471 U.S. 1", "Tennessee v. Garner"),
    ]


def test_of_two_cases_in_one_volume_the_name_tells_then_the_page():
    both = "Alpha v. Beta, 490 U.S. 386 (1989). Gamma v. Delta, 490 U.S. 500 (1989). "
    assert read(both + "Alpha, 490 U.S., at 390.")[2][1] == "490 U.S. 386"
    assert read(both + "490 U.S., at 390.")[2][1] == "490 U.S. 386"
    assert read(both + "490 U.S., at 510.")[2][1] == "490 U.S. 500"
    assert len(read(both + "490 U.S., at 12.")) == 2


def test_a_name_of_two_cases_is_left_open():
    both = "Smith v. Ohio, 494 U.S. 541 (1990). Smith v. Maryland, 442 U.S. 735 (1979). "
    assert read(both + "Smith, supra, at 740.")[2] == ("supra", None, "Smith", "740")
    assert read(both + "Maryland, supra, at 740.")[2][1] == "442 U.S. 735"


def test_a_short_form_whose_case_stands_in_another_opinion_keeps_its_name():
    assert read("Graham, supra, at 397.") == [("supra", None, "Graham", "397")]
    assert read("As Graham, 490 U.S., at 397, says") == [("short", None, "Graham", "397")]


@pytest.mark.parametrize(
    "text",
    [
        "Id. at 5.",
        "490 U.S. at 397.",
        "See Part II, supra.",
        "See supra, at 5.",
        "Amsterdam, supra note 3, at 12.",
        "42 U.S.C. § 1983. 90 Harv. L. Rev. 123.",
        "In 1990 U.S. troops took 12 towns; 4 F. of them fell.",
        "The 50 States and 3 Members",
        "",
        "\n",
    ],
)
def test_what_names_no_case_yields_nothing(text):
    assert find_citations(text) == ()


def test_a_stripped_text_yields_nothing():
    assert find_citations(stripped("-", "-", "analysis", "-") + "graham connor,id at") == ()


def test_the_edition_is_chosen_by_the_year():
    """``Wash.`` is the Washington Reports, first series, or the Territory's, and years part them."""
    [found] = find_citations("Smith v. Jones, 12 Wash. 45 (1895).")
    assert found.cited == "12 Wash. 45"


def test_parentheticals_are_those_that_explain():
    text = (
        f"{GRAHAM} (holding that force (of any kind) is judged by the Fourth Amendment) (en banc)."
        f" {TERRY} (per curiam)."
    )
    graham, terry = find_citations(text)
    assert graham.parenthetical is not None
    assert graham.parenthetical.of(text) == (
        "holding that force (of any kind) is judged by the Fourth Amendment"
    )
    assert terry.parenthetical is None


def test_words_before_a_citation_are_credited_to_it_and_to_what_it_quotes():
    text = (
        "The force must be “objectively reasonable” in the light of the facts. Graham v. Connor, 490"
        " U.S. 386, 397 (1989) (quoting Terry v. Ohio, 392 U.S. 1, 27 (1968)). The officer fired."
        " Tennessee v. Garner, 471 U.S. 1 (1985)."
    )
    assert [one.quoted for one in find_citations(text)] == [True, True, False]


WORDS = (
    "Graham v. Connor , 490 U.S. 386 at 396 ( 1989 ) “ ” id. Id. supra See § 42 U.S.C. ___ \n Ibid. *396 quoting 12"
    " F.3d Smith ; . [ ] 109 S. Ct. holding that & T.C. Memo. 1990-12 Pub. L."
)
words = st.sampled_from(WORDS.split(" "))
texts = st.lists(words, max_size=60).map(" ".join) | st.text(max_size=200)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_spans_are_apart_in_order_and_hold_what_was_read(text):
    found = find_citations(text)
    assert all(a.span.end <= b.span.start for a, b in pairwise(found))
    for one in found:
        assert one.span.end <= len(text)
        written = one.span.of(text)
        assert holds_its_kind(one, written)
        assert one.cited or one.name
        if one.parenthetical is not None:
            assert one.span.end < one.parenthetical.start
            assert text[one.parenthetical.start - 1] in "(["
            assert text[one.parenthetical.end] in ")]"


def holds_its_kind(one: Citation, written: str) -> bool:
    """Whether the words at the span are those of such a citation."""
    if one.kind is CitationKind.ID:
        return written[:3].lower() == "id." or written[:5].lower() == "ibid."
    if one.kind is CitationKind.SUPRA:
        return written[:5].lower() == "supra"
    ends = one.cited.rsplit(" ", 1)[-1].rsplit("-", 1)[-1] if one.cited else "_"
    if one.kind is CitationKind.FULL:
        return ends in written or "—" in written or "-" in written
    return " at" in written.replace("\n", " ")


@settings(max_examples=50, deadline=None)
@given(texts, texts)
def test_the_same_text_gives_the_same_citations(text, before):
    find_citations(before)
    assert find_citations(text) == find_citations(text)


@pytest.mark.parametrize(
    "unit",
    [
        "1 U.S. ",
        "id. ",
        "1 U.S. 1, ",
        "A v. B, 1 U.S. 1. Id. at 2. ",
        "Graham, supra, ",
        "1 U.S. 1 ((((((",
        "7",
        "“",
        "A B. ",
        "_ ",
        "§ ",
        " 1990-1",
    ],
)
def test_time_grows_with_the_length_and_no_faster(unit):
    """Four times the text takes about four times as long: nine, and it grows with the square."""
    find_citations(GRAHAM)
    small, large = ("The Court. " + unit * (size // len(unit)) for size in (8_000, 32_000))
    assert grows_slowly(small, large)


def grows_slowly(small: str, large: str) -> bool:
    return takes_less(
        lambda: find_citations(large), 9 * least_seconds(lambda: find_citations(small)) + 0.02
    )


def test_a_long_text_is_read_to_its_end():
    filler = "The officers searched the house and found nothing of note. " * 40_000
    text = f"{GRAHAM}. {filler} Graham, 490 U.S., at 397."
    assert [one.span.start for one in find_citations(text)] == [
        text.index("490 U.S. 386"),
        text.index("490 U.S., at"),
    ]


def test_many_cases_do_not_slow_each_other():
    def cases(count: int) -> str:
        return " ".join(
            f"Alpha{i} v. United States, {1 + i % 9} U.S. {i + 1} (1990). Alpha{i}, supra, at {i + 2}."
            f" United States, supra. {1 + i % 9} U.S., at {i + 2}."
            for i in range(count)
        )

    found = find_citations(cases(150))
    assert sum(one.kind is CitationKind.SUPRA and one.cited is not None for one in found) == 151
    assert grows_slowly(cases(150), cases(600))
