"""Texts of any length that are one thing over and over: what makes a careless parser quadratic."""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Final

Shape = Callable[[int], str]


def _over(piece: str) -> Shape:
    return lambda length: (piece * (length // len(piece) + 1))[:length]


def _numbered(form: str) -> Shape:
    """``form`` with 0, 1, 2 … in it."""

    def make(length: int) -> str:
        pieces: list[str] = []
        size = 0
        for number in count():
            if size >= length:
                return "".join(pieces)[:length]
            pieces.append(form.format(number))
            size += len(pieces[-1])
        raise AssertionError

    return make


_REPEATED: Final = (
    *(" ", "\n", "\n\n \n", "\t", "\r", "\f", " \n", "abcdefg", "A", "1234567890", "\u0301", "\u200f\u202e"),
    *(". ", ".", ". . . ", ";", ",", "a,", "and, ", "\N{EM DASH} ", "word: ", "word ", "Word Word, ", "a-"),
    *('"a ', "'", "“a, ", "(a ", "[", "*", "§ ", "U.S. ", "No. 1 v. Inc. ", "e.g., ", "at.", "A v. "),
    *("<", "<a ", "<!--", "<a>", "<b>", "<div>", "<i></b>", "<p><font color=a>", "<table><td>", "&#", "&amp;"),
    *("I\n\n", "I II III IV ", "IIIIIIII", "BACKGROUND\n\n", "BACKGROUND AND FACTS ", "*331 x ", "Mr. "),
    *("JUSTICE STEVENS, dissenting.\n\n", "MR. JUSTICE HOLMES delivered the opinion of the Court.\n\n"),
    *("PER CURIAM.\n\n", "concurring in part and dissenting in part, ", "A, B, C, JJ., ", "Id. at 12. "),
    *("Graham v. Connor, 490 U.S. 386, 396 (1989); ", "Graham, supra, at 12. ", "con-\nduct ", "12 345 6\n"),
    *("the court said that this was the\nlaw of the land and that it would not be\n", "| 1 | 2 | 3 |\n"),
    *("the court held that it was so,and it was.we agree.", "i \nthe court held so.\n", "Page 490 U. S. 386\n"),
    *("Before BOGGS, Chief Judge; and COLE, Circuit Judges.\n", "He said “no, (see [Id. at *12 "),
)  # fmt: skip
_WITH_NUMBERS: Final = (
    *("*{0} word ", "*{0} **{0} w ", "\n\n*{0}\n\n", "\n{0}. See note.\n", "\n[{0}] Note.", "\n\n- {0} -\n\n"),
    *("A{0} v. B, {0} U.S. {0}, {0} (1989). ", "{0}. HEADING {0} ........ {0}\n", "\n\nPart {0}\n\nWords.\n\n"),
    *("JUSTICE S{0}, dissenting.\n\nI disagree with this.\n\n", '<a href="#{0}">*{0}</a> <p>x', "<p {0}={0}>"),
    "the court said that this was the\nlaw of the land and that it would not be\n\n   {0}\f",
)  # fmt: skip
SHAPES: Final[Mapping[str, Shape]] = {
    **{piece: _over(piece) for piece in _REPEATED},
    **{form: _numbered(form) for form in _WITH_NUMBERS},
    "word …space… word": lambda length: f"word{' ' * length}word",
    "word …lines… word": lambda length: "word" + "\n" * length + "word",
}
