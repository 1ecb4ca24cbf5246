"""CourtListener's cluster, docket and opinions become one case.

The REST interface and the bulk tables name their fields alike.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from indexer.case_names import with_capitals
from indexer.errors import RecordError
from indexer.raw import RawCase, RawOpinion, TextFormat
from indexer.records import NameSource, OpinionType
from indexer.reporters import parse_citation
from indexer.sources.described import title_of
from indexer.sources.fields import MAX_ID_LENGTH, checked_id
from indexer.sources.people import names_in
from indexer.sources.repeats import note_of, without_repeats

SITE: Final = "https://www.courtlistener.com"
TEXT_FIELDS: Final = (
    "html_with_citations",
    "xml_harvard",
    "html_columbia",
    "html_lawbox",
    "html_anon_2020",
    "html",
    "plain_text",
)
"""The same words in several renderings; the first that has any is read."""
_PLAIN: Final = "plain_text"
_TYPES: Final = {
    "010combined": OpinionType.COMBINED,
    "015unamimous": OpinionType.UNANIMOUS,
    "015unanimous": OpinionType.UNANIMOUS,
    "020lead": OpinionType.LEAD,
    "025plurality": OpinionType.PLURALITY,
    "030concurrence": OpinionType.CONCURRENCE,
    "035concurrenceinpart": OpinionType.CONCURRENCE_IN_PART,
    "040dissent": OpinionType.DISSENT,
    "050addendum": OpinionType.ADDENDUM,
    "060remittitur": OpinionType.OTHER,
    "070rehearing": OpinionType.REHEARING,
    "080onthemerits": OpinionType.ON_THE_MERITS,
    "090onmotiontostrike": OpinionType.OTHER,
    "100trialcourt": OpinionType.TRIAL_COURT,
}
_FOR_THE_COURT: Final = frozenset({OpinionType.LEAD, OpinionType.UNANIMOUS})
_PER_CURIAM: Final = "Per Curiam"
_TRUE: Final = (True, "t", "true", "True", "1", 1)
_ORDER: Final = tuple(sorted(_TYPES))
_OLD_CITATIONS: Final = (
    "federal_cite_one",
    "federal_cite_two",
    "federal_cite_three",
    "state_cite_one",
    "state_cite_two",
    "state_cite_three",
    "state_cite_regional",
    "specialty_cite_one",
    "scotus_early_cite",
    "lexis_cite",
    "westlaw_cite",
    "neutral_cite",
)
"""Where clusters had their citations before there were citation objects."""
_LINK_ID: Final = re.compile(r"/(?:api/rest/v\d+/)?(?P<kind>[a-z-]+)/(?P<id>[A-Za-z0-9_-]+)/?$")
_SLUG: Final = re.compile(r"/opinion/(\d+)/([^/]+)/?")
_WORDS_OUTSIDE_TAGS: Final = re.compile(r"(?:^|>)[^<]*[^\s<]")
_FROM_PLAIN: Final = "<pre"
"""How the HTML begins that was made of the plain text of pages."""
_CASE_CITE: Final = re.compile(r'<p class="case_cite">(.*?)</p>', re.DOTALL)
_LAWBOX_CITE: Final = re.compile(r"\s*(?:<div>\s*)?<center><b>(.*?)</b></center>", re.DOTALL)
_TAG: Final = re.compile(r"<[^<>]*>")
_YEAR: Final = re.compile(r"\s*\((\d{4}|_+)\)\s*$")
_OPENING: Final = 4000
_LINKS: Final = frozenset(["resource_uri", "absolute_url", "cluster", "docket", "court"])
_OPINION_USED: Final = frozenset(
    ["id", "cluster_id", "author_str", "joined_by_str", *TEXT_FIELDS, *_LINKS]
)
_CLUSTER_USED: Final = frozenset(
    [
        *["id", "case_name", "case_name_full", "court_id", "date_filed", "docket_number"],
        *["citations", "judges", "precedential_status", "sub_opinions", "opinions", "slug"],
        *["headmatter", *_OLD_CITATIONS, *_LINKS],
    ]
)
_DOCKET_USED: Final = frozenset(
    ["id", "court_id", "docket_number", "case_name", "case_name_full", "clusters", *_LINKS]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What is known of one case, as delivered; what is not known is empty."""

    cluster_id: str
    opinions: Sequence[Mapping[str, Any]]
    cluster: Mapping[str, Any] = field(default_factory=dict)
    docket: Mapping[str, Any] = field(default_factory=dict)
    citations: Sequence[str] = ()


def link_id(value: Any, kind: str) -> str | None:
    """Return the id in a link such as ``…/api/rest/v4/clusters/147681/``, or given as it is.

    An object that stands where a link could is asked for its own id; a link to something of
    another ``kind`` has none.
    """
    if isinstance(value, Mapping):
        return link_id(value.get("id") or value.get("resource_uri"), kind)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        return None
    found = _LINK_ID.search(value)
    if found is None:
        return value if "/" not in value else None
    return found["id"] if found["kind"] == kind else None


def cluster_id_of(opinion: Mapping[str, Any]) -> str:
    """Return the id of the cluster that an opinion belongs to; `RecordError` if it does not say."""
    found = link_id(opinion.get("cluster_id"), "clusters") or link_id(
        opinion.get("cluster"), "clusters"
    )
    if found is None:
        slug = _SLUG.search(str(opinion.get("absolute_url") or ""))
        found = slug[1] if slug else None
    if found is None:
        raise RecordError("an opinion without a cluster: it has neither cluster nor absolute_url")
    return found


def case_id_of(cluster_id: str) -> str:
    """Return our id of a cluster: ``cl-147681``."""
    return checked_id(f"cl-{cluster_id}")


def case_of_parts(parts: Parts) -> tuple[RawCase, list[str]]:
    """Return the case of ``parts``, and of each opinion that is left out why.

    Raises `RecordError` where none of the opinions has a text.
    """
    ordered = sorted(parts.opinions, key=_type_order)
    made = [_opinion(one) for one in ordered]
    kept = [one for one in made if isinstance(one, RawOpinion)]
    reasons = [one for one in made if isinstance(one, str)]
    if not kept:
        raise RecordError("; ".join(reasons) or "there is no opinion with a text")
    citations, year = _citations(parts, kept)
    repeats = without_repeats([*_head_matter(parts.cluster), *kept])
    name, name_full, source = _name(parts, kept)
    case = RawCase(
        id=case_id_of(parts.cluster_id),
        name=name,
        name_full=name_full,
        name_source=source,
        opinions=repeats.kept,
        court_id=_court_id(parts),
        date_filed=_first(parts.cluster, "date_filed") or year,
        docket_number=_first(parts.docket, "docket_number")
        or _first(parts.cluster, "docket_number"),
        citations=citations,
        judges=names_in(_first(parts.cluster, "judges") or ""),
        status=(_first(parts.cluster, "precedential_status") or "").lower() or None,
        url=_url(parts),
        notes=(note_of(repeats.left_out),) if repeats.left_out else (),
        extra=_case_extra(parts, repeats.left_out),
    )
    return case, reasons


def _type_order(opinion: Mapping[str, Any]) -> tuple[int, int]:
    """Order a case's opinions as CourtListener's codes do, then by id; codes it has not come last."""
    code = str(opinion.get("type") or "")
    number = _opinion_id(opinion) or ""
    return (
        _ORDER.index(code) if code in _ORDER else len(_ORDER),
        int(number) if number.isdecimal() and len(number) <= MAX_ID_LENGTH else 0,
    )


def _opinion_id(fields: Mapping[str, Any]) -> str | None:
    return link_id(fields.get("id"), "opinions") or link_id(fields.get("resource_uri"), "opinions")


def _opinion(fields: Mapping[str, Any]) -> RawOpinion | str:
    """Return an opinion, or why there is none."""
    given = _opinion_id(fields)
    read = _text(fields)
    if read is None:
        return f"opinion {given} has no text: none of {', '.join(TEXT_FIELDS)} has words"
    kind, author = _type_and_author(fields)
    name, text = read
    return RawOpinion(
        text=text,
        format=TextFormat.TEXT if name == _PLAIN else TextFormat.HTML,
        wrapped=name == _PLAIN or text.lstrip().startswith(_FROM_PLAIN),
        type=kind,
        id=None if given is None else checked_id(given),
        author=author,
        joined_by=names_in(_first(fields, "joined_by_str") or ""),
        extra={**_rest(fields, _OPINION_USED), "text_field": name},
    )


def slim(opinion: Mapping[str, Any]) -> dict[str, Any]:
    """Return an opinion's fields with the one rendering of its text that is read."""
    fields = {name: value for name, value in opinion.items() if name not in TEXT_FIELDS}
    read = _text(opinion)
    return fields if read is None else {**fields, read[0]: read[1]}


def _text(fields: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return name and text of the rendering that is read: the first that has words.

    HTML that only sets the plain text into ``<pre>`` has the same words on broken lines; the plain
    text is read instead.
    """
    for name in TEXT_FIELDS:
        text = fields.get(name)
        if not isinstance(text, str) or not _WORDS_OUTSIDE_TAGS.search(text):
            continue
        plain = fields.get(_PLAIN)
        if text.lstrip().startswith(_FROM_PLAIN) and isinstance(plain, str) and plain.strip():
            return _PLAIN, plain
        return name, text
    return None


def _type_and_author(fields: Mapping[str, Any]) -> tuple[OpinionType, str | None]:
    kind = _TYPES.get(str(fields.get("type") or "010combined"), OpinionType.OTHER)
    per_curiam = fields.get("per_curiam") in _TRUE
    author = _first(fields, "author_str") or (_PER_CURIAM if per_curiam else None)
    return (OpinionType.PER_CURIAM if per_curiam and kind in _FOR_THE_COURT else kind), author


def _head_matter(cluster: Mapping[str, Any]) -> list[RawOpinion]:
    text = cluster.get("headmatter")
    if not isinstance(text, str) or not _WORDS_OUTSIDE_TAGS.search(text):
        return []
    return [RawOpinion(text=text, format=TextFormat.HTML, type=OpinionType.OTHER, id="headmatter")]


def _citations(parts: Parts, opinions: Sequence[RawOpinion]) -> tuple[tuple[str, ...], str | None]:
    """Return the case's citations, and its year where only its own heading tells it."""
    given = parts.cluster.get("citations")
    listed = [_citation(one) for one in given] if isinstance(given, list) else []
    old = [_first(parts.cluster, name) for name in _OLD_CITATIONS]
    known = [one for one in (*parts.citations, *listed, *old) if one]
    if known:
        return tuple(dict.fromkeys(known)), None
    return _cited_in_heading(opinions[0].text[:_OPENING])


def _citation(given: Any) -> str | None:
    if isinstance(given, Mapping):
        parts = [str(given.get(name) or "").strip() for name in ("volume", "reporter", "page")]
        return " ".join(parts) if all(parts) else None
    return given if isinstance(given, str) else None


def _cited_in_heading(opening: str) -> tuple[tuple[str, ...], str | None]:
    """Return the citations under which a printed opinion's own heading sets it, and the year there."""
    headings = _CASE_CITE.findall(opening)
    at = 0
    while (found := _LAWBOX_CITE.match(opening, at)) is not None:
        headings.append(found[1])
        at = found.end()
    plain = [" ".join(_TAG.sub("", heading).split()) for heading in headings]
    years = [found[1] for text in plain if (found := _YEAR.search(text))]
    cited = [text for one in plain if parse_citation(text := _YEAR.sub("", one))]
    year = years[0] if years and years[0].isdecimal() else None
    return tuple(dict.fromkeys(cited)), year if cited else None


def _name(parts: Parts, opinions: Sequence[RawOpinion]) -> tuple[str, str | None, NameSource]:
    full = _first(parts.cluster, "case_name_full") or _first(parts.docket, "case_name_full")
    for fields in (parts.cluster, parts.docket):
        name = _first(fields, "case_name") or _first(fields, "case_name_short")
        if name:
            return name, full if full != name else None, NameSource.GIVEN
    if full:
        return full, None, NameSource.GIVEN
    slug = _slug(parts)
    plain = _TAG.sub(" ", opinions[0].text)
    return name_of_slug(slug) if slug else title_of(plain), None, NameSource.INFERRED


def _slug(parts: Parts) -> str | None:
    for fields in (parts.cluster, *parts.opinions):
        found = _SLUG.search(str(fields.get("absolute_url") or ""))
        if found:
            return found[2]
    return _first(parts.cluster, "slug")


def name_of_slug(slug: str) -> str:
    """Return ``rule-v-fort-dodge-animal-health-inc`` as a name: ``Rule v. Fort Dodge …``."""
    return with_capitals([word for word in slug.split("-") if word]) or slug


def _court_id(parts: Parts) -> str | None:
    for fields in (parts.docket, parts.cluster):
        for name in ("court_id", "court"):
            found = link_id(fields.get(name), "courts")
            if found and " " not in found:
                return found
    return None


def _url(parts: Parts) -> str | None:
    for fields in (parts.cluster, *parts.opinions):
        path = _first(fields, "absolute_url")
        if path:
            return f"{SITE}{path}" if path.startswith("/") else path
    if slug := _first(parts.cluster, "slug"):
        return f"{SITE}/opinion/{parts.cluster_id}/{slug}/"
    downloads = (_first(one, "download_url") for one in parts.opinions)
    return next((one for one in downloads if one), None)


def _case_extra(parts: Parts, left_out: Sequence[str]) -> dict[str, Any]:
    extra = _rest(parts.cluster, _CLUSTER_USED)
    if docket := _rest(parts.docket, _DOCKET_USED):
        extra["docket"] = docket
    if left_out:
        extra["left_out"] = list(left_out)
    return extra


def _rest(fields: Mapping[str, Any], used: frozenset[str]) -> dict[str, Any]:
    """Return the fields that have no name here and are not empty."""
    return {k: v for k, v in fields.items() if k not in used and v not in (None, "", [], {})}


def _first(fields: Mapping[str, Any], name: str) -> str | None:
    """Return a field if it holds words."""
    value = fields.get(name)
    return value.strip() or None if isinstance(value, str) else None
