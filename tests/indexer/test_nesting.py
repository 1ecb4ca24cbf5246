"""Markup is told by its nesting before a parser is lost in it."""

import contextlib
from time import process_time

import pytest

from indexer.errors import RecordError
from indexer.markup import html_to_text
from indexer.nesting import MAX_DEPTH, check_nesting
from tests.indexer.growth import grows_like_the_text

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


def attributes(count: int, name: str = "a") -> str:
    return " ".join(f"{name}{n}" for n in range(count))


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


@pytest.mark.parametrize(
    "markup",
    [
        f"<p {attributes(10_000)}>Held.</p>",
        f"<p {attributes(60)}>x</p>" * 5000,
        "<p class=x id='y' title=\"a > b\" hidden>x</p>" * 50_000,
        "<html><body>x</body></html>" * 150,
        f"<p>We held, for a <b and {'some words ' * 5000} > 0.</p>",
        "<p>" + "a = 'b' " * 100_000 + "</p>",
    ],
    ids=lambda markup: markup[:12],
)
def test_attributes_that_pages_have_pass(markup):
    check_nesting(markup)


@pytest.mark.parametrize(
    "markup",
    [
        f"<p {attributes(30_000)}>",
        f"<p {attributes(30_000).replace(' ', '/')}>",
        f"<p {attributes(30_000).replace(' ', '=1 ')}>",
        "<p " + "".join(f"a{n}='>'" for n in range(30_000)) + ">",
        "<p " + " ".join(f'a{n}\n=\n">"' for n in range(30_000)) + ">",
        "<p " + " ".join(f"a{n}<p" for n in range(30_000)) + ">",
        f'<!-- <p {attributes(62, "b")} a=" --><p {attributes(30_000)} z=" >',
        f"<script>'<p a='</script><p {attributes(30_000)}>",
        f"<p {attributes(9_000)}>x</p>" * 10,
        f'<p<1<p<" {attributes(30_000)}>',
    ],
    ids=[
        "spaces",
        "strokes",
        "values",
        "quoted",
        "wide",
        "tags",
        "comment",
        "script",
        "many",
        "name",
    ],
)
def test_a_tag_too_crowded_for_a_parser_is_refused_at_once(markup):
    start = process_time()
    with pytest.raises(RecordError, match=r"a tag with [\d,]+ attributes, more than can be read"):
        check_nesting(markup)
    assert process_time() - start < 5


def test_pages_in_one_another_are_refused():
    """A parser puts the attributes of each on the first, and compares it with all that are there."""
    with pytest.raises(RecordError, match="begins more than 400 pages"):
        check_nesting("".join(f"<body a{n}></body>" for n in range(401)))


@pytest.mark.parametrize(
    "near",
    [
        "<p " + attributes(63) + " ",
        "<p a<p ",
        "<p a='",
        "<p a=\"<p b='",
        "<p<p<p",
        "<p a=b<p<p",
        "<1",
        "<p<1",
    ],
)
def test_looking_for_crowds_takes_as_long_as_the_markup_is(near):
    def look(times: int) -> None:
        with contextlib.suppress(RecordError):
            check_nesting(near * times)

    grows_like_the_text(look, 500)
