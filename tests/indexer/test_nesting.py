"""Markup is told by its nesting before a parser is lost in it."""

import pytest

from indexer.errors import RecordError
from indexer.markup import html_to_text
from indexer.nesting import MAX_DEPTH, check_nesting

FONTS = "".join(f"<font color={n}>" for n in range(300))


@pytest.mark.parametrize(
    "markup",
    [
        "",
        "no markup at all < > </ <",
        "<div>" * MAX_DEPTH,
        "<div></div>" * 100_000,
        "<p>x" * 100_000,
        "<ul>" + "<li>x" * 50_000,
        "<b>x</b>" * 100_000,
        "<p><a href=x>y" * 50_000,
        "</div>" * 100_000,
        FONTS + "<p>x</p>" * 1000,
    ],
    ids=lambda markup: markup[:12],
)
def test_what_pages_are_made_of_passes(markup):
    check_nesting(markup)


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * (MAX_DEPTH + 1),
        "<DIV>x" * 200_000,
        "<ul><li>" * 100_000,
        "<i></b>" * 100_000,
        "<div>" * 9_000 + "<p>x" * 200_000,
        f"<p>{FONTS}</p>" + "<p>x" * 30_000,
    ],
    ids=lambda markup: markup[:12],
)
def test_what_takes_a_parser_ages_is_refused_at_once(markup):
    with pytest.raises(RecordError, match="tags that are never closed"):
        html_to_text(markup)
