import pytest

from tests.quality.make_pins import (
    CitedCase,
    cited_cases,
    pages_of,
    pinned_in,
    pins,
    plain,
    propositions,
    stands_alone,
)

SAID = "A patent affords no immunity for a monopoly not fairly or plainly within the grant of it."


@pytest.mark.parametrize(
    ("pin", "pages"),
    [
        ("190", (190,)),
        ("190-191", (190, 191)),
        ("190-91", (190, 191)),
        ("198–201", (198, 199, 200, 201)),
        ("190, 193", (190, 193)),
        ("193, 190, 190-191", (190, 191, 193)),
        ("190-230", ()),
        ("99-02", ()),
    ],
)
def test_pages_of_a_pin(pin, pages):
    assert pages_of(pin) == pages


def test_star_pages_and_marks_of_notes_are_no_words():
    assert (
        plain("The *278 rule[1] is\nsettled,  as *515by[2a] law.")
        == "The rule is settled, as by law."
    )


@pytest.mark.parametrize(
    ("citation", "pinned"),
    [
        ("Byars v. United States, 273 U.S. 28, 34.", ["273:34"]),
        ("See Byars v. United States, 273 U. S. 28, 34 (1927).", ["273:34"]),
        ("Byars v. United States, 273 U.S. 28, 34, 47 S. Ct. 248, 71 L. Ed. 520.", ["273:34"]),
        ("Smith v. Roe, 273 U.S. 28, 34; Doe v. Poe, 300 U.S. 1, 9-10.", ["273:34", "300:9-10"]),
        ("Smith v. Roe, 10 Wheat. 152, 159; Doe v. Poe, 300 U.S. 1, 9.", ["300:9"]),
        ("Ex parte Milligan, 4 Wall. 2; In re Poe, 300 U.S. 1, 9.", ["300:9"]),
        ("Smith v. Roe, 273 U.S. 28.", []),
        ("Compare Smith v. Roe, 273 U.S. 28, 34.", []),
        ("As was said in Smith v. Roe, 273 U.S. 28, 34, the rule is old.", []),
        ("The rule is old; Smith v. Roe, 273 U.S. 28, 34.", []),
    ],
)
def test_a_sentence_that_only_cites(citation, pinned):
    assert [f"{one['volume']}:{one['pin']}" for one in pinned_in(citation)] == pinned


@pytest.mark.parametrize(
    ("sentence", "alone"),
    [
        (SAID, True),
        ("This affords no immunity for a monopoly not fairly or plainly within the grant.", False),
        (
            "The petitioner has no immunity for a monopoly not plainly within the grant of it.",
            False,
        ),
        ("A patent affords no immunity.", False),
        ("A patent affords no immunity for a monopoly not fairly within the grant;", False),
        (
            "A patent, Roe v. Doe, 12 U.S. 3, affords no immunity for a monopoly that is unfair.",
            False,
        ),
        (
            'A patent "affords no immunity" for a monopoly not fairly or plainly within the grant.',
            False,
        ),
        (
            "The range of that discretion accords with the subject of its exercise by the board.",
            False,
        ),
        (
            "A patent affords no immunity for a monopoly.21 The grant does not extend to a sale.",
            False,
        ),
        (
            "On June 28 the Commissioner signed the schedule of refunds and credits of the company.",
            False,
        ),
    ],
)
def test_what_stands_alone(sentence, alone):
    assert stands_alone(sentence) is alone


def test_a_proposition_is_the_sentence_before_the_citation():
    (found,) = propositions(f"We have heard much. {SAID} See Byars v. Roe, 273 U.S. 28, 34-35.")

    assert (found.text, found.case, found.pages) == (SAID, (273, 28), (34, 35))


def test_a_proposition_is_what_is_said_in_brackets_behind_a_citation():
    said = "holding that evidence taken in a joint search cannot be used in a federal court"
    (found,) = propositions(f"Compare Byars v. Roe, 273 U.S. 28, 34 (1927) ({said}).")

    assert (found.text, found.pages) == (said, (34,))


def record(name: str, text: str, *citations: str) -> dict[str, object]:
    return {"id": name, "citations": list(citations), "opinions": [{"text": text}]}


def test_only_cases_with_pages_of_their_own_are_cited():
    records = [
        record(
            "marked", "Words. *29 more *30 words *945 of a note.", "273 U.S. 28", "47 S.Ct. 248"
        ),
        record("unmarked", "Words without pages.", "274 U.S. 1"),
        record("begins late", "Words *61 far behind its first page.", "275 U.S. 50"),
        record("one", "*78 x", "276 U.S. 77"),
        record("another", "*78 x", "276 U.S. 77"),
    ]

    assert cited_cases(records) == {
        (273, 28): CitedCase(id="marked", pages=frozenset({28, 29, 30}))
    }


def test_pins_point_to_pages_that_are_there_and_never_to_themselves():
    cited = {(273, 28): CitedCase(id="cl-1", pages=frozenset({28, 34}))}
    text = f"{SAID} Byars v. Roe, 273 U.S. 28, 34.\n\n{SAID.replace('patent', 'deed')} Byars v. Roe, 273 U.S. 28, 35."

    found = list(pins([record("cl-2", text), record("cl-1", text), record("cl-3", text)], cited))

    assert [(one["query"], one["case_id"], one["pages"], one["exclude"]) for one in found] == [
        (SAID, "cl-1", [34], "cl-2")
    ]
    assert found[0]["reporter"] == "273 U.S."
