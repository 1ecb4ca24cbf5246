"""Texts to break parsers with: pieces that mean something to them, damage, and real opinions."""

import json
from functools import cache
from pathlib import Path
from typing import Final

from hypothesis import strategies as st

SAMPLE: Final = Path(__file__).parents[2] / "data" / "sample"
PIECES: Final = (
    *("I", "II.", "III-B", "A.", "1.", "(a)", "IV", "xviii", "Part II", "* * *", "[1]", "1/", "*", "fn."),
    *("Syllabus", "OPINION", "ORDER", "BACKGROUND", "CONCLUSION", "Per Curiam.", "APPENDIX", "NOTES"),
    *("JUSTICE STEVENS, dissenting.", "HARLAN, J., concurring in part.", "MR. JUSTICE HOLMES"),
    *("delivered the opinion of the Court.", "Circuit Judge:", "Before BOGGS, Chief Judge; and COLE,"),
    *("*331", "[*331]", "*331 **1247", "**", "*", "Page 490 U. S. 386", "- 12 -", "\f", "7", "of 12"),
    *("The officers searched the house.", "We affirm.", "but the court, which", "held; and", "see"),
    *("Graham v. Connor, 490 U.S. 386, 396-97 (1989)", "Id. at 12.", "407 U.S. 146", "id.", "supra, at"),
    *("§ 1983", "“so”", "'", '"', "(", ")", "[", "]", "U.S.C.", "v.", "No. 87-6571", "et al.", ","),
    *("conduct-", "ed", "non-", "\N{EM DASH}", "\N{EN DASH}", "\u200f", "\u202e", "\u0301", "\x00"),
    *("\x85", "\u2028", "\ufeff", "\ufdd0", "\ufffe", "\U0001d538", "İ", "ß", "ﬁ", "٣", "Ⅳ", "²"),
    *("9" * 400, "9" * 5000, f"{'9' * 4400} U.S. 1", f"1 U.S. {'9' * 4400}", f"*{'9' * 4400}", f"§ {'9' * 4400}"),
    *("&amp;", "&#0;", "<p>", "</p>", "<b>", "<i", "<a name=fn1>", "<sup>1</sup>", "<page-number>"),
    *('<span class="star-pagination">*331</span>', "<pre>", "<table><tr><td>", "<!--", "-->", "<br>"),
    *('<a class="page-label" data-label="12">*12</a>', "<blockquote>", "<footnote>", "</div>", "&lt;"),
)  # fmt: skip
GAPS: Final = (
    "",
    " ",
    "\n",
    "\n\n",
    "\r\n",
    "\t",
    "    ",
    "\n          \n",
    "\n\n\n\n",
    "\f",
    ". ",
)
_LONGEST: Final = 1500


@cache
def opinions() -> tuple[str, ...]:
    """Return real opinions: of both forms, of several courts' manners."""
    lines = (SAMPLE / "scotus.jsonl").read_text("utf-8").splitlines()
    cases = [json.loads(line) for line in lines[::4]]
    given = [one["text"] for case in cases for one in case["opinions"]]
    return (*given, *(path.read_text("utf-8") for path in sorted(SAMPLE.glob("ca6/*.txt"))))


@st.composite
def _real(draw: st.DrawFn) -> str:
    """A stretch of a real opinion."""
    text = draw(st.sampled_from(opinions()))
    start = draw(st.integers(0, max(0, len(text) - 1)))
    return text[start : start + draw(st.integers(1, _LONGEST))]


_SCRAPS: Final = st.one_of(
    st.sampled_from(PIECES),
    st.sampled_from(PIECES),
    _real(),
    st.text(max_size=12),
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Scraps of real opinions and meaningful pieces in any order, some of them many times over."""
    made: list[str] = []
    for scrap in draw(st.lists(_SCRAPS, max_size=14)):
        times = draw(st.sampled_from([1] * 12 + [2, 3, 40, 300]))
        gap = draw(st.sampled_from(GAPS))
        made.append((scrap + gap) * (times if len(scrap) < 100 else min(times, 3)))
    return "".join(made).encode("utf-8", "ignore").decode()


NAMES: Final = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join),
    st.sampled_from(["Supreme Court", "court of appeals", "United States District Court for the "]),
)
CITATIONS: Final = st.lists(
    st.sampled_from(["490 U.S. 386", "109 S. Ct. 1865", "1 F.3d 3", "2005 WL 12", "x", "0 U.S. 0"]),
    max_size=3,
)
