"""The words of a Harvard case: head matter and opinions, out of JSON, HTML or XML."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from indexer.errors import RecordError
from indexer.nesting import check_nesting
from indexer.raw import RawOpinion, TextFormat
from indexer.records import OpinionType

_TYPES: Final = {
    "majority": OpinionType.LEAD,
    "unanimous": OpinionType.UNANIMOUS,
    "plurality": OpinionType.PLURALITY,
    "per-curiam": OpinionType.PER_CURIAM,
    "concurrence": OpinionType.CONCURRENCE,
    "concurring-in-part-and-dissenting-in-part": OpinionType.CONCURRENCE_IN_PART,
    "dissent": OpinionType.DISSENT,
    "addendum": OpinionType.ADDENDUM,
    "rehearing": OpinionType.REHEARING,
    "on-the-merits": OpinionType.ON_THE_MERITS,
    "trial-court": OpinionType.TRIAL_COURT,
}
_OPINIONS: Final = "article.opinion, opinion"
_BODY: Final = "section.casebody, casebody"
_AUTHOR: Final = ".author, author"
_ROOM: Final = 10
"""Times its own length that markup may be written anew: entities, and tags that were not closed."""


def opinions_of_body(body: Mapping[str, Any], markup: str | None) -> list[RawOpinion]:
    """Return head matter (type ``other``) and opinions of ``body``, the JSON of a case.

    The words come from ``markup``, the HTML of the same case, where it has as many opinions; who
    wrote them and of which type they are the JSON knows better. Raises `RecordError` for markup
    nested too deep, or opinions that stand in one another.
    """
    listed = body.get("opinions")
    given = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    plain = [_of_json(one) for one in given]
    head = str(body.get("head_matter") or "")
    if markup is not None:
        check_nesting(markup)
        root = LexborHTMLParser(markup)
        nodes = root.css(_OPINIONS)
        if len(nodes) == len(plain):
            rich = (_of_node(node, one) for node, one in zip(nodes, plain, strict=True))
            return _with_words([_head_of(root), *_side_by_side(rich, markup)])
    return _with_words([RawOpinion(text=head, type=OpinionType.OTHER), *plain])


def opinions_of_markup(markup: str) -> list[RawOpinion]:
    """Return head matter (type ``other``) and opinions of a case that is HTML or XML alone.

    Raises `RecordError` for markup nested too deep.
    """
    check_nesting(markup)
    root = LexborHTMLParser(_as_html(markup))
    rich = (_of_node(node, None) for node in root.css(_OPINIONS))
    return _with_words([_head_of(root), *_side_by_side(rich, markup)])


def _side_by_side(opinions: Iterable[RawOpinion], markup: str) -> list[RawOpinion]:
    """Return the opinions of ``markup``; raises `RecordError` for many in one another, each with all that it holds."""
    room = _ROOM * len(markup)
    kept: list[RawOpinion] = []
    for one in opinions:
        kept.append(one)
        room -= len(one.text)
        if room < 0:
            raise RecordError("its opinions stand in one another; close each before the next")
    return kept


def _as_html(markup: str) -> str:
    """Return XML so that HTML's rules read it: without its declaration."""
    start = markup.lstrip()
    return start.partition("?>")[2] if start.startswith("<?xml") else start


def _of_json(fields: Mapping[str, Any]) -> RawOpinion:
    text, author = fields.get("text"), fields.get("author")
    kind = str(fields.get("type") or "")
    return RawOpinion(
        text=text if isinstance(text, str) else "",
        type=_type(kind),
        author=author.strip() or None if isinstance(author, str) else None,
        extra={"type": kind} if kind and kind not in _TYPES else {},
    )


def _type(kind: str) -> OpinionType:
    return _TYPES.get(kind, OpinionType.OTHER) if kind else OpinionType.COMBINED


def _of_node(node: LexborNode, known: RawOpinion | None) -> RawOpinion:
    named = node.css_first(_AUTHOR)
    author = " ".join(named.text().split()).rstrip(":") if named else ""
    kind = node.attributes.get("data-type") or node.attributes.get("type") or ""
    return RawOpinion(
        text=node.html or "",
        format=TextFormat.HTML,
        type=known.type if known else _type(kind),
        author=(known.author if known else None) or author or None,
        extra=known.extra if known else ({"type": kind} if kind and kind not in _TYPES else {}),
    )


def _head_of(root: LexborHTMLParser) -> RawOpinion:
    """Return the head matter: its own section, or in XML all that stands before the opinions."""
    section = root.css_first("section.head-matter")
    if section is not None:
        return _head(section.html or "")
    body = root.css_first(_BODY)
    children = [] if body is None else list(body.iter())
    return _head("".join(_html(one) for one in children if one.tag not in ("opinion", "article")))


def _html(node: LexborNode) -> str:
    return node.html or ""


def _head(markup: str) -> RawOpinion:
    return RawOpinion(text=markup, format=TextFormat.HTML, type=OpinionType.OTHER)


def _with_words(opinions: Sequence[RawOpinion]) -> list[RawOpinion]:
    """Return the opinions that have words; an empty head matter is none."""
    return [one for one in opinions if _has_words(one)]


def _has_words(opinion: RawOpinion) -> bool:
    if opinion.format is TextFormat.TEXT:
        return bool(opinion.text.strip())
    return bool(opinion.text) and bool((LexborHTMLParser(opinion.text).text() or "").strip())
