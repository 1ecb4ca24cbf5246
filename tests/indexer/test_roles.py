"""What headings say about their sections."""

import pytest

from indexer.records import OpinionType
from indexer.records import SectionRole as R
from indexer.roles import (
    disposes,
    is_caption,
    is_well_known,
    role_of_path,
    role_of_title,
    role_of_type,
    tells_a_story,
)


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("background", R.FACTS),
        ("FACTS", R.FACTS),
        ("Factual and Procedural Background", R.FACTS),
        ("Facts and Proceedings Below", R.FACTS),
        ("Statement of the Case", R.FACTS),
        ("Findings of Fact", R.FACTS),
        ("The Parties", R.FACTS),
        ("Statutory Background", R.ANALYSIS),
        ("procedural history", R.PROCEDURAL_HISTORY),
        ("procedural background", R.PROCEDURAL_HISTORY),
        ("Course of Proceedings", R.PROCEDURAL_HISTORY),
        ("The District Court's Decision", R.PROCEDURAL_HISTORY),
        ("the district court decision", R.PROCEDURAL_HISTORY),
        ("Procedural Due Process", R.ANALYSIS),
        ("jurisdiction", R.JURISDICTION),
        ("Appellate Jurisdiction", R.JURISDICTION),
        ("standard of review", R.STANDARD_OF_REVIEW),
        ("qualified.standard of review", R.STANDARD_OF_REVIEW),
        ("Summary Judgment Standard", R.STANDARD_OF_REVIEW),
        ("LEGAL STANDARD", R.STANDARD_OF_REVIEW),
        ("Issues on Appeal", R.ISSUE),
        ("Questions Presented", R.ISSUE),
        ("ANALYSIS", R.ANALYSIS),
        ("discussion", R.ANALYSIS),
        ("Conclusions of Law", R.ANALYSIS),
        ("whether the search was lawful", R.ANALYSIS),
        ("sufficiency of the evidence", R.ANALYSIS),
        ("fourth amendment claim", R.ANALYSIS),
        ("Conclusion", R.DISPOSITION),
        ("CONCLUSION and ORDER", R.DISPOSITION),
        ("DISPOSITION", R.DISPOSITION),
        ("ORDER", R.DISPOSITION),
        ("Holding", R.HOLDING),
        ("Introduction", R.INTRODUCTION),
        ("Syllabus", R.SYLLABUS),
        ("APPENDIX TO OPINION OF THE COURT", R.APPENDIX),
        ("NOTES", R.FOOTNOTES),
        ("Footnotes", R.FOOTNOTES),
        ("The Search", None),
        ("sample version", None),
        ("", None),
    ],
)
def test_roles_of_titles(title: str, role: R | None) -> None:
    assert role_of_title(title) is role


@pytest.mark.parametrize(
    ("titles", "role"),
    [
        (["background", "sample version"], R.FACTS),
        (["Facts", "The Insurance Claim"], R.FACTS),
        (["Facts", "Introduction"], R.FACTS),
        (["Legal Standard", "Motion to Dismiss"], R.STANDARD_OF_REVIEW),
        (["Discussion", "Jurisdiction"], R.JURISDICTION),
        (["Background", "Procedural History"], R.PROCEDURAL_HISTORY),
        (["Discussion", "The Search"], R.ANALYSIS),
        (["The Claims", "The Search"], R.ANALYSIS),
        (["Introduction"], R.INTRODUCTION),
        (["", ""], None),
    ],
)
def test_roles_along_a_path(titles: list[str], role: R | None) -> None:
    assert role_of_path(titles) is role


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        (OpinionType.DISSENT, R.DISSENT),
        (OpinionType.CONCURRENCE, R.CONCURRENCE),
        (OpinionType.CONCURRENCE_IN_PART, R.CONCURRENCE),
        (OpinionType.SYLLABUS, R.SYLLABUS),
        (OpinionType.LEAD, None),
        (OpinionType.COMBINED, None),
    ],
)
def test_roles_of_opinions(kind: OpinionType, role: R | None) -> None:
    assert role_of_type(kind) is role


@pytest.mark.parametrize("title", ["Background", "II", "The Search", "Motion to Dismiss"])
def test_only_main_words_are_well_known(title: str) -> None:
    assert is_well_known(title) is (title == "Background")


STORY = (
    "In May 1994 the officers arrested Smith. He was charged and convicted, and in June he filed "
    "a complaint. The trial began in August; the jury convicted him."
)
REASONING = (
    "We think that the doctrine does not reach so far. Congress has clearly spoken. We therefore "
    "hold that the statute, as we have explained, must be read with the Amendment."
)


def test_a_story_is_told_from_reasoning() -> None:
    assert tells_a_story(STORY)
    assert not tells_a_story(REASONING)
    assert not tells_a_story("")


def test_only_a_short_text_disposes() -> None:
    assert disposes("The judgment is affirmed. It is so ordered.")
    assert not disposes("We come to the second question.")
    assert not disposes("The judgment was affirmed. " + "And the reasons are many. " * 100)


def test_a_caption_names_court_and_parties() -> None:
    assert is_caption("United States Claims Court.\nNo. 109-81C.\nA, Plaintiff, v. B, Defendant.")
    assert not is_caption(STORY)
