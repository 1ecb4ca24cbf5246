"""Courts by id and by name, and vertical precedent against what every lawyer knows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.court_tree import APPEALS_TO, CIRCUIT_OF, COURTS_OF_APPEALS, LAST_RESORT
from indexer.courts import (
    CourtLevel,
    binding_courts,
    court_level,
    court_parent,
    court_place,
    is_known_court,
    near_courts,
    resolve_court,
)


@pytest.mark.parametrize(
    ("court_id", "cited_as"),
    [
        ("ca6", "6th Cir."),
        ("ca2", "2d Cir."),
        ("ca3", "3d Cir."),
        ("cadc", "D.C. Cir."),
        ("scotus", "U.S."),
        ("mied", "E.D. Mich."),
        ("ny", "N.Y."),
        ("cal", "Cal."),
    ],
)
def test_bluebook_names(court_id, cited_as):
    court = resolve_court(court_id, None, None)
    assert court is not None
    assert court.citation_string == cited_as


@pytest.mark.parametrize(
    ("name", "date", "court_id"),
    [
        (
            "United States District Court for the Southern District of New York",
            "1985-10-02",
            "nysd",
        ),
        ("United States Court of Appeals for the Seventh Circuit", None, "ca7"),
        ("United States Bankruptcy Court for the Northern District of Illinois", "1999", "ilnb"),
        ("Supreme Court of the United States", None, "scotus"),
        ("Moot Court of Nowhere", None, None),
    ],
)
def test_names_are_resolved_or_left_open(name, date, court_id):
    court = resolve_court(None, name, date)
    assert court is not None
    assert (court.id, court.name) == (court_id, name)


def test_an_unknown_id_is_kept_and_nothing_is_invented():
    court = resolve_court("ca99", None, "2008")
    assert court is not None
    assert (court.id, court.name, court.citation_string) == ("ca99", None, None)
    assert not is_known_court("ca99")


def test_nothing_said_is_nothing_known():
    assert resolve_court(None, None, "2008") is None


@pytest.mark.parametrize(
    ("court_id", "bound_by"),
    [
        ("scotus", {"scotus"}),
        ("ca6", {"ca6", "scotus"}),
        ("cafc", {"cafc", "scotus"}),
        ("mied", {"mied", "ca6", "scotus"}),
        ("nysd", {"nysd", "ca2", "scotus"}),
        ("vtd", {"vtd", "ca2", "scotus"}),
        ("prd", {"prd", "ca1", "scotus"}),
        ("gud", {"gud", "ca9", "scotus"}),
        ("dcd", {"dcd", "cadc", "scotus"}),
        ("miwb", {"miwb", "miwd", "ca6", "scotus"}),
        ("arb", {"arb", "azd", "ca9", "scotus"}),
        ("njb", {"njb", "njd", "ca3", "scotus"}),
        ("cit", {"cit", "cafc", "scotus"}),
        ("bap6", {"bap6", "ca6", "scotus"}),
        ("mich", {"mich", "scotus"}),
        ("michctapp", {"michctapp", "mich", "scotus"}),
        ("calctapp5d", {"calctapp5d", "cal", "scotus"}),
        ("dc", {"dc", "scotus"}),
        ("nosuch", {"nosuch"}),
    ],
)
def test_vertical_precedent(court_id, bound_by):
    assert binding_courts(court_id) == bound_by


def test_a_state_trial_court_is_bound_by_its_intermediate_courts():
    assert {"calctapp", "calctapp5d", "cal", "scotus"} <= binding_courts("calsuperct")
    assert binding_courts("calsuperct").isdisjoint({"ca9", "ny", "nyappdiv"})


def test_the_map_names_real_courts_and_thirteen_courts_of_appeals():
    named = {*CIRCUIT_OF.values(), *APPEALS_TO, *APPEALS_TO.values(), *COURTS_OF_APPEALS}
    named |= {court for courts in LAST_RESORT.values() for court in courts}
    assert {one for one in named if not is_known_court(one)} == set()
    assert len(COURTS_OF_APPEALS) == 13


def test_every_state_has_a_circuit_and_a_court_of_last_resort():
    states = set(LAST_RESORT) - {"American Samoa"}
    assert states <= set(CIRCUIT_OF)
    assert (
        len(states - {"Guam", "Northern Mariana Islands", "Puerto Rico", "Washington D.C."}) == 50
    )


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("ca66", ["ca6"]),
        (" CA6 ", ["ca6"]),
        ("6th Cir.", ["ca6"]),
        ("court of appeals for the sixth circuit", ["ca6"]),
        ("N.D. Cal.", ["cand"]),
        ("Supreme Court of the United States", ["scotus"]),
        ("qqqqqqqqqq", []),
        ("", []),
        (" ", []),
        ("\ud800", []),
    ],
)
def test_a_court_that_is_not_known_is_near_to_what_it_may_mean(text, meant):
    assert near_courts(text) == meant


@settings(deadline=None, max_examples=30)
@given(st.text(max_size=20))
def test_at_most_three_courts_are_near_and_all_are_known(text):
    near = near_courts(text)
    assert len(near) <= 3
    assert all(map(is_known_court, near))


@pytest.mark.parametrize(
    ("courts", "level"),
    [
        ("scotus cal ny nysupreme tex texcrimapp dc prsupreme", "last_resort"),
        ("ca6 cafc cadc bap9 calctapp nyappdiv texapp pasuperct njsuperctappdiv", "intermediate"),
        ("mied nysd mieb uscfc cit tax nysupct calsuperct", "trial"),
    ],
)
def test_levels(courts, level):
    known = [one for one in courts.split() if is_known_court(one)]
    assert len(known) >= 7
    assert {court_level(one) for one in known} == {CourtLevel(level)}
    assert court_level("no-such-court") is None


def test_parents():
    assert court_parent("ca6") is None
    assert court_parent("no-such-court") is None
    assert court_parent("mied") == "usdistct"


@pytest.mark.parametrize(
    ("court_id", "system", "location", "circuit"),
    [
        ("ca6", "federal", "Tennessee", "ca6"),
        ("mied", "federal", "Michigan", "ca6"),
        ("miwb", "federal", "Michigan", "ca6"),
        ("cit", "federal", "New York", "cafc"),
        ("scotus", "federal", "Washington D.C.", None),
        ("calctapp", "state", "California", None),
        ("no-such-court", None, None, None),
    ],
)
def test_places(court_id, system, location, circuit):
    place = court_place(court_id)
    assert (place.system, place.location, place.circuit) == (system, location, circuit)
