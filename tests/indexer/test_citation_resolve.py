"""Short forms within an opinion, against hand-made lists of what was cited before."""

from hypothesis import given
from hypothesis import strategies as st

from indexer.citation_resolve import LONGEST_CASE, Cited, Register, page_fits


def entered(register: Register, citation: str, name: str | None = None) -> Cited:
    volume, reporter, page = citation.split(" ")
    case = register.known(citation) or Cited(citation)
    register.enter(case, citation, (volume, reporter), int(page))
    if name is not None:
        register.call(case, name)
    return case


def test_a_case_is_known_by_its_citation():
    register = Register()
    case = entered(register, "490 U.S. 386")
    assert register.known("490 U.S. 386") is case
    assert register.known("490 U.S. 387") is None


def test_a_name_finds_the_one_case_that_has_it():
    register = Register()
    graham = entered(register, "490 U.S. 386", "Graham v. Connor")
    sun = entered(register, "371 U.S. 471", "Wong Sun v. United States")
    leon = entered(register, "468 U.S. 897", "United States v. Leon")
    assert register.by_name("Graham") is graham
    assert register.by_name("Under Connor's") is graham
    assert register.by_name("Wong Sun") is sun
    assert register.by_name("Leon") is leon
    assert register.by_name("United States") is None
    assert register.by_name("Conn") is None


def test_two_names_of_one_case_do_not_make_it_two():
    register = Register()
    graham = entered(register, "490 U.S. 386", "Graham v. Connor")
    entered(register, "490 U.S. 386", "Graham v. M. S. Connor")
    assert register.by_name("Graham") is graham


def test_a_page_falls_in_the_case_that_begins_last_before_it():
    register = Register()
    place = ("490", "U.S.")
    cases = [entered(register, f"490 U.S. {page}") for page in (500, 1, 386)]
    assert register.by_page(place, 386, None) is cases[2]
    assert register.by_page(place, 499, None) is cases[2]
    assert register.by_page(place, 500, None) is cases[0]
    assert register.by_page(place, 12, None) is cases[1]
    assert register.by_page(("491", "U.S."), 12, None) is None
    assert register.by_page(place, None, None) is None


def test_the_name_goes_before_the_page():
    register = Register()
    alpha = entered(register, "490 U.S. 386", "Alpha v. Beta")
    gamma = entered(register, "490 U.S. 391", "Gamma v. Delta")
    assert register.by_page(("490", "U.S."), 395, "Alpha") is alpha
    assert register.by_page(("490", "U.S."), 395, "Epsilon") is gamma


def test_id_fits_from_the_first_page_to_the_longest_case():
    case = entered(Register(), "490 U.S. 386")
    assert not page_fits(case, 385)
    assert page_fits(case, 386)
    assert page_fits(case, 386 + LONGEST_CASE)
    assert not page_fits(case, 387 + LONGEST_CASE)
    assert page_fits(case, None)
    assert page_fits(Cited(None), 5)


@given(st.lists(st.integers(1, 900), min_size=1, unique=True), st.integers(1, 1000))
def test_by_page_is_what_a_look_at_every_case_tells(pages, pin):
    register = Register()
    cases = {page: entered(register, f"490 U.S. {page}") for page in pages}
    wanted = max((page for page in pages if page <= pin), default=None)
    found = register.by_page(("490", "U.S."), pin, None)
    assert found is (None if wanted is None else cases[wanted])
