"""From lines that may be headings to an outline."""

from collections.abc import Sequence

from indexer.headings import Heading
from indexer.lines import Line, TextForm
from indexer.natural_outline import NaturalOutline
from indexer.open_levels import OutlineBuilder, Placed
from indexer.plausible import plausible, without_contents
from indexer.stripped_outline import StrippedOutline


def build_outline(
    headings: Sequence[Heading], lines: Sequence[Line], form: TextForm
) -> list[Placed]:
    """Keep the headings that make an outline, and give each its path; in text order."""
    if form is TextForm.STRIPPED:
        kept: Sequence[Heading] = without_contents(headings)
        builder: OutlineBuilder = StrippedOutline(lines)
    else:
        kept, builder = plausible(headings, lines), NaturalOutline(lines, headings)
    return [placed for heading in kept if (placed := builder.place(heading)) is not None]
