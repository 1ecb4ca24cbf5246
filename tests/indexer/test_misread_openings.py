"""What a scanner does to the first words of an opinion, undone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.misread_openings import mended
from indexer.records import OpinionType as T
from indexer.voice_bounds import find_voices, first_opening
from indexer.voice_kinds import Bench, Form

PROSE = "The question is whether the statute reaches a carrier that had no notice of the order."
COURT = Bench(supreme=True, date="1936-03-02")


@pytest.mark.parametrize(
    "title",
    [
        "Mr! Justice Stone",
        "M\u00ab. Justice Stone",
        "MR.- Justice Stone",
        "Mr. Justice, Stone",
        "M-r. Justice Stone",
        "Mi-. Justice STONE",
        "Me. Justice. Stone",
        "Mr.-Justice Stone",
        "Mr. 'Justice Stone",
        "\u25a0jMjr. Justice Stone",
        "\u2022Mr. Justice Stone",
        "Mr. J\u00fcstice.Stone",
        "Mu'. Justice Stone",
        "Me, . Justice Stone",
        "Jin. Justice Stone",
    ],
)
@pytest.mark.parametrize("said", ["delivered the opinion of the Court.", "dissenting."])
def test_a_title_that_was_misread(title: str, said: str) -> None:
    opening = first_opening(f"{title}\n\n{said}\n\n{PROSE}", COURT)
    assert opening is not None
    assert opening.author == "Stone"


@pytest.mark.parametrize(
    ("first", "kind", "author", "joined"),
    [
        (
            "Mr. Chief Justice Hughes,\n\nwith whom Mr. Justice Reed joins,\n\ndissenting.",
            T.DISSENT,
            "Hughes",
            ("Reed",),
        ),
        (
            "Me. Justice Stone, with whom concurred Me. Chief Justice HugheS, and-Me. Justice CardozO,\n\ndissenting.",
            T.DISSENT,
            "Stone",
            ("Hughes", "Cardozo"),
        ),
        (
            "Mr. Chief Justice Hughes, Mr. Justice Butler, and Mr. Justice Roberts\n\ndissent.*",
            T.DISSENT,
            "Hughes",
            ("Butler", "Roberts"),
        ),
        ("Pm\n\nCuriam.", T.PER_CURIAM, None, ()),
        ("Pee Cubiam.", T.PER_CURIAM, None, ()),
        ("ON PETITION FOR REVIEW\n\nODOM, Judge.", T.LEAD, "Odom", ()),
        ("VANDE WALLE, Justice.", T.LEAD, "Vande Walle", ()),
        ("MOLLOY, Superior Court Judge.", T.LEAD, "Molloy", ()),
        (
            "MR. JUSTICE STONE, dissenting in No. 8, ante, p. 66, and concurring in the result in No. 9.",
            T.CONCURRENCE_IN_PART,
            "Stone",
            (),
        ),
        (
            "Mr. Justice Stone,\n\nconcurring in No. 74 and dissenting in No. 63.",
            T.CONCURRENCE_IN_PART,
            "Stone",
            (),
        ),
        (
            "Judgment of the Court, and opinion of MR. JUSTICE STONE and MR. JUSTICE REED, announced by MR. JUSTICE STONE.",
            T.PLURALITY,
            "Stone",
            ("Reed",),
        ),
    ],
)
def test_first_words(first: str, kind: T, author: str | None, joined: tuple[str, ...]) -> None:
    opening = first_opening(f"{first}\n\n{PROSE}", COURT)
    assert opening is not None
    assert (opening.type, opening.author, opening.joined_by) == (kind, author, joined)


@pytest.mark.parametrize(
    "first",
    [
        "The plaintiff alleges that the defendant sold him a tract of land.",
        "Justice requires that the judgment be reversed.",
        "Much justice was done below.",
        '"Mr. Justice Stone says as much in his opinion."',
        "Before HUTCHESON, Chief Judge, and HOLMES and LEE, Circuit Judges.",
        "OPINION",
        "",
    ],
)
def test_first_words_that_name_nobody(first: str) -> None:
    opening = first_opening(f"{first}\n\n{PROSE}", COURT)
    assert opening is None


@pytest.mark.parametrize(
    "words",
    [
        "This is an application for a writ.\n\nIt was filed on the day on which the term of the sentence began to run, and the state does not deny it.",
        "This is an\n\nin rem\n\naction to enforce maritime liens on a ship which was sold by the owner before the suit was brought here.",
    ],
)
def test_a_name_in_capitals_over_broken_lines_opens_the_only_voice(words: str) -> None:
    (voice,) = find_voices(
        f"OPINION AND ORDER\n\nWILLIAM C. CONNER, District Judge.\n\n{words}", COURT
    )
    assert (voice.start, voice.type, voice.author) == (0, T.LEAD, "Conner")


def test_a_name_over_a_caption_opens_none() -> None:
    caption = "Kelly, Circuit Judge.\n\nNo. 12.\n\nJOHN DOE,\n\nPlaintiff."
    assert find_voices(f"{caption}\n\nJane Roe, District Judge.\n\nNo. 14.", Bench()) == ()


@given(st.text(alphabet="Mr. Justice\nChef',-dPCumWa\u00ab", max_size=80))
def test_any_first_words_are_read_without_a_crash(head: str) -> None:
    assert mended(mended(head)) == mended(head) or len(mended(head)) <= len(head) + 20
    opening = first_opening(head, COURT)
    assert opening is None or opening.form in Form
