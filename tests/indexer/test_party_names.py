"""Cases named by their parties in stripped texts: what is found, and above all what is not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.party_names import PartyNames

NAMES = (
    "Graham v. Connor",
    "Sample v. Bailey",
    "Floyd v. City of Detroit",
    "Scott v. Harris",
    "ANDREW KISELA v. AMY HUGHES",
    "Warden, Maryland Penitentiary v. Hayden",
    "Pearson, et al. v. Callahan",
    "Bivens v. Six Unknown Named Agents of Federal Bureau of Narcotics",
    "O'Connor v. Ortega",
    "United States v. Jones",
    "Katz v. U.S.",
    "In re Gault",
    "Muñoz v. Doe",
    "Doe v. Roe",
    "Doe v. Roe Manufacturing Co.",
    "Smith versus Jones",
)
MATCHER = PartyNames(list(enumerate(NAMES)))


def found(text: str) -> list[tuple[str, str]]:
    return [(NAMES[p.key], p.span.of(text)) for p in MATCHER.places(text)]


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("its reasonableness standard.graham connor,d.twenty years", 0, "graham connor"),
        ("seize an unarmed,suspect.sample bailey,cir citing", 1, "sample bailey"),
        ("see floyd city of detroit,cir.", 2, "floyd city of detroit"),
        ("the facts.scott harris,d.if no constitutional right", 3, "scott harris"),
        ("citing scott harris,d a fourth amendment", 3, "scott harris"),
        ("quoting graham connor.", 0, "graham connor"),
        ("as we said.see graham connor;and so", 0, "graham connor"),
        ("under graham v. connor the test", 0, "graham v. connor"),
        ("under graham vs connor the test", 0, "graham vs connor"),
        ("graham\nconnor,d.", 0, "graham\nconnor"),
        ("kisela hughes,d.", 4, "kisela hughes"),
        ("andrew kisela amy hughes,d.", 4, "andrew kisela amy hughes"),
        ("warden hayden,d.", 5, "warden hayden"),
        ("pearson callahan,d.", 6, "pearson callahan"),
        ("bivens six unknown named agents,d.", 7, "bivens six unknown named agents"),
        ("o connor ortega,d.", 8, "o connor ortega"),
        ("united states jones,d.", 9, "united states jones"),
        ("katz united states,d.", 10, "katz united states"),
        ("katz v. united states", 10, "katz v. united states"),
        ("munoz doe,cir.", 12, "munoz doe"),
        ("muñoz doe,cir.", 12, "muñoz doe"),
        ("smith jones,wl at", 15, "smith jones"),
        ("garner graham connor,at.", 0, "graham connor"),
    ],
)
def test_a_case_is_named_by_both_parties(text, name, words):
    assert found(text) == ([(NAMES[name], words)])


@pytest.mark.parametrize(
    "text",
    [
        "officer scott harris,who had fired",
        "officer scott harris testified",
        "scott harris",
        "the estate of scott harris.",
        "they went to see scott harris.",
        "see scott harris at the scene",
        "scott harris,at the scene",
        "scott harris,during the chase",
        "scott harris,first of all",
        "graham,connor,d.",
        "graham.connor,d.",
        "graham and connor,d.",
        "connor graham,d.",
        "connor v. graham",
        "graham connor v. smith",
        "kgraham connor,d.",
        "graham connors,d.",
        "in re gault,d.",
        "floyd city of,cir.",
        "floyd city,cir.",
        "graham v. the connor",
        "",
        "v.",
        "v. v. v.",
    ],
)
def test_what_may_be_something_else_is_left_alone(text):
    assert found(text) == []


def test_names_that_agree_are_all_told():
    assert found("doe roe,d.") == [(NAMES[13], "doe roe")]
    assert found("doe roe manufacturing,cir.") == [(NAMES[14], "doe roe manufacturing")]
    twins = PartyNames([(7, "Doe v. Roe"), (3, "John Doe v. Roe")])
    assert [place.key for place in twins.places("doe roe,d.")] == [3, 7]


words = st.sampled_from(
    [
        "graham",
        "connor",
        "scott",
        "harris",
        "v.",
        "v",
        "cir",
        "d",
        "of",
        "see",
        "united",
        "states",
        "jones",
    ]
)
glue = st.sampled_from([" ", ",", ".", "  ", "\n", ";"])


@given(st.lists(st.tuples(words, glue), max_size=25))
def test_each_place_holds_both_parties_in_order_and_nothing_else(pairs):
    text = "".join(word + after for word, after in pairs)
    for place in MATCHER.places(text):
        left = [word for word in re.findall(r"\w+", place.span.of(text)) if word != "v"]
        sides = [
            " ".join(re.findall(r"\w+", side.lower())) for side in NAMES[place.key].split(" v. ")
        ]
        sides = ["united states" if side == "u s" else side for side in sides]
        assert " ".join(left) == " ".join(sides)
        before, behind = text[: place.span.start], text[place.span.end :]
        assert not re.search(r"\w\Z", before)
        assert not re.match(r"\w", behind)


def test_the_time_is_linear_in_the_text():
    """Counted, not timed: the steps for a text ten times as long are ten times as many."""
    text = "united states united states jones graham graham connor "
    counts = []
    for times in (10, 100):
        steps = 0

        class Counting(dict):  # type: ignore[type-arg]
            def get(self, *given: object) -> object:
                nonlocal steps
                steps += 1
                return super().get(*given)

        matcher = PartyNames(list(enumerate(NAMES)))
        matcher._forms = Counting(matcher._forms)
        list(matcher.places(text * times))
        counts.append(steps)
    assert counts[1] <= 10.5 * counts[0]
