"""Opinions made up for tests, in both forms."""

from typing import Final

PARAGRAPH: Final = (
    "the officers searched the house and found nothing,and the court below held that they had acted"
    " within the law.we look at the question anew,and we agree with what it said."
)
PROSE: Final = (
    "The officers searched the house and found nothing, and the court below held that they had acted"
    " within the law. We look at the question anew, and we agree with what it said."
)


def stripped(*lines: str) -> str:
    """Join headings and ``-`` (a paragraph of its own) in the stripped form: headings end in a space."""
    return "".join(f"{PARAGRAPH}\n" if line == "-" else f"{line} \n" for line in lines)


def natural(*lines: str, gap: str = "\n\n") -> str:
    """Join headings and ``-`` (a paragraph of its own) as natural text."""
    return gap.join(PROSE if line == "-" else line for line in lines)
