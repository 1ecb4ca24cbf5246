"""Where sentences end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [span.of(text) for span in sentence_spans(text)]


@pytest.mark.parametrize(
    "parts",
    [
        # the stripped form
        ["we affirm.", "the court erred."],
        ["what then?", "nothing!", "so we affirm."],
        ["a denial is not.", "turner scott,cir internal citation omitted.\n", "in this case,yes."],
        ["as a matter of law.", "id.at.", "by contrast,in johnson jones,d,the court held."],
        ["or to others.", "id.", "in evaluating a claim,we look."],
        ["to anderson creighton,d.", "the court noted that."],
        ["he met dr.smith.", "the u.s.attorney left."],
        ["at sample dep.at.", "his next memory is clear."],
        ["city of cleveland,cir.", "in reviewing a claim,we look."],
        ["it is so.", "see saucier,at.", "as a matter of law,yes."],
        ["livermore ex rel.rohm lubelan,cir.", "the rule is old."],
        ["in peete metro.gov t of nashville,he lost.", "we agree."],
        ["cert.denied.", "it ends."],
        ["a.the police officers version \n", "bailey claims that he ran."],
        ["iii.analysis \n", "jurisdiction \n", "as a threshold matter,we look."],
        ["the court explained that \n", "cameron was not seized.", "he fell."],
        ["one.\n\n", "two. ", "three.  "],
        # natural text
        ["We affirm. ", "The court erred."],
        ["See 42 U.S.C. \u00a7 1983; Smith v. Jones, 490 U.S. 386, 395 (1989). ", "Id. at 396."],
        ["The court held:\n\n", '"A search is unreasonable. ', 'It must stop."\n\n', "We agree."],
        ["I. Background\n\n", "Smith sued."],
    ],
)
def test_sentences(parts: list[str]) -> None:
    assert sentences("".join(parts)) == parts


def test_a_newline_in_text_wrapped_by_hand_ends_nothing() -> None:
    text = "The Court of Appeals for the\nSixth Circuit affirmed the\nDistrict Court. We reverse.\n"
    assert len(sentences(text)) == 2


def test_a_newline_between_paragraphs_ends_a_sentence_but_a_footnote_mark_does_not() -> None:
    long = "The defendants, " + "who were many and came from every part of the country, " * 3
    text = f"{long}\n12\nappealed to this Court\nThe next paragraph follows."
    assert sentences(text) == [
        f"{long}\n12\nappealed to this Court\n",
        "The next paragraph follows.",
    ]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "...", "a", ".a", "\u00a0"])
def test_the_smallest_texts_are_tiled(text: str) -> None:
    assert "".join(sentences(text)) == text


def test_an_unbroken_run_hides_no_sentence_around_it() -> None:
    run = "?!" * 5_000
    assert sentences(f"We affirm. Then {run} came. We reverse.") == [
        "We affirm. ",
        f"Then {run} came. ",
        "We reverse.",
    ]


@given(st.text(alphabet=st.sampled_from("aB.?! \n,;\"'1()id"), max_size=120))
def test_sentences_tile_any_text(text: str) -> None:
    parts = sentences(text)
    assert "".join(parts) == text
    assert all(parts)
    assert all(not part.isspace() for part in parts) or text.isspace()


@given(st.lists(st.text(alphabet="abcdefg", min_size=4, max_size=9), min_size=1, max_size=20))
def test_every_plain_full_stop_of_the_stripped_form_ends_a_sentence(words: list[str]) -> None:
    text = "".join(f"{word}." for word in words)
    assert sentences(text) == [f"{word}." for word in words]
