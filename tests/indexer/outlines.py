"""Outlines read by people: what the two opinions of the stripped form are made of."""

from typing import Final, NamedTuple

from indexer.records import SectionRole as R


class Part(NamedTuple):
    """One section: headings from the outermost to its own, its enumerator, and what it does."""

    path: tuple[str, ...]
    number: str | None
    role: R


_IMMUNITY: Final = ("iii.analysis", "denial of qualified immunity")

SAMPLE_V_BAILEY: Final = (
    Part(("introduction",), None, R.INTRODUCTION),
    Part(("background",), None, R.FACTS),
    Part(("background", "a.the police officers version"), "a", R.FACTS),
    Part(("background", "sample version"), None, R.FACTS),
    Part(("ii.procedural history",), "ii", R.PROCEDURAL_HISTORY),
    Part(("iii.analysis", "jurisdiction"), None, R.JURISDICTION),
    Part(_IMMUNITY, None, R.ANALYSIS),
    Part((*_IMMUNITY, "constitutional violation"), None, R.ANALYSIS),
    Part((*_IMMUNITY, "clearly established right"), None, R.ANALYSIS),
)

FLOYD_V_DETROIT: Final = (
    Part(("introduction",), None, R.INTRODUCTION),
    Part(("background", "factual background"), None, R.FACTS),
    Part(("background", "procedural background"), None, R.PROCEDURAL_HISTORY),
    Part(("ii.analysis", "qualified.standard of review"), None, R.STANDARD_OF_REVIEW),
    Part(
        ("ii.analysis", "whether floyd has asserted a constitutional violation"), None, R.ANALYSIS
    ),
    Part(
        (
            "ii.analysis",
            "whether the asserted constitutional right was clearly established",
        ),
        None,
        R.ANALYSIS,
    ),
)
